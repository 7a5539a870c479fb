import { toError, retryOf } from "../../core/errors.ts";
import type { Issue } from "../../core/decision.ts";
import type { ProjectContext } from "../../core/handler.ts";
import type { FtrackId } from "../../core/ids.ts";
import {
  applyData,
  fullSyncData,
  syncProgress,
  type ApplyResult,
} from "../../core/sync-jobs.ts";
import type { FtrackJobs } from "../../ftrack/jobs.ts";
import { reportItems } from "../../core/issue-report.ts";
import type {
  JobContext,
  JobHandler,
  Quarantine,
  Reports,
} from "../../queue/types.ts";
import { asJson, issuesReport, keepQuarantine } from "../records.ts";
import { openAudit, type AuditDeps } from "./audit.ts";
import {
  messageTo,
  openProject,
  tellClosed,
  type OpeningDeps,
} from "./opening.ts";
import { openBoard } from "./progress.ts";
import {
  runProjectSync,
  type Progress,
  type SyncRun,
  type SyncRunSettings,
} from "./sync-run.ts";

export interface SyncJobDeps extends AuditDeps, OpeningDeps {
  readonly reports: Pick<Reports, "store">;
  readonly quarantine: Pick<Quarantine, "put" | "release">;
  readonly ftrackJobs: FtrackJobs;
}

/**
 * `full-sync` is what a person, or switching auto-sync on, starts; `audit` follows a time of lost events;
 * `sync-apply` carries out a plan.
 */
type Kind = "full-sync" | "audit" | "sync-apply";

interface Work extends Pick<SyncRunSettings, "subtreeId" | "expected"> {
  readonly kind: Kind;
  readonly title: string;
  readonly projectId: FtrackId;
  readonly userId: FtrackId | null;
}

const lastProgress = syncProgress.pick({ ftrackJobId: true });

const MAY_BE_STALE =
  "Something has changed since the plan was made. Nothing was written; make a new plan.";

/**
 * Brings a whole project over, as a job. It may be interrupted and started again at any point: what is done
 * already is found done.
 */
async function work(
  deps: SyncJobDeps,
  { kind, title, projectId, userId, subtreeId, expected }: Work,
  job: JobContext,
): Promise<ApplyResult> {
  const { log, now } = deps;

  async function closed(detail: string): Promise<ApplyResult> {
    log.info({ projectId, detail }, "nothing to synchronise");
    return tellClosed(deps, userId, projectId, detail);
  }

  async function report(
    { ftrack }: ProjectContext,
    issues: readonly Issue[],
  ): Promise<void> {
    const told = issues.filter((issue) => issue.severity !== "info");
    if (userId === null || told.length === 0) return;
    await deps.tell(
      messageTo(userId, projectId, {
        type: "widget",
        title: `${title}: report (${ftrack.fullName})`,
        items: reportItems(told),
      }),
    );
  }

  const opening = await openProject(deps, projectId);
  if (opening.kind === "closed") return closed(opening.detail);
  const { project, settings } = opening;
  if (kind === "audit" && project.ftrack.autoSync !== true)
    return closed("Auto-sync is switched off.");
  const previous = lastProgress.safeParse(job.previous);
  const board = await openBoard(
    {
      jobs: deps.ftrackJobs,
      userId,
      previousId: previous.data?.ftrackJobId ?? null,
      log,
      now,
    },
    `${title} (${project.ftrack.fullName})`,
  );
  const ftrackJobId = board.jobId;
  function onProgress(progress: Progress): void {
    Promise.all([
      job.report({ ftrackJobId, ...progress }),
      board.show(progress),
    ]).catch((thrown: unknown) => {
      log.warn({ err: toError(thrown) }, "progress could not be stored");
    });
  }

  async function ended(run: SyncRun): Promise<ApplyResult> {
    if (run.kind === "stale") {
      await board.end("failed", MAY_BE_STALE, null);
      return {
        kind: "stale",
        detail: MAY_BE_STALE,
        fingerprint: run.fingerprint,
      };
    }
    const { issues, applied, failed } = run;
    await keepQuarantine(deps.quarantine, projectId, run.parts);
    const stored = issuesReport(kind, project.ayonName, now(), run, issues);
    const reportId = await deps.reports.store(projectId, asJson(stored));
    const isStopped = issues.some((i) => i.rule === "attributes-not-made");
    await board.end(
      isStopped ? "failed" : "done",
      `${applied} changes, ${issues.length} remarks`,
      {
        fileName: `sync-report-${project.ayonName}.json`,
        text: JSON.stringify(stored, null, 2),
      },
    );
    await report(project, issues);
    return { kind: "done", reportId, applied, failed, issues: issues.length };
  }

  await job.report({ ftrackJobId, line: "waiting", done: 0, total: 0 });
  try {
    const audit =
      kind === "audit" ? openAudit(deps, projectId, settings) : null;
    return await ended(
      await job.withProjectTurn(projectId, async (turn) => {
        const run = await runProjectSync(deps, {
          ...{ project, settings, turn, onProgress, subtreeId, expected },
          ...(audit === null ? {} : { gather: (ctx) => audit.gather(ctx) }),
        });
        await audit?.learn(run);
        return run;
      }),
    );
  } catch (thrown) {
    const error = toError(thrown);
    const reason: unknown = job.signal.aborted ? job.signal.reason : null;
    const isCancelled =
      reason instanceof Error && reason.message === "cancelled";
    // A shutdown hands the work on, and an outage is tried again: then the job in Ftrack stays open.
    if (isCancelled) await board.end("failed", "cancelled", null);
    else if (!job.signal.aborted && retryOf(error) === "never")
      await board.end("failed", error.message, null);
    throw error;
  }
}

export function createSyncJob(
  deps: SyncJobDeps,
  kind: "full-sync" | "audit",
): JobHandler {
  const whole = { subtreeId: null, expected: null, title: "Sync to AYON" };
  return (data, job) =>
    work(deps, { ...fullSyncData.parse(data), ...whole, kind }, job);
}

/** Does exactly what the plan with the given fingerprint lists; nothing when a plan made now would differ. */
export function createApplyJob(deps: SyncJobDeps): JobHandler {
  return (data, job) => {
    const { fingerprint: expected, ...rest } = applyData.parse(data);
    const title = "Apply plan to AYON";
    return work(deps, { ...rest, expected, title, kind: "sync-apply" }, job);
  };
}
