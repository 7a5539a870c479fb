import { codeOf, retryOf } from "../core/errors.ts";
import { runBatch, type BatchResult } from "./batch.ts";
import type { DrainRun, ReadEntry } from "./drain-run.ts";
import { parseEnvelope } from "./envelope-text.ts";
import type { Entry } from "./project-inbox.ts";
import { giveUp } from "./settle.ts";
import type { HoldReason, RetryVerdict, Verdict } from "./types.ts";

/** Why a drain ended. */
export type DrainEnd =
  | { readonly kind: "empty" }
  /** The first event is to be tried again later; the project waits. */
  | {
      readonly kind: "hold";
      readonly delayMs: number;
      readonly reason: HoldReason;
    }
  /** Somebody else has the project, or waits for it. */
  | { readonly kind: "turn" }
  /** It ran long enough; other projects shall have the place. */
  | { readonly kind: "yield" }
  /** The process stops. */
  | { readonly kind: "handback" };

/**
 * Takes a project's events in order, batch by batch, until none is left or there is a reason to stop.
 * The caller claimed the inbox and releases it.
 *
 * @throws FencedError when another process may have taken over.
 */
export async function drain(run: DrainRun): Promise<DrainEnd> {
  const { inbox, limits } = run;
  const startedAt = performance.now();
  if (inbox.starts > limits.maxStarts) await giveUpKiller(run);
  /** So many events are taken one by one, to find the one that fails or kills. */
  let oneByOne = inbox.starts >= limits.suspectStarts ? limits.batchEvents : 0;
  for (;;) {
    if (run.isStopping()) return { kind: "handback" };
    const most = oneByOne > 0 ? 1 : limits.batchEvents;
    const batch = await inbox.read(most, limits.batchBytes);
    if (batch.entries.length === 0) return { kind: "empty" };
    // An event that failed before is tried alone: the others need not be done again for nothing.
    const entries = batch.entries.slice(0, batch.failures > 0 ? 1 : most);
    const items = await readable(run, entries);
    if (items.length === 0) continue;

    const crashes = Math.max(0, inbox.starts - 1);
    const attempt = 1 + batch.failures + batch.outages + crashes;
    const result = await runBatch(run, items, attempt);
    oneByOne = Math.max(0, oneByOne - 1);

    const rest = items.slice(result.settled);
    const next = rest[0];
    if (result.then.kind === "stopped") return { kind: "handback" };
    if (next !== undefined && result.then.kind !== "next") {
      const verdict = verdictFor(result.then);
      if (isFaultOfBatch(result.then, verdict) && rest.length > 1) {
        oneByOne = rest.length;
        run.log.warn(
          { partition: inbox.partition, events: rest.length, verdict },
          "batch failed, its events are taken one by one",
        );
      } else {
        const hold = await holdOrGiveUp(run, next.entry, verdict);
        if (hold !== null) return { kind: "hold", ...hold };
      }
    }
    if (result.turnWanted) return { kind: "turn" };
    if (performance.now() - startedAt > limits.stintMs) {
      return { kind: "yield" };
    }
  }
}

/** The first event was begun again and again and the process died each time. */
async function giveUpKiller(run: DrainRun): Promise<void> {
  const { entries } = await run.inbox.read(1, run.limits.batchBytes);
  const head = entries[0];
  if (head === undefined) return;
  const attempts = run.inbox.starts - 1;
  await giveUp(run, head, "crashed", {
    handler: "drain",
    code: "E_CRASHED",
    detail: `Begun ${attempts} times; the process ended without a word each time`,
    attempts,
  });
  run.onProgress();
}

/** Entries up to the first that is no envelope; when that comes first, it goes to the dead letters. */
async function readable(
  run: DrainRun,
  entries: readonly Entry[],
): Promise<ReadEntry[]> {
  const items: ReadEntry[] = [];
  for (const entry of entries) {
    const parsed = parseEnvelope(entry.payload);
    if (typeof parsed !== "string") {
      items.push({ entry, envelope: parsed });
      continue;
    }
    if (items.length === 0) {
      await giveUp(run, entry, "malformed", {
        handler: "drain",
        code: "E_ENVELOPE_MALFORMED",
        detail: parsed,
        attempts: 1,
      });
    }
    break;
  }
  return items;
}

type Failure = Exclude<
  BatchResult["then"],
  { readonly kind: "next" | "stopped" }
>;
type BadVerdict = Exclude<Verdict, { readonly kind: "done" }>;

/** What a failure means for the first event that is not settled. */
function verdictFor(failure: Failure): BadVerdict {
  if (failure.kind === "retry") return failure.verdict;
  if (failure.kind === "overdue") {
    return {
      kind: "retry",
      cause: "event",
      handler: "batch",
      code: "E_BATCH_OVERDUE",
      detail: "Handling did not end in time",
    };
  }
  const { error } = failure;
  const about = {
    handler: "batch",
    code: codeOf(error),
    detail: error.message,
  };
  const retry = retryOf(error);
  if (retry === "never") return { kind: "dead", ...about };
  return {
    kind: "retry",
    cause: "outage",
    ...about,
    ...(typeof retry === "object" && { afterMs: retry.afterMs }),
  };
}

/** True when it is not known which event of the batch is to blame. */
function isFaultOfBatch(failure: Failure, verdict: BadVerdict): boolean {
  if (failure.kind === "retry") return false;
  return verdict.kind === "dead" || verdict.cause === "event";
}

/** Gives how long to hold the project and why; null when the event was given up and the drain goes on. */
async function holdOrGiveUp(
  run: DrainRun,
  entry: Entry,
  verdict: BadVerdict,
): Promise<{ delayMs: number; reason: HoldReason } | null> {
  const { inbox, log, meter } = run;
  if (verdict.kind === "dead") {
    await giveUp(run, entry, "failed", { ...verdict, attempts: 1 });
    return null;
  }
  const what = verdict.cause === "outage" ? "outage" : "failure";
  const tries = await inbox.count(entry.entryId, what);
  if (what === "failure" && tries >= run.limits.maxFailures) {
    await giveUp(run, entry, "failed", { ...verdict, attempts: tries });
    return null;
  }
  const delayMs = Math.min(
    verdict.afterMs ?? backoffMs(run, verdict, tries),
    run.limits.longestHoldMs,
  );
  meter.count("holds_total", { cause: verdict.cause });
  const { handler, code, detail, cause } = verdict;
  log.warn(
    {
      partition: inbox.partition,
      eventId: entry.dedupId,
      ...{ cause, handler, code, detail, tries, delayMs },
    },
    "project held",
  );
  return { delayMs, reason: { cause, handler, code, detail, tries } };
}

function backoffMs(
  { limits }: DrainRun,
  { cause }: RetryVerdict,
  tries: number,
): number {
  const doubled = 2 ** Math.min(tries - 1, 30);
  if (cause === "event") return limits.failureDelayMs * doubled;
  return Math.min(limits.outageDelayMs * doubled, limits.outageDelayMaxMs);
}
