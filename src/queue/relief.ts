import type { Logger } from "../core/log.ts";
import { ratioOf, readMemory } from "./memory.ts";
import { execute } from "./redis-error.ts";
import type { Connection } from "./redis.ts";

/** Below the share at which the leecher stops writing, so that events never make way for outcomes. */
const RELIEF_ABOVE = 0.75;

/**
 * Drops the older half of the outcomes when Redis runs short of memory: what they tell is worth less than
 * the events that need the room. Trimming is allowed even when Redis is full.
 *
 * @returns how many were dropped.
 */
export async function relieveMemory(
  connection: Connection,
  log: Logger,
): Promise<number> {
  const { client, keys } = connection;
  if (ratioOf(await readMemory(client)) <= RELIEF_ABOVE) return 0;
  const streams = [keys.quietOutcomes, keys.outcomes];
  const lengths = client.pipeline();
  for (const key of streams) lengths.xlen(key);
  const found = (await execute(lengths)).map(Number);
  const trims = client.pipeline();
  for (const [i, key] of streams.entries()) {
    trims.xtrim(key, "MAXLEN", "~", Math.floor((found[i] ?? 0) / 2));
  }
  const dropped = (await execute(trims)).reduce<number>(
    (sum, n) => sum + Number(n),
    0,
  );
  if (dropped > 0) {
    log.warn({ dropped }, "redis runs short of memory, older outcomes dropped");
  }
  return dropped;
}
