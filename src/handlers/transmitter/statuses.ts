import type { FtrackUpdate, Subject } from "../../core/change.ts";
import {
  availableStatuses,
  firstAvailable,
  type StatusTarget,
} from "../../core/available-statuses.ts";
import type { Skip } from "../../core/decision.ts";
import type { Source, Target, TransmitterFacts } from "./facts.ts";

function kindOf({ entityType, typeId, objectTypeId }: Target): StatusTarget {
  if (entityType === "Task") return { kind: "task", typeId };
  return objectTypeId === null
    ? { kind: "version" }
    : { kind: "object", objectTypeId };
}

/** Gives an entity of Ftrack the status that its counterpart in AYON has now, where its type offers it. */
export function decideStatus(
  source: Source,
  target: Target,
  subject: Subject,
  { schema, statuses }: Pick<TransmitterFacts, "schema" | "statuses">,
): FtrackUpdate | Skip {
  const offered = availableStatuses(schema, statuses, kindOf(target));
  const status = firstAvailable([source.status], offered);
  if (status === null)
    return {
      subject,
      reason: "status-not-available",
      detail: `${source.status} of AYON is no status of this type in Ftrack.`,
    };
  if (status.id === target.statusId)
    return {
      subject,
      reason: "already-set",
      detail: `It already is ${status.name}.`,
    };
  return {
    id: `status-${target.id}`,
    kind: "ftrack.update",
    subject,
    entityType: target.entityType,
    entityId: target.id,
    data: { status_id: status.id },
    expects: { status_id: target.statusId },
  };
}
