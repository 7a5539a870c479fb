/**
 * Awaits work; when it does not end within the grace after an abort, goes on without it. The caller sees to
 * it that what was left behind can write no more.
 */
export async function abandonable<T>(
  work: Promise<T>,
  signal: AbortSignal,
  graceMs: number,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const abandoned = new Promise<never>((_, reject) => {
    onAbort = () => {
      timer = setTimeout(() => {
        reject(new Error("it did not end after it was aborted"));
      }, graceMs);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([work, abandoned]);
  } finally {
    clearTimeout(timer);
    if (onAbort !== undefined) signal.removeEventListener("abort", onAbort);
    // What an abandoned handler throws later concerns nobody: it is fenced.
    work.catch(() => undefined);
  }
}
