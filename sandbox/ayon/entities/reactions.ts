import type { Actor } from "../actor.ts";
import { badRequest, notFound } from "../errors.ts";
import { asArray, asObject, asString } from "../json.ts";
import type { EntityRow } from "../store/rows.ts";
import { createActivity } from "./activities.ts";
import { watchersOf } from "./activity-references.ts";
import type { ProjectScope } from "./scope.ts";

/** @throws ApiError 400 when the caller has reacted so already. */
export function addReaction(
  scope: ProjectScope,
  actor: Actor,
  activityId: string,
  reaction: string,
): void {
  changeReactions(scope, activityId, (reactions) => {
    if (reactions.some((r) => isBy(r, actor, reaction)))
      throw badRequest("Already reacted");
    const fullName = asString(actor.row.attrib["fullName"]);
    const timestamp = scope.clock.iso().slice(0, 26);
    return [
      ...reactions,
      { reaction, userName: actor.name, fullName, timestamp },
    ];
  });
}

export function removeReaction(
  scope: ProjectScope,
  actor: Actor,
  activityId: string,
  reaction: string,
): void {
  changeReactions(scope, activityId, (reactions) =>
    reactions.filter((r) => !isBy(r, actor, reaction)),
  );
}

function isBy(value: unknown, actor: Actor, reaction: string): boolean {
  const { userName, reaction: known } = asObject(value);
  return userName === actor.name && known === reaction;
}

function changeReactions(
  scope: ProjectScope,
  activityId: string,
  change: (reactions: readonly unknown[]) => unknown[],
): void {
  const { activities } = scope.tables;
  const row = activities.get(activityId);
  if (row === undefined) throw notFound("Activity not found");
  const reactions = change(asArray(row.data["reactions"]));
  activities.put({ ...row, data: { ...row.data, reactions } });
}

/** The entity is watched by these and nobody else. */
export function setWatchers(
  scope: ProjectScope,
  actor: Actor,
  entity: EntityRow,
  names: readonly string[],
): void {
  const { activities } = scope.tables;
  for (const row of activities.find("entity", entity.id)) {
    const isWatch = row.activityType === "watch" && row.entityId === entity.id;
    if (isWatch && !names.includes(asString(row.data["watcher"]) ?? ""))
      activities.remove(row.id);
  }
  for (const name of names) watch(scope, actor, entity, name);
}

/** Whoever comments on an entity watches it from then on. */
export function watch(
  scope: ProjectScope,
  actor: Actor,
  entity: EntityRow,
  watcher: string,
): void {
  if (watchersOf(scope, entity.id).includes(watcher)) return;
  createActivity(scope, actor, entity, {
    activityType: "watch",
    body: "",
    data: { watcher },
  });
}
