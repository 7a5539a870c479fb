import { describe, expect, it } from "vitest";
import { ContractError } from "../../../src/core/errors.ts";
import { parseEvent, projectOf } from "../../../src/core/event.ts";
import type { Envelope } from "../../../src/core/envelope.ts";
import { anEvent, taskStatus } from "../../support/events.ts";

function envelope(event: Record<string, unknown>): Envelope {
  return {
    v: 1,
    id: "e",
    topic: "ftrack.update",
    projectId: "p",
    via: "hub",
    receivedAt: 7,
    event,
  };
}

describe("who did it", () => {
  it.each([
    [
      "both parts, without a token",
      { id: "hub", user: { id: "u", username: "a@b" } },
      { id: "u", username: "a@b" },
      null,
    ],
    [
      "a name only",
      { user: { username: "a@b" } },
      { id: null, username: "a@b" },
      null,
    ],
    ["an id only", { user: { id: "u" } }, { id: "u", username: null }, null],
    [
      "a token, and no user",
      { clientToken: "t" },
      { id: null, username: null },
      "t",
    ],
    ["nothing", undefined, { id: null, username: null }, null],
    ["an odd user", { user: "a@b" }, { id: null, username: null }, null],
    ["no source at all", null, { id: null, username: null }, null],
  ])("%s", (_, source, actor, clientToken) => {
    const event = parseEvent(envelope({ source, data: { entities: [] } }));
    expect(event.actor).toEqual(actor);
    expect(event.clientToken).toBe(clientToken);
  });
});

describe("entities", () => {
  it("HA-6 reads the good ones and sets the odd ones aside", () => {
    const good = taskStatus("t", "a", "b");
    const event = anEvent([
      { entityId: "x" },
      good,
      "nonsense",
      { ...good, entityId: "bare", keys: null, changes: null, parents: null },
    ]);
    expect(event.entities.map((e) => e.entityId)).toEqual(["t", "bare"]);
    expect(event.entities[1]).toMatchObject({ keys: [], parents: [] });
    expect(event.malformed.map((m) => m.index)).toEqual([0, 2]);
  });

  it("reads a change that says only one side", () => {
    const changes = { a: { new: 1 }, b: { old: 2 }, c: null };
    const [entity] = anEvent([
      { ...taskStatus("t", null, null), changes },
    ]).entities;
    expect([...(entity?.changes ?? [])]).toEqual([
      ["a", { old: null, new: 1 }],
      ["b", { old: 2, new: null }],
    ]);
  });

  it("finds the project anywhere among the parents", () => {
    const [task] = anEvent([taskStatus("t", "a", "b")]).entities;
    expect(projectOf(task!)).toBe("p");
    expect(projectOf({ ...task!, parents: task!.parents.toReversed() })).toBe(
      "p",
    );
    expect(projectOf({ ...task!, parents: [] })).toBe(null);
    expect(projectOf({ ...task!, baseType: "show", parents: [] })).toBe("t");
  });

  it.each([
    ["given", { old: null, new: "p" }, "p"],
    ["taken", { old: "p", new: null }, "p"],
    ["odd", { old: null, new: "" }, null],
  ])("finds the project of a role that was %s", (_, project_id, project) => {
    const [role] = anEvent([
      {
        action: "add",
        entityType: "userroleproject",
        entityId: "r",
        changes: { project_id },
        parents: [{ entityId: "u", entityType: "user" }],
      },
    ]).entities;
    expect(projectOf(role!)).toBe(project);
    expect(projectOf({ ...role!, baseType: "appointment" })).toBe(null);
    expect(projectOf({ ...role!, changes: new Map() })).toBe(null);
  });

  it("refuses an event of which nothing can be used", () => {
    expect(() => parseEvent(envelope({ data: {} }))).toThrow(ContractError);
    expect(() => parseEvent(envelope({ data: 3 }))).toThrow(ContractError);
  });
});
