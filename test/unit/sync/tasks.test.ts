import { describe, expect, it } from "vitest";
import { ftrackId, type FtrackId } from "../../../src/core/ids.ts";
import type { Node } from "../../../src/handlers/sync/facts.ts";
import { rulesBroken, syncOnce } from "../../support/sync/cycle.ts";
import {
  aContext,
  aModel,
  aNode,
  aTask,
  focusOn,
  type Model,
} from "../../support/sync/model.ts";
import { aWorld, STATUSES, TASK_TYPES } from "../../support/sync/world.ts";

describe("tasks", () => {
  function scene(more: Partial<Node>, assigned: readonly string[]): Model {
    const model = aModel(
      [aContext("f", "sh"), aTask("t", "anim", "f")],
      [
        aNode("n", "sh", "f"),
        aNode("nt", "anim", "t", {
          kind: "task",
          parentId: "n" as Node["id"],
          own: { ftrackId: "t", ftrackPath: "sh/anim" },
          ...more,
        }),
      ],
    );
    model.assigned.set(ftrackId("t"), new Set(assigned.map(ftrackId)));
    return model;
  }
  it.each([
    [
      "ES-51 a mapped user is added, one of AYON alone stays",
      ["carl"],
      ["u-anna"],
      ["carl", "anna"],
    ],
    [
      "ES-51 a user Ftrack took away goes",
      ["anna", "carl"],
      ["u-bob"],
      ["carl", "bob"],
    ],
    [
      "ES-51, FS-26 an unmapped user is left out",
      ["carl"],
      ["u-nobody"],
      ["carl"],
    ],
    [
      "an order of one's own is no difference",
      ["bob", "anna"],
      ["u-anna", "u-bob"],
      ["bob", "anna"],
    ],
  ])("%s", (_, before, assigned, after) => {
    const model = scene({ assignees: before }, assigned);
    const cycle = syncOnce(model, { focus: focusOn("t") });
    expect(model.nodes.get("nt" as Node["id"])?.assignees).toEqual(after);
    expect(cycle.results.length).toBe(String(before) === String(after) ? 0 : 1);
  });

  it("FS-26 reports an unmapped user once", () => {
    const model = aModel([
      aContext("f", "sh"),
      aTask("t", "a", "f"),
      aTask("u", "b", "f"),
    ]);
    for (const id of ["t", "u"])
      model.assigned.set(ftrackId(id), new Set([ftrackId("u-nobody")]));
    model.world = aWorld();
    const users = model.world.users.ftrackUsers as Map<FtrackId, unknown>;
    users.set(ftrackId("u-nobody"), {
      id: ftrackId("u-nobody"),
      username: "nobody",
      email: null,
      firstName: "No",
      lastName: "Body",
      isActive: true,
    });
    const cycle = syncOnce(model, { focus: focusOn("f", "t", "u") });
    expect(rulesBroken(cycle)).toEqual(["user-not-mapped u-nobody"]);
  });

  it("ES-50 a task's type changes, its id stays", () => {
    const model = scene({}, []);
    model.contexts.set(
      ftrackId("t"),
      aTask("t", "anim", "f", { typeId: TASK_TYPES.comp }),
    );
    syncOnce(model, { focus: focusOn("t") });
    expect(model.nodes.get("nt" as Node["id"])?.type).toBe("Compositing");
  });

  it("ES-15, ES-16 a new one has its status, days, description and assignees", () => {
    const model = aModel([
      aContext("f", "sh"),
      aTask("t", "anim", "f", {
        statusId: STATUSES.progress,
        startDate: "2024-01-02T00:00:00",
        description: "do it",
      }),
    ]);
    model.assigned.set(ftrackId("t"), new Set([ftrackId("u-anna")]));
    syncOnce(model, { focus: focusOn("f", "t") });
    const task = [...model.nodes.values()].find((node) => node.kind === "task");
    expect(task).toMatchObject({
      status: "In progress",
      assignees: ["anna"],
      own: { startDate: "2024-01-02T00:00:00+00:00", description: "do it" },
    });
  });
});
