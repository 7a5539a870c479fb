import { toError } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import type { Meter } from "../core/meter.ts";
import { ring, wakeHeld, type DrainQueue } from "./bell.ts";
import { watchClock } from "./clock-watch.ts";
import { drainDedupId } from "./keys.ts";
import { execute, guard } from "./redis-error.ts";
import { relieveMemory } from "./relief.ts";
import { type Connection } from "./redis.ts";
import { run, UNMARK_DIRTY } from "./scripts.ts";

/** A mark without events is kept this long: a leecher may be between marking and writing. */
const MARK_REST_MS = 60_000;

interface Deps {
  readonly connection: Connection;
  readonly queue: DrainQueue;
  readonly log: Logger;
  readonly meter: Meter;
}

/**
 * Finds projects that have events and no drain job, and rings for them. That happens when a leecher dies
 * between writing and ringing, when a drain ends with an error, and after Redis lost data.
 *
 * @returns the partitions rung for.
 */
export async function sweep(deps: Deps): Promise<string[]> {
  const { connection, queue, meter, log } = deps;
  const { client, keys } = connection;
  const flat = await guard(client.zrange(keys.dirty, "0", "-1", "WITHSCORES"));
  const marks: { partition: string; score: string }[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) {
    marks.push({ partition: flat[i] ?? "", score: flat[i + 1] ?? "" });
  }
  if (marks.length === 0) return [];
  const pipeline = client.pipeline();
  for (const { partition } of marks) {
    pipeline.xlen(keys.project(partition).inbox);
  }
  const lengths = await execute(pipeline);
  const silent: string[] = [];
  for (const [i, { partition, score }] of marks.entries()) {
    if (lengths[i] === 0) {
      await run(
        client,
        UNMARK_DIRTY,
        [keys.dirty],
        [partition, score, MARK_REST_MS],
      );
    } else if (!(await hasDrain(queue, partition))) {
      silent.push(partition);
    }
  }
  if (silent.length > 0) {
    await ring(queue, silent);
    meter.count("sweeper_rings_total", {}, silent.length);
    log.warn({ partitions: silent }, "projects had events and no drain");
  }
  return silent;
}

async function hasDrain(
  queue: DrainQueue,
  partition: string,
): Promise<boolean> {
  const id = await guard(queue.getDeduplicationJobId(drainDedupId(partition)));
  // The key can outlive its job when Redis lost data.
  return id !== null && (await guard(queue.getJobState(id))) !== "unknown";
}

export interface Sweeper {
  stop(): void;
}

/** Sweeps every so often, unevenly, so that processes do not all look at once. */
export function startSweeper(deps: Deps, everyMs: number): Sweeper {
  const setBack = watchClock();
  /** Until held projects were woken for it. */
  let wasSetBack = false;
  let isStopped = false;
  let timer: NodeJS.Timeout;
  function later(): void {
    if (isStopped) return;
    timer = setTimeout(tick, everyMs * (0.8 + Math.random() * 0.4));
    timer.unref();
  }
  async function round(): Promise<void> {
    const backMs = setBack();
    if (backMs !== null) {
      wasSetBack = true;
      deps.log.warn(
        { backMs },
        "the computer's clock was set back; held projects try again now",
      );
    }
    if (wasSetBack) await wakeHeld(deps.queue);
    wasSetBack = false;
    await sweep(deps);
    await relieveMemory(deps.connection, deps.log);
  }
  function tick(): void {
    round()
      .catch((thrown: unknown) => {
        deps.log.debug(
          { err: toError(thrown) },
          "sweep failed, will be repeated",
        );
      })
      .finally(later);
  }
  later();
  return {
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
