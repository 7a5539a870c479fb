import type { ChangeResult } from "../core/change.ts";
import type { Decision } from "../core/decision.ts";
import {
  FencedError,
  retryOf,
  toError,
  UnavailableError,
} from "../core/errors.ts";
import type { FtrackEvent } from "../core/event.ts";
import type { Apply, ClosedHandler } from "../core/handler.ts";
import { transientOf } from "../core/results.ts";
import { joinSignals } from "../core/signals.ts";
import { abandonable } from "../queue/abandon.ts";

/** Of the error for a handler that did not end in time. */
export const DEADLINE_CODE = "E_DEADLINE";

/** Time a handler has to end after its deadline, before it is left behind. */
const GRACE_MS = 1_000;

/** What one run of a handler decided, and what became of it. */
export interface Applied {
  readonly decision: Decision;
  readonly results: readonly ChangeResult[];
}

export interface HandlerRun {
  readonly handler: Pick<ClosedHandler<never>, "name" | "keepsQuarantine">;
  readonly events: readonly FtrackEvent[];
  readonly applied: readonly Applied[];
  /** Event id → why it cannot be handled, whatever is tried. */
  readonly failures: ReadonlyMap<string, Error>;
  /** Event id → why it must be tried again. */
  readonly retries: ReadonlyMap<string, Error>;
  readonly durationMs: number;
}

export interface RunSettings<Context> {
  readonly rawSettings: unknown;
  /** Time limit of one run. */
  readonly deadlineMs: number;
  /** Makes the context for a run that ends with the signal. */
  readonly contextFor: (signal: AbortSignal) => Context;
  /** Makes the way to write, which tells what was applied. */
  readonly applyFor: (
    signal: AbortSignal,
    onApplied: (applied: Applied) => void,
  ) => Apply;
  readonly signal: AbortSignal;
  readonly now: () => number;
}

/**
 * Runs a handler over its events. When it throws for a reason that lies in the events, they are halved until
 * the one at fault stands alone; when another system does not answer, the rest waits for the next try.
 *
 * @throws FencedError, and the signal's reason: nothing more may be done then.
 */
export async function runHandler<Context>(
  handler: ClosedHandler<Context>,
  events: readonly FtrackEvent[],
  settings: RunSettings<Context>,
): Promise<HandlerRun> {
  const startedAt = settings.now();
  const applied: Applied[] = [];
  const failures = new Map<string, Error>();
  const retries = new Map<string, Error>();

  /** A handler that hangs and does not hear its signal is left behind; the write door is closed to it. */
  async function attempt(part: readonly FtrackEvent[]): Promise<Error | null> {
    const deadline = new AbortController();
    const timer = setTimeout(() => {
      deadline.abort(new Error("the handler took too long"));
    }, settings.deadlineMs);
    const ending = joinSignals(settings.signal, deadline.signal);
    const { signal } = ending;
    const own: Applied[] = [];
    let problem: Error | null = null;
    try {
      const work = handler.run(
        part,
        settings.rawSettings,
        settings.contextFor(signal),
        settings.applyFor(signal, (one) => own.push(one)),
      );
      await abandonable(work, signal, GRACE_MS);
    } catch (thrown) {
      problem = toError(thrown);
    } finally {
      clearTimeout(timer);
      ending.leave();
    }
    applied.push(...own);
    settings.signal.throwIfAborted();
    // Late success counts as late: what its last requests did is not known for sure.
    if (deadline.signal.aborted) return overdue(handler.name, problem);
    if (problem instanceof FencedError) throw problem;
    if (problem !== null) return problem;
    return transientOf(own.flatMap((one) => one.results));
  }

  function overdue(name: string, cause: Error | null): UnavailableError {
    return new UnavailableError(
      `${name} did not end within ${settings.deadlineMs} ms`,
      { code: DEADLINE_CODE, ...(cause === null ? {} : { cause }) },
    );
  }

  async function run(part: readonly FtrackEvent[]): Promise<boolean> {
    const error = await attempt(part);
    if (error === null) return true;
    if (retryOf(error) !== "never") {
      for (const event of part) retries.set(event.id, error);
      return false;
    }
    const [only, ...others] = part;
    if (only !== undefined && others.length === 0) {
      failures.set(only.id, error);
      return true;
    }
    const middle = Math.ceil(part.length / 2);
    const rest = part.slice(middle);
    if (await run(part.slice(0, middle))) return run(rest);
    // Order holds: what comes after something that must be tried again waits with it.
    for (const event of rest) retries.set(event.id, error);
    return false;
  }

  await run(events);
  return {
    handler,
    events,
    applied,
    failures,
    retries,
    durationMs: settings.now() - startedAt,
  };
}
