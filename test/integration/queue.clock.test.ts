import {
  afterAll,
  afterEach,
  beforeAll,
  describe,
  expect,
  it,
  vi,
} from "vitest";
import { openDrainQueue } from "../../src/queue/bell.ts";
import { silentLog } from "../../src/core/log.ts";
import { setClock } from "../support/clock.ts";
import { done, eachEvent, events, numberOf, range } from "../support/queue.ts";
import { queueHarness, waiting } from "../support/queue-harness.ts";
import { eventually, startRedis, type TestRedis } from "../support/redis.ts";

const HOUR_MS = 3_600_000;

let redis: TestRedis;
const queue = queueHarness(() => redis);

beforeAll(async () => {
  redis = await startRedis();
});
afterEach(() => {
  vi.restoreAllMocks();
});
afterAll(async () => {
  await redis.stop();
});

const isEmpty = async (): Promise<boolean> => (await waiting(redis, "p")) === 0;

describe("the computer's clock is set", () => {
  it.each([
    ["back", -HOUR_MS],
    ["forward", HOUR_MS],
  ])(
    "%s while a project is worked on: nothing is left out, the order holds",
    async (_way, byMs) => {
      const inbox = await queue.inbox();
      const handled: number[] = [];
      await queue.worker(
        eachEvent(async (e) => {
          if (numberOf(e) === 10 && !vi.isMockFunction(Date.now))
            setClock(byMs);
          handled.push(numberOf(e));
          await new Promise((resolve) => setTimeout(resolve, 100));
        }),
        // Renewed and asked for many times in all this.
        { lockMs: 2_000, trustMs: 200, stalledCheckMs: 500 },
      );
      await inbox.enqueue(events("p", 1, 40));
      await eventually("done", isEmpty);
      // BullMQ does not renew what it began before the clock went back: the project is taken anew, once.
      const again = handled.filter((n, i) => n <= (handled[i - 1] ?? 0));
      expect(again.length).toBeLessThanOrEqual(1);
      expect([...new Set(handled)]).toEqual(range(1, 40));
      await inbox.enqueue(events("p", 41, 42));
      await eventually("done", isEmpty);
      expect(handled.slice(-2)).toEqual([41, 42]);
    },
  );

  it("back while a project is held: it is tried again at once, not an hour later", async () => {
    const inbox = await queue.inbox();
    let tries = 0;
    await queue.worker(
      {
        handleBatch(_p, envelopes) {
          tries += 1;
          if (tries > 1) return Promise.resolve(envelopes.map(() => done));
          return Promise.resolve([
            {
              ...({ kind: "retry", cause: "outage" } as const),
              ...{ handler: "h", code: "E_X", detail: "", afterMs: 5_000 },
            },
          ]);
        },
      },
      { sweepMs: 100 },
    );
    await inbox.enqueue(events("p", 1, 1));
    const drains = openDrainQueue(await queue.connection("patient"), silentLog);
    queue.closeLater(drains);
    await eventually("held", async () => (await drains.getDelayedCount()) > 0);
    setClock(-HOUR_MS);
    await eventually("done", isEmpty, 4_000);
    expect(tries).toBe(2);
  });
});
