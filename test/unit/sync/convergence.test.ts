import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ftrackId, type FtrackId } from "../../../src/core/ids.ts";
import { atOnce } from "../../../src/core/steps.ts";
import type { FtrackContext, Node } from "../../../src/handlers/sync/facts.ts";
import { everything } from "../../../src/handlers/sync/interest.ts";
import { plan } from "../../../src/handlers/sync/plan/index.ts";
import {
  aContext,
  aModel,
  aNode,
  factsOf,
  SETTINGS,
  type Model,
} from "../../support/sync/model.ts";
import { applyTo } from "../../support/sync/server.ts";
import {
  PROJECT,
  STATUSES,
  TASK_TYPES,
  TYPES,
} from "../../support/sync/world.ts";

const NAMES = ["a", "A", "b", "c c", "c-c", "d", "()"];

/** A random tree: each context hangs below the project or one made before it. */
const contexts = fc
  .array(
    fc.record({
      name: fc.constantFrom(...NAMES),
      parent: fc.nat(),
      type: fc.constantFrom<(keyof typeof TYPES)[]>(
        "shot",
        "shot",
        "sequence",
        "task",
        "task",
        "milestone",
      ),
      status: fc.constantFrom(
        null,
        STATUSES.ready,
        STATUSES.progress,
        STATUSES.odd,
      ),
      frame: fc.constantFrom(null, 1001, "abc"),
      user: fc.constantFrom(null, "u-anna", "u-nobody"),
    }),
    { maxLength: 12 },
  )
  .map((rows) =>
    rows.map((row, i) => ({
      frame: row.frame,
      user: row.user,
      context: aContext(`f${i}`, row.name, {
        parentId:
          row.parent % (i + 1) === i
            ? PROJECT
            : ftrackId(`f${row.parent % (i + 1)}`),
        objectTypeId: TYPES[row.type],
        typeId: row.type === "task" ? TASK_TYPES.comp : null,
        statusId: row.status,
      }),
    })),
  );

/** A random AYON tree, partly linked, partly archived, partly published. */
const nodes = fc
  .array(
    fc.record({
      name: fc.constantFrom("a", "b", "c_c", "d", "x"),
      parent: fc.nat(),
      kind: fc.constantFrom("folder", "folder", "task"),
      linked: fc.constantFrom(
        null,
        "removed",
        "f0",
        "f1",
        "f2",
        "f3",
        "f4",
        "f9",
        "gone",
      ),
      active: fc.boolean(),
      published: fc.boolean(),
      frame: fc.constantFrom(undefined, 1001, 5),
    }),
    { maxLength: 10 },
  )
  .map((rows) => {
    const made: Node[] = [];
    const published: string[] = [];
    const slots = new Set<string>();
    const links = new Set<string>();
    for (const [i, row] of rows.entries()) {
      const folders = made.filter((n) => n.kind === "folder");
      const parent = folders[row.parent % (folders.length + 1)];
      const kind = parent === undefined ? "folder" : row.kind;
      const slot = `${parent?.id ?? ""}/${kind}/${row.name}`;
      const isTwice = row.linked !== null && links.has(`${kind}/${row.linked}`);
      if (row.active && slots.has(slot)) continue;
      if (row.active) slots.add(slot);
      if (row.linked !== "removed") links.add(`${kind}/${row.linked ?? ""}`);
      const node = aNode(`n${i}`, row.name, isTwice ? null : row.linked, {
        kind,
        parentId: parent?.id ?? null,
        active: row.active,
      });
      made.push(
        row.frame === undefined
          ? node
          : { ...node, own: { ...node.own, frameStart: row.frame } },
      );
      if (row.published && kind === "folder") published.push(node.id);
    }
    return { made, published };
  });

const scenes = fc.record({ rows: contexts, ayon: nodes });

type Scene = typeof scenes extends fc.Arbitrary<infer T> ? T : never;

function build({ rows, ayon }: Scene): Model {
  const model = aModel(
    rows.map((row) => row.context),
    ayon.made,
  );
  for (const { context, frame, user } of rows) {
    if (frame !== null)
      model.values.set(context.id, new Map([[ftrackId("ca-frame"), frame]]));
    if (user !== null)
      model.assigned.set(context.id, new Set([ftrackId(user)]));
  }
  ayon.published.forEach((id) => model.published.add(id as Node["id"]));
  return model;
}

function stateOf(model: Model): unknown {
  return [...model.nodes.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

describe("planner", () => {
  it("of a whole project needs no second plan, and AYON refuses nothing of it", () => {
    fc.assert(
      fc.property(scenes, (scene) => {
        const model = build(scene);
        const first = atOnce(plan(factsOf(model), SETTINGS)).decision;
        const results = applyTo(model, first.changes);
        expect(results.filter((r) => r.status !== "applied")).toEqual([]);
        const second = atOnce(plan(factsOf(model), SETTINGS)).decision;
        expect(second.changes).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it("after events needs no second plan, and AYON refuses nothing of it", () => {
    fc.assert(
      fc.property(scenes, (scene) => {
        const model = build(scene);
        const focus = new Map(factsOf(model).focus);
        const results = applyTo(
          model,
          atOnce(plan(factsOf(model, focus), SETTINGS)).decision.changes,
        );
        expect(results.filter((r) => r.status !== "applied")).toEqual([]);
        expect(
          atOnce(plan(factsOf(model, focus), SETTINGS)).decision.changes,
        ).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it("does not depend on the order of the events", () => {
    fc.assert(
      fc.property(scenes, fc.infiniteStream(fc.nat()), (scene, dice) => {
        const there = build(scene);
        const back = build(scene);
        const ids = [...factsOf(there).focus.keys()];
        const shuffled = ids
          .map((id) => [dice.next().value, id] as [number, FtrackId])
          .sort((a, b) => a[0] - b[0])
          .map(([, id]) => id);
        const contextsBack = new Map<FtrackId, FtrackContext>();
        shuffled.forEach((id) => {
          const context = back.contexts.get(id);
          if (context !== undefined) contextsBack.set(id, context);
        });
        back.contexts = contextsBack;
        applyTo(
          there,
          atOnce(
            plan(
              factsOf(there, new Map(ids.map((id) => [id, everything]))),
              SETTINGS,
            ),
          ).decision.changes,
        );
        applyTo(
          back,
          atOnce(
            plan(
              factsOf(back, new Map(shuffled.map((id) => [id, everything]))),
              SETTINGS,
            ),
          ).decision.changes,
        );
        expect(stateOf(back)).toEqual(stateOf(there));
      }),
      { numRuns: 300 },
    );
  });
});
