import { toError } from "../../core/errors.ts";
import type { Issue } from "../../core/decision.ts";
import type { ProjectContext } from "../../core/handler.ts";
import type { FtrackId } from "../../core/ids.ts";
import {
  applyData,
  fullSyncData,
  lastPlanKey,
  planJob,
  type ApplyResult,
} from "../../core/sync-jobs.ts";
import { reportItems } from "../../core/issue-report.ts";
import type { CANCELLED } from "../../queue/jobs.ts";
import type {
  JobContext,
  JobHandler,
  Jobs,
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
import { openBoard, type BoardDeps } from "./board.ts";
import { openConfirmed } from "./confirmed.ts";
import {
  runProjectSync,
  type Progress,
  type SyncRun,
  type SyncRunSettings,
} from "./sync-run.ts";

export interface SyncJobDeps extends AuditDeps, BoardDeps, OpeningDeps {
  readonly reports: Pick<Reports, "store">;
  readonly quarantine: Pick<Quarantine, "put" | "release">;
  readonly jobs: Pick<Jobs, "submit">;
}

/**
 * `full-sync` is what a person, or switching auto-sync on, starts; `audit` follows a time of lost events;
 * `sync-apply` carries out a plan.
 */
type Kind = "full-sync" | "audit" | "sync-apply";

interface Work extends Pick<SyncRunSettings, "subtreeId" | "confirmed"> {
  readonly kind: Kind;
  readonly title: string;
  readonly projectId: FtrackId;
  readonly userId: FtrackId | null;
}

const STALE =
  "Something has changed since the plan was made. Nothing was written;";
const HALF_DONE =
  "Something has changed while the plan was carried out. A part of it is written, for the rest:";
const MAKE_ANEW = "make a new plan.";
const OPENS = "a new plan opens in a moment.";

/**
 * Brings a whole project over, as a job. It may be interrupted and started again at any point: what is done
 * already is found done.
 */
async function work(
  deps: SyncJobDeps,
  { kind, title, projectId, userId, subtreeId, confirmed }: Work,
  given: JobContext,
): Promise<ApplyResult | typeof CANCELLED> {
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
  const full = `${title} (${project.ftrack.fullName})`;
  const board = await openBoard(deps, userId, full, given);
  const { ftrackJobId, mirror, job } = board;
  function onProgress(progress: Progress): void {
    const { line, done, total } = progress;
    const percent =
      total === 0 ? "" : `${Math.floor((100 * done) / total)} %, `;
    mirror.show(`${percent}${line}`);
    job.report({ ftrackJobId, ...progress }).catch((thrown: unknown) => {
      log.warn({ err: toError(thrown) }, "progress could not be stored");
    });
  }

  /** Says that a plan is out of date, and has the next one made for whoever wanted it. */
  async function stale(fingerprint: string): Promise<ApplyResult> {
    const what = confirmed?.wasBegun() === true ? HALF_DONE : STALE;
    const detail = `${what} ${MAKE_ANEW}`;
    if (userId !== null) {
      const message = `${what} ${OPENS}`;
      await deps.tell(
        messageTo(userId, projectId, {
          ...{ type: "message", success: false, message },
        }),
      );
      await deps.jobs.submit(planJob({ projectId, userId, subtreeId }));
    }
    await mirror.end("failed", detail);
    return { kind: "stale", detail, fingerprint };
  }

  async function ended(run: SyncRun): Promise<ApplyResult> {
    if (run.kind === "stale") return stale(run.fingerprint);
    const { issues, applied, failed } = run;
    await keepQuarantine(deps.quarantine, projectId, run.tallies);
    const stored = issuesReport(kind, project.ayonName, now(), run, issues);
    const reportId = await deps.reports.store(projectId, asJson(stored));
    const isStopped = issues.some((i) => i.rule === "attributes-not-made");
    // What is shown as ended is not begun again: the report comes first.
    await report(project, issues);
    await mirror.end(
      isStopped ? "failed" : "done",
      `${applied} changes, ${issues.length} remarks`,
      {
        name: `sync-report-${project.ayonName}.json`,
        text: JSON.stringify(stored, null, 2),
      },
    );
    return { kind: "done", reportId, applied, failed, issues: issues.length };
  }

  try {
    job.signal.throwIfAborted();
    await job.report({ ftrackJobId, line: "waiting", done: 0, total: 0 });
    const audit =
      kind === "audit" ? openAudit(deps, projectId, settings) : null;
    return await ended(
      await job.withProjectTurn(projectId, async (turn) => {
        const run = await runProjectSync(deps, {
          ...{ project, settings, turn, onProgress, subtreeId, confirmed },
          ...(audit === null ? {} : { gather: (ctx) => audit.gather(ctx) }),
        });
        await audit?.learn(run);
        return run;
      }),
    );
  } catch (thrown) {
    return await board.leave(thrown);
  }
}

export function createSyncJob(
  deps: SyncJobDeps,
  kind: "full-sync" | "audit",
): JobHandler {
  const whole = { subtreeId: null, confirmed: null, title: "Sync to AYON" };
  return (data, job) =>
    work(deps, { ...fullSyncData.parse(data), ...whole, kind }, job);
}

/** Does exactly what the plan with the given fingerprint lists; nothing when a plan made now would differ. */
export function createApplyJob(deps: SyncJobDeps): JobHandler {
  return async (data, job) => {
    const { fingerprint, ...rest } = applyData.parse(data);
    const title = "Apply plan to AYON";
    const { userId, projectId, subtreeId } = rest;
    // Whoever asks for a plan from now on wants a new one.
    if (userId !== null)
      await deps.store.delete(lastPlanKey(userId, subtreeId ?? projectId));
    const confirmed = openConfirmed(deps.store, job.id, fingerprint);
    return work(deps, { ...rest, confirmed, title, kind: "sync-apply" }, job);
  };
}
