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

/** What a decision speaks of although no event is about it, or led to it. */
export function unattributed(
  decision: Decision,
  eventIds: readonly string[],
): string[] {
  return [...decision.changes, ...decision.skips]
    .map(({ subject }) => subject)
    .filter(
      ({ ftrackId, because = [] }) =>
        ![ftrackId, ...because].some((id) => eventIds.includes(id ?? "")),
    )
    .map(({ path }) => path);
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

/** What led to each write: entity → entities of events. */
export function causes(decision: Decision): Record<string, readonly string[]> {
  return Object.fromEntries(
    decision.changes.map(({ subject }) => [
      subject.ftrackId ?? subject.path,
      subject.because ?? [],
    ]),
  );
}
