import { DelayedError, Job, WaitingError, Worker } from "bullmq";
import { retryOf, toError } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import type { Meter } from "../core/meter.ts";
import {
  DRAINS,
  openDrainQueue,
  ring,
  type DrainData,
  type DrainQueue,
} from "./bell.ts";
import { drain, type DrainEnd } from "./drain.ts";
import { DEFAULT_LIMITS, type DrainLimits } from "./drain-run.ts";
import { closeWorker, watchWorker, type ActiveJob } from "./worker.ts";
import { makeMutex } from "./mutex.ts";
import { claimInbox, type Claim } from "./project-inbox.ts";
import type { Connection } from "./redis.ts";
import { startSweeper } from "./sweeper.ts";
import type { BatchHandler, Consumer } from "./types.ts";

export interface DrainOptions {
  /** Projects drained at the same time by this process. */
  readonly concurrency: number;
  /** A process that is silent this long has lost its projects. */
  readonly lockMs: number;
  /** How often processes look for lost projects. Takeover after at most lockMs + stalledCheckMs + 1 s. */
  readonly stalledCheckMs: number;
  /** How long a confirmation of ownership is trusted. */
  readonly trustMs: number;
  /** How long a drain waits when a long job has the project. */
  readonly turnPollMs: number;
  readonly sweepMs: number;
  /** Most dead letters kept per project. */
  readonly maxDead: number;
  /** After SIGTERM: handlers are told to stop; jobs are taken from them. */
  readonly softStopMs: number;
  readonly hardStopMs: number;
  readonly limits: DrainLimits;
}

export const DEFAULT_DRAIN_OPTIONS: DrainOptions = {
  concurrency: 16,
  lockMs: 8_000,
  stalledCheckMs: 2_000,
  trustMs: 2_000,
  turnPollMs: 500,
  sweepMs: 2_000,
  maxDead: 10_000,
  softStopMs: 4_000,
  hardStopMs: 6_500,
  limits: DEFAULT_LIMITS,
};

export interface DrainWorkerDeps {
  /** A patient connection; it stays open when the worker closes. */
  readonly connection: Connection;
  readonly handler: BatchHandler;
  readonly log: Logger;
  readonly meter: Meter;
}

const REFUSED_DELAY_MS = 1_000;

type DrainJob = Job<DrainData, unknown, "drain">;

/** Takes drains of all projects from Redis and runs them, several projects at a time. */
export function startDrainWorker(
  deps: DrainWorkerDeps,
  overrides: Partial<DrainOptions> = {},
): Consumer {
  const options = { ...DEFAULT_DRAIN_OPTIONS, ...overrides };
  const { connection, log, meter } = deps;
  const queue = openDrainQueue(connection, log);
  const active = new Map<string, ActiveJob>();
  const stop = new AbortController();
  const suspects = makeMutex();
  let isStopping = false;

  async function process(
    job: DrainJob,
    token: string | undefined,
    lockSignal: AbortSignal | undefined,
  ): Promise<void> {
    if (token === undefined || lockSignal === undefined || job.id === undefined)
      throw new TypeError("BullMQ gave no token or signal");
    const current: ActiveJob = { id: job.id, token, abandon: () => undefined };
    active.set(job.id, current);
    try {
      const end = await drainOnce(
        job.data.partition,
        lockSignal,
        current,
      ).catch(holdWhenRedisRefuses);
      await conclude(queue, job, token, end, options);
    } finally {
      active.delete(job.id);
    }
  }

  async function drainOnce(
    partition: string,
    lockSignal: AbortSignal,
    current: ActiveJob,
  ): Promise<DrainEnd> {
    let leaveQueue = (): void => undefined;
    let claim = await claimFor(partition, options.limits.suspectStarts);
    if (claim.kind === "suspect") {
      // One suspect at a time, so that the next crash has one possible cause.
      leaveQueue = await suspects.enter();
      if (isStopping) {
        leaveQueue();
        return { kind: "handback" };
      }
      claim = await claimFor(partition, Number.MAX_SAFE_INTEGER);
    }
    if (claim.kind !== "owned") {
      leaveQueue();
      return { kind: "turn" };
    }
    const { inbox } = claim;
    current.abandon = () => {
      inbox.lease.end();
      inbox.release().catch((thrown: unknown) => {
        log.debug({ err: toError(thrown) }, "release at the hard stop failed");
      });
    };
    try {
      const end = await drain({
        inbox,
        handler: deps.handler,
        limits: options.limits,
        lockSignal,
        stopSignal: stop.signal,
        isStopping: () => isStopping,
        onProgress: leaveQueue,
        log,
        meter,
      });
      await inbox.release();
      return end;
    } catch (thrown) {
      // Not a crash, whatever it was: the process lives.
      await inbox.release().catch(() => {
        // The lease ends by itself, and what was thrown first is what matters.
      });
      throw thrown;
    } finally {
      leaveQueue();
    }
  }

  function claimFor(partition: string, suspectStarts: number): Promise<Claim> {
    return claimInbox({
      client: connection.client,
      keys: connection.keys,
      partition,
      ttlMs: options.lockMs,
      trustMs: options.trustMs,
      maxDead: options.maxDead,
      suspectStarts,
      onFenced: () => {
        meter.count("fenced_total", {});
        log.warn({ partition }, "project lost to another process");
      },
    });
  }

  const worker = new Worker<DrainData, unknown, "drain">(
    DRAINS,
    // BullMQ makes a signal only for functions of three parameters.
    (job, token, signal) => process(job, token, signal),
    {
      connection: connection.client,
      prefix: connection.keys.bull,
      concurrency: options.concurrency,
      lockDuration: options.lockMs,
      stalledInterval: options.stalledCheckMs,
      // Crashes are counted per event, see CLAIM; BullMQ's own count would fail the whole drain.
      maxStalledCount: 1_000_000,
      runRetryDelay: 1_000,
    },
  );
  watchWorker(worker, DRAINS, log, meter);
  worker.on("failed", (job, error) => {
    meter.count("drain_failures_total", {});
    log.warn({ err: error, partition: job?.data.partition }, "drain failed");
    if (job === undefined || isStopping) return;
    ring(queue, [job.data.partition]).catch((thrown: unknown) => {
      log.debug({ err: toError(thrown) }, "the sweeper will ring instead");
    });
  });
  const sweeper = startSweeper(
    { connection, queue, log, meter },
    options.sweepMs,
  );

  return {
    ready: () => worker.waitUntilReady(),
    active: () => active.size,
    async close() {
      isStopping = true;
      sweeper.stop();
      const report = await closeWorker({
        worker,
        active,
        abortHandlers: () => {
          stop.abort(new Error("shutdown"));
        },
        takeBack: async ({ id, token }) => {
          const job = await Job.fromId(queue, id);
          await job?.moveToWait(token);
        },
        softStopMs: options.softStopMs,
        hardStopMs: options.hardStopMs,
        name: DRAINS,
        log,
        meter,
      });
      await queue.close();
      return report;
    },
  };
}

/** A full or read-only Redis is an outage like any other. Nothing was lost: the events are still there. */
function holdWhenRedisRefuses(thrown: unknown): DrainEnd {
  if (retryOf(thrown) === "never") throw thrown;
  return { kind: "hold", delayMs: REFUSED_DELAY_MS };
}

/** Tells BullMQ how the drain ended. Returning completes the job. */
async function conclude(
  queue: DrainQueue,
  job: DrainJob,
  token: string,
  end: DrainEnd,
  options: DrainOptions,
): Promise<void> {
  switch (end.kind) {
    case "empty":
      return;
    case "yield":
      // Rung while it runs: one more run is stored, and joins the end of the line.
      await ring(queue, [job.data.partition]);
      return;
    case "turn":
    case "hold": {
      const delayMs = end.kind === "hold" ? end.delayMs : options.turnPollMs;
      await job.moveToDelayed(Date.now() + delayMs, token);
      throw new DelayedError();
    }
    case "handback":
      await job.moveToWait(token);
      throw new WaitingError();
  }
}
