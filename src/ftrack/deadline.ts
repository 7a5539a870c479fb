/**
 * Runs something with a time limit and the caller's signal joined into one signal.
 *
 * Own code because `AbortSignal.any` on Node 20 keeps every joined signal alive as long as its longest
 * source, which for a service is for ever.
 */
export async function withDeadline<T>(
  limits: {
    readonly timeoutMs: number;
    readonly signal?: AbortSignal | undefined;
  },
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { timeoutMs, signal } = limits;
  const controller = new AbortController();
  const stop = (): void => {
    controller.abort(signal?.reason);
  };
  if (signal?.aborted === true) stop();
  signal?.addEventListener("abort", stop, { once: true });
  const timer = setTimeout(() => {
    controller.abort(
      new DOMException(`No answer in ${timeoutMs} ms`, "TimeoutError"),
    );
  }, timeoutMs);
  try {
    return await run(controller.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

/** Resolves after a time, or at once when one of the signals is aborted. Never rejects: ask the signal. */
export function pause(
  ms: number,
  ...signals: readonly (AbortSignal | undefined)[]
): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      for (const signal of signals) signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    for (const signal of signals) {
      if (signal?.aborted === true) {
        done();
        return;
      }
      signal?.addEventListener("abort", done, { once: true });
    }
  });
}
