import { createHash } from "node:crypto";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openLink } from "../../scripts/chaos/link.ts";
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
