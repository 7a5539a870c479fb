import type { JobStart } from "./change.ts";
import type { FtrackId } from "./ids.ts";

/** Why both sides of a project are compared: what happened in it cannot, or need not, be told from events. */
export type AuditReason =
  /** The service has no memory of an earlier run. */
  | "first-start"
  /** Away for so long that the log alone is not trusted. */
  | "long-gap"
  /** Ftrack's event log cannot be read with this user. */
  | "log-denied"
  /** The log begins later than where we left off, or has begun anew. */
  | "log-cut"
  /** Rows of the log that do not say what they are about. */
  | "log-unclear"
  /** Redis lost events that memory no longer holds. */
  | "redis-loss"
  /** The project itself may have changed unheard: its auto-sync may have been switched on meanwhile. */
  | "project-unclear"
  /** It is done every night. */
  | "nightly"
  /** An operator wants it. */
  | "asked";

/** Kind of the long job that compares one project on both sides. */
export const AUDIT_JOB = "audit";

/** Kind of the long job that audits all projects with auto-sync, one after the other. */
export const AUDIT_ROUND_JOB = "audit-round";

/** The request for an audit: for `Jobs.submit`. While one waits for the project, a second adds nothing. */
export function auditJob(
  projectId: FtrackId,
  reason: AuditReason,
): {
  readonly kind: string;
  readonly key: string;
  readonly data: { readonly projectId: string; readonly reason: AuditReason };
} {
  return {
    kind: AUDIT_JOB,
    key: `audit-${projectId}`,
    data: { projectId, reason },
  };
}

/** The same as a change, for whoever finds in the middle of its work that an audit is needed. */
export function auditOf(
  project: { readonly id: FtrackId; readonly fullName: string },
  reason: AuditReason,
): JobStart {
  const { kind: job, key, data } = auditJob(project.id, reason);
  return {
    kind: "job.start",
    id: AUDIT_JOB,
    subject: { ftrackId: project.id, path: project.fullName, type: "Project" },
    ...{ job, key, data },
  };
}
