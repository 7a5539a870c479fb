import type { Change, ChangeResult } from "../../../core/change.ts";
import type { Decision, Issue } from "../../../core/decision.ts";
import type { FtrackId } from "../../../core/ids.ts";
import type { SyncFacts } from "../facts.ts";
import { plan } from "../plan/index.ts";
import { broken } from "../rules.ts";
import type { SyncSettings } from "../settings.ts";
import { bookkeeping } from "./bookkeeping.ts";
import { reportMessage } from "./message.ts";
import { outcomesOf, type EntityOutcome } from "./outcome.ts";
import { revertOf } from "./revert.ts";

function missingAttributes(facts: SyncFacts): Issue[] {
  const { ayonId, ayonPath, syncFailed } = facts.world.bookkeeping;
  const missing = Object.entries({
    ayon_id: ayonId,
    ayon_path: ayonPath,
    ayon_sync_failed: syncFailed,
  }).flatMap(([key, definition]) => (definition === null ? [key] : []));
  const subject = {
    ftrackId: facts.project.id,
    path: facts.project.fullName,
    type: "Project",
  };
  return missing.length === 0
    ? []
    : [
        broken(
          "attributes-missing-in-ftrack",
          subject,
          `Ftrack lacks the attributes ${missing.join(", ")}.`,
        ),
      ];
}

/** It was known to have failed, and no event was about it: its people were told then. */
function isOldNews(id: FtrackId | null, facts: SyncFacts): boolean {
  const definition = facts.world.bookkeeping.syncFailed;
  if (id === null || definition === null || !facts.drawnIn.has(id))
    return false;
  return facts.values.get(id)?.get(definition.id) === true;
}

function messages(
  facts: SyncFacts,
  settings: SyncSettings,
  issues: readonly Issue[],
): Change[] {
  const isMute = settings.publishedPolicy === "mark";
  const told = issues.filter(
    (issue) =>
      issue.severity !== "info" &&
      !isOldNews(issue.subject.ftrackId, facts) &&
      !(isMute && issue.rule.startsWith("published-")),
  );
  if (told.length === 0) return [];
  return facts.actors.map((userId) =>
    reportMessage(
      userId,
      facts.project.fullName,
      {
        ftrackId: facts.project.id,
        path: facts.project.fullName,
        type: "Project",
      },
      told,
    ),
  );
}

/**
 * What is left to do once the plan's changes were tried: what Ftrack shows about each entity, edits to take
 * back where the policy says so, and one message to whoever made the edits.
 */
export function conclude(
  facts: SyncFacts,
  settings: SyncSettings,
  results: readonly ChangeResult[],
): Decision {
  const made = plan(facts, settings);
  const resultOf = new Map(results.map((r) => [r.changeId, r]));
  const outcomes = outcomesOf(facts, made, resultOf);
  const rejected = outcomes.flatMap(({ draft, failure }: EntityOutcome) =>
    failure !== null && draft.failure === null ? [failure] : [],
  );
  const issues = [...rejected, ...missingAttributes(facts)];
  const reverts =
    settings.publishedPolicy === "revert"
      ? outcomes.flatMap(({ draft }) => revertOf(draft, facts, made.tree) ?? [])
      : [];
  return {
    changes: [
      ...reverts,
      ...bookkeeping(facts, made.tree, outcomes),
      ...messages(facts, settings, [...made.decision.issues, ...issues]),
    ],
    skips: [],
    issues,
  };
}
