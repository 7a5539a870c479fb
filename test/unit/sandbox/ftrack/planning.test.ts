import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { candidates } from "../../../../sandbox/ftrack/query/candidates.ts";
import {
  compileFilter,
  type FilterContext,
} from "../../../../sandbox/ftrack/query/filter.ts";
import { parseQuery } from "../../../../sandbox/ftrack/query/parser.ts";
import { keyOf } from "../../../../sandbox/ftrack/store/row.ts";
import { sowSeed } from "../../../../sandbox/ftrack/seed/index.ts";
import { State } from "../../../../sandbox/ftrack/state.ts";

let context: FilterContext;
let state: State;
const ids: Record<string, string[]> = {};

beforeAll(() => {
  state = new State(() => new Date(0));
  sowSeed("demo", "key", state);
  context = {
    catalogue: state.catalogue,
    reader: state.store,
    subquery: () => [],
  };
  for (const row of state.store.scan(
    "Context",
    new Set(["Task", "Shot", "Sequence", "Project"]),
  ))
    (ids[row.$type] ??= []).push(keyOf(row, "id"));
});

/** Conditions over tasks that an index may or may not help with. */
const condition = fc.letrec<{ all: string; leaf: string }>((tie) => ({
  leaf: fc.oneof(
    fc.constantFrom(
      'name is "animation"',
      'name like "%ing"',
      "assignments any ()",
      'type.name is "FX"',
      "bid > 28800",
      "status_id is none",
      "thumbnail_id is none",
      'custom_attributes any (key is "frameStart")',
    ),
    fc
      .tuple(
        fc.constantFrom("Task", "Shot", "Sequence", "Project"),
        fc.nat(),
        fc.nat(),
      )
      .chain(([type, a, b]) => {
        const known = ids[type] ?? [];
        const pick = (n: number): string => known[n % known.length] ?? "";
        return fc.constantFrom(
          `id is "${pick(a)}"`,
          `parent_id in ("${pick(a)}", "${pick(b)}")`,
          `parent.id is "${pick(a)}"`,
          `parent.parent_id is "${pick(a)}"`,
          `parent has (id is "${pick(a)}" or id is "${pick(b)}")`,
          `ancestors any (id is "${pick(a)}")`,
          `ancestors.id is "${pick(a)}"`,
          `project.id is "${pick(a)}"`,
          `id not_in ("${pick(a)}")`,
          `parent[Shot].assets any (context_id is "${pick(a)}")`,
          `assignments.context_id is "${pick(a)}"`,
        );
      }),
  ),
  all: fc.oneof(
    { maxDepth: 3 },
    tie("leaf"),
    fc.tuple(tie("all"), tie("all")).map(([a, b]) => `(${a} and ${b})`),
    fc.tuple(tie("all"), tie("all")).map(([a, b]) => `(${a} or ${b})`),
    tie("all").map((a) => `not (${a})`),
  ),
})).all;

describe("looking rows up through indexes", () => {
  it("misses none that a scan finds", () => {
    const task = state.catalogue.types.get("Task");
    if (task === undefined) throw new Error("No Task");
    const tasks = [...state.store.scan("Context", new Set(["Task"]))];
    let helped = 0;
    fc.assert(
      fc.property(condition, (text) => {
        const { where } = parseQuery(`Task where ${text}`);
        if (where === undefined) throw new Error(text);
        const filter = compileFilter(where, task, context);
        const found = candidates(where, task, context);
        if (found === undefined) return;
        helped++;
        for (const row of tasks)
          if (filter(row)) expect(found.has(row), text).toBe(true);
      }),
      { numRuns: 300 },
    );
    expect(helped).toBeGreaterThan(50);
  });
});
