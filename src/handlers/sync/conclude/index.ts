import type { Change, ChangeResult } from "../../../core/change.ts";
import type { Decision, Issue } from "../../../core/decision.ts";
import type { FtrackId } from "../../../core/ids.ts";
import type { Steps } from "../../../core/steps.ts";
import { storedAyonId, type SyncFacts } from "../facts.ts";
import type { Plan } from "../plan/index.ts";
import { projectSubject } from "../plan/tree.ts";
import { versionSubject } from "../plan/versions.ts";
import { broken } from "../rules.ts";
import type { SyncSettings } from "../settings.ts";
import { bookkeeping } from "./bookkeeping.ts";
import { leftovers } from "./leftovers.ts";
import { reportMessage } from "./message.ts";
import { outcomesOf, type EntityOutcome } from "./outcome.ts";
import { restored } from "./restore.ts";
import { revertOf } from "./revert.ts";

function missingAttributes(facts: SyncFacts): Issue[] {
  const { ayonId, ayonPath, syncFailed } = facts.world.bookkeeping;
  const missing = Object.entries({
    ayon_id: ayonId,
    ayon_path: ayonPath,
    ayon_sync_failed: syncFailed,
  }).flatMap(([key, definition]) => (definition === null ? [key] : []));
  return missing.length === 0
    ? []
    : [
        broken(
          "attributes-missing-in-ftrack",
          projectSubject(facts),
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
  policy: SyncSettings["publishedPolicy"],
  issues: readonly Issue[],
): Change[] {
  const told = issues.filter(
    (issue) =>
      !(policy === "mark" && issue.rule.startsWith("published-")) &&
      !isOldNews(issue.subject.ftrackId, facts),
  );
  // What is only good to know is told with the rest, never by itself.
  if (told.every((issue) => issue.severity === "info")) return [];
  return facts.actors.map((userId) =>
    reportMessage(userId, facts.project.fullName, projectSubject(facts), told),
  );
}

/** Notes on Ftrack's versions which AYON versions they are, so that it need not be guessed again (ES-52). */
function versionIds(facts: SyncFacts, { versions }: Plan): Change[] {
  const definition = facts.world.bookkeeping.ayonId;
  if (definition === null) return [];
  return [...facts.versions.focus.keys()].flatMap((id): Change[] => {
    const version = facts.versions.ftrack.get(id);
    const found = versions.get(id);
    if (version === undefined || found === undefined) return [];
    if (storedAyonId(facts, id) === found.id) return [];
    return [
      {
        kind: "ftrack.value",
        id: `${definition.key}-${id}`,
        subject: versionSubject(version),
        configurationId: definition.id,
        key: definition.key,
        entityId: id,
        rowExists: facts.values.get(id)?.has(definition.id) === true,
        value: found.id,
      },
    ];
  });
}

/**
 * What is left to do once the plan's changes were tried: what Ftrack shows about each entity, edits to take
 * back where the policy says so, and one message to whoever made the edits.
 *
 * @param made - the plan of these facts
 */
export function* conclude(
  facts: SyncFacts,
  settings: SyncSettings,
  made: Plan,
  results: readonly ChangeResult[],
): Steps<Decision> {
  const resultOf = new Map(results.map((r) => [r.changeId, r]));
  const outcomes = yield* outcomesOf(facts, made, resultOf);
  yield;
  const rejected = outcomes.flatMap(({ draft, failure }: EntityOutcome) =>
    failure !== null && draft.failure === null ? [failure] : [],
  );
  const left = leftovers(facts, made.layout, resultOf);
  const issues = [...rejected, ...left.issues, ...missingAttributes(facts)];
  const reverts =
    settings.publishedPolicy === "revert"
      ? outcomes.flatMap(({ draft }) => revertOf(draft, facts, made.tree) ?? [])
      : [];
  const marks = yield* bookkeeping(facts, made.tree, outcomes);
  return {
    changes: [
      ...left.changes,
      ...reverts,
      ...restored(facts, made.layout.removals),
      ...marks,
      ...versionIds(facts, made),
      ...messages(facts, settings.publishedPolicy, [
        ...made.decision.issues,
        ...issues,
      ]),
    ],
    skips: [],
    issues,
  };
}
