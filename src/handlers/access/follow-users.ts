import type { Decision, Skip } from "../../core/decision.ts";
import type { EntityChange, FtrackEvent } from "../../core/event.ts";
import type { StudioContext } from "../../core/handler.ts";
import { ftrackId, type FtrackId } from "../../core/ids.ts";
import { peopleBy, peopleOf } from "../../core/people.ts";
import type { AyonUserRow } from "../../core/ports.ts";
import { planUsers, type Person } from "../../core/user-plan.ts";

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
  const [[users, roles], { ayonOf, ayonUsers }] = await Promise.all([
    ctx.ftrack.query(...peopleBy(touched)),
    ctx.reference.users(),
  ]);
  const people = peopleOf(users, roles);
  return {
    touched,
    people: new Map(people.map((p) => [p.id, p])),
    ayonNames: new Map(
      [...ayonOf].map(([id, user]) => [id, user.name] as const),
    ),
    ayonUsers,
  };
}

/** Keeps AYON's users in step with those of Ftrack that events speak of. */
export function decideUsers(
  facts: UserFacts,
  settings: FollowUsersSettings,
): Decision {
  const skips: Skip[] = [];
  const people: Person[] = [];
  for (const id of facts.touched) {
    const subject = { ftrackId: id, path: id, type: "User" };
    const person = facts.people.get(id);
    if (!settings.follow_events)
      skips.push({
        subject,
        reason: "switched-off",
        detail: "Changes of users are not followed.",
      });
    else if (person === undefined)
      skips.push({
        subject,
        reason: "entity-gone",
        detail: "The user is gone.",
      });
    else people.push(person);
  }
  const plan = planUsers(
    people,
    (id) => facts.ayonNames.get(id),
    facts.ayonUsers,
    { changeRoles: settings.change_roles, defaultAccessGroups: [] },
  );
  return { ...plan, skips: [...skips, ...plan.skips] };
}
