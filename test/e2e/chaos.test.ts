import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openArena, type Arena } from "../../scripts/chaos/arena.ts";
import { DEFAULT_CELL, runCell } from "../../scripts/chaos/cell.ts";
import type { Fault } from "../../scripts/chaos/faults.ts";
import { labelOf, points } from "../../scripts/chaos/points.ts";

let arena: Arena;

beforeAll(async () => {
  arena = await openArena();
}, 120_000);

afterAll(() => arena.close(), 30_000);

/** One cell of the crash matrix per way of recovering; `npm run chaos` runs them all. */
const cells: readonly (readonly [string, Fault])[] = [
  ["leecher/received", "kill -9"],
  ["processor/written", "kill -9"],
  ["processor/outcome", "SIGTERM"],
  ["redis/intake", "kill -9"],
];

describe("nothing is lost, done twice or put out of order", () => {
  it.each(cells)(
    "%s, %s",
    async (label, fault) => {
      const { rig, shows, judge } = arena;
      const point = points.find((one) => labelOf(one) === label);
      expect(point).toBeDefined();
      const cell = await runCell(rig, shows, judge, point!, fault, {
        ...DEFAULT_CELL,
        lastsMs: 2_000,
      });
      expect(cell.edits).toBeGreaterThan(10);
      expect(cell.findings).toEqual({
        lost: [],
        duplicated: [],
        reordered: [],
      });
    },
    100_000,
  );
});
