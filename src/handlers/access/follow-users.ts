import { z } from "zod";
import type { AyonUser } from "../../core/change.ts";
import type { Decision, Issue, Skip } from "../../core/decision.ts";
import type { EntityChange, FtrackEvent } from "../../core/event.ts";
import type { StudioContext } from "../../core/handler.ts";
import { ftrackId, type FtrackId } from "../../core/ids.ts";
import type { AyonUserRow } from "../../core/ports.ts";
import { inList, select, type Query } from "../../core/query.ts";
import type { UserMap } from "../../core/reference.ts";
import { idField } from "../../core/rows.ts";
import {
  planUser,
  rankOf,
  type Person,
  type UserVerdict,
} from "../../core/user-plan.ts";

export interface FollowUsersSettings {
  readonly follow_events: boolean;
  readonly change_roles: boolean;
}

export interface UserFacts {
  readonly touched: readonly FtrackId[];
  readonly people: ReadonlyMap<FtrackId, Person>;
  /** Ftrack user → name of the AYON user. */
  readonly ayonNames: ReadonlyMap<FtrackId, string>;
  readonly ayonUsers: readonly AyonUserRow[];
}

/** Tables of the roles of a user, by the age of the server. */
const ROLES = ["auth_userrole", "userrole", "usersecurityrole"];

function isUser(entity: EntityChange): boolean {
  return entity.baseType === "user" && entity.action !== "remove";
}

/** Whether a user came or changed, or the user's roles did. */
export function concernsUsers(entity: EntityChange): boolean {
  return isUser(entity) || ROLES.includes(entity.baseType);
}

/** The users the events are about, each once. */
export function usersIn(events: readonly FtrackEvent[]): FtrackId[] {
  const ids = events
    .flatMap((event) => event.entities)
    .flatMap((entity): FtrackId[] => {
      if (isUser(entity)) return [entity.entityId];
      if (!ROLES.includes(entity.baseType)) return [];
      const change =
        entity.changes.get("userid") ?? entity.changes.get("user_id");
      const named = [change?.new, change?.old].find(
        (id) => typeof id === "string" && id !== "",
      );
      const above = entity.parents.find((p) => p.baseType === "user");
      if (above !== undefined) return [above.entityId];
      return typeof named === "string" ? [ftrackId(named)] : [];
    });
  return [...new Set(ids)];
}

const userRow = z
  .object({
    id: idField,
    username: z.string(),
    email: z.string().nullish(),
    first_name: z.string().nullish(),
    last_name: z.string().nullish(),
    is_active: z.boolean().nullish(),
    user_type: z.object({ name: z.string() }).nullish().catch(null),
  })
  .transform((row): Omit<Person, "rank"> => ({
    id: row.id,
    username: row.username,
    email: row.email ?? null,
    firstName: row.first_name ?? "",
    lastName: row.last_name ?? "",
    isActive: row.is_active ?? true,
    type: row.user_type?.name ?? "",
  }));

function usersBy(ids: Iterable<FtrackId>): Query<Omit<Person, "rank">> {
  return select({
    type: "User",
    fields: [
      "id",
      "username",
      "email",
      "first_name",
      "last_name",
      "is_active",
      "user_type.name",
    ],
    row: userRow,
    where: inList("id", ids),
  });
}

const roleRow = z.object({
  user_id: idField,
  is_all_projects: z.boolean().nullish(),
  security_role: z.object({ name: z.string() }),
});

function rolesBy(ids: Iterable<FtrackId>): Query<z.infer<typeof roleRow>> {
  return select({
    type: "UserSecurityRole",
    fields: ["id", "user_id", "is_all_projects", "security_role.name"],
    row: roleRow,
    where: inList("user_id", ids),
  });
}

/** The list of users leaves out what AYON remembers of them; for those in question it is asked for. */
async function withData(
  listed: readonly AyonUserRow[],
  touched: readonly FtrackId[],
  { ayonOf }: UserMap,
  ctx: StudioContext,
): Promise<readonly AyonUserRow[]> {
  const names = new Set(touched.flatMap((id) => ayonOf.get(id)?.name ?? []));
  return Promise.all(
    listed.map(async (user) =>
      names.has(user.name) ? ((await ctx.ayon.user(user.name)) ?? user) : user,
    ),
  );
}

export async function gatherUsers(
  events: readonly FtrackEvent[],
  settings: FollowUsersSettings,
  ctx: StudioContext,
): Promise<UserFacts> {
  const touched = usersIn(events);
  if (!settings.follow_events || touched.length === 0)
    return {
      touched,
      people: new Map(),
      ayonNames: new Map(),
      ayonUsers: [],
    };
  // A user who has just come is not among those that are remembered.
  ctx.reference.refresh("users");
  const [[users, roles], map, listed] = await Promise.all([
    ctx.ftrack.query(usersBy(touched), rolesBy(touched)),
    ctx.reference.users(),
    ctx.ayon.users(),
  ]);
  const ayonUsers = await withData(listed, touched, map, ctx);
  const people = users.map((user): Person => {
    const own = roles.filter(
      (r) => r.user_id === user.id && r.is_all_projects === true,
    );
    return { ...user, rank: rankOf(own.map((r) => r.security_role.name)) };
  });
  return {
    touched,
    people: new Map(people.map((p) => [p.id, p])),
    ayonNames: new Map(
      [...map.ayonOf].map(([id, user]) => [id, user.name] as const),
    ),
    ayonUsers,
  };
}

/** Keeps AYON's users in step with those of Ftrack that events speak of. */
export function decideUsers(
  facts: UserFacts,
  settings: FollowUsersSettings,
): Decision {
  const verdicts = facts.touched.map((id): UserVerdict => {
    const subject = { ftrackId: id, path: id, type: "User" };
    if (!settings.follow_events)
      return {
        subject,
        reason: "switched-off",
        detail: "Changes of users are not followed.",
      };
    const person = facts.people.get(id);
    if (person === undefined)
      return { subject, reason: "entity-gone", detail: "The user is gone." };
    const name = facts.ayonNames.get(id);
    const current = facts.ayonUsers.find((u) => u.name === name) ?? null;
    return planUser(person, current, facts.ayonUsers, {
      changeRoles: settings.change_roles,
      defaultAccessGroups: [],
    });
  });
  return {
    changes: verdicts.filter((v): v is AyonUser => "kind" in v),
    skips: verdicts.filter((v): v is Skip => "reason" in v),
    issues: verdicts.filter((v): v is Issue => "rule" in v),
  };
}
