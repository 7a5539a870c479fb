import type { Decision } from "../../src/core/decision.ts";

/** The status writes of a decision: entity → status id. */
export function statusWrites(decision: Decision): Record<string, unknown> {
  return Object.fromEntries(
    decision.changes.map((change) => {
      if (change.kind !== "ftrack.update")
        throw new Error(`Not a status: ${change.kind}`);
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
