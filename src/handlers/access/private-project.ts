import { z } from "zod";
import type { AyonUser, Subject } from "../../core/change.ts";
import type { Decision, Skip, SkipReason } from "../../core/decision.ts";
import type { EntityChange, FtrackEvent } from "../../core/event.ts";
import type { HandlerContext } from "../../core/handler.ts";
import type { FtrackId, ProjectName } from "../../core/ids.ts";
import type { AyonUserRow } from "../../core/ports.ts";
import { and, inList, is, select, type Query } from "../../core/query.ts";
import type { FtrackUser, UserMap } from "../../core/reference.ts";
import { idField } from "../../core/rows.ts";

export interface AccessFacts {
  readonly project: ProjectName;
  readonly isPrivate: boolean;
  /** Users whose roles on the project changed, by the events. */
  readonly touched: readonly FtrackId[];
  /** Those of them who have a role on the project now. */
  readonly allowed: ReadonlySet<FtrackId>;
  readonly ftrackUsers: ReadonlyMap<FtrackId, FtrackUser>;
  /** Their AYON users as they are now. */
  readonly ayonUsers: ReadonlyMap<FtrackId, AyonUserRow>;
}

/** Whether a role of a user on a project was given or taken. */
export function isProjectRole(entity: EntityChange): boolean {
  return entity.baseType === "userroleproject";
}

/** The users of whom events say that their roles on the project changed, each once. */
export function touchedUsers(events: readonly FtrackEvent[]): FtrackId[] {
  const ids = events
    .flatMap((event) => event.entities)
    .filter(isProjectRole)
    .flatMap(({ parents }) => parents.filter((p) => p.baseType === "user"))
    .map((parent) => parent.entityId);
  return [...new Set(ids)];
}

const roleRow = z
  .object({ user_security_role: z.object({ user_id: idField }) })
  .transform((row) => row.user_security_role.user_id);

function rolesOn(
  projectId: FtrackId,
  userIds: Iterable<FtrackId>,
): Query<FtrackId> {
  return select({
    type: "UserSecurityRoleProject",
    fields: ["id", "user_security_role.user_id"],
    row: roleRow,
    where: and(
      is("project_id", projectId),
      inList("user_security_role.user_id", userIds),
    ),
  });
}

/** Who is who; asked anew where one of these has no AYON user yet: it may have been made a moment ago. */
async function usersWith(
  ids: readonly FtrackId[],
  { reference }: Pick<HandlerContext, "reference">,
): Promise<UserMap> {
  const known = await reference.users();
  if (ids.every((id) => known.ayonOf.has(id))) return known;
  reference.refresh("users");
  return reference.users();
}

export async function gatherAccess(
  events: readonly FtrackEvent[],
  ctx: HandlerContext,
): Promise<AccessFacts> {
  const { ftrack, ayonName: project } = ctx.project;
  const touched = touchedUsers(events);
  const { isPrivate } = ftrack;
  const nobody = { allowed: new Set<FtrackId>(), ayonUsers: new Map() };
  if (!isPrivate || touched.length === 0)
    return { project, isPrivate, touched, ftrackUsers: new Map(), ...nobody };
  const [[allowed], users, rows] = await Promise.all([
    ctx.ftrack.query(rolesOn(ftrack.id, touched)),
    usersWith(touched, ctx),
    // What is remembered of AYON's users may be older than their access groups.
    ctx.ayon.users(),
  ]);
  const ayonUsers = new Map<FtrackId, AyonUserRow>();
  for (const id of touched) {
    const name = users.ayonOf.get(id)?.name;
    const row = rows.find((user) => user.name === name);
    if (row !== undefined) ayonUsers.set(id, row);
  }
  const { ftrackUsers } = users;
  return {
    project,
    isPrivate,
    touched,
    allowed: new Set(allowed),
    ftrackUsers,
    ayonUsers,
  };
}

/**
 * Who has a role on a private Ftrack project gets access to the AYON project, by the groups the user has by
 * default; who has none loses it. Only for users whose access depends on groups.
 */
export function decideAccess(facts: AccessFacts): Decision {
  const verdicts = facts.touched.map((id) => decideUser(id, facts));
  return {
    changes: verdicts.filter((v): v is AyonUser => "kind" in v),
    skips: verdicts.filter((v): v is Skip => !("kind" in v)),
    issues: [],
  };
}

function decideUser(id: FtrackId, facts: AccessFacts): AyonUser | Skip {
  const { project, ftrackUsers, ayonUsers, allowed } = facts;
  const subject: Subject = {
    ftrackId: id,
    path: ftrackUsers.get(id)?.username ?? id,
    type: "User",
  };
  const skip = (reason: SkipReason, detail: string): Skip => ({
    subject,
    reason,
    detail,
  });
  if (!facts.isPrivate)
    return skip("not-relevant", `${project} is no private project.`);
  const user = ayonUsers.get(id);
  if (user === undefined)
    return skip("not-linked", "There is no AYON user for this one.");
  if (user.isAdmin || user.isManager || user.isService || user.isGuest)
    return skip("not-relevant", "The user's access does not hang on groups.");
  const now = user.accessGroups[project] ?? [];
  const wanted = !allowed.has(id)
    ? []
    : now.length > 0
      ? now
      : user.defaultAccessGroups;
  if (wanted.length === now.length)
    return skip(
      "already-set",
      allowed.has(id) && now.length === 0
        ? "The user has no access groups by default."
        : "The user's access is as it should be.",
    );
  return {
    id: `access-${user.name}`,
    kind: "ayon.user",
    subject,
    op: "update",
    user: user.name,
    data: {
      data: { accessGroups: { ...user.accessGroups, [project]: [...wanted] } },
    },
  };
}
