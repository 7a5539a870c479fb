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

  async function attempt(part: readonly FtrackEvent[]): Promise<Error | null> {
    const deadline = AbortSignal.timeout(settings.deadlineMs);
    const signal = AbortSignal.any([settings.signal, deadline]);
    const own: Applied[] = [];
    try {
      await handler.run(
        part,
        settings.rawSettings,
        settings.contextFor(signal),
        settings.applyFor(signal, (one) => own.push(one)),
      );
    } catch (thrown) {
      if (thrown instanceof FencedError) throw thrown;
      settings.signal.throwIfAborted();
      if (deadline.aborted)
        return new UnavailableError(
          `${handler.name} did not end within ${settings.deadlineMs} ms`,
          { code: "E_DEADLINE", cause: thrown },
        );
      return toError(thrown);
    } finally {
      applied.push(...own);
    }
    return transientOf(own.flatMap((one) => one.results));
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
