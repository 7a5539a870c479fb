/**
 * Throughput and memory of the queue with a handler that does nothing: how fast the leecher's side writes
 * and the processor's side empties. Prints one JSON line per measurement.
 *
 *   npm run bench:queue -- [--events 20000] [--projects 10]
 */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { findRedisBinary, startLocalRedis } from "../sandbox/redis.ts";
import type { Envelope } from "../src/core/envelope.ts";
import { silentLog } from "../src/core/log.ts";
import { silentMeter } from "../src/core/meter.ts";
import { startDrainWorker } from "../src/queue/drain-worker.ts";
import { openInbox } from "../src/queue/inbox.ts";
import { connect, type RedisAddress } from "../src/queue/redis.ts";
import type { BatchHandler } from "../src/queue/types.ts";

const { values } = parseArgs({
  options: {
    events: { type: "string", default: "20000" },
    projects: { type: "string", default: "10" },
  },
});
const total = Number(values.events);
const projects = Number(values.projects);
const deps = { log: silentLog, meter: silentMeter };

const binary = findRedisBinary();
if (binary === null) throw new Error("The benchmark needs a Redis of its own");
const redis = await startLocalRedis(binary, { appendonly: true });
const address: RedisAddress = { url: redis.url };
try {
  for (const size of [1, 100, 500]) {
    const count = size === 1 ? Math.ceil(total / 10) : total;
    print("enqueue", { batch: size, ...(await enqueueRate(count, size)) });
    print("drain", { batch: size, ...(await drainRate(count)) });
  }
  print("latency", await latency(200));
} finally {
  await redis.stop();
}

async function enqueueRate(count: number, size: number): Promise<object> {
  const connection = connect(address, "eager", silentLog);
  while (connection.client.status !== "ready") await sleep(5);
  const inbox = openInbox({ connection, ...deps });
  const startedAt = performance.now();
  for (let sent = 0; sent < count; sent += size) {
    const batch = Array.from({ length: Math.min(size, count - sent) }, (_, i) =>
      anEvent(`project-${i % projects}`),
    );
    await inbox.enqueue(batch);
  }
  const rate = rateOf(count, startedAt);
  await inbox.close();
  await connection.close();
  return { eventsPerSecond: rate, rssMb: rssMb() };
}

/** Empties what lies in the inboxes. */
async function drainRate(count: number): Promise<object> {
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
  while (handled < count) await sleep(2);
  const rate = rateOf(count, startedAt);
  await worker.close();
  await connection.close();
  return { eventsPerSecond: rate, rssMb: rssMb() };
}

/** From the call to enqueue until the handler has the event, one event at a time. */
async function latency(count: number): Promise<object> {
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
  for (let n = 0; n < count; n += 1) {
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
  const at = (share: number): number =>
    Number(
      times.toSorted((a, b) => a - b)[Math.floor(count * share)]?.toFixed(1),
    );
  return { p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) };
}

/** About 1.9 KB, as an update of one task is. */
function anEvent(projectId: string): Envelope {
  return {
    ...{ v: 1, id: randomBytes(16).toString("hex"), topic: "ftrack.update" },
    ...{ projectId, via: "hub", receivedAt: Date.now() },
    event: { data: { entities: [], padding: "x".repeat(1_700) } },
  };
}

function rateOf(count: number, startedAt: number): number {
  return Math.round(count / ((performance.now() - startedAt) / 1000));
}

function rssMb(): number {
  return Math.round(process.memoryUsage.rss() / 1e6);
}

function print(what: string, figures: object): void {
  console.log(JSON.stringify({ what, ...figures }));
}
