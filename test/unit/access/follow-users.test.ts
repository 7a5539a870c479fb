import { describe, expect, it } from "vitest";
import {
  concernsUsers,
  decideUsers,
  usersIn,
  type UserFacts,
} from "../../../src/handlers/access/follow-users.ts";
import { skipReasons } from "../../support/decisions.ts";
import { anEvent, type WireItem } from "../../support/events.ts";
import { aPerson, anAccount } from "../../support/people.ts";

function user(entityId: string, action = "update"): WireItem {
  return { action, entityType: "user", entityId, keys: ["email"] };
}

function role(entityType: string, more: Partial<WireItem>): WireItem {
  return { action: "add", entityType, entityId: "role", ...more };
}

describe("users an event is about", () => {
  const above = [
    { entityId: "role", entityType: "userrole" },
    { entityId: "ben", entityType: "user" },
  ];
  it.each<[string, WireItem, readonly string[]]>([
    ["who is new", user("anna", "add"), ["anna"]],
    ["who changed", user("anna"), ["anna"]],
    ["who is gone: nobody is deleted", user("anna", "remove"), []],
    ["whose role came", role("auth_userrole", { parents: above }), ["ben"]],
    [
      "whose role went",
      role("usersecurityrole", {
        action: "remove",
        changes: { user_id: { old: "cy", new: null } },
      }),
      ["cy"],
    ],
    ["a role of nobody", role("userrole", { changes: null }), []],
    ["something else", role("task", { parents: above }), []],
  ])("%s", (_, item, ids) => {
    const event = anEvent([item], { projectId: null });
    expect(usersIn([event])).toEqual(ids);
    if (ids.length > 0) expect(event.entities.some(concernsUsers)).toBe(true);
  });

  it("are named once, and a malformed one stops none of them (HA-6)", () => {
    const event = anEvent([user("a"), null, { entityType: "user" }, user("b")]);
    expect(usersIn([event, anEvent([user("a")])])).toEqual(["a", "b"]);
  });
});

function factsOf(): UserFacts {
  const people = ["anna", "ben"].map((name) => ({
    ...aPerson(name),
    type: "user",
    rank: "artist" as const,
    isActive: name === "anna",
  }));
  return {
    touched: [...people.map((p) => p.id), aPerson("gone").id],
    people: new Map(people.map((p) => [p.id, p])),
    ayonNames: new Map(people.slice(1).map((p) => [p.id, "benjamin"])),
    ayonUsers: [anAccount("benjamin")],
  };
}

describe("users follow those of Ftrack", () => {
  it("creates, changes by the mapping, and passes over who is gone", () => {
    const decision = decideUsers(factsOf(), {
      follow_events: true,
      change_roles: false,
    });
    expect(
      decision.changes.map((c) =>
        c.kind === "ayon.user" ? [c.op, c.user, c.data["active"]] : c.kind,
      ),
    ).toEqual([
      ["create", "anna", true],
      ["update", "benjamin", false],
    ]);
    expect(skipReasons(decision)).toEqual({ "id-gone": "entity-gone" });
  });

  it("does nothing unless it is switched on", () => {
    const decision = decideUsers(factsOf(), {
      follow_events: false,
      change_roles: false,
    });
    expect(decision.changes).toEqual([]);
    expect(new Set(decision.skips.map((s) => s.reason))).toEqual(
      new Set(["switched-off"]),
    );
  });
});
