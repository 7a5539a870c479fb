import { randomUUID } from "node:crypto";
import type {
  FtrackCreate,
  FtrackDelete,
  FtrackUpdate,
  FtrackValue,
} from "../../src/core/change.ts";
import { ftrackId } from "../../src/core/ids.ts";

/** Changes to Ftrack as a handler would make them; the id of a change is the entity's unless it is given. */

const subject = (id: string, type: string): FtrackCreate["subject"] => ({
  ftrackId: ftrackId(id),
  path: id,
  type,
});

export function shotIn(
  parentId: string,
  data: Record<string, unknown> = {},
  options: Partial<FtrackCreate> = {},
): FtrackCreate {
  const id = randomUUID();
  return {
    kind: "ftrack.create",
    id,
    subject: subject(id, "Shot"),
    entityType: "Shot",
    data: { id, name: `sh ${id}`, parent_id: parentId, ...data },
    ...options,
  };
}

export function update(
  entityType: string,
  entityId: string,
  data: Record<string, unknown>,
  options: Partial<FtrackUpdate> = {},
): FtrackUpdate {
  return {
    kind: "ftrack.update",
    id: `update ${entityId} ${randomUUID()}`,
    subject: subject(entityId, entityType),
    entityType,
    entityId: ftrackId(entityId),
    data,
    ...options,
  };
}

export function remove(entityType: string, ...key: string[]): FtrackDelete {
  return {
    kind: "ftrack.delete",
    id: `delete ${key.join()} ${randomUUID()}`,
    subject: subject(key.join(), entityType),
    entityType,
    key,
  };
}

export function value(
  configurationId: string,
  entityId: string,
  what: { readonly value: unknown; readonly rowExists: boolean } & {
    readonly unset?: true;
  },
): FtrackValue {
  return {
    kind: "ftrack.value",
    id: `value ${entityId} ${randomUUID()}`,
    subject: subject(entityId, "Shot"),
    configurationId: ftrackId(configurationId),
    key: "fps",
    entityId: ftrackId(entityId),
    ...what,
  };
}
