/**
 * What became of one event at one handler, and per entity where that differs. Written for every event,
 * kept for the days set in the settings, and the only truth the CLI, the metrics and AYON's event viewer
 * show.
 */
export type OutcomeKind =
  | "applied"
  | "unchanged"
  | "skipped"
  | "conflict"
  /** Will be tried again; not final. */
  | "retry"
  | "failed";

export interface Outcome {
  readonly eventId: string;
  readonly topic: string;
  /** Ftrack project id, or null. */
  readonly projectId: string | null;
  /** Name of the handler; `dispatch` when no handler was reached. */
  readonly handler: string;
  readonly kind: OutcomeKind;
  /** Skip reason, rule or error code. */
  readonly reason: string | null;
  readonly detail: string | null;
  /** Ftrack id of the entity this is about; null for the event as a whole. */
  readonly entityId: string | null;
  readonly entityPath: string | null;
  /** Number of writes that were made. */
  readonly changes: number;
  readonly attempt: number;
  readonly durationMs: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly receivedAt: number;
}
