import { describe, expect, it } from "vitest";
import type { AyonUserRow } from "../../../src/core/ports.ts";
import {
  planUser,
  rankOf,
  type Person,
  type Rank,
  type UserPlanOptions,
} from "../../../src/core/user-plan.ts";
import { aPerson, anAccount } from "../../support/people.ts";

const LINK = { id: "id-Anna@studio.test", username: "Anna@studio.test" };

function person(more: Partial<Person> = {}): Person {
  return { ...aPerson(LINK.username), type: "user", rank: "artist", ...more };
}

/** An account that is just as the plain person wants it. */
function account(more: Partial<AyonUserRow> = {}): AyonUserRow {
  return anAccount("anna", { data: { ftrack: LINK }, ...more });
}

const boss = anAccount("boss", { isAdmin: true });
const options: UserPlanOptions = {
  changeRoles: false,
  defaultAccessGroups: ["artist"],
};

describe("the rank that goes with security roles", () => {
  it.each<[readonly string[], Rank]>([
    [[], "artist"],
    [["User", "API"], "artist"],
    [["Project Manager", "User"], "manager"],
    [[" administrator "], "admin"],
    [["project manager", "ADMINISTRATOR"], "admin"],
  ])("FS-50 %o: %s", (roles, rank) => {
    expect(rankOf(roles)).toBe(rank);
  });
});

describe("a user who is not in AYON", () => {
  it.each<[string, Rank, object]>([
    [
      "an artist gets the default groups",
      "artist",
      { isAdmin: false, isManager: false, defaultAccessGroups: ["artist"] },
    ],
    ["a manager", "manager", { isAdmin: false, isManager: true }],
    ["an administrator", "admin", { isAdmin: true, isManager: false }],
  ])("FS-50 is created: %s", (_, rank, data) => {
    const made = person({
      rank,
      email: " anna@studio.test ",
      firstName: "Anna",
      lastName: "Bo",
    });
    expect(planUser(made, null, [boss], options)).toEqual({
      id: "user-anna",
      kind: "ayon.user",
      subject: { ftrackId: LINK.id, path: LINK.username, type: "User" },
      op: "create",
      user: "anna",
      data: {
        active: true,
        attrib: { email: "anna@studio.test", fullName: "Anna Bo" },
        data: { ftrack: LINK, ...data },
      },
    });
  });

  it("has no address or name where Ftrack has none", () => {
    expect(planUser(person(), null, [], options)).toMatchObject({
      data: { attrib: {} },
    });
  });

  it.each<[string, Partial<Person>, readonly AyonUserRow[], object]>([
    ["is switched off", { isActive: false }, [], { reason: "not-relevant" }],
    ["is a service", { type: "Service" }, [], { reason: "not-relevant" }],
    [
      "has a name AYON does not take",
      { username: "änna@studio.test" },
      [],
      { rule: "user-name-invalid", severity: "error" },
    ],
    [
      "has no name",
      { username: "@studio.test" },
      [],
      { rule: "user-name-invalid" },
    ],
    [
      "has the name of somebody else",
      {},
      [anAccount("Anna", { isService: true })],
      { rule: "user-name-taken", severity: "error" },
    ],
  ])("is left alone: %s", (_, more, all, verdict) => {
    const found = planUser(person(more), null, all, options);
    expect(found).toMatchObject(verdict);
    expect(found).not.toHaveProperty("kind");
  });
});

interface Row {
  readonly person?: Partial<Person>;
  readonly now?: Partial<AyonUserRow>;
  readonly changeRoles?: boolean;
  readonly others?: readonly AyonUserRow[];
  /** Null: nothing is written. */
  readonly patch: object | null;
}

describe("a user who is in AYON", () => {
  it.each<[string, Row]>([
    ["nothing differs", { patch: null }],
    [
      "FS-52 who is switched off in Ftrack is in AYON",
      { person: { isActive: false }, patch: { active: false } },
    ],
    [
      "who is back in Ftrack is in AYON",
      { now: { active: false }, patch: { active: true } },
    ],
    [
      "a name and an address follow",
      {
        person: { email: "a@b.test", firstName: "Anna" },
        now: { email: "old@b.test", fullName: "A" },
        patch: { attrib: { email: "a@b.test", fullName: "Anna" } },
      },
    ],
    [
      "a name and an address are never cleared",
      { now: { email: "a@b.test", fullName: "Anna" }, patch: null },
    ],
    [
      "who it is in Ftrack is remembered, beside what else is there",
      {
        now: { data: { ftrack: { id: "old", more: 1 }, theme: "dark" } },
        patch: { data: { ftrack: { ...LINK, more: 1 } } },
      },
    ],
    [
      "FS-50 a rank stays without the option",
      { person: { rank: "manager" }, now: { isAdmin: true }, patch: null },
    ],
    [
      "FS-50 a rank follows with the option",
      {
        person: { rank: "manager" },
        changeRoles: true,
        patch: { data: { isManager: true } },
      },
    ],
    [
      "FS-50 down, too",
      {
        now: { isAdmin: true },
        others: [boss],
        changeRoles: true,
        patch: { data: { isAdmin: false } },
      },
    ],
    [
      "the last administrator stays one",
      { now: { isAdmin: true }, changeRoles: true, patch: null },
    ],
    [
      "an administrator who is switched off does not count as another",
      {
        now: { isAdmin: true },
        others: [{ ...boss, active: false }],
        changeRoles: true,
        patch: null,
      },
    ],
    [
      "the last administrator stays active",
      {
        person: { isActive: false, rank: "admin" },
        now: { isAdmin: true },
        patch: null,
      },
    ],
    [
      "FS-51 services are left alone",
      { person: { isActive: false }, now: { isService: true }, patch: null },
    ],
    [
      "guests are left alone",
      { person: { isActive: false }, now: { isGuest: true }, patch: null },
    ],
  ])("%s", (_, row) => {
    const now = account(row.now);
    const found = planUser(
      person(row.person),
      now,
      [now, ...(row.others ?? [])],
      {
        ...options,
        changeRoles: row.changeRoles ?? false,
      },
    );
    expect("kind" in found ? found.data : null).toEqual(row.patch);
    if ("kind" in found)
      expect(found).toMatchObject({ op: "update", user: "anna" });
  });
});
