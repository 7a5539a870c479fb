import type { EntityChange, FtrackEvent } from "../../core/event.ts";
import type { FtrackId } from "../../core/ids.ts";
import type { Arrival, Edit } from "./facts.ts";

/** Columns of contexts and projects by their names in events; every other key may be an attribute. */
const COLUMNS: ReadonlySet<string> = new Set(
  `id taskid showid name fullname context_type bid description startdate enddate statusid typeid priorityid
  isopen isrequirecomment object_typeid sort thumbid diskid projectschemeid isglobal private root color status
  created_by created_at ayon_id ayon_path ayon_sync_failed auto_sync_enabled`.split(
    /\s+/,
  ),
);
function isContext(entity: EntityChange): boolean {
  return entity.baseType === "task" || entity.baseType === "show";
}

function isMove(entity: EntityChange): boolean {
  return (
    entity.action === "move" ||
    (entity.action === "update" && entity.changes.has("parent_id"))
  );
}

/** Whether an attribute may have changed on a context, or a context came or moved. */
export function mayConcernAttributes(entity: EntityChange): boolean {
  if (!isContext(entity) || entity.action === "remove") return false;
  if (entity.action === "add" || isMove(entity))
    return entity.baseType === "task";
  return [...entity.changes.keys()].some((key) => !COLUMNS.has(key));
}

/** An edit, and who made it. */
export type FoundEdit = Omit<Edit, "isEcho"> & Pick<FtrackEvent, "actor">;

/** The last edit of each entity and key. */
export function editsIn(
  events: readonly FtrackEvent[],
  keys: readonly string[],
): FoundEdit[] {
  const found = new Map<string, FoundEdit>();
  for (const { entities, actor } of events) {
    for (const entity of entities) {
      if (!isContext(entity) || entity.action === "remove") continue;
      for (const key of keys) {
        const change = entity.changes.get(key);
        if (change === undefined) continue;
        const value = change.new === "" ? null : change.new;
        if (entity.action === "add" && value === null) continue;
        const { entityId } = entity;
        const at = `${entityId}\n${key}`;
        found.delete(at);
        found.set(at, { entityId, key, value, old: change.old, actor });
      }
    }
  }
  return [...found.values()];
}

/**
 * Contexts that came or moved; of those that came, only the types that have one of the attributes.
 *
 * @param types - ids of object types
 */
export function arrivalsIn(
  events: readonly FtrackEvent[],
  types: ReadonlySet<FtrackId>,
): Arrival[] {
  const found = new Map<FtrackId, Arrival>();
  for (const entity of events.flatMap((event) => event.entities)) {
    if (entity.baseType !== "task") continue;
    const { entityId, objectTypeId } = entity;
    if (entity.action === "remove") found.delete(entityId);
    else if (entity.action === "add") {
      if (objectTypeId === null || types.has(objectTypeId))
        found.set(entityId, { entityId, isNew: true });
    } else if (isMove(entity) && !found.has(entityId))
      found.set(entityId, { entityId, isNew: false });
  }
  return [...found.values()];
}
