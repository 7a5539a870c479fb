import { describe, expect, it } from "vitest";
import {
  taskTransitions,
  versionTransitions,
} from "../../../src/handlers/statuses/transitions.ts";
import {
  ANNA,
  anEvent,
  taskStatus,
  versionStatus,
} from "../../support/events.ts";

describe("changes of a task's status", () => {
  it.each([
    ["from one to another", taskStatus("t", "a", "b"), ["t"]],
    ["HA-20 a new task", taskStatus("t", null, "b"), []],
    ["HA-20 a removed task", taskStatus("t", "a", null), []],
    ["an empty old status", taskStatus("t", "", "b"), []],
    ["another field", taskStatus("t", "a", "b", { changes: {} }), []],
    ["no changes", taskStatus("t", "a", "b", { changes: null }), []],
    ["HA-34 a Shot", taskStatus("s", "a", "b", { entity_type: "Shot" }), []],
    ["a version", versionStatus("v", "a", "b"), []],
    [
      "something else that calls itself Task",
      taskStatus("x", "a", "b", { entityType: "note" }),
      [],
    ],
  ])("%s", (_, item, ids) => {
    expect(taskTransitions([anEvent([item])]).map((t) => t.entityId)).toEqual(
      ids,
    );
  });

  it("HA-6 odd entities are left out, the others are not", () => {
    const event = anEvent([
      { entityId: 3 },
      { ...taskStatus("t1", "a", "b"), parents: undefined },
      taskStatus("t2", "a", "b", { changes: null }),
      taskStatus("t3", "a", "b"),
    ]);
    expect(taskTransitions([event])).toEqual([
      {
        entityId: "t1",
        parentId: "shot",
        newStatusId: "b",
        actor: ANNA,
      },
      { entityId: "t3", parentId: "shot", newStatusId: "b", actor: ANNA },
    ]);
  });

  it("the last change of each task counts, in the order of the events", () => {
    const events = [
      anEvent([taskStatus("t1", "a", "b"), taskStatus("t2", "a", "b")]),
      anEvent([taskStatus("t1", "b", "c")], { user: null }),
    ];
    expect(
      taskTransitions(events).map((t) => [t.entityId, t.newStatusId, t.actor]),
    ).toEqual([
      ["t2", "b", ANNA],
      ["t1", "c", { id: null, username: null }],
    ]);
  });
});

describe("statuses that versions got", () => {
  it.each([
    ["from one to another", versionStatus("v", "a", "b"), ["v"]],
    ["HA-38 a new version", versionStatus("v", null, "b"), ["v"]],
    ["a removed version", versionStatus("v", "a", null), []],
    [
      "a removed version that says a status",
      versionStatus("v", "a", "b", { action: "remove" }),
      [],
    ],
    ["another field", versionStatus("v", "a", "b", { changes: {} }), []],
    ["a task", taskStatus("t", "a", "b"), []],
  ])("%s", (_, item, ids) => {
    expect(
      versionTransitions([anEvent([item])]).map((t) => t.entityId),
    ).toEqual(ids);
  });
});
