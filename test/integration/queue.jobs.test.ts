import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { envelope } from "../../src/core/envelope.ts";
import { ContractError, UnavailableError } from "../../src/core/errors.ts";
import { silentLog } from "../../src/core/log.ts";
import {
  openActions,
  startActionWorker,
  type ActionOptions,
} from "../../src/queue/actions.ts";
import { openDrainQueue } from "../../src/queue/bell.ts";
import { makeDeadLetters } from "../../src/queue/dead-letters.ts";
import { DEFAULT_DRAIN_OPTIONS } from "../../src/queue/drain-worker.ts";
import { startJobWorker, type JobOptions } from "../../src/queue/job-worker.ts";
import { makeJobs, openJobQueue } from "../../src/queue/jobs.ts";
import { makeTurns } from "../../src/queue/turn.ts";
import type {
  ActionHandler,
  Consumer,
  JobHandler,
  Jobs,
} from "../../src/queue/types.ts";
import { anEvent, countingMeter, eachEvent } from "../support/queue.ts";
import { queueHarness } from "../support/queue-harness.ts";
import { eventually, startRedis, type TestRedis } from "../support/redis.ts";

let redis: TestRedis;
const queue = queueHarness(() => redis);

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(async () => {
  await redis.stop();
});

async function jobs(): Promise<Jobs> {
  const connection = await queue.connection("patient");
  const opened = openJobQueue(connection, silentLog);
  queue.closeLater(opened);
  return makeJobs(connection, opened);
}

async function jobWorker(
  handlers: Record<string, JobHandler>,
  overrides: Partial<JobOptions> = {},
): Promise<Consumer> {
  const connection = await queue.connection("patient");
  const deps = { connection, log: silentLog, meter: countingMeter() };
  const worker = startJobWorker(
    { ...deps, handlers, turns: makeTurns(deps, { pollMs: 10 }) },
    { cancelPollMs: 50, retryDelayMs: 20, ...overrides },
  );
  queue.closeLater(worker);
  return worker;
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => {
      reject(new Error("aborted"));
    });
  });
}

describe("long jobs", () => {
  it("run once, with progress and result", async () => {
    const box = await jobs();
    await jobWorker({
      sync: async (data, { report }) => {
        await report({ done: 3, of: 4 });
        return { got: data };
      },
    });
    const data = { project: "p", names: ["a", null] };
    const { id, isNew } = await box.submit({ kind: "sync", key: "s:p", data });
    expect(isNew).toBe(true);
    await eventually("done", async () => (await box.get(id))?.state === "done");
    expect(await box.get(id)).toMatchObject({
      ...{ id, kind: "sync", key: "s:p", data, state: "done", error: null },
      ...{ progress: { done: 3, of: 4 }, result: { got: data }, starts: 1 },
    });
    expect((await box.list({ states: ["done"] })).map((j) => j.id)).toEqual([
      id,
    ]);
    expect(await box.list({ states: ["failed"] })).toEqual([]);
    expect(await box.get("no such job")).toBeNull();
  });

  it("of one key are added once while waiting, and once more while running", async () => {
    const box = await jobs();
    const first = await box.submit({ kind: "k", key: "one", data: null });
    const second = await box.submit({ kind: "k", key: "one", data: null });
    expect(second).toEqual({ id: first.id, isNew: false });
    let runs = 0;
    let release = (): void => undefined;
    await jobWorker({
      k: async () => {
        runs += 1;
        if (runs === 1) await new Promise<void>((r) => (release = r));
        return null;
      },
    });
    await eventually("running", () => runs === 1);
    for (let i = 0; i < 3; i += 1) {
      expect(
        (await box.submit({ kind: "k", key: "one", data: null })).isNew,
      ).toBe(false);
    }
    release();
    await eventually("again", () => runs === 2);
    await eventually("all done", async () => {
      return (await box.list({ states: ["done"] })).length === 2;
    });
    expect(runs).toBe(2);
  });

  it("that wait are removed when cancelled; that run are told to stop", async () => {
    const box = await jobs();
    const waitingJob = await box.submit({
      ...{ kind: "k", key: "later", data: null },
      delayMs: 600_000,
    });
    expect((await box.get(waitingJob.id))?.state).toBe("delayed");
    expect(await box.cancel(waitingJob.id)).toBe(true);
    expect(await box.get(waitingJob.id)).toBeNull();

    let isRunning = false;
    await jobWorker({
      k: (_data, { signal }) => {
        isRunning = true;
        return untilAborted(signal);
      },
    });
    const { id } = await box.submit({ kind: "k", key: "now", data: null });
    await eventually("running", () => isRunning);
    expect(await box.cancel(id)).toBe(true);
    await eventually("cancelled", async () => {
      return (await box.get(id))?.state === "cancelled";
    });
    expect(await box.cancel(id)).toBe(false);
    expect(await box.cancel("no such job")).toBe(false);
    const left = await redis.client.zcard(`${redis.prefix}:{ctl}:cancelled`);
    expect(left).toBe(0);
  });

  it("wait out an outage and start again with what they reported", async () => {
    const box = await jobs();
    const seen: unknown[] = [];
    await jobWorker({
      k: async (_data, { report, previous, starts }) => {
        seen.push([starts, previous]);
        await report({ page: starts });
        if (starts < 3) {
          throw new UnavailableError("down", { code: "E_AYON_UNAVAILABLE" });
        }
        return null;
      },
    });
    const { id } = await box.submit({ kind: "k", key: "k", data: null });
    await eventually("done", async () => (await box.get(id))?.state === "done");
    expect(seen).toEqual([
      [1, 0],
      [2, { page: 1 }],
      [3, { page: 2 }],
    ]);
  });

  it.each<[string, string, Error | null, string]>([
    [
      "an error that never passes",
      "k",
      new ContractError("odd", { code: "E_ODD" }),
      "odd",
    ],
    ["an unexpected error", "k", new TypeError("oops"), "oops"],
    ["a kind nobody knows", "x", null, "kind x"],
  ])("fail with %s, and say why", async (_, kind, error, text) => {
    const box = await jobs();
    await jobWorker({
      k: () => {
        throw error!;
      },
    });
    const { id } = await box.submit({ kind, key: "k", data: null });
    await eventually("failed", async () => {
      return (await box.get(id))?.state === "failed";
    });
    expect((await box.get(id))?.error).toContain(text);
  });

  it("are handed back at shutdown and go on in another process", async () => {
    const box = await jobs();
    let isRunning = false;
    const first = await jobWorker({
      k: async (_data, { signal, report }) => {
        await report("half");
        isRunning = true;
        return untilAborted(signal);
      },
    });
    const { id } = await box.submit({ kind: "k", key: "k", data: null });
    await eventually("running", () => isRunning);
    expect(await first.close()).toEqual({ orderly: true, forced: 0 });
    expect((await box.get(id))?.state).toBe("waiting");
    await jobWorker({ k: (_d, { previous }) => Promise.resolve({ previous }) });
    await eventually("done", async () => (await box.get(id))?.state === "done");
    expect((await box.get(id))?.result).toEqual({ previous: "half" });
  });

  it("start again, in a new turn, when they have lost that of their project", async () => {
    const box = await jobs();
    let starts = 0;
    await jobWorker({
      k: (_data, { withProjectTurn }) =>
        withProjectTurn("p", async ({ assertOwner, signal }) => {
          starts += 1;
          if (starts > 1) return "done";
          const turn = `${redis.prefix}:{p}:turn`;
          await redis.client.set(turn, "somebody else", "PX", 3_000);
          await untilAborted(signal).catch(() => undefined);
          await redis.client.del(turn);
          await assertOwner();
          return "never";
        }),
    });
    const { id } = await box.submit({ kind: "k", key: "k", data: null });
    await eventually("done", async () => (await box.get(id))?.state === "done");
    expect((await box.get(id))?.result).toBe("done");
    expect(starts).toBe(2);
  });

  it("are not begun anew while their process stands still for longer than a drain may", async () => {
    const box = await jobs();
    const stillMs =
      DEFAULT_DRAIN_OPTIONS.lockMs + DEFAULT_DRAIN_OPTIONS.stalledCheckMs;
    const script = join(import.meta.dirname, "../support/job-child.ts");
    const child = spawn(
      process.execPath,
      ["--import", "tsx", script, redis.url, redis.prefix, String(stillMs)],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    try {
      await once(child.stdout, "data");
      const { id } = await box.submit({ kind: "still", key: "k", data: null });
      const starts = `${redis.prefix}:starts`;
      await eventually(
        "begun",
        async () => (await redis.client.llen(starts)) === 1,
      );
      await jobWorker(
        {
          still: async () => {
            await redis.client.rpush(starts, "here");
            return "here";
          },
        },
        { stalledCheckMs: 100 },
      );
      await eventually(
        "done",
        async () => (await box.get(id))?.state === "done",
        stillMs + 10_000,
      );
      expect((await box.get(id))?.result).toBe("child");
      expect(await redis.client.lrange(starts, 0, -1)).toEqual(["child"]);
    } finally {
      child.kill("SIGKILL");
    }
  }, 30_000);

  it("take the turn of a project while its events wait", async () => {
    const box = await jobs();
    const inbox = await queue.inbox();
    const log: string[] = [];
    await queue.worker(
      eachEvent(() => {
        log.push("event");
      }),
      { turnPollMs: 20 },
    );
    await jobWorker({
      k: (_data, { withProjectTurn }) =>
        withProjectTurn("p", async ({ assertOwner }) => {
          log.push("turn");
          await inbox.enqueue([anEvent("p", 1)]);
          await new Promise((resolve) => setTimeout(resolve, 80));
          await assertOwner();
          log.push("end");
          return null;
        }),
    });
    await box.submit({ kind: "k", key: "k", data: null });
    await eventually("handled", () => log.includes("event"));
    expect(log).toEqual(["turn", "end", "event"]);
  });
});

describe("the fast lane", () => {
  async function actionLane(
    handler: ActionHandler,
    overrides: Partial<ActionOptions> = {},
  ) {
    const connection = await queue.connection("patient");
    const deps = { connection, log: silentLog, meter: countingMeter() };
    const drains = openDrainQueue(connection, silentLog);
    const deadLetters = makeDeadLetters({ ...deps, queue: drains });
    const actions = openActions(deps);
    const worker = startActionWorker(
      { ...deps, handler, deadLetters },
      { retryDelayMs: 10, ...overrides },
    );
    for (const thing of [drains, actions, worker]) queue.closeLater(thing);
    return { actions, deadLetters, worker };
  }
  const launch = (n: number) => ({
    ...anEvent("p", n),
    topic: "ftrack.action.launch",
  });

  it("hands each event over once, even when it is added twice", async () => {
    const seen: string[] = [];
    const { actions } = await actionLane((e) => {
      seen.push(envelope.parse(e).id);
      return Promise.resolve();
    });
    await actions.add([launch(1), launch(2)]);
    await actions.add([launch(2), launch(3)]);
    await eventually("handled", () => seen.length >= 3);
    await actions.add([launch(1)]);
    expect(await actions.waiting()).toBe(0);
    expect(seen.toSorted()).toEqual(["p-1", "p-2", "p-3"]);
  });

  it("does not wait for drains", async () => {
    const inbox = await queue.inbox();
    let release = (): void => undefined;
    await queue.worker(
      eachEvent(() => new Promise((r) => (release = r))),
      {
        concurrency: 1,
      },
    );
    await inbox.enqueue([anEvent("p", 1)]);
    let isHandled = false;
    const { actions } = await actionLane(() => {
      isHandled = true;
      return Promise.resolve();
    });
    await actions.add([launch(1)]);
    await eventually("handled", () => isHandled, 2_000);
    release();
  });

  it("tries an outage three times, gives other errors up at once", async () => {
    const tries: string[] = [];
    const { actions, deadLetters } = await actionLane((e, { attempt }) => {
      tries.push(`${e.id} ${attempt}`);
      throw e.id === "p-1"
        ? new UnavailableError("down", { code: "E_FTRACK_UNAVAILABLE" })
        : new TypeError("oops");
    });
    await actions.add([launch(1), launch(2)]);
    await eventually("given up", async () => (await deadLetters.count()) === 2);
    expect(tries.toSorted()).toEqual(["p-1 1", "p-1 2", "p-1 3", "p-2 1"]);
    const letters = await deadLetters.list({ handler: "actions" });
    expect(
      letters.map((l) => [l.envelope?.id, l.code, l.attempts]).toSorted(),
    ).toEqual([
      ["p-1", "E_FTRACK_UNAVAILABLE", 3],
      ["p-2", "E_UNEXPECTED", 1],
    ]);
  });

  it("hands an event back at shutdown", async () => {
    let starts = 0;
    const { actions, worker } = await actionLane(
      (_e, { signal }) => {
        starts += 1;
        return untilAborted(signal);
      },
      { softStopMs: 20 },
    );
    await actions.add([launch(1)]);
    await eventually("begun", () => starts === 1);
    expect(await worker.close()).toEqual({ orderly: true, forced: 0 });
    expect(await actions.waiting()).toBe(1);
  });
});
