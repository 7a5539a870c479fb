import { describe, expect, it } from "vitest";
import { ftrackId } from "../../../src/core/ids.ts";
import {
  arrivalsIn,
  editsIn,
  mayConcernAttributes,
} from "../../../src/handlers/attributes/events.ts";
import {
  ANNA,
  anEvent,
  taskStatus,
  versionStatus,
  type WireItem,
} from "../../support/events.ts";

function edit(
  entityId: string,
  changes: WireItem["changes"],
  more: Partial<WireItem> = {},
): WireItem {
  return taskStatus(entityId, null, null, {
    entity_type: "Shot",
    changes: changes ?? null,
    keys: Object.keys(changes ?? {}),
    ...more,
  });
}

const frame = { frameStart: { old: "1001", new: "1010" } };

describe("what may concern attributes", () => {
  it.each<[string, WireItem, boolean]>([
    ["an attribute of a shot", edit("s", frame), true],
    [
      "an attribute of the project",
      edit("p", frame, { entityType: "show" }),
      true,
    ],
    ["a status", taskStatus("t", "a", "b"), false],
    [
      "our own bookkeeping",
      edit("s", { ayon_id: { old: "", new: "x" } }),
      false,
    ],
    ["a new shot", edit("s", {}, { action: "add" }), true],
    [
      "a new project",
      edit("p", {}, { action: "add", entityType: "show" }),
      false,
    ],
    ["a removed shot", edit("s", frame, { action: "remove" }), false],
    ["a moved shot", edit("s", {}, { action: "move" }), true],
    [
      "a shot that was moved by an update",
      edit("s", { parent_id: { old: "a", new: "b" } }),
      true,
    ],
    ["a version", versionStatus("v", "a", "b"), false],
    [
      "an attribute of a version",
      { ...versionStatus("v", "a", "b"), changes: frame },
      false,
    ],
    ["nothing", edit("s", null), false],
  ])("%s", (_, item, does) => {
    const [entity] = anEvent([item]).entities;
    expect(mayConcernAttributes(entity!)).toBe(does);
  });
});

describe("edits", () => {
  it("the last one of each entity and key, with who made it", () => {
    const events = [
      anEvent([edit("s", frame), edit("r", frame)]),
      anEvent(
        [
          edit("s", {
            frameStart: { old: "1010", new: "" },
            frameEnd: { old: "", new: "5" },
          }),
        ],
        { user: null },
      ),
    ];
    const nobody = { id: null, username: null };
    expect(editsIn(events, ["frameStart", "frameEnd"])).toEqual([
      {
        entityId: "r",
        key: "frameStart",
        value: "1010",
        old: "1001",
        actor: ANNA,
      },
      {
        entityId: "s",
        key: "frameStart",
        value: null,
        old: "1010",
        actor: nobody,
      },
      { entityId: "s", key: "frameEnd", value: "5", old: "", actor: nobody },
    ]);
  });

  it.each<[string, WireItem, number]>([
    ["of another attribute", edit("s", { fps: { old: "", new: "2" } }), 0],
    ["of a removed one", edit("s", frame, { action: "remove" }), 0],
    ["on creation", edit("s", frame, { action: "add" }), 1],
    [
      "none on creation",
      edit("s", { frameStart: { old: null, new: null } }, { action: "add" }),
      0,
    ],
    ["of a version", { ...versionStatus("v", "a", "b"), changes: frame }, 0],
    ["of the project", edit("p", frame, { entityType: "show" }), 1],
  ])("%s", (_, item, count) => {
    expect(editsIn([anEvent([item])], ["frameStart"])).toHaveLength(count);
  });
});

describe("arrivals", () => {
  const types = new Set([ftrackId("shot-type")]);
  const moved = { parent_id: { old: "a", new: "b" } };

  it.each<[string, WireItem[], unknown]>([
    [
      "created, of a type that has the attribute",
      [edit("s", {}, { action: "add", objectTypeId: "shot-type" })],
      [{ entityId: "s", isNew: true }],
    ],
    [
      "created, of a type that is not told",
      [edit("s", {}, { action: "add" })],
      [{ entityId: "s", isNew: true }],
    ],
    [
      "created, of another type",
      [edit("s", {}, { action: "add", objectTypeId: "other" })],
      [],
    ],
    [
      "moved, of any type",
      [edit("s", moved, { objectTypeId: "other" })],
      [{ entityId: "s", isNew: false }],
    ],
    [
      "created and moved is new",
      [edit("s", {}, { action: "add" }), edit("s", {}, { action: "move" })],
      [{ entityId: "s", isNew: true }],
    ],
    [
      "created and removed never came",
      [edit("s", {}, { action: "add" }), edit("s", {}, { action: "remove" })],
      [],
    ],
    ["edited only", [edit("s", frame)], []],
    [
      "not a context",
      [edit("s", {}, { action: "add", entityType: "asset" })],
      [],
    ],
  ])("%s", (_, items, arrivals) => {
    expect(arrivalsIn([anEvent(items)], types)).toEqual(arrivals);
  });
});
