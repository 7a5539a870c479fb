import type { EntityChange, FtrackEvent } from "../../core/event.ts";
import { ftrackId, type FtrackId } from "../../core/ids.ts";

/** A change of status as an event tells it. */
export interface Transition {
  readonly entityId: FtrackId;
  readonly parentId: FtrackId | null;
  readonly newStatusId: FtrackId;
  readonly actor: FtrackEvent["actor"];
}

/** A value of an event as an id; null for none. */
export function idIn(value: unknown): FtrackId | null {
  return typeof value === "string" && value !== "" ? ftrackId(value) : null;
}

function taskTransition(
  entity: EntityChange,
  actor: FtrackEvent["actor"],
): Transition | null {
  if (entity.baseType !== "task" || entity.objectType !== "Task") return null;
  const change = entity.changes.get("statusid");
  if (change === undefined) return null;
  const newStatusId = idIn(change.new);
  // Creation has no old status and removal no new one: neither is a change of status.
  if (newStatusId === null || idIn(change.old) === null) return null;
  const { entityId, parentId } = entity;
  return { entityId, parentId, newStatusId, actor };
}

function versionTransition(
  entity: EntityChange,
  actor: FtrackEvent["actor"],
): Transition | null {
  if (entity.baseType !== "assetversion" || entity.action === "remove")
    return null;
  // A version that was just created has no old status: its first one counts too.
  const newStatusId = idIn(entity.changes.get("statusid")?.new);
  if (newStatusId === null) return null;
  const { entityId, parentId } = entity;
  return { entityId, parentId, newStatusId, actor };
}

/** The last transition of each entity, in the order of the events. */
function lastOf(
  events: readonly FtrackEvent[],
  read: typeof taskTransition,
): Transition[] {
  const last = new Map<FtrackId, Transition>();
  for (const event of events) {
    for (const entity of event.entities) {
      const transition = read(entity, event.actor);
      if (transition === null) continue;
      last.delete(transition.entityId);
      last.set(transition.entityId, transition);
    }
  }
  return [...last.values()];
}

/** Tasks whose status changed from one to another, each with its last change. */
export function taskTransitions(events: readonly FtrackEvent[]): Transition[] {
  return lastOf(events, taskTransition);
}

/** Versions that got a status, new ones too, each with its last one. */
export function versionTransitions(
  events: readonly FtrackEvent[],
): Transition[] {
  return lastOf(events, versionTransition);
}
