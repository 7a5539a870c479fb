/**
 * Long work of the sync, as the queue of jobs knows it: what to submit, and what comes back. For whoever
 * starts it (the terminal, an action in Ftrack, the event of a project) and for the processor that does it.
 */
import { z } from "zod";
import { FULL_SYNC_JOB } from "./full-sync.ts";
import { ftrackId } from "./ids.ts";
import { idField, idOrNull } from "./rows.ts";

export const SYNC_JOBS = {
  /** Brings a whole project over. */
  full: FULL_SYNC_JOB,
  /** Says what a full sync would do, and does nothing. */
  plan: "sync-plan",
  /** Does what a plan says, or nothing when the plan is out of date. */
  apply: "sync-apply",
  /** Says why entities are not in AYON, or not as they are in Ftrack. */
  explain: "sync-explain",
} as const;

/** For `Jobs.submit`, and for a change `job.start`. */
export interface JobRequest<T> {
  readonly kind: string;
  readonly key: string;
  readonly data: T;
}

const project = {
  projectId: idField,
  /** The Ftrack user who is told how it went, in a job and a message; null: nobody. */
  userId: idOrNull,
};

export const fullSyncData = z.object(project);
export const planData = z.object({
  ...project,
  /** Only this folder or task and what lies below it; null: the whole project. */
  subtreeId: idOrNull,
});
export const applyData = z.object({
  ...planData.shape,
  /** Of the plan: `SyncPlan.fingerprint`. */
  fingerprint: z.string().min(1),
});
export const explainData = z.object({
  projectId: project.projectId,
  entityIds: z.array(z.string().min(1).transform(ftrackId)).min(1),
});

/** What a job is given, as JSON. */
type Base = Readonly<{ projectId: string; userId: string | null }>;
type Limited = Base & Readonly<{ subtreeId: string | null }>;
type Exact = Limited & Readonly<{ fingerprint: string }>;
type About = Readonly<{ projectId: string; entityIds: readonly string[] }>;

export function fullSyncJob(data: Base): JobRequest<Base> {
  return {
    kind: SYNC_JOBS.full,
    key: `${SYNC_JOBS.full}-${data.projectId}`,
    data,
  };
}

export function planJob(data: Limited): JobRequest<Limited> {
  const scope = data.subtreeId ?? data.projectId;
  return {
    kind: SYNC_JOBS.plan,
    key: `${SYNC_JOBS.plan}-${scope}-${data.userId ?? ""}`,
    data,
  };
}

export function applyJob(data: Exact): JobRequest<Exact> {
  return {
    kind: SYNC_JOBS.apply,
    key: `${SYNC_JOBS.apply}-${data.projectId}-${data.fingerprint}`,
    data,
  };
}

export function explainJob(data: About): JobRequest<About> {
  return {
    kind: SYNC_JOBS.explain,
    key: `${SYNC_JOBS.explain}-${data.entityIds.join(",")}`,
    data,
  };
}

/** Progress of a running job, in `JobInfo.progress`. */
export const syncProgress = z.object({
  ftrackJobId: idOrNull,
  line: z.string(),
  /** Changes that are made, of how many; 0 of 0 while reading. */
  done: z.number(),
  total: z.number(),
});
export type SyncProgress = z.infer<typeof syncProgress>;

/** Nothing was done: the project is not ours, or not switched on. */
const closed = z.object({ kind: z.literal("closed"), detail: z.string() });

const done = z.object({
  kind: z.literal("done"),
  /** Of the stored report. */
  reportId: z.string(),
  applied: z.number(),
  failed: z.number(),
  issues: z.number(),
});

/** `JobInfo.result` of a full sync and of an audit. */
export const fullSyncResult = z.discriminatedUnion("kind", [closed, done]);
export type FullSyncResult = z.infer<typeof fullSyncResult>;

/** `JobInfo.result` of a plan. The plan itself is in the store under `planKey(planId)`. */
export const planResult = z.discriminatedUnion("kind", [
  closed,
  z.object({
    kind: z.literal("planned"),
    planId: z.string(),
    fingerprint: z.string(),
    changes: z.number(),
    issues: z.number(),
    /** Lines for people. */
    summary: z.array(z.string()),
  }),
]);
export type PlanResult = z.infer<typeof planResult>;

/** `JobInfo.result` of an apply. */
export const applyResult = z.discriminatedUnion("kind", [
  closed,
  done,
  /** The state has moved since the plan was made, or begun: nothing more was written. */
  z.object({
    kind: z.literal("stale"),
    detail: z.string(),
    fingerprint: z.string(),
  }),
]);
export type ApplyResult = z.infer<typeof applyResult>;

/** `JobInfo.result` of an explanation: lines for people, entity by entity. */
export const explainResult = z.discriminatedUnion("kind", [
  closed,
  z.object({
    kind: z.literal("explained"),
    entities: z.array(
      z.object({
        ftrackId: z.string(),
        path: z.string(),
        /** Path in AYON; null when it is not there. */
        ayonPath: z.string().nullable(),
        lines: z.array(z.string()),
      }),
    ),
  }),
]);
export type ExplainResult = z.infer<typeof explainResult>;

/** A plan is kept this long. */
export const PLAN_TTL_MS = 24 * 3600_000;

export function planKey(planId: string): string {
  return `sync-plan:${planId}`;
}

/** Where a job that carries out a plan keeps which rows that had, for when it is started again. */
export function begunKey(jobId: string): string {
  return `sync-apply-of:${jobId}`;
}

/** Where the form of the last plan that was made for a user is kept for a while. */
export function lastPlanKey(userId: string, scopeId: string): string {
  return `sync-plan-of:${userId}:${scopeId}`;
}

/** A plan older than this is made anew when somebody asks again. */
export const PLAN_FRESH_MS = 10 * 60_000;
