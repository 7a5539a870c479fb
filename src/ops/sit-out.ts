import { setTimeout as sleep } from "node:timers/promises";

export interface SitOutOptions {
  /** A person is watching, who wants the prompt back. @defaultValue whether standard output is a terminal */
  readonly isTerminal?: boolean;
  /** Null: until a signal comes, for what only a new start with other variables can mend. */
  readonly ms: number | null;
}

/**
 * Waits before a process that cannot start may end. AYON's service host starts anew whatever ends, at once and
 * without end: a service that ends quickly fills its log and takes the machine's time. SIGTERM and SIGINT end
 * the wait.
 */
export async function sitOut(options: SitOutOptions): Promise<void> {
  const { ms, isTerminal = process.stdout.isTTY } = options;
  if (isTerminal) return;
  const told = new AbortController();
  const stop = (): void => {
    told.abort();
  };
  process.once("SIGTERM", stop).once("SIGINT", stop);
  try {
    do {
      await sleep(ms ?? LONG_MS, undefined, { signal: told.signal });
    } while (ms === null);
  } catch {
    // Told to end.
  } finally {
    process.removeListener("SIGTERM", stop).removeListener("SIGINT", stop);
  }
}

const LONG_MS = 24 * 60 * 60_000;
