import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../src/queue/drain-run.ts";
import {
  anEvent,
  eachEvent,
  events,
  numberOf,
  range,
} from "../support/queue.ts";
import { queueHarness, waiting } from "../support/queue-harness.ts";
import { eventually, startRedis, type TestRedis } from "../support/redis.ts";

let redis: TestRedis;
const queue = queueHarness(() => redis);

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(async () => {
  await redis.stop();
});

describe("order", () => {
  it("is kept per project over three workers, and every event is handled once", async () => {
    const projects = range(0, 19).map((i) => `p${i}`);
    const handled = new Map<string, number[]>(projects.map((p) => [p, []]));
    let total = 0;
    const handler = eachEvent((e) => {
      handled.get(e.projectId!)!.push(numberOf(e));
      total += 1;
    });
    const workers = await Promise.all(
      range(1, 3).map(() => queue.worker(handler)),
    );
    const inbox = await queue.inbox();
    for (let n = 1; n <= 100; n += 5) {
      const batch = projects.flatMap((p) => events(p, n, n + 4));
      await inbox.enqueue(batch);
      if (n % 25 === 1) await inbox.enqueue(batch);
    }
    await eventually("all handled", () => total >= 2000);
    await eventually("inboxes empty", async () => {
      const sizes = await Promise.all(projects.map((p) => waiting(redis, p)));
      return sizes.every((n) => n === 0);
    });
    for (const p of projects) expect(handled.get(p)).toEqual(range(1, 100));
    expect(inbox.meter.counted("events_duplicate_total")).toBe(400);
    for (const { meter } of workers) {
      expect(meter.counted("commit_mismatch_total")).toBe(0);
      expect(meter.counted("sweeper_rings_total")).toBe(0);
    }
  });

  it("no wake-up is lost between the last look at the inbox and the end of the drain", async () => {
    const inbox = await queue.inbox();
    let handled = 0;
    let wake = (): void => undefined;
    const handler = eachEvent(() => {
      handled += 1;
      wake();
    });
    // Without the sweeper, which would repair what must not break.
    await queue.worker(handler, { sweepMs: 600_000 });
    for (const n of range(1, 1000)) {
      const isHandled = new Promise<void>((resolve) => {
        wake = resolve;
      });
      await inbox.enqueue([anEvent("p", n)]);
      await isHandled;
      // The moment the inbox is empty the drain is about to end.
      while ((await waiting(redis, "p")) > 0);
    }
    expect(handled).toBe(1000);
  });

  it("a project that keeps coming does not keep others waiting for ever", async () => {
    const inbox = await queue.inbox();
    const order: string[] = [];
    await inbox.enqueue([...events("busy", 1, 50), anEvent("other", 1)]);
    await queue.worker(
      eachEvent((e) => {
        order.push(`${e.projectId!}-${numberOf(e)}`);
      }),
      {
        concurrency: 1,
        limits: { ...DEFAULT_LIMITS, batchEvents: 5, stintMs: 0 },
      },
    );
    await eventually("all handled", () => order.length === 51);
    expect(order.indexOf("other-1")).toBeLessThan(20);
    const busy = order.filter((x) => x.startsWith("busy"));
    expect(busy).toEqual(range(1, 50).map((n) => `busy-${n}`));
  });
});

describe("enqueue", () => {
  it("refuses an id within the window, per project, also after it was handled", async () => {
    const inbox = await queue.inbox();
    let handled = 0;
    await queue.worker(
      eachEvent(() => {
        handled += 1;
      }),
    );
    const first = await inbox.enqueue([anEvent("p", 1)]);
    expect(first).toEqual({ accepted: 1, duplicates: 0 });
    await eventually("handled", () => handled === 1);
    const again = [anEvent("p", 1), anEvent("q", 1, "p-1")];
    expect(await inbox.enqueue(again)).toEqual({ accepted: 1, duplicates: 1 });
    await eventually("handled", () => handled === 2);
  });

  it("forgets ids after the window and beyond the number kept", async () => {
    const inbox = await queue.inbox({ windowMs: 60_000, maxSeen: 3 });
    await inbox.enqueue(events("p", 1, 5));
    const seen = `${redis.prefix}:{p}:seen`;
    expect(await redis.client.zrange(seen, "0", "-1")).toEqual([
      "p-3",
      "p-4",
      "p-5",
    ]);
    expect(await redis.client.pttl(seen)).toBeGreaterThan(50_000);
    const result = await inbox.enqueue([anEvent("p", 1), anEvent("p", 5)]);
    expect(result).toEqual({ accepted: 1, duplicates: 1 });
  });

  it("keeps events without a project, and ids with odd characters, apart and in order", async () => {
    const inbox = await queue.inbox();
    const handled: string[] = [];
    await queue.worker({
      handleBatch(projectId, envelopes) {
        for (const e of envelopes) {
          handled.push(`${String(projectId)}/${numberOf(e)}`);
        }
        return Promise.resolve(envelopes.map(() => ({ kind: "done" })));
      },
    });
    const odd = "a}b{c:d __proto__ \u00e9\ud800";
    const events = [
      { ...anEvent("x", 1), projectId: null },
      anEvent(odd, 1),
      { ...anEvent("x", 2), projectId: null },
      anEvent(odd, 2),
      anEvent("", 1),
    ];
    await inbox.enqueue(events);
    await eventually("handled", () => handled.length === 5);
    // An empty project id is none.
    const ofNone = handled.filter((x) => x.startsWith("null"));
    expect(ofNone).toEqual(["null/1", "null/2", "null/1"]);
    const ofOdd = handled.filter((x) => x.startsWith("a}b"));
    expect(ofOdd).toEqual([`${odd}/1`, `${odd}/2`]);
  });

  it("leaves its cursor with the last batch", async () => {
    const inbox = await queue.inbox();
    expect(await inbox.cursor()).toBeNull();
    await inbox.enqueue(events("p", 1, 2), { eventId: 7 });
    await inbox.enqueue(events("p", 3, 3));
    await inbox.enqueue([], { eventId: 9 });
    expect(await inbox.cursor()).toMatchObject({
      seq: 3,
      position: { eventId: 9 },
    });
  });
});

describe("the sweeper", () => {
  it("finds events for which nobody rang, and forgets old marks of empty projects", async () => {
    const { keys } = await queue.connection("patient");
    const { inbox, seen } = keys.project("orphan");
    // What a leecher leaves that dies between writing and ringing.
    await redis.client.zadd(keys.dirty, Date.now(), "orphan");
    await redis.client.zadd(keys.dirty, Date.now() - 120_000, "empty");
    await redis.client.zadd(seen, Date.now(), "orphan-1");
    const payload = JSON.stringify(anEvent("orphan", 1));
    await redis.client.xadd(inbox, "*", "i", "orphan-1", "p", payload);
    const handled: number[] = [];
    const worker = await queue.worker(
      eachEvent((e) => {
        handled.push(numberOf(e));
      }),
      { sweepMs: 100 },
    );
    await eventually("swept", () => handled.length === 1);
    expect(worker.meter.counted("sweeper_rings_total")).toBe(1);
    await eventually("forgotten", async () => {
      return (await redis.client.zscore(keys.dirty, "empty")) === null;
    });
    expect(await redis.client.zscore(keys.dirty, "orphan")).not.toBeNull();
  });
});
