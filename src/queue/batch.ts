import { codeOf, ContractError, FencedError, toError } from "../core/errors.ts";
import { joinSignals } from "../core/signals.ts";
import { abandonable } from "./abandon.ts";
import type { DrainRun, ReadEntry } from "./drain-run.ts";
import { settle } from "./settle.ts";
import type { FinalVerdict, RetryVerdict, Verdict } from "./types.ts";

export interface BatchResult {
  /** Events that were committed or given up: a prefix of the batch. */
  readonly settled: number;
  readonly turnWanted: boolean;
  readonly then:
    | { readonly kind: "next" }
    /** The first event not settled must be tried again. */
    | { readonly kind: "retry"; readonly verdict: RetryVerdict }
    | { readonly kind: "threw"; readonly error: Error }
    /** Did not end before its deadline. */
    | { readonly kind: "overdue" }
    | { readonly kind: "stopped" };
}

/**
 * Hands a batch to the handler and settles what it says.
 *
 * @throws FencedError when the project is lost.
 */
export async function runBatch(
  run: DrainRun,
  items: readonly ReadEntry[],
  attempt: number,
): Promise<BatchResult> {
  const deadline = new AbortController();
  const ending = joinSignals(
    run.inbox.lease.signal,
    run.lostSignal,
    run.stopSignal,
    deadline.signal,
  );
  const timer = setTimeout(() => {
    deadline.abort(new Error("the batch took too long"));
  }, run.limits.batchDeadlineMs);
  try {
    return await handle(run, items, attempt, ending.signal, deadline.signal);
  } finally {
    clearTimeout(timer);
    ending.leave();
  }
}

async function handle(
  run: DrainRun,
  items: readonly ReadEntry[],
  attempt: number,
  signal: AbortSignal,
  deadline: AbortSignal,
): Promise<BatchResult> {
  const { inbox, limits, meter } = run;
  const state = {
    isOpen: true,
    /** A write was refused, so what the handler says after it cannot be trusted. */
    wasRefused: false,
    /** A write may have been sent. */
    wasAllowed: false,
    settled: 0,
    turnWanted: false,
  };

  function assertRunning(): void {
    if (state.isOpen && !signal.aborted) return;
    state.wasRefused = true;
    if (run.lostSignal.aborted) throw inbox.lease.lost();
    throw new FencedError("This batch was told to stop", {
      code: "E_BATCH_ABORTED",
      subject: { partition: inbox.partition },
    });
  }
  async function settleNext(verdicts: readonly FinalVerdict[]): Promise<void> {
    assertRunning();
    const part = items.slice(state.settled, state.settled + verdicts.length);
    if (part.length < verdicts.length) throw tooMany();
    state.turnWanted = await settle(run, part, verdicts);
    state.settled += part.length;
  }
  const context = {
    signal,
    attempt,
    settle: settleNext,
    async assertOwner() {
      assertRunning();
      await inbox.lease.assertOwner();
      assertRunning();
      state.wasAllowed = true;
    },
  };
  /** What was sent last may arrive after somebody else has begun on the same events. */
  function tellCutOff(): void {
    if (!state.wasAllowed) return;
    const rest = items.slice(state.settled);
    if (rest.length > 0)
      run.handler.cutOff?.(rest.map(({ envelope }) => envelope));
  }

  const startedAt = performance.now();
  meter.observe("batch_events", {}, items.length);
  let verdicts: { finals: FinalVerdict[]; retry: RetryVerdict | null };
  try {
    const returned = await abandonable(
      run.handler.handleBatch(
        items[0]?.envelope.projectId ?? null,
        items.map((item) => item.envelope),
        context,
      ),
      signal,
      limits.abortGraceMs,
    );
    if (state.wasRefused) throw new Error("the batch was aborted");
    verdicts = split(returned, items.length - state.settled);
  } catch (thrown) {
    const error = toError(thrown);
    if (signal.aborted) tellCutOff();
    if (run.lostSignal.aborted || inbox.lease.signal.aborted) {
      throw inbox.lease.lost();
    }
    const { settled, turnWanted } = state;
    if (run.stopSignal.aborted) {
      return { settled, turnWanted, then: { kind: "stopped" } };
    }
    const isOverdue = deadline.aborted;
    const code = isOverdue ? "E_BATCH_OVERDUE" : codeOf(error);
    meter.count("batch_failures_total", { code });
    return {
      settled,
      turnWanted,
      then: isOverdue ? { kind: "overdue" } : { kind: "threw", error },
    };
  } finally {
    state.isOpen = false;
    const seconds = (performance.now() - startedAt) / 1000;
    meter.observe("batch_seconds", {}, seconds);
  }

  const { finals, retry } = verdicts;
  const part = items.slice(state.settled, state.settled + finals.length);
  let turnWanted: boolean;
  try {
    turnWanted = await settle(run, part, finals);
  } catch (thrown) {
    if (signal.aborted) tellCutOff();
    throw thrown;
  }
  return {
    settled: state.settled + part.length,
    turnWanted: turnWanted || state.turnWanted,
    then: retry === null ? { kind: "next" } : { kind: "retry", verdict: retry },
  };
}

function tooMany(): ContractError {
  return new ContractError("The batch handler gave more verdicts than events", {
    code: "E_VERDICTS",
  });
}

/** Verdicts up to the first retry, and that one. */
function split(
  verdicts: readonly Verdict[],
  expected: number,
): { finals: FinalVerdict[]; retry: RetryVerdict | null } {
  if (verdicts.length > expected) throw tooMany();
  if (verdicts.length === 0 && expected > 0) {
    throw new ContractError("The batch handler gave no verdict", {
      code: "E_VERDICTS",
    });
  }
  const finals: FinalVerdict[] = [];
  for (const verdict of verdicts) {
    if (verdict.kind === "retry") return { finals, retry: verdict };
    finals.push(verdict);
  }
  return { finals, retry: null };
}
