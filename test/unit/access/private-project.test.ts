import { describe, expect, it } from "vitest";
import { projectName, type FtrackId } from "../../../src/core/ids.ts";
import type { AyonUserRow } from "../../../src/core/ports.ts";
import {
  decideAccess,
  touchedUsers,
  type AccessFacts,
} from "../../../src/handlers/access/private-project.ts";
import { skipReasons } from "../../support/decisions.ts";
import { anEvent, type WireItem } from "../../support/events.ts";
import { aPerson, anAccount } from "../../support/people.ts";

function role(user: string, more: Partial<WireItem> = {}): WireItem {
  return {
    action: "add",
    entityType: "userroleproject",
    entityId: `role-${user}`,
    changes: { project_id: { old: null, new: "p" } },
    parents: [
      { entityId: `role-${user}`, entityType: "userroleproject" },
      { entityId: user, entityType: "user" },
    ],
    ...more,
  };
}

describe("users whose roles on a project changed", () => {
  it("are those above the role, each once", () => {
    const events = [
      anEvent([role("a"), role("b"), role("x", { entityType: "appointment" })]),
      anEvent([role("a", { action: "remove" }), role("y", { parents: [] })]),
    ];
    expect(touchedUsers(events)).toEqual(["a", "b"]);
  });
});

interface Row {
  readonly user?: Partial<AyonUserRow> | null;
  readonly isAllowed: boolean;
  readonly isPrivate?: boolean;
  /** Access groups afterwards, by project. */
  readonly groups?: Readonly<Record<string, readonly string[]>>;
  readonly skip?: string;
}

const ANNA = aPerson("anna");
const artist = { defaultAccessGroups: ["artist", "freelancer"] };

function factsOf(row: Row): AccessFacts {
  const { user } = row;
  return {
    project: projectName("secret"),
    isPrivate: row.isPrivate ?? true,
    touched: [ANNA.id],
    allowed: new Set<FtrackId>(row.isAllowed ? [ANNA.id] : []),
    ftrackUsers: new Map([[ANNA.id, ANNA]]),
    ayonUsers:
      user === null ? new Map() : new Map([[ANNA.id, anAccount("anna", user)]]),
  };
}

describe("access to a private project", () => {
  it.each<[string, Row]>([
    [
      "FS-53 who is added gets the groups of the user's default",
      {
        user: { ...artist, accessGroups: { other: ["x"] } },
        isAllowed: true,
        groups: { other: ["x"], secret: ["artist", "freelancer"] },
      },
    ],
    [
      "who has groups there keeps them",
      {
        user: { ...artist, accessGroups: { secret: ["lead"] } },
        isAllowed: true,
        skip: "already-set",
      },
    ],
    [
      "who has no groups by default gets none",
      { user: {}, isAllowed: true, skip: "already-set" },
    ],
    [
      "FS-53 who is removed loses them",
      {
        user: { accessGroups: { secret: ["lead"], other: ["x"] } },
        isAllowed: false,
        groups: { other: ["x"], secret: [] },
      },
    ],
    [
      "who is removed and had none",
      { user: artist, isAllowed: false, skip: "already-set" },
    ],
    [
      "an administrator's access does not hang on groups",
      {
        user: { ...artist, isAdmin: true },
        isAllowed: true,
        skip: "not-relevant",
      },
    ],
    [
      "nor a manager's",
      {
        user: { ...artist, isManager: true },
        isAllowed: true,
        skip: "not-relevant",
      },
    ],
    [
      "a service is left alone",
      {
        user: { ...artist, isService: true },
        isAllowed: true,
        skip: "not-relevant",
      },
    ],
    [
      "so is a guest",
      {
        user: { ...artist, isGuest: true },
        isAllowed: true,
        skip: "not-relevant",
      },
    ],
    [
      "an open project is left alone",
      { user: artist, isAllowed: true, isPrivate: false, skip: "not-relevant" },
    ],
    ["who is not in AYON", { user: null, isAllowed: true, skip: "not-linked" }],
  ])("%s", (_, row) => {
    const facts = factsOf(row);
    const decision = decideAccess(facts);
    expect(decision.changes).toEqual(
      row.groups === undefined
        ? []
        : [
            {
              id: "access-anna",
              kind: "ayon.user",
              subject: { ftrackId: ANNA.id, path: "anna", type: "User" },
              op: "update",
              user: "anna",
              data: { data: { accessGroups: row.groups } },
            },
          ],
    );
    expect(skipReasons(decision)).toEqual(
      row.skip === undefined ? {} : { [ANNA.id]: row.skip },
    );
    const accessGroups = row.groups;
    if (accessGroups === undefined) return;
    const again = { ...row, user: { ...row.user, accessGroups } };
    expect(decideAccess(factsOf(again)).changes).toEqual([]);
  });

  it("FS-53 one event with three users changes all three", () => {
    const people = ["a", "b", "c"].map((name) => aPerson(name));
    const ids = people.map((p) => p.id);
    const decision = decideAccess({
      project: projectName("secret"),
      isPrivate: true,
      touched: ids,
      allowed: new Set(ids),
      ftrackUsers: new Map(people.map((p) => [p.id, p])),
      ayonUsers: new Map(
        people.map((p) => [p.id, anAccount(p.username, artist)]),
      ),
    });
    expect(decision.changes.map((c) => c.id)).toEqual([
      "access-a",
      "access-b",
      "access-c",
    ]);
  });

  it("says in a skip what an administrator has to know", () => {
    const detail = (row: Row) => decideAccess(factsOf(row)).skips[0]?.detail;
    expect(detail({ user: {}, isAllowed: true })).toBe(
      "The user has no access groups by default.",
    );
    expect(detail({ user: {}, isAllowed: false })).toBe(
      "The user's access is as it should be.",
    );
    expect(
      detail({
        user: { accessGroups: { secret: ["x"] } },
        isAllowed: true,
      }),
    ).toBe("The user's access is as it should be.");
    expect(detail({ isAllowed: true, isPrivate: false })).toBe(
      "secret is no private project.",
    );
    expect(detail({ user: null, isAllowed: true })).toBe(
      "There is no AYON user for this one.",
    );
    expect(detail({ user: { isAdmin: true }, isAllowed: true })).toBe(
      "The user's access does not hang on groups.",
    );
  });
});
