import { setTimeout as sleep } from "node:timers/promises";
import { Presets, SingleBar } from "cli-progress";
import { type JobRequest, syncProgress } from "../core/sync-jobs.ts";
import type { JobInfo, Jobs, Json } from "../queue/types.ts";
import type { Call } from "./call.ts";
import { CliError } from "./exit.ts";
import type { Studio } from "./studio.ts";

const POLL_MS = 300;
/** So long nobody took the job: no processor runs, or all are busy with other long work. */
const UNTAKEN_MS = 20_000;

/** 0 before the first report. */
const progress = syncProgress
  .pick({ line: true, done: true, total: true })
  .catch({ line: "", done: 0, total: 0 });

const ENDED: ReadonlySet<JobInfo["state"]> = new Set([
  "done",
  "failed",
  "cancelled",
]);

/** Asks the processors for long work. */
export async function submit(
  studio: Studio,
  request: JobRequest<Readonly<Record<string, unknown>>>,
): Promise<{ readonly id: string; readonly isNew: boolean }> {
  const jobs = await studio.jobs();
  return jobs.submit({ ...request, data: request.data as Json });
}

/**
 * Waits for long work to end and shows how far it is. Ctrl-C ends the waiting, not the work.
 *
 * @throws CliError `E_JOB_FAILED`, `E_JOB_CANCELLED`, `E_JOB_GONE`, `E_INTERRUPTED`.
 */
export async function follow(
  { progress: where, signal, now }: Call,
  jobs: Jobs,
  id: string,
  title: string,
): Promise<JobInfo> {
  const startedAt = performance.now();
  const bar =
    where.stream?.isTTY === true ? openBar(where.stream, title) : null;
  let lastLine = "";
  let isUntakenTold = false;
  try {
    for (;;) {
      const job = await jobs.get(id);
      if (job === null)
        throw new CliError(`The work ${id} is gone from Redis`, {
          code: "E_JOB_GONE",
          exit: "notFound",
          fix: "Start it again.",
        });
      if (ENDED.has(job.state)) {
        if (job.state === "done") bar?.update(1, 1, "done");
        return ended(job);
      }
      const { line, done, total } = progress.parse(job.progress);
      const said = line === "" ? job.state : line;
      bar?.update(done, total, said);
      if (bar === null && said !== lastLine) where.say(`${title}: ${said}`);
      lastLine = said;
      if (
        !isUntakenTold &&
        job.startedAt === null &&
        performance.now() - startedAt > UNTAKEN_MS
      ) {
        isUntakenTold = true;
        where.say(
          `${title}: nobody has taken it yet; ayon-ftrack-events status shows whether a processor runs`,
        );
      }
      await sleep(POLL_MS, undefined, { signal }).catch(() => {
        throw new CliError(
          `No longer waiting; the work ${id} goes on, since ${new Date(now).toISOString()}`,
          {
            code: "E_INTERRUPTED",
            exit: "interrupted",
            fix: `See it with: ayon-ftrack-events jobs show ${id}; stop it with: ayon-ftrack-events jobs cancel ${id}`,
          },
        );
      });
    }
  } finally {
    bar?.close();
  }
}

function ended(job: JobInfo): JobInfo {
  if (job.state === "failed")
    throw new CliError(`It failed: ${job.error ?? "no reason is known"}`, {
      code: "E_JOB_FAILED",
      exit: "findings",
      fix: "The log of the processor has more; it is safe to start it again.",
    });
  if (job.state === "cancelled")
    throw new CliError("It was cancelled", {
      code: "E_JOB_CANCELLED",
      exit: "findings",
      fix: "Start it again when it is wanted after all.",
    });
  return job;
}

interface Bar {
  update(done: number, total: number, line: string): void;
  close(): void;
}

function openBar(stream: NodeJS.WriteStream, title: string): Bar {
  const bar = new SingleBar(
    {
      stream,
      format: `${title} {bar} {percentage} % | {line}`,
      hideCursor: true,
      clearOnComplete: false,
      barsize: 30,
      // The work tells when it is further; nothing else redraws.
      noTTYOutput: false,
    },
    Presets.shades_classic,
  );
  bar.start(1, 0, { line: "" });
  return {
    update(done, total, line) {
      bar.setTotal(Math.max(1, total));
      bar.update(done, { line });
    },
    close() {
      bar.stop();
    },
  };
}
