import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { silentLog } from "../../src/core/log.ts";
import { makeTurns } from "../../src/queue/turn.ts";
import type { Turns } from "../../src/queue/types.ts";
import {
  countingMeter,
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

async function turns(ttlMs = 8_000): Promise<Turns> {
  const connection = await queue.connection("patient");
  const deps = { connection, log: silentLog, meter: countingMeter() };
  return makeTurns(deps, { ttlMs, trustMs: ttlMs / 4, pollMs: 10 });
}

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

describe("a project's turn", () => {
  it("excludes drains: a batch in hand ends first, later events wait, other projects go on", async () => {
    const inbox = await queue.inbox();
    const log: string[] = [];
    await queue.worker(
      eachEvent(async (e) => {
        log.push(`${e.projectId!}-${numberOf(e)}`);
        await pause(5);
      }),
      { turnPollMs: 20 },
    );
    await inbox.enqueue(events("p", 1, 20));
    await eventually("begun", () => log.length > 2);
    const { withProjectTurn } = await turns();
    const result = await withProjectTurn("p", async ({ assertOwner }) => {
      log.push("turn begins");
      await inbox.enqueue([...events("p", 21, 25), ...events("q", 1, 3)]);
      await eventually("others go on", () => log.includes("q-3"));
      await pause(100);
      await assertOwner();
      log.push("turn ends");
      return 42;
    });
    expect(result).toBe(42);
    await eventually("done", async () => (await waiting(redis, "p")) === 0);
    const ofP = log.filter((line) => !line.startsWith("q"));
    expect(ofP).toEqual([
      ...range(1, 20).map((n) => `p-${n}`),
      ...["turn begins", "turn ends"],
      ...range(21, 25).map((n) => `p-${n}`),
    ]);
  });

  it("is held by one at a time", async () => {
    const { withProjectTurn } = await turns();
    let inside = 0;
    let most = 0;
    await Promise.all(
      range(1, 5).map(() =>
        withProjectTurn("p", async () => {
          inside += 1;
          most = Math.max(most, inside);
          await pause(20);
          inside -= 1;
        }),
      ),
    );
    expect(most).toBe(1);
  });

  it("is given back when the work throws", async () => {
    const { withProjectTurn } = await turns();
    await expect(
      withProjectTurn("p", () => Promise.reject(new Error("no"))),
    ).rejects.toThrow("no");
    expect(await withProjectTurn("p", () => Promise.resolve(1))).toBe(1);
  });

  it("is waited for only as long as wanted, and leaves no wish behind", async () => {
    const { withProjectTurn } = await turns();
    let release = (): void => undefined;
    const held = withProjectTurn(
      "p",
      () =>
        new Promise<void>((resolve) => {
          release = resolve;
        }),
    );
    await eventually("held", async () => {
      return (await redis.client.exists(`${redis.prefix}:{p}:turn`)) === 1;
    });
    const second = withProjectTurn("p", () => Promise.resolve(2), {
      waitMs: 30,
    });
    await expect(second).rejects.toMatchObject({ code: "E_TURN_TIMEOUT" });
    const stop = new AbortController();
    const third = withProjectTurn("p", () => Promise.resolve(3), {
      signal: stop.signal,
    });
    stop.abort(new Error("stopped"));
    await expect(third).rejects.toThrow("stopped");
    release();
    await held;
    expect(await redis.client.exists(`${redis.prefix}:{p}:turn`)).toBe(0);
  });

  it("survives long work, and is lost when somebody else has it", async () => {
    const { withProjectTurn } = await turns(200);
    await withProjectTurn("p", async ({ assertOwner, signal }) => {
      await pause(500);
      await assertOwner();
      await redis.client.set(`${redis.prefix}:{p}:turn`, "somebody else");
      await eventually("aborted", () => signal.aborted);
      await expect(assertOwner()).rejects.toMatchObject({ code: "E_FENCED" });
    });
    expect(await redis.client.get(`${redis.prefix}:{p}:turn`)).toBe(
      "somebody else",
    );
  });

  it("waits for the lease of a drain that died, not longer", async () => {
    const owner = `${redis.prefix}:{p}:owner`;
    await redis.client.set(owner, "dead drain", "PX", 150);
    const { withProjectTurn } = await turns();
    const startedAt = performance.now();
    await withProjectTurn("p", () => Promise.resolve());
    expect(performance.now() - startedAt).toBeGreaterThan(100);
  });
});
