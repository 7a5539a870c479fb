import type { ChangeResult } from "../../core/change.ts";
import type { Decision, Issue } from "../../core/decision.ts";
import { UnavailableError } from "../../core/errors.ts";
import type {
  Apply,
  HandlerContext,
  ProjectContext,
  StudioContext,
} from "../../core/handler.ts";
import type { Logger } from "../../core/log.ts";
import { conclude } from "../../handlers/sync/conclude/index.ts";
import type { SyncFacts } from "../../handlers/sync/facts.ts";
import { gatherProject } from "../../handlers/sync/gather/project.ts";
import { syncHandler } from "../../handlers/sync/index.ts";
import { plan } from "../../handlers/sync/plan/index.ts";
import { syncSettings } from "../../handlers/sync/settings.ts";
import type { TurnContext } from "../../queue/types.ts";
import type { Writer } from "../apply/index.ts";
import type { ContextFrame } from "../dispatch.ts";

/** What is needed to synchronise a whole project. */
export interface SyncTools {
  readonly contextFor: (frame: ContextFrame) => StudioContext;
  readonly applyFor: (writer: Writer) => Apply;
  readonly log: Logger;
  readonly now: () => number;
}

export interface SyncRunSettings {
  readonly project: ProjectContext;
  /** As the handler gets them. */
  readonly rawSettings: unknown;
  readonly turn: TurnContext;
  readonly onProgress: (line: string) => void;
  /** Looks at the facts before anything is written; may narrow them, or throw. */
  readonly inspect?: (facts: SyncFacts, decision: Decision) => void;
}

export interface SyncResult {
  readonly applied: number;
  readonly failed: number;
  readonly issues: readonly Issue[];
}

function count(
  results: readonly ChangeResult[],
  ...statuses: readonly ChangeResult["status"][]
): number {
  return results.filter((result) => statuses.includes(result.status)).length;
}

/** Something did not answer: the whole work is repeated, and finds done what is done. */
function throwTransient(results: readonly ChangeResult[]): void {
  const found = results.find((result) => result.error?.transient === true);
  if (found?.error !== undefined)
    throw new UnavailableError(found.error.message, { code: found.error.code });
}

/**
 * Reads a whole project, plans and writes it, in the project's turn.
 *
 * @throws UnavailableError when something did not answer: then it is to be started again.
 */
export async function runProjectSync(
  tools: SyncTools,
  settings: SyncRunSettings,
): Promise<SyncResult> {
  const { project, turn, onProgress } = settings;
  const parsed = syncSettings.parse(settings.rawSettings);
  const ctx: HandlerContext = {
    ...tools.contextFor({
      signal: turn.signal,
      log: tools.log,
      now: new Date(tools.now()),
    }),
    project,
  };
  onProgress("reading");
  const facts = await gatherProject(ctx, parsed);
  const { decision } = plan(facts, parsed);
  settings.inspect?.(facts, decision);

  const total = decision.changes.length;
  let sent = 0;
  const applied: { decision: Decision; results: readonly ChangeResult[] }[] =
    [];
  const apply = tools.applyFor({
    by: syncHandler.name,
    actors: [],
    log: tools.log,
    signal: turn.signal,
    assertOwner: () => turn.assertOwner(),
    onApplied: (one, results) => {
      applied.push({ decision: one, results });
    },
    onSend: (number) => {
      sent += number;
      onProgress(`${Math.min(sent, total)} of ${total} changes`);
    },
  });
  const results = await apply(decision);
  throwTransient(results);
  onProgress("writing back to Ftrack");
  throwTransient(await apply(conclude(facts, parsed, results)));
  const all = applied.flatMap((one) => one.results);
  return {
    applied: count(all, "applied"),
    failed: count(all, "failed", "conflict"),
    issues: applied.flatMap((one) => one.decision.issues),
  };
}
