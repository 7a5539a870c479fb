import { describe, expect, it } from "vitest";
import {
  AYON_TOPICS,
  ayonChangeOf,
  envelopeOf,
  type AyonLogEvent,
} from "../../../src/core/ayon-event.ts";
import { parseEvent } from "../../../src/core/event.ts";
import { ftrackId } from "../../../src/core/ids.ts";

const ID = "0".repeat(32);

function row(more: Partial<AyonLogEvent> = {}): AyonLogEvent {
  return {
    id: "e1",
    topic: "entity.task.status_changed",
    project: "show",
    user: "anna",
    summary: { entityId: ID },
    payload: { oldValue: "Ready", newValue: "Approved" },
    createdAt: "2026-05-04T10:00:00.000001+00:00",
    ...more,
  };
}

function changeOf(more: Partial<AyonLogEvent>) {
  const envelope = envelopeOf(row(more), ftrackId("project"), 7);
  return ayonChangeOf(parseEvent(envelope));
}

describe("events of AYON", () => {
  it.each(AYON_TOPICS)("%s goes through an envelope and back", (topic) => {
    const [, entityType, what] = topic.split(".");
    expect(changeOf({ topic })).toEqual({
      eventId: "ayon-e1",
      entityType,
      field: what?.replace("_changed", ""),
      entityId: ID,
      oldValue: "Ready",
      newValue: "Approved",
    });
  });

  it("carries the project, an id of its own and the user", () => {
    const envelope = envelopeOf(row(), ftrackId("project"), 7);
    const event = parseEvent(envelope);
    expect(event).toMatchObject({
      id: "ayon-e1",
      projectId: "project",
      actor: { id: null, username: "anna" },
      clientToken: null,
      entities: [],
    });
  });

  it("has no values where AYON keeps no audit trail, and may have no user", () => {
    expect(changeOf({ payload: {}, user: null })).toMatchObject({
      oldValue: null,
      newValue: null,
    });
  });

  it.each<[string, Partial<AyonLogEvent>]>([
    ["no entity", { summary: {} }],
    ["an id that is none", { summary: { entityId: "../x" } }],
    ["another topic", { topic: "entity.product.status_changed" }],
    [
      "a prototype key",
      {
        summary: JSON.parse(`{"__proto__":{"entityId":"${ID}"}}`) as Record<
          string,
          unknown
        >,
      },
    ],
  ])("tells nothing with %s", (_title, more) => {
    expect(changeOf(more)).toBeNull();
  });
});
