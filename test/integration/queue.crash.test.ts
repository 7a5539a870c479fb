import { createHash } from "node:crypto";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openLink } from "../../scripts/chaos/link.ts";
import { FencedError } from "../../src/core/errors.ts";
import { silentLog } from "../../src/core/log.ts";
import { openDrainQueue } from "../../src/queue/bell.ts";
import { makeDeadLetters } from "../../src/queue/dead-letters.ts";
import { DEFAULT_LIMITS } from "../../src/queue/drain-run.ts";
import type { DrainOptions } from "../../src/queue/drain-worker.ts";
import { RENEW } from "../../src/queue/scripts.ts";
import type { ChildConfig } from "../support/drain-child.ts";
import {
  countingMeter,
  done,
  eachEvent,
  events,
  numberOf,
  range,
} from "../support/queue.ts";
import { queueHarness, waiting } from "../support/queue-harness.ts";
import { eventually, startRedis, type TestRedis } from "../support/redis.ts";

let redis: TestRedis;
let children: ChildProcess[] = [];
const queue = queueHarness(() => redis);

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(async () => {
  await redis.stop();
});
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  children = [];
});

/** A lost process is noticed soon; the rest as in production. */
const quick: Partial<DrainOptions> = {
  lockMs: 1_000,
  stalledCheckMs: 250,
  trustMs: 250,
  sweepMs: 500,
};

interface Child {
  readonly process: ChildProcess;
  readonly said: Record<string, unknown>[];
  isReady(): boolean;
  kill(signal: NodeJS.Signals): Promise<void>;
}

function child(name: string, config: Partial<ChildConfig> = {}): Child {
  const script = join(import.meta.dirname, "../support/drain-child.ts");
  const { url, prefix } = redis;
  const whole: ChildConfig = {
    ...{ url, prefix, name, latencyMs: 5, options: quick },
    ...config,
  };
  const process_ = spawn(
    process.execPath,
    ["--import", "tsx", script, JSON.stringify(whole)],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  children.push(process_);
  const said: Record<string, unknown>[] = [];
  let rest = "";
  process_.stdout.on("data", (data: Buffer) => {
    const lines = (rest + data.toString()).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) said.push(JSON.parse(line));
  });
  return {
    process: process_,
    said,
    isReady: () => said.some((s) => s["ready"] === true),
    async kill(signal) {
      if (process_.exitCode !== null || process_.signalCode !== null) return;
      const gone = once(process_, "exit");
      process_.kill(signal);
      await gone;
    },
  };
}

interface Effect {
  readonly n: number;
  readonly by: string;
}

async function effects(project: string): Promise<Effect[]> {
  const key = `${redis.prefix}:effects:${project}`;
  return (await redis.client.lrange(key, 0, -1)).map((line) => {
    const [n, by] = line.split(" ");
    return { n: Number(n), by: by! };
  });
}

/** Every event in order; repeats only from an earlier point on, in order again. */
function expectReplayOrder(list: readonly Effect[], last: number): void {
  const numbers = list.map((e) => e.n);
  expect([...new Set(numbers)]).toEqual(range(1, last));
  for (const [i, n] of numbers.entries()) {
    const before = numbers[i - 1];
    if (before !== undefined) expect(n).toBeLessThanOrEqual(before + 1);
  }
}

const isEmpty = (project: string) => async (): Promise<boolean> =>
  (await waiting(redis, project)) === 0;

describe("a process that is killed in the middle of a batch", () => {
  it("is replaced by another, which replays from the last commit, in order", async () => {
    const [a, b] = [child("a"), child("b")];
    await eventually("ready", () => a.isReady() && b.isReady());
    const inbox = await queue.inbox();
    await inbox.enqueue(events("p", 1, 120));
    await eventually("begun", async () => (await effects("p")).length > 20);
    const first = (await effects("p"))[0]!.by;
    await (first === "a" ? a : b).kill("SIGKILL");
    await eventually("taken over and done", isEmpty("p"));
    const list = await effects("p");
    expectReplayOrder(list, 120);
    const handover = list.findIndex((e) => e.by !== first);
    expect(list.slice(handover).every((e) => e.by !== first)).toBe(true);
  });
});

describe("a process that stands still and wakes after it was replaced", () => {
  it("makes no effect any more", async () => {
    const a = child("a");
    await eventually("ready", () => a.isReady());
    const inbox = await queue.inbox();
    await inbox.enqueue(events("p", 1, 80));
    await eventually("begun", async () => (await effects("p")).length > 20);
    a.process.kill("SIGSTOP");
    const b = child("b");
    await eventually("taken over and done", isEmpty("p"));
    const asleep = (await effects("p")).length;
    a.process.kill("SIGCONT");
    await inbox.enqueue(events("p", 81, 90));
    await eventually("done", isEmpty("p"));
    const list = await effects("p");
    const handover = list.findIndex((e) => e.by === "b");
    const afterwards = list.slice(handover, asleep).map((e) => e.by);
    expect(new Set(afterwards)).toEqual(new Set(["b"]));
    expectReplayOrder(list, 90);
    // Awake it may take new drains like any other process; the old one it must not go on with.
    const old = list.slice(asleep).filter((e) => e.n <= 80);
    expect(old).toEqual([]);
    await b.kill("SIGKILL");
  });
});

describe("a process that stood still while Redis confirmed that it owns the project", () => {
  it("takes the old answer for none", async () => {
    const { hostname: host, port } = new URL(redis.url);
    const link = await openLink({ host, port: Number(port) });
    try {
      const url = `redis://${host}:${String(link.port)}`;
      // It asks all the time.
      const options = { ...quick, trustMs: 20 };
      const a = child("a", { url, options });
      await eventually("ready", () => a.isReady());
      const inbox = await queue.inbox();
      await inbox.enqueue(events("p", 1, 200));
      await eventually("begun", async () => (await effects("p")).length > 20);
      const renew = createHash("sha1").update(RENEW.lua).digest("hex");
      const trap = link.trap({ said: new RegExp(renew, "i"), stop: "after" });
      await trap.sprung;
      // Time to ask, and to wait for the answer that is held.
      await sleep(200);
      const before = (await effects("p")).length;
      a.process.kill("SIGSTOP");
      trap.release(true);
      const b = child("b");
      await eventually("taken over and done", isEmpty("p"));
      a.process.kill("SIGCONT");
      await inbox.enqueue(events("p", 201, 210));
      await eventually("done", isEmpty("p"));
      const list = await effects("p");
      expectReplayOrder(list, 210);
      const late = list.slice(before).filter((e) => e.by === "a" && e.n <= 200);
      expect(late).toEqual([]);
      await b.kill("SIGKILL");
      await a.kill("SIGKILL");
    } finally {
      await link.close();
    }
  });
});

describe("an event that kills the process", () => {
  it("is found and given up; innocent projects beside it lose nothing", async () => {
    const config: Partial<ChildConfig> = {
      latencyMs: 1,
      poison: { project: "p", n: 3 },
      options: {
        ...quick,
        limits: { ...DEFAULT_LIMITS, maxStarts: 3 },
      },
    };
    const inbox = await queue.inbox();
    const innocent = ["q1", "q2", "q3"];
    await inbox.enqueue(events("p", 1, 6));
    await inbox.enqueue(innocent.flatMap((q) => events(q, 1, 20)));
    // Two processes, each started again when it dies.
    let crashes = 0;
    const alive = [child("a", config), child("b", config)];
    const supervisor = setInterval(() => {
      for (const [i, one] of alive.entries()) {
        if (one.process.signalCode === null) continue;
        crashes += 1;
        alive[i] = child(`c${crashes}`, config);
      }
    }, 20);
    try {
      await eventually("done", isEmpty("p"), 60_000);
      for (const q of innocent) await eventually("done", isEmpty(q));
    } finally {
      clearInterval(supervisor);
    }
    const numbers = (await effects("p")).map((e) => e.n);
    expect([...new Set(numbers)]).toEqual([1, 2, 4, 5, 6]);
    for (const q of innocent) expectReplayOrder(await effects(q), 20);
    const connection = await queue.connection("patient");
    const drains = openDrainQueue(connection, silentLog);
    queue.closeLater(drains);
    const letters = await makeDeadLetters({
      ...{ connection, queue: drains, log: silentLog, meter: countingMeter() },
    }).list({});
    expect(letters.map((l) => [l.envelope?.id, l.code])).toEqual([
      ["p-3", "E_CRASHED"],
    ]);
    // Twice while it was one of many, three times as the first; a slow machine may count a start more.
    expect(crashes).toBeGreaterThanOrEqual(3);
    expect(crashes).toBeLessThanOrEqual(5);
    for (const one of alive) await one.kill("SIGKILL");
  }, 90_000);
});

describe("SIGTERM", () => {
  it("takes a batch from a handler that does not listen, in less than 8 s; another goes on at once", async () => {
    const deaf = { n: 1, forMs: 60_000 };
    const a = child("a", { deaf, options: {} });
    await eventually("ready", () => a.isReady());
    const inbox = await queue.inbox();
    await inbox.enqueue(events("p", 1, 3));
    await eventually("begun", () => a.said.some((s) => s["begun"] === 1));
    const b = child("b", { options: {} });
    await eventually("ready", () => b.isReady());
    const startedAt = performance.now();
    await a.kill("SIGTERM");
    expect(performance.now() - startedAt).toBeLessThan(8_000);
    expect(a.process.exitCode).toBe(0);
    expect(a.said.at(-1)).toEqual({ orderly: false, forced: 1 });
    const exitAt = performance.now();
    await eventually("done", isEmpty("p"));
    // Without the hand-back it would be the rest of the lock, 8 s.
    expect(performance.now() - exitAt).toBeLessThan(3_000);
    expect(await effects("p")).toEqual(
      range(1, 3).map((n) => ({ n, by: "b" })),
    );
  });

  it("lets a batch end, commits it and hands the rest back", async () => {
    const inbox = await queue.inbox();
    const handled: number[] = [];
    let closing: Promise<unknown> | null = null;
    const limits = { ...DEFAULT_LIMITS, batchEvents: 2 };
    const first = await queue.worker(
      eachEvent((e) => {
        handled.push(numberOf(e));
        if (numberOf(e) === 3) closing = first.close();
      }),
      { limits },
    );
    await inbox.enqueue(events("p", 1, 9));
    await eventually("closing", () => closing !== null);
    expect(await closing!).toEqual({ orderly: true, forced: 0 });
    expect(handled).toEqual([1, 2, 3, 4]);
    expect(await redis.client.exists(`${redis.prefix}:{p}:fails`)).toBe(0);
    await queue.worker(
      eachEvent((e) => {
        handled.push(numberOf(e));
      }),
    );
    await eventually("done", isEmpty("p"));
    expect(handled).toEqual(range(1, 9));
  });

  it("aborts a batch that listens, and does not count that as a failure", async () => {
    const inbox = await queue.inbox();
    let isBegun = false;
    const worker = await queue.worker(
      {
        async handleBatch(_p, envelopes, { signal }) {
          isBegun = true;
          await new Promise((resolve) => {
            signal.addEventListener("abort", resolve);
          });
          signal.throwIfAborted();
          return envelopes.map(() => done);
        },
      },
      { softStopMs: 50 },
    );
    await inbox.enqueue(events("p", 1, 4));
    await eventually("begun", () => isBegun);
    expect(await worker.close()).toEqual({ orderly: true, forced: 0 });
    expect(await waiting(redis, "p")).toBe(4);
    expect(await redis.client.exists(`${redis.prefix}:{p}:fails`)).toBe(0);
    expect(worker.meter.counted("batch_failures_total")).toBe(0);
  });
});

/** For a while the project is somebody else's, who then dies. */
async function steal(project: string): Promise<void> {
  const key = `${redis.prefix}:{${project}}:owner`;
  await redis.client.set(key, "somebody else", "PX", 300);
}

describe("a drain that is no longer the owner", () => {
  it("is waited for by others for as long as it may write", async () => {
    const inbox = await queue.inbox();
    const begun: number[] = [];
    let isOver = false;
    const worker = await queue.worker(
      {
        async handleBatch(_p, envelopes, context) {
          begun.push(envelopes.length);
          if (begun.length > 1) return envelopes.map(() => done);
          // BullMQ loses the job while the lease is good: as when the clock was set back.
          const pattern = `{${redis.prefix}-q}:drains:*:lock`;
          const [lock] = await redis.client.keys(pattern);
          await redis.client.del(lock!);
          await sleep(1_500);
          await context.assertOwner();
          expect(begun).toHaveLength(1);
          isOver = true;
          return envelopes.map(() => done);
        },
      },
      { lockMs: 60_000, stalledCheckMs: 100, turnPollMs: 50 },
    );
    await inbox.enqueue(events("p", 1, 3));
    await eventually("done", isEmpty("p"));
    expect(isOver).toBe(true);
    expect(worker.meter.counted("jobs_stalled_total")).toBe(1);
    expect(begun).toEqual([3]);
  });

  it("is refused writes and commits, and removes nothing", async () => {
    const inbox = await queue.inbox();
    const refused: unknown[] = [];
    let tries = 0;
    const worker = await queue.worker(
      {
        async handleBatch(_p, envelopes, context) {
          tries += 1;
          if (tries > 1) return envelopes.map(() => done);
          await steal("p");
          await new Promise((resolve) => setTimeout(resolve, 60));
          await context.assertOwner().catch((error: unknown) => {
            refused.push(error);
          });
          return envelopes.map(() => done);
        },
      },
      { ...quick, trustMs: 50 },
    );
    await inbox.enqueue(events("p", 1, 3));
    await eventually("done", isEmpty("p"));
    // What a commit removed is counted right after it.
    await eventually(
      "counted",
      () => worker.meter.counted("events_handled_total") >= 3,
    );
    expect(refused).toEqual([expect.any(FencedError)]);
    // Losing a project counts like a crash (an event may be what froze the process): one by one now.
    expect(tries).toBe(4);
    expect(worker.meter.counted("fenced_total")).toBe(1);
    expect(worker.meter.counted("events_handled_total")).toBe(3);
  });

  it("has the events that may have been written told, and those only", async () => {
    const inbox = await queue.inbox();
    const told: number[][] = [];
    let tries = 0;
    await queue.worker(
      {
        async handleBatch(_p, envelopes, context) {
          tries += 1;
          if (tries > 2) return envelopes.map(() => done);
          if (tries === 1) {
            // Nothing was allowed yet.
            await steal("p");
            await context.assertOwner();
          }
          await context.assertOwner();
          await context.settle([{ kind: "done" }]);
          await context.assertOwner();
          await steal("p");
          // The commit is what is refused.
          return envelopes.slice(1).map(() => done);
        },
        cutOff(envelopes) {
          told.push(envelopes.map(numberOf));
        },
      },
      { ...quick, trustMs: 0, limits: { ...DEFAULT_LIMITS, suspectStarts: 9 } },
    );
    await inbox.enqueue(events("p", 1, 3));
    await eventually("done", isEmpty("p"));
    expect(tries).toBe(3);
    expect(told).toEqual([[2, 3]]);
  });

  it("is aborted when its job's lock is lost", async () => {
    const inbox = await queue.inbox();
    let aborted = 0;
    let tries = 0;
    const worker = await queue.worker(
      {
        async handleBatch(_p, envelopes, { signal }) {
          tries += 1;
          if (tries > 1) return envelopes.map(() => done);
          const pattern = `{${redis.prefix}-q}:drains:*:lock`;
          const [lock] = await redis.client.keys(pattern);
          await redis.client.set(lock!, "somebody else");
          await new Promise((resolve) => {
            signal.addEventListener("abort", resolve);
          });
          aborted += 1;
          await redis.client.del(lock!);
          throw new Error("aborted");
        },
      },
      { ...quick, lockMs: 400 },
    );
    await inbox.enqueue(events("p", 1, 3));
    await eventually("done", isEmpty("p"));
    expect(aborted).toBe(1);
    expect(tries).toBeGreaterThan(1);
    expect(worker.meter.counted("dead_letters_total")).toBe(0);
    expect(worker.meter.counted("lock_renewal_failed_total")).toBe(1);
  });
});
