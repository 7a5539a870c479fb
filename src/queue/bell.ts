import { Queue } from "bullmq";
import type { Logger } from "../core/log.ts";
import { drainDedupId } from "./keys.ts";
import { guard } from "./redis-error.ts";
import { type Connection } from "./redis.ts";

export const DRAINS = "drains";

export interface DrainData {
  readonly partition: string;
}

/** BullMQ keeps this many of its own log lines per queue; we read none of them. */
export const STREAM_LENGTH = 100;

export type DrainQueue = Queue<DrainData, unknown, "drain">;

export function openDrainQueue(
  connection: Connection,
  log: Logger,
): DrainQueue {
  const queue: DrainQueue = new Queue(DRAINS, {
    connection: connection.client,
    prefix: connection.keys.bull,
    streams: { events: { maxLen: STREAM_LENGTH } },
  });
  queue.on("error", (error) => {
    log.debug({ err: error }, "drain queue reports an error");
  });
  return queue;
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
