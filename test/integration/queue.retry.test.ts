import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Envelope } from "../../src/core/envelope.ts";
import {
  ContractError,
  RateLimitedError,
  UnavailableError,
} from "../../src/core/errors.ts";
import { silentLog } from "../../src/core/log.ts";
import { openDrainQueue, wakeHeld } from "../../src/queue/bell.ts";
import { readHolds } from "../../src/queue/holds.ts";
import { makeDeadLetters } from "../../src/queue/dead-letters.ts";
import { DEFAULT_LIMITS, type DrainLimits } from "../../src/queue/drain-run.ts";
import type {
  BatchContext,
  DeadLetters,
  RetryVerdict,
  Verdict,
} from "../../src/queue/types.ts";
import {
  anEvent,
  countingMeter,
  done,
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

/** Short holds; everything else as in production. */
const limits: DrainLimits = {
  ...DEFAULT_LIMITS,
  failureDelayMs: 20,
  outageDelayMs: 20,
  outageDelayMaxMs: 40,
};

async function deadLetters(): Promise<DeadLetters> {
  const connection = await queue.connection("patient");
  const drains = openDrainQueue(connection, silentLog);
  queue.closeLater(drains);
  const meter = countingMeter();
  return makeDeadLetters({ connection, queue: drains, log: silentLog, meter });
}

type Handle = (
  numbers: readonly number[],
  context: BatchContext,
) => readonly Verdict[] | Promise<readonly Verdict[]>;

/** A worker over project `p` whose handler sees numbers only; other projects are recorded and done. */
async function numbersWorker(handle: Handle, own: DrainLimits = limits) {
  const others: Envelope[] = [];
  const worker = await queue.worker(
    {
      async handleBatch(projectId, envelopes, context) {
        if (projectId === "p") return handle(envelopes.map(numberOf), context);
        others.push(...envelopes);
        return envelopes.map(() => done);
      },
    },
    { limits: own },
  );
  return { ...worker, others };
}

const isEmpty = async (): Promise<boolean> => (await waiting(redis, "p")) === 0;
const failsLeft = (): Promise<number> =>
  redis.client.exists(`${redis.prefix}:{p}:fails`);

describe("a retry in place", () => {
  it("keeps the order: what follows waits, other projects go on", async () => {
    const inbox = await queue.inbox();
    const tries: number[] = [];
    const finished: number[] = [];
    let othersAtThirdTry = -1;
    const worker = await numbersWorker((numbers, { attempt }) => {
      tries.push(attempt);
      return numbers.map((n): Verdict => {
        if (n === 3 && attempt < 4) {
          if (attempt === 3) othersAtThirdTry = worker.others.length;
          return retry("event");
        }
        finished.push(n);
        return done;
      });
    });
    await inbox.enqueue(events("p", 1, 6));
    await inbox.enqueue(events("q", 1, 6));
    await eventually("done", isEmpty);
    // 4, 5 and 6 were tried with 3 at first, and again after it: none was taken out before it.
    expect(finished.slice(-4)).toEqual([3, 4, 5, 6]);
    expect(tries).toEqual([1, 2, 3, 4, 1]);
    expect(othersAtThirdTry).toBe(6);
    expect(worker.meter.counted("holds_total")).toBe(3);
    expect(await failsLeft()).toBe(0);
  });

  it("gives an event up after five failures, and the rest goes on in order", async () => {
    const inbox = await queue.inbox();
    const finished: number[] = [];
    let tries = 0;
    const worker = await numbersWorker((numbers) =>
      numbers.map((n): Verdict => {
        if (n === 3) {
          tries += 1;
          return retry("event", "E_TEST");
        }
        if (tries === 0 || tries === 5) finished.push(n);
        return done;
      }),
    );
    await inbox.enqueue(events("p", 1, 5));
    await eventually("done", isEmpty);
    expect(tries).toBe(5);
    expect(finished.filter((n) => n < 3)).toEqual([1, 2]);
    expect(finished.slice(-2)).toEqual([4, 5]);
    expect(worker.meter.counted("dead_letters_total")).toBe(1);
    const [letter] = await (await deadLetters()).list({});
    expect(letter).toMatchObject({
      projectId: "p",
      handler: "test",
      code: "E_TEST",
      detail: "for a reason",
      attempts: 5,
      envelope: { id: "p-3" },
    });
    expect(await failsLeft()).toBe(0);
  });

  it("an outage holds as long as it lasts and costs no event a try", async () => {
    const inbox = await queue.inbox();
    const finished: number[] = [];
    let tries = 0;
    const worker = await numbersWorker((numbers) => {
      tries += 1;
      if (tries <= 12) return [retry("outage", "E_AYON_UNAVAILABLE")];
      finished.push(...numbers);
      return numbers.map(() => done);
    });
    await inbox.enqueue(events("p", 1, 3));
    await eventually("done", isEmpty);
    expect(tries).toBe(13);
    expect(finished).toEqual([1, 2, 3]);
    expect(worker.meter.counted("dead_letters_total")).toBe(0);
    expect(await failsLeft()).toBe(0);
  });

  it.each<[string, Error]>([
    [
      "an outage that is thrown",
      new UnavailableError("down", { code: "E_AYON_UNAVAILABLE" }),
    ],
    [
      "a request to wait",
      new RateLimitedError("slow down", { code: "E_AYON_429", afterMs: 30 }),
    ],
  ])("%s holds the whole batch and loses nothing", async (_, error) => {
    const inbox = await queue.inbox();
    const batches: number[][] = [];
    const worker = await numbersWorker((numbers) => {
      batches.push([...numbers]);
      if (batches.length < 8) throw error;
      return numbers.map(() => done);
    });
    await inbox.enqueue(events("p", 1, 4));
    await eventually("done", isEmpty);
    // Not taken apart: it is not the fault of an event.
    expect(batches).toEqual(range(1, 8).map(() => [1, 2, 3, 4]));
    expect(worker.meter.counted("dead_letters_total")).toBe(0);
  });
});

describe("a held project", () => {
  it("can be woken before its time", async () => {
    const inbox = await queue.inbox();
    let tries = 0;
    await numbersWorker((numbers) => {
      tries += 1;
      if (tries > 1) return numbers.map(() => done);
      return [{ ...retry("outage"), afterMs: 600_000 } as Verdict];
    });
    await inbox.enqueue([anEvent("p", 1)]);
    const connection = await queue.connection("patient");
    const drains = openDrainQueue(connection, silentLog);
    queue.closeLater(drains);
    await eventually("held", async () => (await drains.getDelayedCount()) > 0);
    const [hold, ...others] = await readHolds(drains);
    expect(others).toEqual([]);
    const { cause, handler, code } = retry("outage") as RetryVerdict;
    expect(hold).toMatchObject({
      partition: "p",
      reason: { cause, handler, code, tries: 1 },
    });
    expect(hold!.until! - Date.now()).toBeGreaterThan(500_000);
    expect(await wakeHeld(drains)).toBe(1);
    await eventually("done", isEmpty);
    expect(tries).toBe(2);
  });
});

describe("a batch that throws", () => {
  it("is taken apart: the poison event is found and given up, the others are done once", async () => {
    const inbox = await queue.inbox();
    const batches: number[][] = [];
    const finished: number[] = [];
    await numbersWorker((numbers) => {
      batches.push([...numbers]);
      if (numbers.includes(4)) throw new TypeError("cannot read this");
      finished.push(...numbers);
      return numbers.map(() => done);
    });
    await inbox.enqueue(events("p", 1, 6));
    await eventually("done", isEmpty);
    expect(batches).toEqual([
      [1, 2, 3, 4, 5, 6],
      ...[[1], [2], [3], [4], [5], [6]],
    ]);
    expect(finished).toEqual([1, 2, 3, 5, 6]);
    const letters = await (await deadLetters()).list({});
    expect(letters.map((l) => [l.envelope?.id, l.code, l.detail])).toEqual([
      ["p-4", "E_UNEXPECTED", "cannot read this"],
    ]);
  });

  it("after it was taken apart batches are whole again", async () => {
    const inbox = await queue.inbox();
    const batches: number[][] = [];
    let isArmed = true;
    await numbersWorker(async (numbers) => {
      batches.push([...numbers]);
      if (isArmed) {
        isArmed = false;
        throw new ContractError("odd", { code: "E_ODD" });
      }
      if (numbers[0] === 2) await inbox.enqueue(events("p", 3, 6));
      return numbers.map(() => done);
    });
    await inbox.enqueue(events("p", 1, 2));
    await eventually("done", async () => batches.length > 3 && isEmpty());
    expect(batches).toEqual([[1, 2], [1], [2], [3, 4, 5, 6]]);
  });

  it.each<[string, Verdict[]]>([
    ["no verdict", []],
    ["too many verdicts", [done, done, done, done]],
  ])("giving %s is a fault, not a success", async (_, verdicts) => {
    const inbox = await queue.inbox();
    let calls = 0;
    const worker = await numbersWorker((numbers) => {
      calls += 1;
      return calls === 1 ? verdicts : numbers.map(() => done);
    });
    await inbox.enqueue(events("p", 1, 3));
    await eventually("done", isEmpty);
    expect(worker.meter.counted("batch_failures_total")).toBe(1);
    expect(calls).toBe(4);
  });

  it("is given up after as many tries as are set at that time", async () => {
    const inbox = await queue.inbox();
    let most = 3;
    await queue.worker(
      { handleBatch: () => Promise.resolve([retry("event")]) },
      { limits, maxFailures: () => most },
    );
    await inbox.enqueue(events("p", 1, 1));
    await eventually("given up", isEmpty);
    most = 1;
    await inbox.enqueue(events("p", 2, 2));
    await eventually("given up", isEmpty);
    const letters = await (await deadLetters()).list({});
    expect(letters.map((l) => l.attempts)).toEqual([3, 1]);
  });

  it("that does not end is aborted, taken apart, and cannot write any more", async () => {
    const inbox = await queue.inbox();
    const refused: unknown[] = [];
    let release = (): void => undefined;
    const late = new Promise<void>((resolve) => {
      release = resolve;
    });
    const worker = await numbersWorker(
      async (numbers, context) => {
        if (!numbers.includes(2)) return numbers.map(() => done);
        await late;
        await context.assertOwner().catch((error: unknown) => {
          refused.push(error);
        });
        return numbers.map(() => done);
      },
      { ...limits, batchDeadlineMs: 30, abortGraceMs: 10, maxFailures: 2 },
    );
    await inbox.enqueue(events("p", 1, 3));
    await eventually("done", isEmpty);
    release();
    await eventually("refused", () => refused.length === 3, 2_000);
    expect(refused[0]).toMatchObject({ code: "E_BATCH_ABORTED" });
    const letters = await (await deadLetters()).list({});
    expect(letters.map((l) => [l.envelope?.id, l.code, l.attempts])).toEqual([
      ["p-2", "E_BATCH_OVERDUE", 2],
    ]);
    expect(worker.meter.counted("commit_mismatch_total")).toBe(0);
  });
});

describe("verdicts", () => {
  it("a prefix is committed, the rest is handed over again", async () => {
    const inbox = await queue.inbox();
    const batches: number[][] = [];
    await numbersWorker((numbers) => {
      batches.push([...numbers]);
      return numbers.slice(0, 2).map(() => done);
    });
    await inbox.enqueue(events("p", 1, 5));
    await eventually("done", isEmpty);
    expect(batches).toEqual([[1, 2, 3, 4, 5], [3, 4, 5], [5]]);
  });

  it("dead goes to the dead letters at once, others around it are done", async () => {
    const inbox = await queue.inbox();
    const batches: number[][] = [];
    await numbersWorker((numbers) => {
      batches.push([...numbers]);
      return numbers.map((n): Verdict =>
        n % 2 === 0
          ? { kind: "dead", handler: "h", code: "E_EVEN", detail: `${n}` }
          : done,
      );
    });
    await inbox.enqueue(events("p", 1, 5));
    await eventually("done", isEmpty);
    expect(batches).toEqual([[1, 2, 3, 4, 5]]);
    const letters = await (await deadLetters()).list({ code: "E_EVEN" });
    expect(letters.map((l) => l.detail)).toEqual(["2", "4"]);
  });

  it("events settled within a batch are not repeated when it throws later", async () => {
    const inbox = await queue.inbox();
    const batches: number[][] = [];
    let isFirst = true;
    await numbersWorker(async (numbers, context) => {
      batches.push([...numbers]);
      if (!isFirst) return numbers.map(() => done);
      isFirst = false;
      await context.settle([{ kind: "done" }, { kind: "done" }]);
      throw new UnavailableError("down", { code: "E_AYON_UNAVAILABLE" });
    });
    await inbox.enqueue(events("p", 1, 4));
    await eventually("done", isEmpty);
    expect(batches).toEqual([
      [1, 2, 3, 4],
      [3, 4],
    ]);
  });
});

describe("what lies in an inbox", () => {
  it("and is no envelope goes to the dead letters, as it is", async () => {
    const inbox = await queue.inbox();
    const key = `${redis.prefix}:{p}:inbox`;
    await redis.client.xadd(key, "*", "i", "x1", "p", "{broken");
    await redis.client.xadd(key, "*", "i", "x2", "p", '{"v":2}');
    const finished: number[] = [];
    await numbersWorker((numbers) => {
      finished.push(...numbers);
      return numbers.map(() => done);
    });
    await inbox.enqueue([anEvent("p", 1)]);
    await eventually("done", isEmpty);
    expect(finished).toEqual([1]);
    const letters = await (await deadLetters()).list({ projectId: "p" });
    expect(letters.map((l) => [l.code, l.raw, l.envelope])).toEqual([
      ["E_ENVELOPE_MALFORMED", "{broken", null],
      ["E_ENVELOPE_MALFORMED", '{"v":2}', null],
    ]);
  });

  it("is read up to a number of bytes, at least one event", async () => {
    const inbox = await queue.inbox();
    const batches: number[][] = [];
    await numbersWorker(
      (numbers) => {
        batches.push([...numbers]);
        return numbers.map(() => done);
      },
      { ...limits, batchBytes: 5_000 },
    );
    const big = (n: number, size: number): Envelope => ({
      ...anEvent("p", n),
      event: { n, padding: "x".repeat(size) },
    });
    await inbox.enqueue([
      ...[big(1, 10_000), big(2, 2_000), big(3, 2_000), big(4, 2_000)],
      big(5, 100),
    ]);
    await eventually("done", isEmpty);
    expect(batches).toEqual([[1], [2, 3], [4, 5]]);
  });
});

function retry(cause: "outage" | "event", code = "E_X"): Verdict {
  return {
    kind: "retry",
    cause,
    handler: "test",
    code,
    detail: "for a reason",
  };
}
