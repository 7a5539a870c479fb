import type { Meter } from "../core/meter.ts";
import type { DrainQueue } from "./bell.ts";
import { partitionName } from "./keys.ts";
import { readMemory, ratioOf } from "./memory.ts";
import { execute, guard } from "./redis-error.ts";
import type { Connection } from "./redis.ts";
import type { QueueDepth } from "./types.ts";

/** How full everything is, by a few round trips whatever the number of projects. */
export async function readDepth(
  connection: Connection,
  queue: DrainQueue,
): Promise<QueueDepth> {
  const { client, keys } = connection;
  const partitions = await guard(client.zrange(keys.dirty, "0", "-1"));
  const graves = await guard(client.smembers(keys.graves));
  const pipeline = client.pipeline();
  pipeline.time();
  for (const partition of partitions) {
    const { inbox, seen } = keys.project(partition);
    pipeline.xlen(inbox);
    pipeline.xrange(inbox, "-", "+", "COUNT", 1);
    pipeline.zcard(seen);
  }
  for (const partition of graves) pipeline.xlen(keys.project(partition).dead);
  const replies = await execute(pipeline);
  const [seconds, micros] = (replies[0] as [string, string]).map(Number);
  const now = (seconds ?? 0) * 1000 + (micros ?? 0) / 1000;
  const counts = await guard(queue.getJobCounts("wait", "active", "delayed"));
  const memory = await readMemory(client);
  const projects = partitions.map((partition, i) => {
    const [waiting, head] = replies.slice(1 + 3 * i, 3 + 3 * i);
    const since = (head as [string, string[]][])[0]?.[0].split("-")[0];
    return {
      partition,
      waiting: Number(waiting),
      headAgeMs:
        since === undefined ? 0 : Math.max(0, now - Math.floor(Number(since))),
    };
  });
  const sum = (numbers: readonly unknown[]): number =>
    numbers.reduce<number>((total, n) => total + Number(n), 0);
  return {
    projects: projects.filter(({ waiting }) => waiting > 0),
    dirty: partitions.length,
    drains: {
      waiting: counts["wait"] ?? 0,
      active: counts["active"] ?? 0,
      delayed: counts["delayed"] ?? 0,
    },
    seen: sum(partitions.map((_, i) => replies[3 + 3 * i])),
    deadLetters: sum(replies.slice(1 + 3 * partitions.length)),
    memoryBytes: memory.usedBytes,
    memoryLimitBytes: memory.limitBytes,
  };
}

/** Events of a project wait, or are being handled. */
export async function isWaiting(
  { client, keys }: Connection,
  projectId: string,
): Promise<boolean> {
  const { inbox } = keys.project(partitionName(projectId));
  return (await guard(client.xlen(inbox))) > 0;
}

/** Shows the depth in the metrics; to be called before they are read. */
export function meterDepth(meter: Meter, depth: QueueDepth): void {
  const { projects, drains } = depth;
  const waiting = projects.map((p) => p.waiting);
  const ages = projects.map((p) => p.headAgeMs / 1000);
  meter.gauge(
    "inbox_events",
    {},
    waiting.reduce((total, n) => total + n, 0),
  );
  meter.gauge("inbox_events_max", {}, Math.max(0, ...waiting));
  meter.gauge("inbox_head_age_seconds", {}, Math.max(0, ...ages));
  meter.gauge("projects_dirty", {}, depth.dirty);
  for (const state of ["waiting", "active", "delayed"] as const) {
    meter.gauge("drain_jobs", { state }, drains[state]);
  }
  meter.gauge("seen_events", {}, depth.seen);
  meter.gauge("dead_letters", {}, depth.deadLetters);
  meter.gauge("redis_memory_bytes", {}, depth.memoryBytes);
  const memory = {
    usedBytes: depth.memoryBytes,
    limitBytes: depth.memoryLimitBytes,
  };
  meter.gauge("redis_memory_ratio", {}, ratioOf(memory));
}
