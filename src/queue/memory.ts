import type { Redis } from "ioredis";
import { UnavailableError } from "../core/errors.ts";
import { guard } from "./redis-error.ts";

export interface Memory {
  readonly usedBytes: number;
  /** 0 when Redis has no limit. */
  readonly limitBytes: number;
}

export async function readMemory(client: Redis): Promise<Memory> {
  const text = await guard(client.info("memory"));
  return {
    usedBytes: numberIn(text, "used_memory"),
    limitBytes: numberIn(text, "maxmemory"),
  };
}

/** A field of the answer to INFO; "" when it is not there. */
export function textIn(info: string | undefined, name: string): string {
  const line = info?.split("\r\n").find((l) => l.startsWith(`${name}:`));
  return line?.slice(name.length + 1) ?? "";
}

export function numberIn(info: string | undefined, name: string): number {
  return Number(textIn(info, name)) || 0;
}

export function ratioOf({ usedBytes, limitBytes }: Memory): number {
  return limitBytes === 0 ? 0 : usedBytes / limitBytes;
}

export interface MemoryGuard {
  /** @throws UnavailableError `E_REDIS_FULL` while Redis is too full for new events. */
  assertRoom(): Promise<void>;
}

/** Shares of Redis' memory: no new events above the first, again below the second. */
export interface MemoryLimits {
  readonly stopAbove: number;
  readonly goBelow: number;
  /** How long a look at Redis' memory is good for. */
  readonly lookEveryMs: number;
}

export const DEFAULT_MEMORY_LIMITS: MemoryLimits = {
  stopAbove: 0.8,
  goBelow: 0.7,
  lookEveryMs: 2_000,
};

/**
 * Keeps events out of a Redis that is nearly full.
 *
 * A full Redis refuses the writes with which jobs end, too, so nothing would ever free memory again. Events
 * wait on the leecher's disk instead, while the processors empty the inboxes.
 */
export function makeMemoryGuard(
  client: Redis,
  limits: MemoryLimits = DEFAULT_MEMORY_LIMITS,
): MemoryGuard {
  let lookedAt = -Infinity;
  let isTooFull = false;
  return {
    async assertRoom() {
      if (performance.now() - lookedAt > limits.lookEveryMs) {
        const ratio = ratioOf(await readMemory(client));
        isTooFull = ratio > (isTooFull ? limits.goBelow : limits.stopAbove);
        lookedAt = performance.now();
      }
      if (!isTooFull) return;
      throw new UnavailableError("Redis is nearly full", {
        code: "E_REDIS_FULL",
        system: "redis",
      });
    },
  };
}
