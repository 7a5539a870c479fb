import type { Queue } from "bullmq";
import type { Logger } from "../core/log.ts";
import { openQueue } from "./bull.ts";
import { drainDedupId } from "./keys.ts";
import { guard } from "./redis-error.ts";
import type { Connection } from "./redis.ts";
import type { HoldReason } from "./types.ts";

export interface DrainData {
  readonly partition: string;
  /** While the project is held: why. */
  readonly hold?: HoldReason & { readonly until: number };
}

export type DrainQueue = Queue<
  DrainData,
  unknown,
  string,
  DrainData,
  unknown,
  string
>;

export function openDrainQueue(
  connection: Connection,
  log: Logger,
): DrainQueue {
  return openQueue("drains", connection, log);
}

/**
 * Makes sure that a drain runs for each partition after this call.
 *
 * At most one drain job exists per partition. Ringing while it runs stores one more run for when it ends,
 * inside Redis, so no wake-up is lost between its last look at the inbox and its end.
 */
export async function ring(
  queue: DrainQueue,
  partitions: readonly string[],
): Promise<void> {
  await guard(
    queue.addBulk(
      partitions.map((partition) => ({
        name: "drain",
        data: { partition },
        opts: {
          deduplication: {
            id: drainDedupId(partition),
            keepLastIfActive: true,
          },
          removeOnComplete: true,
          removeOnFail: true,
        },
      })),
    ),
  );
}

/**
 * Lets held projects try again now, e.g. when a system answers again or a setting was mended.
 *
 * @returns how many were held.
 */
export async function wakeHeld(
  queue: Pick<DrainQueue, "getDelayedCount" | "promoteJobs">,
): Promise<number> {
  const held = await guard(queue.getDelayedCount());
  await guard(queue.promoteJobs());
  return held;
}
