import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { AyonUser, Subject } from "./change.ts";
import type { Issue, Skip, SkipReason } from "./decision.ts";
import type { FtrackId } from "./ids.ts";
import type { AyonUserRow } from "./ports.ts";
import type { FtrackUser } from "./reference.ts";
import { localPart } from "./users.ts";

export type Rank = "admin" | "manager" | "artist";

/** An Ftrack user as a whole. */
export interface Person extends FtrackUser {
  /** Name of the user's type: `default`, `service`, `demo`. */
  readonly type: string;
  /** By the security roles that hold for all projects. */
  readonly rank: Rank;
}

export interface UserPlanOptions {
  /** Ranks of existing users follow those in Ftrack. New users get theirs in any case. */
  readonly changeRoles: boolean;
  /** Access groups of new artists; those of existing users are left alone. */
  readonly defaultAccessGroups: readonly string[];
}

/** Types of users that are no people. */
const NO_PEOPLE = ["service", "demo"];
/** What AYON takes for a name. */
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*[a-zA-Z0-9]$/;

/**
 * The rank that goes with security roles, by their names: that of an administrator, of a project manager, or
 * none. Only roles that hold for all projects count.
 */
export function rankOf(roles: readonly string[]): Rank {
  const names = roles.map((role) => role.trim().toLowerCase());
  if (names.includes("administrator")) return "admin";
  return names.includes("project manager") ? "manager" : "artist";
}

export type UserVerdict = AyonUser | Skip | Issue;

/**
 * Brings one Ftrack user to AYON: creates the user where there is none, and writes what differs otherwise.
 * Nobody is deleted; services and guests of AYON are left alone; a name or an address is never cleared; the
 * last active administrator stays one.
 *
 * @param current - the user's AYON counterpart by `mapUsers`; null when there is none
 * @param all - all AYON users
 */
export function planUser(
  person: Person,
  current: AyonUserRow | null,
  all: readonly AyonUserRow[],
  options: UserPlanOptions,
): UserVerdict {
  const subject: Subject = {
    ftrackId: person.id,
    path: person.username,
    type: "User",
  };
  const skip = (reason: SkipReason, detail: string): Skip => ({
    subject,
    reason,
    detail,
  });
  if (NO_PEOPLE.includes(person.type.toLowerCase()))
    return skip("not-relevant", `Users of type ${person.type} are no people.`);
  if (current !== null && (current.isService || current.isGuest))
    return skip("not-relevant", "Its AYON user is a service or a guest.");
  if (current === null) return planNew(person, subject, all, options);
  const patch = patchFor(person, current, all, options);
  return Object.keys(patch).length === 0
    ? skip("already-set", "Its AYON user is as it should be.")
    : {
        id: `user-${current.name}`,
        kind: "ayon.user",
        subject,
        op: "update",
        user: current.name,
        data: patch,
      };
}

/** What becomes of each of several users. */
export interface UsersPlan {
  readonly changes: readonly AyonUser[];
  readonly skips: readonly Skip[];
  readonly issues: readonly Issue[];
}

/**
 * Brings Ftrack users to AYON, one after the other: who was demoted by an earlier line counts as such for the
 * next, so that the last administrator stays.
 *
 * @param nameOf - name of the user's AYON counterpart
 * @param all - all AYON users
 */
export function planUsers(
  people: readonly Person[],
  nameOf: (id: FtrackId) => string | undefined,
  all: readonly AyonUserRow[],
  options: UserPlanOptions,
): UsersPlan {
  const changes: AyonUser[] = [];
  const skips: Skip[] = [];
  const issues: Issue[] = [];
  let current = all;
  for (const person of people) {
    const name = nameOf(person.id);
    const now = current.find((user) => user.name === name) ?? null;
    const verdict = planUser(person, now, current, options);
    if ("kind" in verdict) {
      changes.push(verdict);
      current = current.map((user) =>
        user === now ? after(user, verdict) : user,
      );
    } else if ("reason" in verdict) skips.push(verdict);
    else issues.push(verdict);
  }
  return { changes, skips, issues };
}

const patched = z.looseObject({
  active: z.boolean().optional(),
  data: z.looseObject({ isAdmin: z.boolean().optional() }).optional(),
});

function after(user: AyonUserRow, { data }: AyonUser): AyonUserRow {
  const { active = user.active, data: inner } = patched.parse(data);
  return { ...user, active, isAdmin: inner?.isAdmin ?? user.isAdmin };
}

function planNew(
  person: Person,
  subject: Subject,
  all: readonly AyonUserRow[],
  options: UserPlanOptions,
): UserVerdict {
  if (!person.isActive)
    return {
      subject,
      reason: "not-relevant",
      detail: "A user who is switched off is not created.",
    };
  const name = localPart(person.username) ?? "";
  const problem = (rule: string, detail: string, fix: string): Issue => ({
    severity: "error",
    rule,
    subject,
    detail,
    fix,
  });
  if (!NAME.test(name))
    return problem(
      "user-name-invalid",
      `AYON takes no user called "${name}".`,
      "Give the Ftrack user a name of letters, digits, dots, dashes and underscores.",
    );
  if (all.some((user) => user.name.toLowerCase() === name))
    return problem(
      "user-name-taken",
      `The AYON user ${name} is another Ftrack user, or a service.`,
      "Give one of the two another name, or both accounts the same e-mail address.",
    );
  const isArtist = person.rank === "artist";
  return {
    id: `user-${name}`,
    kind: "ayon.user",
    subject,
    op: "create",
    user: name,
    data: {
      active: true,
      attrib: attributesOf(person),
      data: {
        ftrack: remembered(person, null),
        isAdmin: person.rank === "admin",
        isManager: person.rank === "manager",
        ...(isArtist && {
          defaultAccessGroups: [...options.defaultAccessGroups],
        }),
      },
    },
  };
}

/** What differs, in the form of a PATCH. */
function patchFor(
  person: Person,
  current: AyonUserRow,
  all: readonly AyonUserRow[],
  options: UserPlanOptions,
): Readonly<Record<string, unknown>> {
  const isLastAdmin =
    current.isAdmin &&
    !all.some((u) => u.isAdmin && u.active && u.name !== current.name);
  const active =
    person.isActive !== current.active && (person.isActive || !isLastAdmin);
  const wanted = attributesOf(person);
  const attrib = Object.entries(wanted).filter(
    ([key, value]) =>
      value !== (key === "email" ? current.email : current.fullName),
  );
  const ranks = {
    isAdmin: person.rank === "admin" || isLastAdmin,
    isManager: person.rank === "manager",
  };
  const data = Object.entries({
    ftrack: remembered(person, current),
    ...(options.changeRoles && ranks),
  }).filter(([key, value]) => {
    const now =
      key === "isAdmin"
        ? current.isAdmin
        : key === "isManager"
          ? current.isManager
          : current.data[key];
    return !isDeepStrictEqual(now, value);
  });
  return {
    ...(active && { active: person.isActive }),
    ...(attrib.length > 0 && { attrib: Object.fromEntries(attrib) }),
    ...(data.length > 0 && { data: Object.fromEntries(data) }),
  };
}

function attributesOf(person: Person): Readonly<Record<string, string>> {
  const fullName = `${person.firstName} ${person.lastName}`.trim();
  const email = person.email?.trim() ?? "";
  return {
    ...(email !== "" && { email }),
    ...(fullName !== "" && { fullName }),
  };
}

/** What AYON remembers of the Ftrack user, beside what others may have put there. */
function remembered(
  person: Person,
  current: AyonUserRow | null,
): Readonly<Record<string, unknown>> {
  const now = current?.data["ftrack"];
  const others = typeof now === "object" && now !== null ? now : {};
  return { ...others, id: person.id, username: person.username };
}
