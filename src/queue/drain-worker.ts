import { codeOf, retryOf, toError } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import type { Meter } from "../core/meter.ts";
import { openDrainQueue, ring, type DrainData } from "./bell.ts";
import { handBack, setAside } from "./bull.ts";
import {
  DEFAULT_CONSUMER_OPTIONS,
  startConsumer,
  type ConsumerOptions,
  type Work,
} from "./consumer.ts";
import { drain, type DrainEnd } from "./drain.ts";
import { DEFAULT_LIMITS, type DrainLimits } from "./drain-run.ts";
import { makeMutex } from "./mutex.ts";
import { claimInbox, type Claim, type OwnedInbox } from "./project-inbox.ts";
import type { Connection } from "./redis.ts";
import { startSweeper } from "./sweeper.ts";
import type { BatchHandler, Consumer } from "./types.ts";

export interface DrainOptions extends ConsumerOptions {
  /** How long a confirmation of ownership is trusted. */
  readonly trustMs: number;
  /** How long a drain waits when somebody else has the project. */
  readonly turnPollMs: number;
  readonly sweepMs: number;
  /** Most dead letters kept per project. */
  readonly maxDead: number;
  readonly limits: DrainLimits;
  /** Asked at each drain; counts instead of the limits' own. @defaultValue that one */
  readonly maxFailures?: () => number;
}

export const DEFAULT_DRAIN_OPTIONS: DrainOptions = {
  ...DEFAULT_CONSUMER_OPTIONS,
  concurrency: 16,
  trustMs: 2_000,
  turnPollMs: 500,
  sweepMs: 2_000,
  maxDead: 10_000,
  limits: DEFAULT_LIMITS,
};

/** How long a drain waits when Redis refuses to do its part (full, read-only). */
const REFUSED_DELAY_MS = 1_000;

export interface DrainWorkerDeps {
  /** A patient connection; it stays open when the worker closes. */
  readonly connection: Connection;
  readonly handler: BatchHandler;
  readonly log: Logger;
  readonly meter: Meter;
}

/** Takes drains of all projects from Redis and runs them, several projects at a time. */
export function startDrainWorker(
  deps: DrainWorkerDeps,
  overrides: Partial<DrainOptions> = {},
): Consumer {
  const options = { ...DEFAULT_DRAIN_OPTIONS, ...overrides };
  const { connection, log, meter } = deps;
  const queue = openDrainQueue(connection, log);
  const sweeper = startSweeper(
    { connection, queue, log, meter },
    options.sweepMs,
  );
  /** Projects whose first event may be what kills processes: one at a time, so that a crash has one cause. */
  const suspects = makeMutex();

  async function run(work: Work<DrainData>): Promise<void> {
    const { job, token } = work;
    const { partition } = job.data;
    const end = await claimAndDrain(work, partition).catch(
      holdWhenRedisRefuses,
    );
    switch (end.kind) {
      case "empty":
        return;
      case "yield":
        // Rung while it runs: one more run is stored, and joins the end of the line.
        await ring(queue, [partition]);
        return;
      case "turn":
        await note(job, null);
        throw await setAside(job, token, options.turnPollMs);
      case "hold":
        await note(job, end);
        throw await setAside(job, token, end.delayMs);
      case "handback":
        throw await handBack(job, token);
    }
  }

  async function claimAndDrain(
    work: Work<DrainData>,
    partition: string,
  ): Promise<DrainEnd> {
    const claim = await claimFor(partition, options.limits.suspectStarts);
    if (claim.kind === "turn") return { kind: "turn" };
    if (claim.kind === "owned") return drainOwned(work, claim.inbox);
    const leave = await suspects.enter();
    try {
      if (work.isStopping()) return { kind: "handback" };
      const second = await claimFor(partition, Number.MAX_SAFE_INTEGER);
      if (second.kind !== "owned") return { kind: "turn" };
      return await drainOwned(work, second.inbox, leave);
    } finally {
      leave();
    }
  }

  async function drainOwned(
    work: Work<DrainData>,
    inbox: OwnedInbox,
    onProgress: () => void = () => undefined,
  ): Promise<DrainEnd> {
    function onLost(): void {
      // At the hard stop nobody else has the project yet: make room, and stop what still runs here.
      if (work.isStopping()) void release();
    }
    work.lostSignal.addEventListener("abort", onLost);
    async function release(): Promise<void> {
      try {
        // Not counted as a crash, however the drain ended: the process lives.
        await inbox.release();
      } catch (thrown) {
        log.debug({ err: toError(thrown) }, "the lease will end by itself");
      }
    }
    try {
      return await drain({
        inbox,
        handler: deps.handler,
        limits: {
          ...options.limits,
          maxFailures: options.maxFailures?.() ?? options.limits.maxFailures,
        },
        lostSignal: work.lostSignal,
        stopSignal: work.stopSignal,
        isStopping: () => work.isStopping(),
        onProgress,
        log,
        meter,
      });
    } finally {
      work.lostSignal.removeEventListener("abort", onLost);
      await release();
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

  return startConsumer({
    ...{ connection, queue, options, run, log, meter },
    onFailed(job, error) {
      meter.count("drain_failures_total", {});
      log.warn({ err: error, partition: job?.data.partition }, "drain failed");
      if (job === undefined) return;
      ring(queue, [job.data.partition]).catch((thrown: unknown) => {
        log.debug({ err: toError(thrown) }, "the sweeper will ring instead");
      });
    },
    onStop() {
      sweeper.stop();
    },
  });
}

/** Keeps with the job why its project waits, for `readHolds`. */
async function note(
  job: Work<DrainData>["job"],
  hold: Extract<DrainEnd, { readonly kind: "hold" }> | null,
): Promise<void> {
  const { partition, hold: before } = job.data;
  if (hold !== null)
    await job.updateData({
      partition,
      hold: { ...hold.reason, until: Date.now() + hold.delayMs },
    });
  else if (before !== undefined) await job.updateData({ partition });
}

/** A full or read-only Redis is an outage like any other. Nothing is lost: the events are still there. */
function holdWhenRedisRefuses(thrown: unknown): DrainEnd {
  if (retryOf(thrown) === "never") throw thrown;
  return {
    kind: "hold",
    delayMs: REFUSED_DELAY_MS,
    reason: {
      cause: "outage",
      handler: "drain",
      code: codeOf(thrown),
      detail: toError(thrown).message,
      tries: 1,
    },
  };
}
