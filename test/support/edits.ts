import { randomUUID } from "node:crypto";
import type { Operation } from "../../src/ftrack/session.ts";

type Row = Readonly<Record<string, unknown>>;
/** A create, and the id it gives. */
export type Creation = Operation & { readonly id: string };

export function creation(type: string, data: Row): Creation {
  const id = randomUUID();
  return {
    id,
    action: "create",
    entity_type: type,
    entity_data: { __entity_type__: type, id, ...data },
  };
}

/** Object type of a typed context of this class: `AssetBuild` is made of "Asset Build". */
export function objectTypeName(type: string): string {
  return type.replace(/(?<=[a-z])(?=[A-Z])/g, " ");
}

export function update(type: string, id: string, data: Row): Operation {
  return {
    action: "update",
    entity_type: type,
    entity_key: [id],
    entity_data: { __entity_type__: type, ...data },
  };
}

export function remove(type: string, id: string): Operation {
  return { action: "delete", entity_type: type, entity_key: [id] };
}

export function assignment(task: string, user: string): Creation {
  return creation("Appointment", {
    context_id: task,
    resource_id: user,
    type: "assignment",
  });
}
