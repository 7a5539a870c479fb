import type { ChangeResult } from "../../core/change.ts";
import type { Decision, Issue } from "../../core/decision.ts";
import { UnavailableError } from "../../core/errors.ts";
import type {
  Apply,
  HandlerContext,
  ProjectContext,
  StudioContext,
} from "../../core/handler.ts";
import type { FtrackId } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import { conclude } from "../../handlers/sync/conclude/index.ts";
import { describe } from "../../handlers/sync/describe.ts";
import { gatherProject } from "../../handlers/sync/gather/project.ts";
import { syncHandler } from "../../handlers/sync/index.ts";
import type { Planned } from "../../handlers/sync/planned.ts";
import type { SyncSettings } from "../../handlers/sync/settings.ts";
import type { TurnContext } from "../../queue/types.ts";
import type { Writer } from "../apply/index.ts";
import type { ContextFrame } from "../dispatch.ts";
import { sum, tallyOf, type Tally } from "../tally.ts";
import { ensureAttributes } from "./attributes.ts";
import { inSlices } from "../slices.ts";
import type { Confirmed } from "./confirmed.ts";

/** What is needed to synchronise a whole project. */
export interface SyncTools {
  readonly contextFor: (frame: ContextFrame) => StudioContext;
  readonly applyFor: (writer: Writer) => Apply;
  readonly log: Logger;
  readonly now: () => number;
}

export interface Progress {
  readonly line: string;
  readonly done: number;
  readonly total: number;
}

export interface SyncRunSettings {
  readonly project: ProjectContext;
  readonly settings: SyncSettings;
  readonly turn: TurnContext;
  readonly onProgress: (progress: Progress) => void;
  /** Only this context and what lies below it; null: the whole project. */
  readonly subtreeId: FtrackId | null;
  /** The plan that is to be carried out; null: whatever there is to do. */
  readonly confirmed: Confirmed | null;
  /** In place of reading all that is asked for: only what may differ. */
  readonly gather?: (ctx: HandlerContext) => Promise<Planned>;
}

export type SyncRun =
  | {
      readonly kind: "ran";
      readonly applied: number;
      readonly failed: number;
      readonly issues: readonly Issue[];
      readonly tallies: readonly Tally[];
    }
  | StaleRun;

/** A plan made now would differ from the one to be carried out: this start has written nothing. */
interface StaleRun {
  readonly kind: "stale";
  readonly fingerprint: string;
}

/** Something did not answer: the whole work is repeated, and finds done what is done. */
function throwTransient(results: readonly ChangeResult[]): void {
  const found = results.find((result) => result.error?.transient === true);
  if (found?.error !== undefined)
    throw new UnavailableError(found.error.message, { code: found.error.code });
}

export function projectContextFor(
  tools: SyncTools,
  project: ProjectContext,
  signal: AbortSignal,
): HandlerContext {
  const { log, now } = tools;
  return {
    ...tools.contextFor({ signal, log, now: new Date(now()) }),
    project,
  };
}

/**
 * Reads a whole project, plans and writes it, in the project's turn.
 *
 * @throws UnavailableError when something did not answer: then it is to be started again.
 */
export async function runProjectSync(
  tools: SyncTools,
  run: SyncRunSettings,
): Promise<SyncRun> {
  const { project, settings, turn, onProgress } = run;
  const ctx = projectContextFor(tools, project, turn.signal);
  const tallies: Tally[] = [];
  let done = 0;
  let total = 0;
  const apply = tools.applyFor({
    by: syncHandler.name,
    actors: [],
    log: tools.log,
    signal: turn.signal,
    assertOwner: () => turn.assertOwner(),
    onApplied: (decision, results) => {
      tallies.push(tallyOf({ decision, results }));
    },
    onSend: (number) => {
      done = Math.min(done + number, total);
      onProgress({ line: `${done} of ${total} changes`, done, total });
    },
  });
  function ended(issues: readonly Issue[]): SyncRun {
    return {
      kind: "ran",
      applied: sum(tallies, "applied"),
      failed: sum(tallies, "failed", "conflict"),
      issues: [...issues, ...tallies.flatMap((tally) => tally.issues)],
      tallies,
    };
  }
  async function write(decision: Decision): Promise<readonly ChangeResult[]> {
    done = 0;
    total = decision.changes.length;
    const results = await apply(decision);
    throwTransient(results);
    return results;
  }
  /**
   * Reads, plans and writes into AYON; gives what is left to do in Ftrack. By then all that was read and planned
   * can go: of a large project it is most of the memory.
   */
  async function bringOver(): Promise<Decision | StaleRun> {
    const planned = await (run.gather?.(ctx) ??
      gatherProject(ctx, settings, run.subtreeId));
    if (run.confirmed !== null) {
      const now = await inSlices(describe(planned, settings, tools.now()));
      if (!(await run.confirmed.allows(now)))
        return { kind: "stale", fingerprint: now.fingerprint };
    }
    const { facts, made } = planned;
    const results = await write(made.decision);
    onProgress({ line: "writing back to Ftrack", done: total, total });
    return inSlices(conclude(facts, settings, made, results));
  }

  onProgress({ line: "reading", done: 0, total: 0 });
  const attributes = await ensureAttributes(ctx, settings, apply);
  if (attributes.isHindered) return ended(attributes.issues);
  const left = await bringOver();
  if ("kind" in left) return left;
  await write(left);
  return ended(attributes.issues);
}
