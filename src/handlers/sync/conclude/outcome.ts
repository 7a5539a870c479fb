import type { ChangeResult } from "../../../core/change.ts";
import type { Issue } from "../../../core/decision.ts";
import type { AyonId } from "../../../core/ids.ts";
import type { Steps } from "../../../core/steps.ts";
import type { SyncFacts } from "../facts.ts";
import { changeIdOf } from "../plan/change-ids.ts";
import type { Plan } from "../plan/index.ts";
import type { Draft } from "../plan/match.ts";
import { isMover } from "../plan/placement.ts";
import { broken } from "../rules.ts";

/** What became of one entity in focus. */
export interface EntityOutcome {
  readonly draft: Draft;
  /** It has a counterpart now. */
  readonly isLinked: boolean;
  /** Why it is not as it should be; null when all is well. */
  readonly failure: Issue | null;
  /** Path of the counterpart as it stands now, names with a leading slash; null without one. */
  readonly ayonPath: string | null;
}

/** Reads the results of the plan's changes, entity by entity. Those that will be tried again are left out. */
export function* outcomesOf(
  facts: SyncFacts,
  plan: Plan,
  results: ReadonlyMap<string, ChangeResult>,
): Steps<EntityOutcome[]> {
  const { drafts } = plan.layout;
  const draftOf = new Map(drafts.map((draft) => [draft.ayonId, draft]));
  const paths = new Map<AyonId, string>();

  function hasFailed(draft: Draft): boolean {
    const status = results.get(changeIdOf(draft.ayonId))?.status;
    return status === "failed" || status === "blocked" || status === "conflict";
  }

  function pathOf(id: AyonId): string {
    const known = paths.get(id);
    if (known !== undefined) return known;
    const node = facts.nodes.get(id);
    const draft = draftOf.get(id);
    const isPlaced =
      draft?.failure === null &&
      (node === undefined || isMover(draft)) &&
      !hasFailed(draft);
    const place = isPlaced ? draft : node;
    const parentId = place?.parentId ?? null;
    const name = place?.name ?? "";
    const isParentKnown =
      parentId !== null && (facts.nodes.has(parentId) || draftOf.has(parentId));
    const above =
      parentId === null
        ? ""
        : isParentKnown
          ? pathOf(parentId)
          : (node?.path.slice(0, node.path.lastIndexOf("/")) ?? "");
    const path = `${above}/${name}`;
    paths.set(id, path);
    return path;
  }

  const outcomes: EntityOutcome[] = [];
  for (const draft of drafts) {
    yield;
    const result = results.get(changeIdOf(draft.ayonId));
    if (result?.error?.transient === true) continue;
    const isBroken = hasFailed(draft);
    const failure =
      draft.failure ??
      (isBroken
        ? broken(
            "rejected-by-ayon",
            plan.tree.subjectOf(draft.context),
            result?.error?.message ?? "What it needs was refused.",
          )
        : null);
    const isLinked =
      draft.node === null
        ? draft.failure === null && !isBroken
        : !(draft.isAdopted && isBroken);
    outcomes.push({
      draft,
      isLinked,
      failure,
      ayonPath: isLinked ? pathOf(draft.ayonId) : null,
    });
  }
  return outcomes;
}
