import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openArena, type Arena } from "../../scripts/chaos/arena.ts";
import { DEFAULT_CELL, runCell } from "../../scripts/chaos/cell.ts";
import type { Fault } from "../../scripts/chaos/faults.ts";
import { labelOf, points } from "../../scripts/chaos/points.ts";
import { until } from "../../scripts/chaos/rig.ts";
import { startLoad } from "../../scripts/chaos/shows.ts";

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

describe("a write that is on the wire while its processor stands still", () => {
  it("arrives after another processor took the project, and is put right", async () => {
    const { rig, shows, judge } = arena;
    const write = points.find(
      (one) => labelOf(one) === "processor/before-write",
    );
    if (write === undefined || !("server" in write))
      throw new Error("no point");
    const traps = rig.processors.map((instance) => {
      const trap = instance.links.ayon.trap(write.place);
      return { instance, trap };
    });
    const load = startLoad(shows, DEFAULT_CELL.rate);
    const { instance, trap } = await Promise.race(
      traps.map((one) => one.trap.sprung.then(() => one)),
    );
    for (const other of traps)
      if (other.trap !== trap) other.trap.release(true);
    const { pid } = instance.service();
    process.kill(pid, "SIGSTOP");
    try {
      // Longer than a silent processor keeps a project; the others take it over and write what is newer.
      await sleep(12_000);
      await load.stop();
      await until(
        "the others have done it all",
        async () =>
          (await judge.isQuiet()) && (await judge.differences()).length === 0,
        30_000,
      );
      trap.release(true);
      await sleep(500);
    } finally {
      process.kill(pid, "SIGCONT");
    }
    await until(
      "it is put right",
      async () =>
        instance.service().tail(400).includes("looked at again") &&
        (await judge.isQuiet()) &&
        (await judge.differences()).length === 0,
      30_000,
    );
  }, 120_000);
});
