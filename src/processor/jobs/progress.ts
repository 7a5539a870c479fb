import { toError } from "../../core/errors.ts";
import type { FtrackId } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import type { FtrackJobs } from "../../ftrack/jobs.ts";
import type { Progress } from "./sync-run.ts";

/** How far long work is, for the people who wait for it: a job in Ftrack's interface. */
export interface ProgressBoard {
  /** Null when nobody waits, or the job could not be made. */
  readonly jobId: FtrackId | null;
  /** Shows how far it is; at most once every few seconds. */
  show(progress: Progress): Promise<void>;
  /** The last line and the end of the job; the report goes along as a file. */
  end(
    status: "done" | "failed",
    line: string,
    report: { readonly fileName: string; readonly text: string } | null,
  ): Promise<void>;
}

export interface BoardSettings {
  readonly jobs: FtrackJobs;
  /** Whose job it is; null: nobody waits, and nothing is shown. */
  readonly userId: FtrackId | null;
  /** A job that an earlier start of this work has made. */
  readonly previousId: FtrackId | null;
  readonly log: Logger;
  readonly now: () => number;
}

const PAUSE_MS = 2_000;

/**
 * Opens the board. That it cannot be shown how the work goes never stops the work: such a failure is logged.
 */
export async function openBoard(
  settings: BoardSettings,
  title: string,
): Promise<ProgressBoard> {
  const { jobs, userId, log, now } = settings;
  let lastAt = 0;

  async function quietly<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (thrown) {
      log.warn(
        { err: toError(thrown) },
        "the job in Ftrack could not be written",
      );
      return null;
    }
  }

  const jobId =
    settings.previousId ??
    (userId === null
      ? null
      : await quietly(() => jobs.create({ userId, description: title })));

  return {
    jobId,
    async show({ line, done, total }) {
      if (jobId === null || now() - lastAt < PAUSE_MS) return;
      lastAt = now();
      const percent =
        total === 0 ? "" : `${Math.floor((100 * done) / total)} %, `;
      await quietly(() =>
        jobs.update(jobId, { description: `${title}: ${percent}${line}` }),
      );
    },
    async end(status, line, report) {
      if (jobId === null) return;
      if (report !== null)
        await quietly(() =>
          jobs.attach(jobId, {
            fileName: report.fileName,
            data: new TextEncoder().encode(report.text),
          }),
        );
      await quietly(() =>
        jobs.update(jobId, { description: `${title}: ${line}`, status }),
      );
    },
  };
}
