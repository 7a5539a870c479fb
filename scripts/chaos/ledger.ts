import { makeOutcomes } from "../../src/queue/outcomes.ts";
import type { Connection } from "../../src/queue/redis.ts";

/** Accepted events, and what has an outcome, of the whole run. */
export interface Ledger {
  /** Takes in what has come since the last time. */
  update(): Promise<void>;
  /** Ids of events accepted since then (milliseconds since the epoch) that have no outcome. */
  open(since: number): readonly string[];
  counts(): { readonly accepted: number; readonly settled: number };
  /** Rows that were dropped before they were read; empty where the rest can be relied upon. */
  readonly holes: readonly string[];
  close(): Promise<void>;
}

/** Far less than it takes to fill the bounded list of quiet outcomes. */
const EVERY_MS = 2_000;
/** Rows written at the same time may become visible one after the other. */
const OVERLAP_MS = 2_000;
/** More than come in the meantime. */
const MANY = 1_000_000;

/**
 * Reads along while things happen: of outcomes that changed nothing only the newest are kept, so that at the end
 * of a long run most are gone, and a lost event could not be told from one whose outcome was dropped.
 *
 * @param seen - keys of the sorted sets of accepted ids
 */
export function openLedger(
  connection: Connection,
  seen: readonly string[],
  everyMs = EVERY_MS,
): Ledger {
  const { client, keys } = connection;
  const outcomes = makeOutcomes(connection);
  const accepted = new Map<string, number>();
  const settled = new Set<string>();
  const holes: string[] = [];
  /** Lists that held something when they were read last. */
  const begun = new Set<string>();
  /** Everything written before this was read. */
  let readUntil = 0;
  let working = Promise.resolve();

  async function read(): Promise<void> {
    // The server's clock, as it stands in the ids of rows and beside the ids of events.
    const [seconds, micros] = await client.time();
    const now = Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
    const from = Math.max(0, readUntil - OVERLAP_MS);
    for (const key of seen) {
      const flat = await client.zrangebyscore(key, from, "+inf", "WITHSCORES");
      for (let i = 0; i + 1 < flat.length; i += 2)
        accepted.set(flat[i] ?? "", Number(flat[i + 1]));
    }
    for (const key of [keys.outcomes, keys.quietOutcomes]) {
      const [oldest] = await client.xrange(key, "-", "+", "COUNT", 1);
      const at = Number(oldest?.[0].split("-")[0] ?? 0);
      if (begun.has(key) && at > readUntil)
        holes.push(`outcomes of ${at - readUntil} ms were dropped unread`);
      if (oldest !== undefined) begun.add(key);
    }
    for (const row of await outcomes.query({ since: from }, MANY))
      // What is tried again has no end yet.
      if (row.kind !== "retry") settled.add(row.eventId);
    readUntil = now;
  }
  function update(): Promise<void> {
    const next = working.then(read);
    working = next.catch(
      // Whoever asked hears of it. Redis is ended and frozen here on purpose: the next time reads it all.
      () => undefined,
    );
    return next;
  }
  const timer = setInterval(() => {
    update().catch(() => undefined /* as above */);
  }, everyMs);
  function open(since: number): readonly string[] {
    return [...accepted]
      .filter(([id, at]) => at >= since && !settled.has(id))
      .map(([id]) => id);
  }

  return {
    update,
    open,
    counts: () => ({
      accepted: accepted.size,
      settled: accepted.size - open(0).length,
    }),
    holes,
    async close() {
      clearInterval(timer);
      await working;
    },
  };
}
