import type { Change, Subject } from "./change.ts";

/**
 * Why nothing is done about a subject: the operator's answer to "why did nothing happen?". Closed, so that
 * dashboards and tests can count on it; add a member when a handler has a new reason.
 */
export type SkipReason =
  | "already-set"
  | "no-matching-status"
  | "status-not-available"
  | "type-not-listed"
  | "not-linked"
  | "no-task"
  | "no-thumbnail"
  | "no-mapping-row"
  | "not-all-match"
  | "own-write"
  | "unknown-actor"
  | "role-not-allowed"
  | "ignored-by-rule"
  | "entity-gone"
  | "value-unreadable"
  | "frozen"
  | "quarantined"
  | "switched-off"
  /** A later change of the same field is under way, or another of the batch decides. */
  | "superseded"
  | "not-relevant";

export interface Skip {
  readonly subject: Subject;
  readonly reason: SkipReason;
  /** One sentence with the names that matter: both statuses, the missing type. */
  readonly detail: string;
}

/**
 * A rule that is not met, told to the person who can mend it.
 *
 * `rule` is stable (kebab-case) and documented in docs/sync.md or docs/rules.md;
 * `fix` says what to do.
 */
export interface Issue {
  readonly severity: "error" | "warning" | "info";
  readonly rule: string;
  readonly subject: Subject;
  readonly detail: string;
  readonly fix: string;
}

export interface Decision {
  /** In the order in which they must be written. */
  readonly changes: readonly Change[];
  readonly skips: readonly Skip[];
  readonly issues: readonly Issue[];
}

export const nothing: Decision = { changes: [], skips: [], issues: [] };
