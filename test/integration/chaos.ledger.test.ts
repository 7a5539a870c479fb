import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openLedger } from "../../scripts/chaos/ledger.ts";
import type { Outcome } from "../../src/core/outcome.ts";
import { makeOutcomes } from "../../src/queue/outcomes.ts";
import type { Connection } from "../../src/queue/redis.ts";
import { anEvent, range } from "../support/queue.ts";
import { queueHarness } from "../support/queue-harness.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";

let redis: TestRedis;
const queue = queueHarness(() => redis);

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(async () => {
  await redis.stop();
});

const NEVER_MS = 1_000_000;
/** As few quiet outcomes as Redis can be made to keep. */
const BOUND = 100;
const IN_A_ROUND = 90;
const ROUNDS = 6;

function outcome(n: number, kind: Outcome["kind"]): Outcome {
  return {
    ...{ eventId: `p-${n}`, topic: "ftrack.update", projectId: "p" },
    ...{ handler: "sync", kind, reason: null, detail: null, changes: 0 },
    ...{ entityId: null, entityPath: null, attempt: 1, durationMs: 1 },
    ...{ at: Date.now(), receivedAt: Date.now() },
  };
}

/** Has events accepted and says for all but some of them that nothing had to be done. */
async function round(
  connection: Connection,
  first: number,
  without: readonly number[] = [],
): Promise<void> {
  const inbox = await queue.inbox();
  const numbers = range(first, first + IN_A_ROUND - 1);
  await inbox.enqueue(numbers.map((n) => anEvent("p", n)));
  const outcomes = makeOutcomes(connection, { mostQuiet: BOUND });
  for (const n of numbers)
    await outcomes.write([
      outcome(n, without.includes(n) ? "retry" : "unchanged"),
    ]);
}

describe("the ledger of a run", () => {
  it("finds the one event without an end, though most outcomes are gone by then", async () => {
    const connection = await queue.connection("patient");
    const { seen } = connection.keys.project("p");
    const ledger = openLedger(connection, [seen], NEVER_MS);
    await ledger.update();
    for (const i of range(1, ROUNDS)) {
      await round(connection, 1_000 * i, [1_007]);
      await ledger.update();
    }
    expect(ledger.open(0)).toEqual(["p-1007"]);
    expect(ledger.counts()).toEqual({
      accepted: ROUNDS * IN_A_ROUND,
      settled: ROUNDS * IN_A_ROUND - 1,
    });
    await ledger.close();

    // What a look at the end would have taken for lost.
    const kept = await makeOutcomes(connection).query({}, 10_000);
    const known = new Set(kept.map(({ eventId }) => eventId));
    expect(known.size).toBeLessThan((ROUNDS / 2) * IN_A_ROUND);
  });

  it("says so when rows were dropped before it could read them", async () => {
    const connection = await queue.connection("patient");
    const { seen } = connection.keys.project("p");
    const ledger = openLedger(connection, [seen], NEVER_MS);
    await round(connection, 1);
    await ledger.update();
    expect(ledger.holes).toEqual([]);
    for (const i of range(1, ROUNDS)) await round(connection, 1_000 * i);
    await ledger.update();
    expect(ledger.holes).toHaveLength(1);
    expect(ledger.open(0)).not.toEqual([]);
    await ledger.close();
  });
});
