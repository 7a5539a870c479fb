import { toError } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import type { Meter } from "../core/meter.ts";
import { pause } from "../ftrack/deadline.ts";
import type { CatchUp, Occasion } from "./catch-up.ts";

export interface RunnerDeps {
  readonly catchUp: CatchUp;
  readonly log: Logger;
  readonly meter: Meter;
  readonly now: () => number;
  /** Pause between regular runs. @defaultValue 10 min */
  readonly everyMs?: number;
  /** First pause after a run that failed; doubles up to a minute. @defaultValue 1 s */
  readonly retryMs?: number;
}

/** Runs the catch-up when it is asked for and regularly, one run at a time, each until it has succeeded. */
export interface Runner {
  request(occasion: Occasion): void;
  /** True while a gap waits or is worked on. */
  isBehind(): boolean;
  /** Resolves when nothing is left to do. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

const MAX_RETRY_MS = 60_000;

export function startRunner(deps: RunnerDeps): Runner {
  const { catchUp, log, meter, now } = deps;
  const { everyMs = 600_000, retryMs = 1_000 } = deps;
  const stopping = new AbortController();
  let waiting: Occasion | null = null;
  let current: Occasion | null = null;
  let working: Promise<void> | null = null;

  function request(occasion: Occasion): void {
    if (stopping.signal.aborted) return;
    waiting = waiting === null ? occasion : merge(waiting, occasion);
    start();
  }

  function start(): void {
    working ??= work().finally(() => {
      working = null;
      if (isWaiting()) start();
    });
  }

  function isWaiting(): boolean {
    return waiting !== null && !stopping.signal.aborted;
  }

  async function work(): Promise<void> {
    for (let failures = 0; isWaiting();) {
      current = waiting;
      waiting = null;
      if (current === null) break;
      try {
        await catchUp.run(current);
        failures = 0;
      } catch (error) {
        meter.count("catch_ups_total", { result: "failed" });
        const waitMs = Math.min(MAX_RETRY_MS, retryMs * 2 ** failures);
        failures = Math.min(failures + 1, 16);
        log.warn({ err: toError(error), waitMs }, "catching up failed");
        // What came meanwhile is caught up with in the same run.
        waiting = mergeAny(current, waiting);
        await pause(waitMs, stopping.signal);
      }
    }
    current = null;
  }

  const regular = setInterval(() => {
    request({ to: now(), reason: "regular" });
  }, everyMs);

  return {
    request,
    isBehind: () => [waiting, current].some((o) => o?.from !== undefined),
    async settled() {
      while (working !== null) await working;
    },
    async stop() {
      clearInterval(regular);
      stopping.abort();
      await working;
    },
  };
}

function mergeAny(a: Occasion, b: Occasion | null): Occasion {
  return b === null ? a : merge(a, b);
}

/** One run for both: the longer stretch, and the reason of what is known to be missing. */
function merge(a: Occasion, b: Occasion): Occasion {
  const to = Math.max(a.to, b.to);
  if (b.from === undefined) return { ...a, to };
  if (a.from === undefined) return { ...b, to };
  const from =
    a.from === null || b.from === null ? null : Math.min(a.from, b.from);
  // A loss in Redis asks for more than any other reason.
  const reason = b.reason === "redis" ? b.reason : a.reason;
  return { from, to, reason };
}
