import { Worker, type Job, type Queue } from "bullmq";
import { ContractError, toError } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import type { Meter } from "../core/meter.ts";
import { joinSignals } from "../core/signals.ts";
import { closeQueue, handBack } from "./bull.ts";
import type { Connection } from "./redis.ts";
import type { CloseReport, Consumer } from "./types.ts";
import { within } from "./within.ts";

export interface ConsumerOptions {
  /** Jobs in hand at the same time. */
  readonly concurrency: number;
  /** A process that is silent this long has lost its jobs. */
  readonly lockMs: number;
  /** How often processes look for lost jobs. Takeover after at most lockMs + stalledCheckMs + 1 s. */
  readonly stalledCheckMs: number;
  /** After the beginning of a stop: handlers are aborted; jobs are taken from them. */
  readonly softStopMs: number;
  readonly hardStopMs: number;
}

export const DEFAULT_CONSUMER_OPTIONS: Omit<ConsumerOptions, "concurrency"> = {
  lockMs: 8_000,
  stalledCheckMs: 1_000,
  softStopMs: 4_000,
  // With half a second each for handing back and closing, before the process is killed.
  hardStopMs: 6_000,
};

/** A job in hand. */
export interface Work<Data> {
  readonly job: Job<Data>;
  readonly id: string;
  readonly token: string;
  /** Aborted when the lock is lost, and when the job is taken away at the hard stop. */
  readonly lostSignal: AbortSignal;
  /** Aborted at the soft stop. */
  readonly stopSignal: AbortSignal;
  /** True once the consumer stops. */
  isStopping(): boolean;
}

export interface ConsumerSpec<Data> {
  readonly connection: Connection;
  /** The queue whose jobs are taken; closed with the consumer. */
  readonly queue: Queue<Data, unknown, string, Data, unknown, string>;
  readonly options: ConsumerOptions;
  /** Returning completes the job; `handBack` and `setAside` (bull.ts) give what else to throw. */
  run(work: Work<Data>): Promise<unknown>;
  /** Told of a job that ended with an error. */
  onFailed?(job: Job<Data> | undefined, error: Error): void;
  /** Called at the beginning of the stop. */
  onStop?(): void;
  readonly log: Logger;
  readonly meter: Meter;
}

/** How long Redis has to take jobs back at the hard stop. */
const TAKE_BACK_MS = 500;

interface InHand {
  readonly job: Job;
  readonly token: string;
  readonly loss: AbortController;
}

/** Takes jobs of one queue and runs them. */
export function startConsumer<Data>(spec: ConsumerSpec<Data>): Consumer {
  const { connection, queue, options, log, meter } = spec;
  const inHand = new Map<string, InHand>();
  const stop = new AbortController();
  let isStopping = false;

  async function take(
    job: Job<Data>,
    token: string | undefined,
    lockSignal: AbortSignal | undefined,
  ): Promise<unknown> {
    const { id } = job;
    if (token === undefined || lockSignal === undefined || id === undefined) {
      throw new ContractError("BullMQ gave no token or no signal", {
        code: "E_BULLMQ",
      });
    }
    const loss = new AbortController();
    const lost = joinSignals(lockSignal, loss.signal);
    inHand.set(id, { job, token, loss });
    try {
      return await spec.run({
        ...{ job, id, token },
        lostSignal: lost.signal,
        stopSignal: stop.signal,
        isStopping: () => isStopping,
      });
    } finally {
      lost.leave();
      inHand.delete(id);
    }
  }

  const worker = new Worker<Data>(
    queue.name,
    // BullMQ makes a signal only for functions of three parameters.
    (job, token, signal) => take(job, token, signal),
    {
      connection: connection.client,
      prefix: connection.keys.bull,
      concurrency: options.concurrency,
      lockDuration: options.lockMs,
      stalledInterval: options.stalledCheckMs,
      // Crashes are counted by us, per event or job; BullMQ would fail the job at the second.
      maxStalledCount: 1_000_000,
      runRetryDelay: 1_000,
    },
  );
  worker.on("error", (error) => {
    log.debug({ err: error, queue: queue.name }, "worker reports an error");
  });
  worker.on("stalled", (jobId) => {
    meter.count("jobs_stalled_total", { queue: queue.name });
    log.warn(
      { queue: queue.name, jobId },
      "job of a silent process taken over",
    );
  });
  worker.on("lockRenewalFailed", (jobIds) => {
    meter.count(
      "lock_renewal_failed_total",
      { queue: queue.name },
      jobIds.length,
    );
    log.warn({ queue: queue.name, jobIds }, "locks lost, jobs aborted");
    for (const id of jobIds) worker.cancelJob(id, "lock-lost");
  });
  worker.on("failed", (job, error) => spec.onFailed?.(job, error));

  /** Takes jobs from their handlers. What those still do is fenced. */
  async function takeBack(): Promise<number> {
    const left = [...inHand.values()];
    for (const { loss } of left) loss.abort(new Error("hard stop"));
    const results = await within(
      TAKE_BACK_MS,
      Promise.allSettled(left.map(({ job, token }) => handBack(job, token))),
    );
    const forced = results?.filter((r) => r.status === "fulfilled").length ?? 0;
    meter.count("handed_back_total", { how: "forced" }, forced);
    log.warn(
      { queue: queue.name, jobs: left.length, forced },
      "jobs taken from their handlers at the hard stop",
    );
    return forced;
  }

  async function close(): Promise<CloseReport> {
    isStopping = true;
    spec.onStop?.();
    const before = inHand.size;
    const soft = setTimeout(() => {
      stop.abort(new Error("shutdown"));
    }, options.softStopMs);
    // With Redis away BullMQ's own close never ends.
    const closed = await within(
      options.hardStopMs,
      worker.close().then(
        () => true,
        (thrown: unknown) => {
          log.warn({ err: toError(thrown) }, "worker did not close in order");
          return false;
        },
      ),
    );
    clearTimeout(soft);
    stop.abort(new Error("shutdown"));
    const orderly = closed === true;
    if (orderly && before > 0) {
      meter.count("handed_back_total", { how: "orderly" }, before);
    }
    const forced = orderly ? 0 : await takeBack();
    await closeQueue(queue);
    return { orderly, forced };
  }

  let closing: Promise<CloseReport> | null = null;
  return {
    ready: () => worker.waitUntilReady(),
    active: () => inHand.size,
    close: () => (closing ??= close()),
  };
}
