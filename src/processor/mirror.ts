import { setTimeout as sleep } from "node:timers/promises";
import {
  type AyonEvent,
  OUTCOME_AUTHOR,
  OUTCOME_TOPIC,
  outcomeEvent,
} from "../ayon/events.ts";
import { codeOf } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import type { Outcome } from "../core/outcome.ts";
import type { ServerSettings } from "./server-settings.ts";

export type MirrorMode = ServerSettings["mirror_outcomes"];

export interface MirrorLimits {
  /** Outcomes of one kind and reason at one handler of one project that are shown one by one in a window. */
  readonly perGroup: number;
  /** Outcomes shown one by one in a window, of all groups. */
  readonly perWindow: number;
  readonly windowMs: number;
}

/** A write to AYON takes about 0.1 s; showing must never be a noticeable part of its work. */
const LIMITS: MirrorLimits = { perGroup: 10, perWindow: 120, windowMs: 60_000 };
/** How long the end may take. */
const CLOSE_MS = 1_000;

export interface MirrorDeps {
  readonly mode: () => MirrorMode;
  /** Stores an event in AYON. */
  readonly tell: (event: AyonEvent, signal: AbortSignal) => Promise<unknown>;
  /** Name of the AYON project; null when it has none. */
  readonly projectOf: (projectId: string) => Promise<string | null>;
  readonly log: Logger;
  readonly limits?: Partial<MirrorLimits>;
}

/** Shows outcomes in AYON's event viewer, beside the work and never in its way. */
export interface Mirror {
  show(outcomes: readonly Outcome[]): void;
  /** Tells what is left of it, for at most a second. */
  close(): Promise<void>;
}

/** What came of the same kind in a window. */
interface Group {
  readonly first: Outcome;
  shown: number;
  hidden: number;
}

/**
 * The first outcomes of a kind are shown one by one, what follows within the window as one number: a thousand
 * events that fail for one reason are one trouble. What AYON does not take is left out; Redis has all.
 */
export function startMirror(deps: MirrorDeps): Mirror {
  const { mode, tell, projectOf, log } = deps;
  const limits = { ...LIMITS, ...deps.limits };
  const stop = new AbortController();
  const hurry = new AbortController();
  let groups = new Map<string, Group>();
  let shownInWindow = 0;
  let window: Promise<void> | null = null;
  let telling: Promise<void> = Promise.resolve();

  function queue(
    projectId: string | null,
    make: (project: string | null) => AyonEvent,
  ): void {
    telling = telling.then(async () => {
      if (stop.signal.aborted) return;
      try {
        const project = projectId === null ? null : await projectOf(projectId);
        await tell(make(project), stop.signal);
      } catch (thrown) {
        log.debug({ code: codeOf(thrown) }, "an outcome was not shown in AYON");
      }
    });
  }

  function add(outcome: Outcome): void {
    const { projectId, handler, kind, reason } = outcome;
    const key = JSON.stringify([projectId, handler, kind, reason]);
    const group = groups.get(key) ?? { first: outcome, shown: 0, hidden: 0 };
    groups.set(key, group);
    if (group.shown >= limits.perGroup || shownInWindow >= limits.perWindow) {
      group.hidden += 1;
      return;
    }
    group.shown += 1;
    shownInWindow += 1;
    queue(projectId, (project) => outcomeEvent(outcome, project));
  }

  function endWindow(): void {
    const ended = groups;
    groups = new Map();
    shownInWindow = 0;
    window = null;
    for (const { first, hidden } of ended.values()) {
      if (hidden > 0)
        queue(first.projectId, (project) => manyMore(first, hidden, project));
    }
  }

  async function runWindow(): Promise<void> {
    await sleep(limits.windowMs, undefined, { signal: hurry.signal }).catch(
      // The end of the service ends the window.
      () => undefined,
    );
    endWindow();
  }

  return {
    show(outcomes) {
      const wanted = outcomes.filter(filters[mode()]);
      if (wanted.length === 0 || hurry.signal.aborted) return;
      window ??= runWindow();
      for (const outcome of wanted) add(outcome);
    },
    async close() {
      hurry.abort();
      await window;
      const over = new AbortController();
      await Promise.race([
        telling,
        sleep(CLOSE_MS, undefined, { signal: over.signal }).catch(
          // All was told before.
          () => undefined,
        ),
      ]);
      over.abort();
      stop.abort();
      await telling;
    },
  };
}

/** What is tried again is not shown before it has ended, and what no handler wants is of no interest. */
const filters: Readonly<Record<MirrorMode, (outcome: Outcome) => boolean>> = {
  none: () => false,
  failures: ({ kind }) => kind === "failed",
  all: ({ kind, reason }) => kind !== "retry" && reason !== "not-relevant",
};

function manyMore(
  { handler, kind, reason }: Outcome,
  count: number,
  project: string | null,
): AyonEvent {
  const because = reason === null ? "" : ` (${reason})`;
  return {
    topic: OUTCOME_TOPIC,
    project,
    description: `${handler}: ${count} more ${kind}${because}`,
    status: kind === "failed" ? "failed" : "finished",
    summary: { by: OUTCOME_AUTHOR, handler, kind, reason, count },
  };
}
