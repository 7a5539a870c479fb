import { describe, expect, it } from "vitest";
import type { Change } from "../../../src/core/change.ts";
import { ayonId, ftrackId } from "../../../src/core/ids.ts";
import { ayonState, bookkept, syncOnce } from "../../support/sync/cycle.ts";
import {
  aContext,
  aModel,
  aNode,
  focusOn,
  type Model,
} from "../../support/sync/model.ts";
import { inFolder, sequence } from "../../support/sync/scene.ts";
import {
  PROJECT,
  STATUSES,
  TASK_TYPES,
  TYPES,
} from "../../support/sync/world.ts";

const actors = [ftrackId("u-anna")];
const settings = { publishedPolicy: "revert" } as const;

/** /sq/sh with a published version and a task; all of it is gone from Ftrack. */
function removed(): Model {
  const model = aModel(
    [],
    [
      aNode("na", "sq", "a", { type: "Sequence" }),
      aNode("n", "sh_010", "f", {
        ...inFolder("na"),
        label: "sh 010",
        status: "In Progress",
        own: {
          ftrackId: "f",
          ftrackPath: "sq/sh 010",
          frameStart: 1001,
          description: "opening",
        },
        data: { ftrackAttributes: ["description", "frameStart"] },
      }),
      aNode("nt", "anim", "t", {
        ...inFolder("n", { kind: "task" }),
        type: "Animation",
        own: { ftrackId: "t", ftrackPath: "sq/sh 010/anim" },
      }),
    ],
  );
  model.published.add(ayonId("n"));
  return model;
}

function creates(changes: readonly Change[]): string[] {
  return changes.flatMap((change) =>
    change.kind === "ftrack.create"
      ? [`${change.entityType} ${String(change.data["id"])}`]
      : [],
  );
}

describe("something published is removed, policy revert", () => {
  it("ES-41 it is made again with its ids, place, type, status and attributes", () => {
    const model = removed();
    const before = ayonState(model);
    const cycle = syncOnce(model, {
      focus: focusOn("a", "f", "t"),
      settings,
      facts: { actors },
    });
    expect(cycle.decision.changes).toEqual([]);
    expect(creates(cycle.conclusion.changes)).toEqual([
      "Sequence a",
      "Shot f",
      "Task t",
    ]);
    expect(cycle.concluded.every((r) => r.status === "applied")).toBe(true);
    expect(model.contexts.get(ftrackId("f"))).toMatchObject({
      name: "sh 010",
      parentId: "a",
      objectTypeId: TYPES.shot,
      statusId: STATUSES.progress,
      description: "opening",
    });
    expect(model.contexts.get(ftrackId("a"))?.parentId).toBe(PROJECT);
    expect(model.contexts.get(ftrackId("t"))?.typeId).toBe(TASK_TYPES.anim);
    expect(bookkept(model, "f", "ayonId")).toBe("n");
    expect([...(model.values.get(ftrackId("f"))?.values() ?? [])]).toContain(
      1001,
    );
    expect(ayonState(model)).toEqual(before);
    const messages = cycle.conclusion.changes.filter(
      (c) => c.kind === "ftrack.message",
    );
    expect(messages).toHaveLength(1);
  });

  it("nothing is left to do afterwards", () => {
    const model = removed();
    syncOnce(model, { focus: focusOn("a", "f", "t"), settings });
    const again = syncOnce(model, { settings });
    const kinds = again.decision.changes.map(({ kind }) => kind);
    // A full sync also teaches the project its types.
    expect(kinds).not.toContain("ayon.operation");
    expect(creates(again.conclusion.changes)).toEqual([]);
  });

  it("a full sync makes it again too", () => {
    const model = removed();
    const { conclusion } = syncOnce(model, { settings });
    expect(creates(conclusion.changes)).toHaveLength(3);
  });

  it("what is not published is removed as ever", () => {
    const model = aModel([sequence("a", "sq")], [aNode("n", "sh", "f")]);
    const { conclusion } = syncOnce(model, { focus: focusOn("f"), settings });
    expect(creates(conclusion.changes)).toEqual([]);
    expect(model.nodes.has(ayonId("n"))).toBe(false);
  });

  it("ES-42 a namesake that takes over leaves nothing to restore", () => {
    const model = aModel([aContext("g", "sh")], [aNode("n", "sh", "f")]);
    model.published.add(ayonId("n"));
    const { conclusion } = syncOnce(model, {
      focus: focusOn("f", "g"),
      settings,
    });
    expect(creates(conclusion.changes)).toEqual([]);
    expect(ayonState(model)).toEqual(["/sh n g"]);
  });
});
