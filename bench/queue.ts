import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { findRedisBinary, startLocalRedis } from "../sandbox/redis.ts";
import type { Envelope } from "../src/core/envelope.ts";
import { silentLog } from "../src/core/log.ts";
import { silentMeter } from "../src/core/meter.ts";
import { startDrainWorker } from "../src/queue/drain-worker.ts";
import { openInbox } from "../src/queue/inbox.ts";
import { connect, type RedisAddress } from "../src/queue/redis.ts";
import type { BatchHandler } from "../src/queue/types.ts";
import { count, p50p95 } from "./lib/numbers.ts";
import type { Figure, Part } from "./part.ts";

const EVENTS = 20_000;
const PROJECTS = 10;
const deps = { log: silentLog, meter: silentMeter };

export const queue: Part = {
  name: "queue",
  title: "The queue alone",
  about: `How fast the leecher's side writes and the processor's side empties, with a handler that does nothing, in
one process, ${PROJECTS} projects, events of 1.9 KB.`,
  async run() {
    const binary = findRedisBinary();
    if (binary === null)
      throw new Error("The benchmark needs a Redis of its own");
    const redis = await startLocalRedis(binary, { appendonly: true });
    const address: RedisAddress = { url: redis.url };
    const figures: Figure[] = [];
    try {
      for (const size of [1, 100, 500]) {
        const total = size === 1 ? EVENTS / 10 : EVENTS;
        const written = await enqueueRate(address, total, size);
        const read = await drainRate(address, total);
        figures.push(
          {
            what: `write, ${size} at a time`,
            measured: count(written, "events/s"),
          },
          { what: "empty", measured: count(read, "events/s") },
        );
      }
      const times = await latency(address, 200);
      figures.push({
        what: "one event, written → with the handler",
        measured: p50p95(times),
      });
    } finally {
      await redis.stop();
    }
    return figures;
  },
};

async function enqueueRate(
  address: RedisAddress,
  total: number,
  size: number,
): Promise<number> {
  const connection = connect(address, "eager", silentLog);
  while (connection.client.status !== "ready") await sleep(5);
  const inbox = openInbox({ connection, ...deps });
  const startedAt = performance.now();
  for (let sent = 0; sent < total; sent += size) {
    const batch = Array.from({ length: Math.min(size, total - sent) }, (_, i) =>
      anEvent(`project-${i % PROJECTS}`),
    );
    await inbox.enqueue(batch);
  }
  const rate = rateOf(total, startedAt);
  await inbox.close();
  await connection.close();
  return rate;
}

/** Empties what lies in the inboxes. */
async function drainRate(
  address: RedisAddress,
  total: number,
): Promise<number> {
  let handled = 0;
  const handler: BatchHandler = {
    handleBatch(_projectId, envelopes) {
      handled += envelopes.length;
      return Promise.resolve(envelopes.map(() => ({ kind: "done" })));
    },
  };
  const connection = connect(address, "patient", silentLog);
  const startedAt = performance.now();
  const worker = startDrainWorker({ connection, handler, ...deps });
  while (handled < total) await sleep(2);
  const rate = rateOf(total, startedAt);
  await worker.close();
  await connection.close();
  return rate;
}

/** From the call to enqueue until the handler has the event, one event at a time. */
async function latency(
  address: RedisAddress,
  total: number,
): Promise<readonly number[]> {
  let arrived = (): void => undefined;
  const handler: BatchHandler = {
    handleBatch(_projectId, envelopes) {
      arrived();
      return Promise.resolve(envelopes.map(() => ({ kind: "done" })));
    },
  };
  const eager = connect(address, "eager", silentLog);
  const patient = connect(address, "patient", silentLog);
  while (eager.client.status !== "ready") await sleep(5);
  const worker = startDrainWorker({ connection: patient, handler, ...deps });
  await worker.ready();
  const inbox = openInbox({ connection: eager, ...deps });
  const times: number[] = [];
  for (let n = 0; n < total; n += 1) {
    const isHere = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const startedAt = performance.now();
    await inbox.enqueue([anEvent("project-0")]);
    await isHere;
    times.push(performance.now() - startedAt);
    await sleep(5);
  }
  await worker.close();
  await inbox.close();
  for (const connection of [eager, patient]) await connection.close();
  return times;
}

/** About 1.9 KB, as an update of one task is. */
function anEvent(projectId: string): Envelope {
  return {
    ...{ v: 1, id: randomBytes(16).toString("hex"), topic: "ftrack.update" },
    ...{ projectId, via: "hub", receivedAt: Date.now() },
    event: { data: { entities: [], padding: "x".repeat(1_700) } },
  };
}

function rateOf(total: number, startedAt: number): number {
  return total / ((performance.now() - startedAt) / 1000);
}
