import { z } from "zod";
import type { FtrackMessage } from "../../core/change.ts";
import type { Issue } from "../../core/decision.ts";
import { retryOf, toError } from "../../core/errors.ts";
import type { ProjectContext } from "../../core/handler.ts";
import { ftrackId, type FtrackId } from "../../core/ids.ts";
import type { Reference } from "../../core/reference.ts";
import { idOrNull } from "../../core/rows.ts";
import type { FtrackJobs } from "../../ftrack/jobs.ts";
import { reportItems } from "../../handlers/sync/conclude/message.ts";
import { syncHandler } from "../../handlers/sync/index.ts";
import type { JobHandler, Json, Reports } from "../../queue/types.ts";
import type { Settings } from "../../settings/load.ts";
import { gateOf } from "../gate.ts";
import { modeOf } from "../handler-settings.ts";
import { asJson, issuesReport } from "../records.ts";
import { openBoard } from "./progress.ts";
import { runProjectSync, type SyncTools } from "./sync-run.ts";

export interface FullSyncDeps extends SyncTools {
  readonly reference: Reference;
  readonly settings: Settings;
  readonly reports: Pick<Reports, "store">;
  readonly ftrackJobs: FtrackJobs;
  readonly tell: (message: FtrackMessage) => Promise<void>;
}

const jobData = z.object({
  projectId: z.string().min(1).transform(ftrackId),
  /** Who started it and is told how it went; null: nobody waits, as after a downtime. */
  userId: idOrNull,
});

const lastReport = z
  .object({ ftrackJobId: idOrNull })
  .catch({ ftrackJobId: null });

function messageTo(
  userId: FtrackId,
  projectId: FtrackId,
  content: FtrackMessage["content"],
): FtrackMessage {
  return {
    kind: "ftrack.message",
    id: `full-sync-${projectId}`,
    subject: { ftrackId: projectId, path: projectId, type: "Project" },
    userId,
    content,
  };
}

/** `full-sync` is what a person, or switching auto-sync on, starts; `audit` follows a time of lost events. */
export type SyncJobKind = "full-sync" | "audit";

/**
 * The job that brings a whole project over. It may be interrupted and started again at any point: what is
 * done already is found done.
 */
export function createSyncJob(
  deps: FullSyncDeps,
  kind: SyncJobKind,
): JobHandler {
  const { reference, settings, log, now } = deps;

  async function closed(
    userId: FtrackId | null,
    projectId: FtrackId,
    detail: string,
  ): Promise<Json> {
    log.info({ projectId, detail }, "nothing to synchronise");
    if (userId !== null)
      await deps.tell(
        messageTo(userId, projectId, {
          type: "message",
          success: false,
          message: `${detail} Run “Prepare Project for AYON”, or create the project in AYON, and try again.`,
        }),
      );
    return { kind: "closed", detail };
  }

  async function report(
    userId: FtrackId | null,
    { ftrack }: ProjectContext,
    issues: readonly Issue[],
  ): Promise<void> {
    const told = issues.filter((issue) => issue.severity !== "info");
    if (userId === null || told.length === 0) return;
    await deps.tell(
      messageTo(userId, ftrack.id, {
        type: "widget",
        title: `Sync to AYON: report (${ftrack.fullName})`,
        items: reportItems(told),
      }),
    );
  }

  return async (data, job) => {
    const { projectId, userId } = jobData.parse(data);
    reference.refresh("all");
    const gate = await gateOf(projectId, reference, settings);
    if (gate.kind === "closed") return closed(userId, projectId, gate.detail);
    const mode = modeOf(syncHandler, gate.settings);
    if (mode.kind === "off") return closed(userId, projectId, mode.detail);
    if (mode.kind === "wrong")
      return closed(userId, projectId, mode.error.message);
    const { project } = gate;
    if (kind === "audit" && project.ftrack.autoSync !== true)
      return closed(userId, projectId, "Auto-sync is switched off.");
    const board = await openBoard(
      {
        jobs: deps.ftrackJobs,
        userId,
        previousId: lastReport.parse(job.previous).ftrackJobId,
        log,
        now,
      },
      `Sync to AYON (${project.ftrack.fullName})`,
    );
    function onProgress(line: string): void {
      const said = { ftrackJobId: board.jobId, line };
      Promise.all([job.report(said), board.show(line)]).catch(
        (thrown: unknown) => {
          log.warn({ err: toError(thrown) }, "progress could not be stored");
        },
      );
    }
    await job.report({ ftrackJobId: board.jobId, line: "waiting" });
    try {
      const done = await job.withProjectTurn(projectId, (turn) =>
        runProjectSync(deps, {
          project,
          rawSettings: mode.raw,
          turn,
          onProgress,
        }),
      );
      const { issues } = done;
      const stored = issuesReport(kind, project.ayonName, now(), done, issues);
      const reportId = await deps.reports.store(projectId, asJson(stored));
      await board.end(
        "done",
        `${done.applied} changes, ${issues.length} remarks`,
        {
          fileName: `sync-report-${project.ayonName}.json`,
          text: JSON.stringify(stored, null, 2),
        },
      );
      await report(userId, project, issues);
      return {
        kind: "done",
        reportId,
        applied: done.applied,
        failed: done.failed,
        issues: issues.length,
      };
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
  };
}
