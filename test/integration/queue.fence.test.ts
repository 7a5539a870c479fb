import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FencedError } from "../../src/core/errors.ts";
import { DEFAULT_LIMITS } from "../../src/queue/drain-run.ts";
import type { DrainOptions } from "../../src/queue/drain-worker.ts";
import { done, events, numberOf } from "../support/queue.ts";
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

/** A lost process is noticed soon; the rest as in production. */
const quick: Partial<DrainOptions> = {
  lockMs: 1_000,
  stalledCheckMs: 250,
  trustMs: 250,
  sweepMs: 500,
};

const isEmpty = (project: string) => async (): Promise<boolean> =>
  (await waiting(redis, project)) === 0;

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
