import type { FtrackId } from "./ids.ts";
import type { FtrackStatus, ProjectSchema } from "./reference.ts";
import { isSameName } from "./status.ts";

/** What a status would be set on. */
export type StatusTarget =
  | { readonly kind: "task"; readonly typeId: FtrackId | null }
  | { readonly kind: "version" }
  | { readonly kind: "object"; readonly objectTypeId: FtrackId };

/**
 * The statuses a project offers for a kind of entity, in the order of its schema; empty when the schema says
 * nothing about the kind.
 *
 * A task type with an override has the statuses of the override only.
 */
export function availableStatuses(
  schema: ProjectSchema,
  statuses: readonly FtrackStatus[],
  target: StatusTarget,
): FtrackStatus[] {
  const byId = new Map(statuses.map((status) => [status.id, status]));
  return offered(schema, target).flatMap((id) => byId.get(id) ?? []);
}

function offered(
  schema: ProjectSchema,
  target: StatusTarget,
): readonly FtrackId[] {
  switch (target.kind) {
    case "version":
      return schema.versionStatuses;
    case "object":
      return schema.objectStatuses.get(target.objectTypeId) ?? [];
    case "task": {
      const override =
        target.typeId === null
          ? undefined
          : schema.taskStatusOverrides.get(target.typeId);
      return override ?? schema.taskStatuses;
    }
  }
}

/** The first of the wanted names that is among the statuses, ignoring case. */
export function firstAvailable(
  wanted: readonly string[],
  statuses: readonly FtrackStatus[],
): FtrackStatus | null {
  for (const name of wanted) {
    const found = statuses.find((status) => isSameName(status.name, name));
    if (found !== undefined) return found;
  }
  return null;
}
