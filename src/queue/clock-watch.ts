/** By how much the clock may be corrected without a word: what is put off waits that much longer. */
const NOTABLE_MS = 1_000;

/**
 * Tells by how many milliseconds the computer's clock was set back since the last question, or null. BullMQ puts
 * jobs off to a time of day: after that they would wait the difference longer.
 */
export function watchClock(
  now: () => number = () => Date.now(),
  monotonic: () => number = () => performance.now(),
): () => number | null {
  let ahead = now() - monotonic();
  return () => {
    const before = ahead;
    ahead = now() - monotonic();
    const backMs = before - ahead;
    return backMs > NOTABLE_MS ? Math.round(backMs) : null;
  };
}
