/** One signal in place of several. */
export interface Joined {
  /** Aborted as soon as one of them is, with its reason. */
  readonly signal: AbortSignal;
  /** To be called when what was run with the signal is over: it follows the others no more. */
  leave(): void;
}

/**
 * Joins signals for the time of a piece of work.
 *
 * Own code because `AbortSignal.any` on Node 20 keeps what it joins alive for as long as the oldest source lives,
 * and for ever when somebody listens to it: for a source that lasts as long as the service, a leak with every batch.
 */
export function joinSignals(...sources: readonly AbortSignal[]): Joined {
  const controller = new AbortController();
  function follow(this: AbortSignal): void {
    controller.abort(this.reason);
    leave();
  }
  function leave(): void {
    for (const source of sources) source.removeEventListener("abort", follow);
  }
  const aborted = sources.find((source) => source.aborted);
  if (aborted === undefined)
    for (const source of sources) source.addEventListener("abort", follow);
  else controller.abort(aborted.reason);
  return { signal: controller.signal, leave };
}
