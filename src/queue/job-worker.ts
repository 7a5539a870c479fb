import type { Job } from "bullmq";
import { ConfigError, retryOf, toError } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import type { Meter } from "../core/meter.ts";
import { joinSignals } from "../core/signals.ts";
import { handBack, setAside } from "./bull.ts";
import {
  DEFAULT_CONSUMER_OPTIONS,
  startConsumer,
  type ConsumerOptions,
  type Work,
} from "./consumer.ts";
import { CANCELLED, jobData, openJobQueue, type JobData } from "./jobs.ts";
import { guard } from "./redis-error.ts";
import type { Connection } from "./redis.ts";
import type { Consumer, JobHandler, Json, Turns } from "./types.ts";

export interface JobOptions extends ConsumerOptions {
  /** How often running jobs look whether they shall stop. */
  readonly cancelPollMs: number;
  /** Starts (after outages and crashes) before a job is given up. */
  readonly maxStarts: number;
  readonly retryDelayMs: number;
  readonly retryDelayMaxMs: number;
}

export const DEFAULT_JOB_OPTIONS: JobOptions = {
  ...DEFAULT_CONSUMER_OPTIONS,
  concurrency: 2,
  // Begun anew, a long job costs minutes, and nobody waits for it to be taken over: the turn of its project,
  // for which events do wait, ends by its own, shorter time to live.
  lockMs: 30_000,
  // A long job never ends by itself in time: it is told at once.
  softStopMs: 0,
  cancelPollMs: 1_000,
  maxStarts: 20,
  retryDelayMs: 2_000,
  retryDelayMaxMs: 60_000,
};

interface JobWorkerDeps {
  /** A patient connection. */
  readonly connection: Connection;
  /** By kind. */
  readonly handlers: Readonly<Record<string, JobHandler>>;
  readonly turns: Turns;
  readonly log: Logger;
  readonly meter: Meter;
}

/** Runs long jobs. */
export function startJobWorker(
  deps: JobWorkerDeps,
  overrides: Partial<JobOptions> = {},
): Consumer {
  const options = { ...DEFAULT_JOB_OPTIONS, ...overrides };
  const { connection, turns, log, meter } = deps;
  const { client, keys } = connection;
  const handlers = new Map(Object.entries(deps.handlers));
  /** Aborted when a person cancels the job. */
  const cancels = new Map<string, AbortController>();

  async function run(work: Work<JobData>): Promise<Json> {
    const { id, job } = work;
    const cancel = new AbortController();
    const ending = joinSignals(cancel.signal, work.lostSignal, work.stopSignal);
    cancels.set(id, cancel);
    try {
      await lookForCancelled();
      const result = await start(job, id, ending.signal);
      meter.count("long_jobs_total", { kind: job.name, result: "done" });
      return result;
    } catch (thrown) {
      if (work.lostSignal.aborted) throw thrown;
      if (cancel.signal.aborted) {
        meter.count("long_jobs_total", { kind: job.name, result: "cancelled" });
        return CANCELLED;
      }
      if (work.stopSignal.aborted) throw await handBack(job, work.token);
      throw await afterFailure(work, toError(thrown));
    } finally {
      ending.leave();
      cancels.delete(id);
      await guard(client.zrem(keys.cancelled, id));
    }
  }

  async function start(
    job: Job<JobData>,
    id: string,
    signal: AbortSignal,
  ): Promise<Json> {
    const kind = job.name;
    const starts = job.attemptsStarted;
    const handler = handlers.get(kind);
    if (handler === undefined) {
      throw new ConfigError(`Nobody knows jobs of the kind ${kind}`, {
        code: "E_JOB_KIND",
      });
    }
    if (starts > options.maxStarts) {
      throw new ConfigError("Started again and again and never ended", {
        code: "E_JOB_STARTS",
        subject: { kind, starts: starts - 1 },
      });
    }
    signal.throwIfAborted();
    return handler(jobData.parse(job.data).data, {
      ...{ id, signal, starts },
      previous: job.progress as Json,
      report: (progress) => guard(job.updateProgress(progress as object)),
      withProjectTurn: (projectId, work, turnOptions) =>
        turns.withProjectTurn(projectId, work, { signal, ...turnOptions }),
    });
  }

  /** What to throw, so that the job is tried again later or counts as failed. */
  async function afterFailure(
    { job, token }: Work<JobData>,
    error: Error,
  ): Promise<Error> {
    const kind = job.name;
    const retry = retryOf(error);
    const starts = job.attemptsStarted;
    if (retry === "never" || starts >= options.maxStarts) {
      meter.count("long_jobs_total", { kind, result: "failed" });
      log.error({ err: error, kind, jobId: job.id }, "job failed");
      return error;
    }
    const doubled = options.retryDelayMs * 2 ** (starts - 1);
    const delayMs =
      typeof retry === "object"
        ? retry.afterMs
        : Math.min(doubled, options.retryDelayMaxMs);
    log.warn(
      { err: error, kind, jobId: job.id, delayMs },
      "job will be started again",
    );
    return setAside(job, token, delayMs);
  }

  /** Stops running jobs that somebody cancelled. */
  async function lookForCancelled(): Promise<void> {
    const ids = [...cancels.keys()];
    if (ids.length === 0) return;
    const scores = await guard(client.zmscore(keys.cancelled, ...ids));
    for (const [i, id] of ids.entries()) {
      if (scores[i] != null) cancels.get(id)?.abort(new Error("cancelled"));
    }
  }
  const poll = setInterval(() => {
    lookForCancelled().catch((thrown: unknown) => {
      log.debug({ err: toError(thrown) }, "cancelled jobs could not be read");
    });
  }, options.cancelPollMs);
  poll.unref();

  return startConsumer({
    queue: openJobQueue(connection, log),
    ...{ connection, options, run, log, meter },
    onStop() {
      clearInterval(poll);
    },
  });
}
