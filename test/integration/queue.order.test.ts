import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { silentLog } from "../../src/core/log.ts";
import { startDrainWorker } from "../../src/queue/drain-worker.ts";
import { openInbox } from "../../src/queue/inbox.ts";
import type { Connection } from "../../src/queue/redis.ts";
import type { Consumer } from "../../src/queue/types.ts";
import {
  anEvent,
  connectTo,
  countingMeter,
  eachEvent,
  events,
  numberOf,
} from "../support/queue.ts";
import { eventually, startRedis, type TestRedis } from "../support/redis.ts";

let redis: TestRedis;
let open: { close(): Promise<unknown> }[] = [];

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(async () => {
  await redis.stop();
});
afterEach(async () => {
  for (const thing of open.reverse()) await thing.close();
  open = [];
  await redis.clear();
});

function connected(temper: "eager" | "patient"): Connection {
  const connection = connectTo(redis, temper);
  open.push(connection);
  return connection;
}
async function inbox(meter = countingMeter()) {
  const connection = connected("eager");
  await eventually("connected", () => connection.client.status === "ready");
  const box = openInbox({ connection, log: silentLog, meter });
  open.push(box);
  return { ...box, meter };
}
function worker(
  handler: Parameters<typeof startDrainWorker>[0]["handler"],
  meter = countingMeter(),
): Consumer & { meter: ReturnType<typeof countingMeter> } {
  const connection = connected("patient");
  const consumer = startDrainWorker(
    { connection, handler, log: silentLog, meter },
    { sweepMs: 500 },
  );
  open.push(consumer);
  return { ...consumer, meter };
}

describe("order", () => {
  it("is kept per project over three workers, and every event is handled once", async () => {
    const projects = Array.from({ length: 20 }, (_, i) => `p${i}`);
    const handled = new Map<string, number[]>(projects.map((p) => [p, []]));
    const handler = eachEvent((e) => {
      handled.get(e.projectId!)!.push(numberOf(e));
    });
    const meters = [worker(handler), worker(handler), worker(handler)].map(
      (w) => w.meter,
    );
    const box = await inbox();
    for (let n = 1; n <= 100; n += 5) {
      const batch = projects.flatMap((p) => events(p, n, n + 4));
      await box.enqueue(batch);
      if (n % 25 === 1) await box.enqueue(batch);
    }
    const total = (): number =>
      [...handled.values()].reduce((sum, list) => sum + list.length, 0);
    await eventually("all handled", () => total() >= 2000);
    const expected = Array.from({ length: 100 }, (_, i) => i + 1);
    for (const p of projects) expect(handled.get(p)).toEqual(expected);
    expect(box.meter.counted("events_duplicate_total")).toBe(400);
    for (const meter of meters) {
      expect(meter.counted("commit_mismatch_total")).toBe(0);
      expect(meter.counted("sweeper_rings_total")).toBe(0);
    }
    await eventually("inboxes empty", async () => {
      const keys = await redis.client.keys(`${redis.prefix}:*:inbox`);
      const sizes = await Promise.all(keys.map((k) => redis.client.xlen(k)));
      return sizes.every((n) => n === 0);
    });
  });

  it("an event accepted once is refused within the window, also after it was handled", async () => {
    const box = await inbox();
    let handled = 0;
    worker(
      eachEvent(() => {
        handled += 1;
      }),
    );
    expect(await box.enqueue([anEvent("p", 1)])).toEqual({
      accepted: 1,
      duplicates: 0,
    });
    await eventually("handled", () => handled === 1);
    expect(
      await box.enqueue([anEvent("p", 1), anEvent("q", 1, "p-1")]),
    ).toEqual({ accepted: 1, duplicates: 1 });
    await eventually("handled", () => handled === 2);
  });

  it("no wake-up is lost between the last look at the inbox and the end of the drain", async () => {
    const box = await inbox();
    let handled = 0;
    let wake = (): void => undefined;
    const meter = countingMeter();
    const handler = eachEvent(() => {
      handled += 1;
      wake();
    });
    const connection = connected("patient");
    open.push(
      startDrainWorker(
        { connection, handler, log: silentLog, meter },
        { sweepMs: 60_000 },
      ),
    );
    const key = `${redis.prefix}:{p}:inbox`;
    for (let round = 1; round <= 1000; round += 1) {
      const isHandled = new Promise<void>((resolve) => {
        wake = resolve;
      });
      await box.enqueue([anEvent("p", round)]);
      await isHandled;
      // The moment the inbox is empty the drain is about to end.
      while ((await redis.client.xlen(key)) > 0);
    }
    expect(handled).toBe(1000);
    expect(meter.counted("sweeper_rings_total")).toBe(0);
  });
});
