import { retryOf, toError } from "../../core/errors.ts";
import { deriveFtrackId, type FtrackId } from "../../core/ids.ts";
import type { FtrackJobs } from "../../ftrack/jobs.ts";
import { CANCELLED } from "../../queue/jobs.ts";
import type { JobContext } from "../../queue/types.ts";
import { noMirror, openMirror, type Mirror } from "../actions/mirror.ts";
import type { SyncTools } from "./sync-run.ts";

export interface BoardDeps extends SyncTools {
  readonly ftrackJobs: FtrackJobs;
}

/** Shows the work to its user. */
export interface Board {
  /** Null when nobody waits. */
  readonly ftrackJobId: FtrackId | null;
  readonly mirror: Mirror;
  /** The work, whose signal aborts also when its user ends the job in Ftrack. */
  readonly job: JobContext;
  /**
   * After a failure: a shutdown hands the work on, and an outage is tried again; then the job in Ftrack stays
   * open.
   *
   * @throws what was thrown, unless the user has stopped the work.
   */
  leave(thrown: unknown): Promise<typeof CANCELLED>;
}

/**
 * Opens a job of Ftrack, the same one after a restart.
 *
 * @param userId - null: nobody waits, and nothing is shown
 */
export async function openBoard(
  deps: BoardDeps,
  userId: FtrackId | null,
  title: string,
  job: JobContext,
): Promise<Board> {
  const { log, now } = deps;
  const stopped = new AbortController();
  const signal = AbortSignal.any([job.signal, stopped.signal]);
  const ftrackJobId =
    userId === null ? null : deriveFtrackId(`sync-job ${job.id}`);
  const mirror =
    userId === null || ftrackJobId === null
      ? noMirror
      : await openMirror({
          id: ftrackJobId,
          userId,
          title,
          jobs: deps.ftrackJobs,
          reads: deps.contextFor({
            ...{ signal: job.signal, log, now: new Date(now()) },
          }).ftrack,
          onStopped() {
            stopped.abort(new Error("cancelled"));
          },
          log,
        });
  return {
    ftrackJobId,
    mirror,
    job: {
      ...job,
      signal,
      withProjectTurn: (projectId, work, options) =>
        job.withProjectTurn(projectId, work, { signal, ...options }),
    },
    async leave(thrown) {
      const error = toError(thrown);
      const reason: unknown = signal.aborted ? signal.reason : null;
      const isCancelled =
        reason instanceof Error && reason.message === "cancelled";
      if (isCancelled) {
        await mirror.end("failed", "stopped");
        if (!job.signal.aborted) return CANCELLED;
      } else if (!signal.aborted && retryOf(error) === "never")
        await mirror.end("failed", error.message);
      else await mirror.leave();
      throw error;
    },
  };
}
