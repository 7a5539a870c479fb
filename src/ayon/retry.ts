import { setTimeout as sleep } from "node:timers/promises";
import { RateLimitedError } from "../core/errors.ts";

/** Waits between the tries of one request; their number is the number of retries. */
export interface Retries {
  readonly delaysMs: readonly number[];
  /** A server that asks for a longer wait is not waited for here: the caller decides. */
  readonly longestWaitMs?: number;
}

/** Bridges a blip; a restart of the server takes longer and is the queue's matter. */
export const DEFAULT_RETRIES: Retries = { delaysMs: [150, 600, 2_000] };

const LONGEST_WAIT_MS = 5_000;

export interface RetryOptions {
  readonly retries?: Retries | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly mayRepeat: (error: unknown) => boolean;
}

/** Up to half a delay is added, so that clients that failed together do not come back together. */
function jittered(ms: number): number {
  return ms * (1 + Math.random() / 2);
}

/**
 * Runs `attempt` until it succeeds, may not be repeated, or the tries are used up.
 *
 * @throws the last error of `attempt`; the signal's reason when aborted while waiting.
 */
export async function retrying<T>(
  attempt: (index: number) => Promise<T>,
  options: RetryOptions,
): Promise<T> {
  const retries = options.retries ?? DEFAULT_RETRIES;
  const longest = retries.longestWaitMs ?? LONGEST_WAIT_MS;
  for (let index = 0; ; index++) {
    try {
      return await attempt(index);
    } catch (thrown) {
      const delay = retries.delaysMs[index];
      if (delay === undefined || !options.mayRepeat(thrown)) throw thrown;
      const wait =
        thrown instanceof RateLimitedError
          ? afterMs(thrown, delay)
          : jittered(delay);
      if (wait > longest) throw thrown;
      await pause(wait, options.signal);
    }
  }
}

function afterMs(error: RateLimitedError, fallback: number): number {
  return typeof error.retry === "object" ? error.retry.afterMs : fallback;
}

/** Waits; an abort ends it with the signal's own reason instead of the timer's. */
export async function pause(
  ms: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  } catch (thrown) {
    signal?.throwIfAborted();
    throw thrown;
  }
}
