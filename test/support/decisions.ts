import type { Decision } from "../../src/core/decision.ts";

/**
 * The status writes of a decision: entity → status id.
 *
 * @param entityType - what every write must be about
 */
export function statusWrites(
  decision: Decision,
  entityType: string,
): Record<string, unknown> {
  return Object.fromEntries(
    decision.changes.map((change) => {
      if (
        change.kind !== "ftrack.update" ||
        change.entityType !== entityType ||
        change.subject.type !== entityType ||
        change.subject.ftrackId !== change.entityId
      )
        throw new Error(`No status of a ${entityType}: ${change.id}`);
      return [change.entityId, change.data["status_id"]];
    }),
  );
}

/** The skips of a decision: entity → reason. */
export function skipReasons(decision: Decision): Record<string, string> {
  return Object.fromEntries(
    decision.skips.map((s) => [s.subject.ftrackId ?? s.subject.path, s.reason]),
  );
}

/** The skips of a decision in words: what about, and why. */
export function skipDetails(decision: Decision): string[] {
  return decision.skips.map(
    ({ subject, detail }) => `${subject.type} ${subject.path}: ${detail}`,
  );
}
