import { mkdtemp, readdir, rm, stat, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect } from "vitest";
import { silentLog } from "../../src/core/log.ts";
import { openActions } from "../../src/queue/actions.ts";
import { startIntake } from "../../src/queue/intake.ts";
import { openSpool, type Spool } from "../../src/queue/spool.ts";
import type { Inbox, Intake } from "../../src/queue/types.ts";
import {
  countingMeter,
  eachEvent,
  events,
  numberOf,
  range,
  type CountingMeter,
} from "../support/queue.ts";
import { queueHarness, waiting } from "../support/queue-harness.ts";
import {
  eventually,
  itWithOwnServer,
  startRedis,
  type TestRedis,
} from "../support/redis.ts";

let redis: TestRedis;
let dir: string;
beforeEach(async () => {
  redis = await startRedis({ appendonly: true });
  dir = await mkdtemp(join(tmpdir(), "aff-intake-"));
});
afterEach(async () => {
  await redis.stop();
  await rm(dir, { recursive: true });
});
// After the hooks above: what it opened is closed before the server goes.
const queue = queueHarness(() => redis);

async function intake(): Promise<Intake & { meter: CountingMeter }> {
  const meter = countingMeter();
  const inbox = await queue.inbox({
    memory: { stopAbove: 0.8, goBelow: 0.7, lookEveryMs: 50 },
  });
  const deps = { connection: inbox.connection, log: silentLog, meter };
  const actions = openActions(deps);
  queue.closeLater(actions);
  const spool = await openSpool({ dir, maxBytes: 50_000_000, log: silentLog });
  const opened = startIntake({
    ...{ inbox, actions, spool, log: silentLog, meter },
    isAction: () => false,
  });
  queue.closeLater({ close: () => opened.close(1_000) });
  return { ...opened, meter };
}

/** Handles events of `p` and remembers their numbers. */
async function recorder(): Promise<number[]> {
  const handled: number[] = [];
  await queue.worker(
    eachEvent((e) => {
      handled.push(numberOf(e));
    }),
  );
  return handled;
}

/** Sends the same batch again until it is acknowledged, as the intake does. */
function isTaken(inbox: Inbox, from: number, to: number): Promise<boolean> {
  return inbox.enqueue(events("p", from, to)).then(
    () => true,
    () => false,
  );
}

describe("while Redis is away, events go to the disk and come back in order", () => {
  itWithOwnServer("killed and restarted", async () => {
    const box = await intake();
    const handled = await recorder();
    expect(await box.put(events("p", 1, 5))).toBe("redis");
    await redis.kill();
    const puts = await Promise.all([
      box.put(events("p", 6, 8)),
      box.put(events("p", 9, 9)),
    ]);
    expect(puts).toEqual(["disk", "disk"]);
    expect(await box.put(events("p", 10, 10))).toBe("disk");
    expect(box.state()).toMatchObject({ mode: "spooling", waiting: 0 });
    await redis.restart();
    await eventually("direct again", () => box.state().mode === "direct");
    expect(await box.put(events("p", 11, 12))).toBe("redis");
    await eventually("handled", () => handled.length >= 12);
    expect(handled).toEqual(range(1, 12));
    expect(box.state().spooledBytes).toBe(0);
  });

  itWithOwnServer("frozen for longer than its time limit", async () => {
    const box = await intake();
    const handled = await recorder();
    await box.put(events("p", 1, 2));
    redis.freeze();
    const frozen = [box.put(events("p", 3, 4)), box.put(events("p", 5, 6))];
    expect(await Promise.all(frozen)).toEqual(["disk", "disk"]);
    redis.thaw();
    await eventually("direct again", () => box.state().mode === "direct");
    await box.put(events("p", 7, 8));
    await eventually("handled", () => handled.length >= 8);
    // The frozen server took the timed-out batch as well: it was not handled twice.
    expect(handled).toEqual(range(1, 8));
    expect(box.meter.counted("enqueue_retries_total")).toBeGreaterThan(0);
  });

  itWithOwnServer("a read-only replica", async () => {
    const box = await intake();
    const handled = await recorder();
    await box.put(events("p", 1, 2));
    await eventually("handled", () => handled.length === 2);
    await redis.client.replicaof("127.0.0.1", 1);
    expect(await box.put(events("p", 3, 4))).toBe("disk");
    await redis.client.replicaof("NO", "ONE");
    await eventually("direct again", () => box.state().mode === "direct");
    await box.put(events("p", 5, 6));
    await eventually("handled", () => handled.length >= 6);
    expect(handled).toEqual(range(1, 6));
  });

  itWithOwnServer(
    "gone when the leecher stops: the next one finds them",
    async () => {
      const first = await intake();
      await first.put(events("p", 1, 2));
      await redis.kill();
      expect(await first.put(events("p", 3, 4))).toBe("disk");
      const late = first.put(events("p", 5, 6));
      await first.close(1_000);
      expect(await late).toBe("disk");
      await expect(first.put(events("p", 7, 7))).rejects.toMatchObject({
        code: "E_INTAKE_CLOSED",
      });
      await redis.restart();
      const second = await intake();
      expect(second.state().mode).toBe("spooling");
      const handled = await recorder();
      await second.put(events("p", 7, 8));
      await eventually("handled", () => handled.length >= 8);
      expect(handled).toEqual(range(1, 8));
    },
  );
  itWithOwnServer(
    "and a disk that does not move: refuses what memory cannot hold",
    async () => {
      const inbox = await queue.inbox();
      const meter = countingMeter();
      const stuck: Spool = {
        append: () => new Promise(() => undefined),
        ...{ peek: () => Promise.resolve(null), ack: () => Promise.resolve() },
        ...{ isEmpty: () => true, bytes: () => 0 },
        close: () => Promise.resolve(),
      };
      const box = startIntake(
        {
          ...{ inbox, spool: stuck, log: silentLog, meter },
          actions: { add: () => Promise.resolve() },
          isAction: () => false,
        },
        { mostWaiting: 10 },
      );
      queue.closeLater({ close: () => box.close(10) });
      await redis.kill();
      // The first is on its way to the disk; the next ones wait.
      void box.put(events("p", 1, 5));
      await eventually("spooling", () => box.state().mode === "spooling");
      void box.put(events("p", 6, 15));
      await expect(box.put(events("p", 16, 16))).rejects.toMatchObject({
        code: "E_INTAKE_FULL",
      });
      expect(box.state().waiting).toBe(10);
      expect(meter.counted("spool_refused_total")).toBe(1);
      await redis.restart();
    },
  );
});

describe("a Redis with too little memory", () => {
  const big = (from: number, to: number): ReturnType<typeof events> =>
    events("p", from, to).map((e) => ({
      ...e,
      event: { ...e.event, padding: "x".repeat(20_000) },
    }));

  itWithOwnServer(
    "events wait on disk while it is nearly full; the processors go on and make room",
    async () => {
      await redis.config("maxmemory", "16mb");
      const box = await intake();
      for (const n of range(0, 39)) {
        await box.put(big(n * 20 + 1, n * 20 + 20));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      expect(box.state().mode).toBe("spooling");
      expect(await waiting(redis, "p")).toBeLessThan(800);
      const handled = await recorder();
      await eventually("handled", () => handled.length >= 800);
      expect(handled).toEqual(range(1, 800));
      await eventually("direct again", () => box.state().mode === "direct");
    },
  );

  itWithOwnServer(
    "full to the last byte: nothing is lost, and work goes on once there is room",
    async () => {
      const inbox = await queue.inbox();
      await inbox.enqueue(events("p", 1, 5));
      await redis.config("maxmemory", "1mb");
      const handled = await recorder();
      await expect(inbox.enqueue(events("p", 6, 9))).rejects.toMatchObject({
        code: "E_REDIS_FULL",
      });
      await redis.config("maxmemory", "0");
      await eventually("taken", () => isTaken(inbox, 6, 9));
      await eventually("handled", () => handled.length >= 9);
      expect(handled).toEqual(range(1, 9));
    },
  );
});

describe("a Redis that comes back without its last events", () => {
  async function aofFile(): Promise<string> {
    const files = await readdir(redis.dir!, { recursive: true });
    const logs = files.filter((f) => /incr\.aof$|^appendonly\.aof$/.test(f));
    return join(redis.dir!, logs.at(-1)!);
  }

  itWithOwnServer("gets them again, before anything newer", async () => {
    let losses = 0;
    const inbox = await queue.inbox({ onLoss: () => (losses += 1) });
    for (const n of range(1, 10)) await inbox.enqueue(events("p", n, n));
    const { size } = await stat(await aofFile());
    for (const n of range(11, 20)) await inbox.enqueue(events("p", n, n));
    await redis.kill();
    // What a power failure does with everysec.
    await truncate(await aofFile(), size);
    await redis.restart();
    expect(await waiting(redis, "p")).toBe(10);
    await eventually("taken", () => isTaken(inbox, 21, 22));
    const handled = await recorder();
    await eventually("handled", () => handled.length >= 22);
    expect(handled).toEqual(range(1, 22));
    expect(inbox.meter.counted("enqueue_rewinds_total")).toBe(1);
    expect(inbox.meter.counted("events_rewound_total")).toBe(10);
    expect(losses).toBe(0);
  });

  itWithOwnServer("says so when more is lost than memory holds", async () => {
    let losses = 0;
    const inbox = await queue.inbox({
      onLoss: () => (losses += 1),
      keepEvents: 3,
    });
    for (const n of range(1, 10)) await inbox.enqueue(events("p", n, n));
    await redis.client.flushall();
    // Nobody noticed a lost connection: the mark in Redis tells.
    await expect(inbox.enqueue(events("p", 11, 11))).rejects.toMatchObject({
      code: "E_REDIS_REWOUND",
    });
    await inbox.enqueue(events("p", 11, 11));
    expect(losses).toBe(1);
    expect(inbox.meter.counted("events_rewound_total")).toBe(3);
    const handled = await recorder();
    await eventually("handled", () => handled.length >= 4);
    expect(handled.toSorted((a, b) => a - b)).toEqual([8, 9, 10, 11]);
  });
});

describe("drains", () => {
  itWithOwnServer("go on by themselves after a kill of Redis", async () => {
    const inbox = await queue.inbox();
    const handled: number[] = [];
    let killed: Promise<void> | null = null;
    await queue.worker(
      eachEvent(async (e) => {
        handled.push(numberOf(e));
        if (numberOf(e) === 30) killed = redis.kill();
        await new Promise((resolve) => setTimeout(resolve, 1));
      }),
    );
    await inbox.enqueue(events("p", 1, 60));
    await eventually("killed", () => killed !== null);
    await killed!;
    await redis.restart();
    await eventually("empty", async () => (await waiting(redis, "p")) === 0);
    // Each once, or again from the last commit; never out of order.
    expect([...new Set(handled)]).toEqual(range(1, 60));
  });

  itWithOwnServer(
    "wait out a freeze that is shorter than their lock",
    async () => {
      const inbox = await queue.inbox();
      const handled: number[] = [];
      const worker = await queue.worker(
        eachEvent(async (e) => {
          handled.push(numberOf(e));
          await new Promise((resolve) => setTimeout(resolve, 1));
        }),
      );
      await inbox.enqueue(events("p", 1, 100));
      await eventually("begun", () => handled.length > 10);
      redis.freeze();
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      redis.thaw();
      await eventually("empty", async () => (await waiting(redis, "p")) === 0);
      expect(handled).toEqual(range(1, 100));
      expect(worker.meter.counted("fenced_total")).toBe(0);
    },
  );
});
