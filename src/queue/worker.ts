import type { Worker } from "bullmq";
import { setTimeout as sleep } from "node:timers/promises";
import { toError } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import type { Meter } from "../core/meter.ts";
import type { CloseReport } from "./types.ts";

/** A job in hand. */
export interface ActiveJob {
  readonly id: string;
  readonly token: string;
  /** Makes what still runs for the job unable to write. */
  abandon: () => void;
}

/** What of a BullMQ worker is watched, whatever its jobs. */
interface WatchedWorker {
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "stalled", listener: (jobId: string) => void): unknown;
  on(event: "lockRenewalFailed", listener: (jobIds: string[]) => void): unknown;
  cancelJob(jobId: string, reason?: string): boolean;
}

/** Counts what goes wrong around a worker, and aborts jobs whose lock is lost. */
export function watchWorker(
  worker: WatchedWorker,
  queue: string,
  log: Logger,
  meter: Meter,
): void {
  worker.on("error", (error: Error) => {
    log.debug({ err: error, queue }, "worker reports an error");
  });
  worker.on("stalled", (jobId: string) => {
    meter.count("jobs_stalled_total", { queue });
    log.warn({ queue, jobId }, "job taken over from a silent process");
  });
  worker.on("lockRenewalFailed", (jobIds: string[]) => {
    meter.count("lock_renewal_failed_total", { queue }, jobIds.length);
    log.warn({ queue, jobIds }, "locks lost, jobs aborted");
    for (const id of jobIds) worker.cancelJob(id, "lock-lost");
  });
}

export interface Closing {
  readonly worker: Pick<Worker, "close">;
  readonly active: ReadonlyMap<string, ActiveJob>;
  readonly abortHandlers: () => void;
  /** Puts a job back into the queue for others. */
  takeBack(job: ActiveJob): Promise<void>;
  readonly softStopMs: number;
  readonly hardStopMs: number;
  readonly name: string;
  readonly log: Logger;
  readonly meter: Meter;
}

/** How long Redis has to take jobs back at the hard stop. */
const TAKE_BACK_MS = 500;

/**
 * Stops in two steps: after `softStopMs` handlers are aborted, after `hardStopMs` their jobs are handed
 * back without them. Always resolves soon after that: with Redis away BullMQ's own close never would.
 */
export async function closeWorker(closing: Closing): Promise<CloseReport> {
  const { active, log, meter, name } = closing;
  const startedAt = performance.now();
  const before = active.size;
  const soft = setTimeout(closing.abortHandlers, closing.softStopMs);
  const closed = closing.worker.close().then(
    () => true,
    (thrown: unknown) => {
      log.warn({ err: toError(thrown), queue: name }, "worker close failed");
      return false;
    },
  );
  const orderly = await Promise.race([
    closed,
    sleep(closing.hardStopMs, false),
  ]);
  clearTimeout(soft);
  if (orderly) {
    if (before > 0) {
      meter.count("handed_back_total", { how: "orderly" }, before);
    }
    return { orderly, forced: 0 };
  }
  closing.abortHandlers();
  const left = [...active.values()];
  for (const job of left) job.abandon();
  const results = await Promise.race([
    Promise.allSettled(left.map((job) => closing.takeBack(job))),
    sleep(TAKE_BACK_MS, [] as PromiseSettledResult<void>[]),
  ]);
  const forced = results.filter((r) => r.status === "fulfilled").length;
  meter.count("handed_back_total", { how: "forced" }, forced);
  log.warn(
    {
      queue: name,
      jobs: left.length,
      forced,
      afterMs: Math.round(performance.now() - startedAt),
    },
    "jobs taken from their handlers at the hard stop",
  );
  return { orderly, forced };
}
