/**
 * Milliseconds on a clock that is never set: the same in all threads, unlike `performance.now()`. What is
 * measured on it is not fooled when somebody corrects the computer's time.
 */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}

/** A time of that clock as milliseconds since the epoch, by what the computer's clock says now. */
export function asWallTime(monotonic: number): number {
  return Date.now() - (monotonicMs() - monotonic);
}
