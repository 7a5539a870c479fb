import { randomUUID } from "node:crypto";
import type { Job, Queue } from "bullmq";
import { z } from "zod";
import type { Logger } from "../core/log.ts";
import { openQueue } from "./bull.ts";
import { safe } from "./keys.ts";
import { guard } from "./redis-error.ts";
import type { Connection } from "./redis.ts";
import type { JobInfo, Jobs, JobState, Json } from "./types.ts";

export const jobData = z.object({ key: z.string(), data: z.json() });
export type JobData = z.infer<typeof jobData>;
export type JobQueue = Queue<
  JobData,
  unknown,
  string,
  JobData,
  unknown,
  string
>;

/** What a job that was stopped by a person returns. */
export const CANCELLED = { cancelled: true } as const;

const KEEP = { age: 7 * 24 * 3600, count: 500 } as const;

export function openJobQueue(connection: Connection, log: Logger): JobQueue {
  return openQueue("jobs", connection, log);
}

/** @param queue - from `openJobQueue` */
export function makeJobs(connection: Connection, queue: JobQueue): Jobs {
  const { client, keys } = connection;

  async function info(job: Job<JobData>): Promise<JobInfo> {
    const state = await guard(job.getState());
    const { key, data } = jobData.parse(job.data);
    return {
      id: job.id ?? "",
      kind: job.name,
      key,
      data,
      state: stateOf(state, job),
      progress: asJson(job.progress),
      result: asJson(job.returnvalue),
      error: state === "failed" ? job.failedReason : null,
      createdAt: job.timestamp,
      startedAt: job.processedOn ?? null,
      endedAt: job.finishedOn ?? null,
      starts: job.attemptsStarted,
    };
  }

  return {
    async submit({ kind, key, data, delayMs, id: given, isAgain = true }) {
      const jobId = given === undefined ? `j-${randomUUID()}` : safe(given);
      // BullMQ adds no second job of an id, whatever has become of the first.
      const known =
        given === undefined ? undefined : await guard(queue.getJob(jobId));
      const job = await guard(
        queue.add(
          kind,
          { key, data: data as JobData["data"] },
          {
            jobId,
            deduplication: {
              id: `k-${safe(key)}`,
              ...(isAgain && { keepLastIfActive: true }),
            },
            removeOnComplete: KEEP,
            removeOnFail: KEEP,
            ...(delayMs !== undefined && { delay: delayMs }),
          },
        ),
      );
      const id = job.id ?? jobId;
      return { id, isNew: id === jobId && known === undefined };
    },
    async get(id) {
      const job = await guard(queue.getJob(id));
      return job === undefined ? null : info(job);
    },
    async list({ states, limit = 100 } = {}) {
      const jobs = await guard(
        queue.getJobs(
          ["waiting", "delayed", "active", "completed", "failed"],
          0,
          KEEP.count,
        ),
      );
      const newestFirst = jobs.toSorted((a, b) => b.timestamp - a.timestamp);
      const found: JobInfo[] = [];
      for (const job of newestFirst) {
        if (found.length >= limit) break;
        const entry = await info(job);
        if (states === undefined || states.includes(entry.state)) {
          found.push(entry);
        }
      }
      return found;
    },
    async cancel(id) {
      const job = await guard(queue.getJob(id));
      if (job === undefined || job.finishedOn !== undefined) return false;
      // For the case that it starts between these lines, or runs already.
      await guard(client.zadd(keys.cancelled, Date.now(), id));
      try {
        await job.remove();
        await guard(client.zrem(keys.cancelled, id));
      } catch {
        // It runs: BullMQ refuses to remove a locked job. Its worker sees the request.
      }
      return true;
    },
  };
}

function stateOf(
  state: Awaited<ReturnType<Job["getState"]>>,
  job: Job<JobData>,
): JobState {
  switch (state) {
    case "completed":
      return isCancelled(job.returnvalue) ? "cancelled" : "done";
    case "failed":
      return "failed";
    case "active":
      return "active";
    case "delayed":
      return "delayed";
    case "waiting":
    case "waiting-children":
    case "prioritized":
    case "unknown":
      return "waiting";
  }
}

function isCancelled(result: unknown): boolean {
  return JSON.stringify(result) === JSON.stringify(CANCELLED);
}

function asJson(value: unknown): Json {
  const parsed = z.json().safeParse(value);
  return parsed.success ? parsed.data : null;
}
