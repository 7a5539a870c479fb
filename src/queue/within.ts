import { setTimeout as sleep } from "node:timers/promises";

/** The value, or null when it is not there in time. */
export async function within<T>(
  ms: number,
  work: Promise<T>,
): Promise<T | null> {
  const timer = new AbortController();
  try {
    return await Promise.race([
      work,
      sleep(ms, null, { signal: timer.signal }),
    ]);
  } finally {
    timer.abort();
  }
}
