import { describe, expect, it } from "vitest";
import { isNote, touchedNotes } from "../../../src/handlers/comments/gather.ts";
import { anEvent, type WireItem } from "../../support/events.ts";

function note(entityId: string, more: Partial<WireItem> = {}): WireItem {
  return {
    action: "add",
    entityType: "note",
    entity_type: "Note",
    entityId,
    keys: ["text"],
    changes: {},
    parents: [
      { entityId, entityType: "note" },
      { entityId: "shot", entityType: "task" },
      { entityId: "seq", entityType: "task" },
      { entityId: "p", entityType: "show" },
    ],
    ...more,
  };
}

describe("what is about a note", () => {
  it.each<[string, WireItem, boolean]>([
    ["added", note("n"), true],
    ["removed", note("n", { action: "remove", keys: [] }), true],
    ["another text", note("n", { action: "update" }), true],
    ["done", note("n", { action: "update", keys: ["completed_at"] }), false],
    [
      "an update that does not say of what",
      note("n", { action: "update", keys: [] }),
      true,
    ],
    ["caught up with", note("n", { action: "refresh", keys: [] }), true],
    ["not a note", note("n", { entityType: "task" }), false],
  ])("%s", (_, item, is) => {
    expect(isNote(anEvent([item]).entities[0]!)).toBe(is);
  });

  it("is known with what the note is on, as far as an event says so", () => {
    const events = [
      anEvent([note("a"), note("b", { parents: [] })]),
      anEvent([
        note("a", { action: "remove", parents: [] }),
        note("c", {
          parents: [
            { entityId: "c", entityType: "note" },
            { entityId: "n0", entityType: "note" },
            { entityId: "v", entityType: "assetversion" },
            { entityId: "shot", entityType: "task" },
          ],
        }),
      ]),
    ];
    expect([...touchedNotes(events)]).toEqual([
      ["a", "shot"],
      ["b", null],
      ["c", "v"],
    ]);
  });
});
