import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ftrackId } from "../../../src/core/ids.ts";
import {
  planOrder,
  type Reviewed,
} from "../../../src/handlers/actions/sort-review/plan.ts";

/** name, task, version, order */
type Short = readonly [string, string | null, string, number | null];

function rowsOf(shorts: readonly Short[]): Reviewed[] {
  return shorts.map(([name, task, version, order], i) => ({
    ...{ id: ftrackId(`r${i}`), name, task, version, order },
  }));
}

/** The rows as they stand once the plan is written. */
function after(rows: readonly Reviewed[]): Reviewed[] {
  const orders = new Map(
    planOrder(rows, "Dailies").map((c) => [c.entityId, c.data["sort_order"]]),
  );
  return rows
    .map((row) => ({ ...row, order: Number(orders.get(row.id) ?? row.order) }))
    .toSorted((a, b) => a.order - b.order);
}

const tables: readonly {
  readonly name: string;
  readonly rows: readonly Short[];
  /** Names, tasks and versions as they follow each other then. */
  readonly order: readonly string[];
  readonly writes: number;
}[] = [
  {
    name: "by name, numbers as numbers",
    rows: [
      ["sh100", "comp", "Version 1", 0],
      ["sh20", "comp", "Version 1", 1],
      ["SH3", "comp", "Version 1", 2],
    ],
    order: [
      "SH3 comp Version 1",
      "sh20 comp Version 1",
      "sh100 comp Version 1",
    ],
    writes: 2,
  },
  {
    name: "then by task, those without one last; then by version",
    rows: [
      ["sh1", null, "Version 1", 0],
      ["sh1", "comp", "Version 10", 1],
      ["sh1", "comp", "Version 9", 2],
      ["sh1", "anim", "Version 11", 3],
    ],
    order: [
      "sh1 anim Version 11",
      "sh1 comp Version 9",
      "sh1 comp Version 10",
      "sh1 null Version 1",
    ],
    writes: 4,
  },
  {
    name: "what is equal stays as it was",
    rows: [
      ["b", null, "2", 7],
      ["B", null, "2", 5],
      ["a", null, "2", 9],
    ],
    order: ["a null 2", "B null 2", "b null 2"],
    writes: 3,
  },
  {
    name: "what stands right is not written",
    rows: [
      ["a", null, "1", 10],
      ["b", null, "1", 20],
    ],
    order: ["a null 1", "b null 1"],
    writes: 0,
  },
  {
    name: "rows without a place of their own are numbered",
    rows: [
      ["c", null, "1", 0],
      ["a", null, "1", 0],
      ["b", null, "1", null],
    ],
    order: ["a null 1", "b null 1", "c null 1"],
    writes: 2,
  },
];

describe("the order of a review session", () => {
  test.each(tables)("$name", ({ rows, order, writes }) => {
    const given = rowsOf(rows);
    expect(planOrder(given, "Dailies")).toHaveLength(writes);
    expect(
      after(given).map((r) => `${r.name} ${String(r.task)} ${r.version}`),
    ).toEqual(order);
  });

  test("is written once: nothing differs the second time, and no two share a place", () => {
    const row = fc.tuple(
      fc.constantFrom("a", "A", "b10", "b9", ""),
      fc.constantFrom("comp", "anim", null),
      fc.constantFrom("1", "2", "10"),
      fc.option(fc.nat(4)),
    );
    fc.assert(
      fc.property(fc.array(row, { maxLength: 12 }), (shorts) => {
        const then = after(rowsOf(shorts));
        expect(planOrder(then, "Dailies")).toEqual([]);
        expect(new Set(then.map((r) => r.order)).size).toBe(then.length);
      }),
    );
  });
});
