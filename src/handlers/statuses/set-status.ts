import type { FtrackUpdate, Subject } from "../../core/change.ts";
import type { Decision, Issue, Skip, SkipReason } from "../../core/decision.ts";
import type { FtrackId } from "../../core/ids.ts";
import type { OwnWrites } from "../../core/own-writes.ts";
import type { FtrackStatus } from "../../core/reference.ts";

/** An entity whose status a rule may set. */
export interface Statusable {
  readonly id: FtrackId;
  readonly path: string;
  readonly statusId: FtrackId | null;
}

export function subjectOf(
  entity: Pick<Statusable, "id" | "path">,
  type: string,
): Subject {
  return { ftrackId: entity.id, path: entity.path, type };
}

/** For an entity of which nothing is known but its id. */
export function bareSubject(id: FtrackId, type: string): Subject {
  return { ftrackId: id, path: id, type };
}

/** What a rule says of one entity: a write, or why there is none. */
export type Verdict = FtrackUpdate | Skip;

export function decisionOf(
  verdicts: readonly Verdict[],
  issues: readonly Issue[] = [],
): Decision {
  const changes = verdicts.filter((v): v is FtrackUpdate => "kind" in v);
  const skips = verdicts.filter((v): v is Skip => !("kind" in v));
  return { changes, skips, issues };
}

/** The verdict on an entity that no event is about, with those that led to it. */
export function because<V extends Verdict>(
  ids: readonly FtrackId[],
  verdict: V,
): V {
  return { ...verdict, subject: { ...verdict.subject, because: ids } };
}

/** Stands for the write of a status, or says that it is set already. */
export function setStatus(
  entity: Statusable,
  entityType: string,
  status: FtrackStatus,
): Verdict {
  const subject = subjectOf(entity, entityType);
  if (entity.statusId === status.id)
    return skip(subject, "already-set", `It already is ${status.name}.`);
  return {
    id: `status-${entity.id}`,
    kind: "ftrack.update",
    subject,
    entityType,
    entityId: entity.id,
    data: { status_id: status.id },
    expects: { status_id: entity.statusId },
  };
}

export function skip(
  subject: Subject,
  reason: SkipReason,
  detail: string,
): Skip {
  return { subject, reason, detail };
}

/** Those of the entities that this handler has just given the status they have. */
export function justSet(
  entities: readonly Statusable[],
  own: OwnWrites,
  by: string,
): ReadonlySet<FtrackId> {
  return new Set(
    entities
      .filter((e) => own.wrote(e.id, "status_id", e.statusId, by))
      .map((e) => e.id),
  );
}
