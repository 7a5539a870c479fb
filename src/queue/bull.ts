import { DelayedError, Queue, WaitingError, type Job } from "bullmq";
import type { Logger } from "../core/log.ts";
import type { Connection } from "./redis.ts";
import { within } from "./within.ts";

/** BullMQ keeps this many of its own log lines per queue; nobody reads them. */
const STREAM_LENGTH = 100;

/** A queue of BullMQ on a shared connection. */
export function openQueue<Data, Result>(
  name: string,
  connection: Connection,
  log: Logger,
): Queue<Data, Result, string, Data, Result, string> {
  const queue = new Queue<Data, Result, string, Data, Result, string>(name, {
    connection: connection.client,
    prefix: connection.keys.bull,
    streams: { events: { maxLen: STREAM_LENGTH } },
  });
  queue.on("error", (error) => {
    log.debug({ err: error, queue: name }, "queue reports an error");
  });
  return queue;
}

const CLOSE_MS = 500;

/** Closes a queue, or gives up when Redis is away: BullMQ would wait for it. */
export async function closeQueue(queue: Pick<Queue, "close">): Promise<void> {
  await within(CLOSE_MS, queue.close());
}

/** Puts a job in hand aside for a while. To be thrown: it tells BullMQ that the job is neither done nor failed. */
export async function setAside(
  job: Job,
  token: string,
  delayMs: number,
): Promise<DelayedError> {
  await job.moveToDelayed(Date.now() + delayMs, token);
  return new DelayedError();
}

/** Puts a job in hand back at the head of its queue. To be thrown, as above. */
export async function handBack(job: Job, token: string): Promise<WaitingError> {
  await job.moveToWait(token);
  return new WaitingError();
}
