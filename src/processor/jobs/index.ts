import { AUDIT_JOB, AUDIT_ROUND_JOB } from "../../core/audit.ts";
import { SYNC_JOBS } from "../../core/sync-jobs.ts";
import type { JobHandler } from "../../queue/types.ts";
import { createAuditRound } from "./audit-round.ts";
import { createExplainJob } from "./explain.ts";
import {
  createApplyJob,
  createSyncJob,
  type SyncJobDeps,
} from "./full-sync.ts";
import { createPlanJob, type PlanJobDeps } from "./sync-plan.ts";

export type SyncJobsDeps = SyncJobDeps & PlanJobDeps;

/** Long work of the sync, by kind. */
export function createSyncJobs(
  deps: SyncJobsDeps,
): Readonly<Record<string, JobHandler>> {
  const audit = createSyncJob(deps, "audit");
  return {
    [SYNC_JOBS.full]: createSyncJob(deps, "full-sync"),
    [SYNC_JOBS.plan]: createPlanJob(deps),
    [SYNC_JOBS.apply]: createApplyJob(deps),
    [SYNC_JOBS.explain]: createExplainJob(deps),
    [AUDIT_JOB]: audit,
    [AUDIT_ROUND_JOB]: createAuditRound(deps, audit),
  };
}
