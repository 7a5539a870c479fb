import type { AyonId } from "../../../core/ids.ts";
import { sameNameKey } from "../../../core/slug.ts";
import type { Steps } from "../../../core/steps.ts";
import type { SyncFacts } from "../facts.ts";
import { broken, type RuleName } from "../rules.ts";
import { slotOf, slotOfNode, type Draft } from "./match.ts";
import type { Tree } from "./tree.ts";

/** It has a counterpart that is to change its place, its name, or come back from the archive. */
export function isMover(draft: Draft): boolean {
  const { node } = draft;
  return (
    node !== null &&
    draft.failure === null &&
    draft.wantsPlace &&
    (draft.parentId !== node.parentId ||
      draft.name !== node.name ||
      !node.active)
  );
}

function isNew(draft: Draft): boolean {
  return draft.node === null && draft.failure === null;
}

/**
 * One round of settling who gets which place: changes the drafts of those who do not get theirs.
 *
 * A place is wanted by the drafts and held by whoever stays. Who cannot have it stays where it is, which may
 * take a place somebody else counted on, and may keep a folder from being removed; so the caller repeats
 * this until it returns false. It ends, because the set of losers only grows.
 *
 * @returns whether somebody lost a place
 * @param leaving - nodes that will be deleted or archived: their places are free
 */
export function* place(
  drafts: readonly Draft[],
  leaving: ReadonlySet<AyonId>,
  facts: SyncFacts,
  tree: Tree,
): Steps<boolean> {
  const byAyonId = new Map(drafts.map((draft) => [draft.ayonId, draft]));
  const byFtrackId = new Map(drafts.map((draft) => [draft.context.id, draft]));

  function lose(draft: Draft, rule: RuleName, detail: string): void {
    draft.failure = broken(rule, tree.subjectOf(draft.context), detail);
    if (draft.isAdopted && !rule.startsWith("published")) {
      // An adoption that does not come to its place is none.
      draft.node = null;
      draft.isAdopted = false;
    }
    if (draft.node === null) return;
    draft.parentId = draft.node.parentId;
    draft.name = draft.node.name;
  }

  function* keepFrozen(): Steps<boolean> {
    let found = false;
    for (const draft of drafts) {
      yield;
      const { node } = draft;
      if (node === null || !isMover(draft) || !facts.frozen.has(node.id))
        continue;
      if (draft.parentId !== node.parentId) {
        found = true;
        lose(draft, "published-moved", `AYON keeps it at ${node.path}.`);
      } else if (sameNameKey(draft.name) !== sameNameKey(node.name)) {
        found = true;
        lose(draft, "published-renamed", `AYON keeps it as ${node.path}.`);
      } else {
        // The same name to AYON; its case cannot be changed any more.
        draft.name = node.name;
      }
    }
    return found;
  }

  function* orphan(): Steps<boolean> {
    let found = false;
    for (const draft of drafts) {
      yield;
      const parent = byFtrackId.get(draft.context.parentId);
      if (draft.failure !== null || parent === undefined) continue;
      if (parent.node !== null || parent.failure === null) continue;
      if (!draft.wantsPlace) continue;
      found = true;
      lose(
        draft,
        "parent-not-synced",
        `Its parent ${tree.pathOf(parent.context.id)} is not in AYON.`,
      );
    }
    return found;
  }

  function* holders(): Steps<Map<string, string>> {
    const found = new Map<string, string>();
    for (const node of facts.nodes.values()) {
      yield;
      if (!node.active || leaving.has(node.id)) continue;
      const draft = byAyonId.get(node.id);
      if (draft === undefined || !isMover(draft))
        found.set(slotOfNode(node), node.path);
    }
    return found;
  }

  /** Linked before adopted before new; the older first, which is the order of the drafts. */
  function best(claims: readonly Draft[]): Draft | undefined {
    return (
      claims.find((d) => d.node !== null && !d.isAdopted) ??
      claims.find((d) => d.node !== null) ??
      claims[0]
    );
  }

  function* contest(): Steps<boolean> {
    const held = yield* holders();
    const claims = new Map<string, Draft[]>();
    for (const draft of drafts) {
      yield;
      if (!isMover(draft) && !isNew(draft)) continue;
      const slot = slotOf(draft.parentId, draft.kind, draft.name);
      const others = claims.get(slot);
      if (others === undefined) claims.set(slot, [draft]);
      else others.push(draft);
    }
    let found = false;
    for (const [slot, claimants] of claims) {
      yield;
      const holder = held.get(slot);
      const winner = holder === undefined ? best(claimants) : undefined;
      const winnerPath =
        winner === undefined ? holder : tree.pathOf(winner.context.id);
      for (const loser of claimants) {
        if (loser === winner) continue;
        found = true;
        lose(
          loser,
          "name-taken",
          `The name ${loser.name} is held by ${winnerPath ?? "another entity"}.`,
        );
      }
    }
    return found;
  }

  function parentAfter(id: AyonId): AyonId | null {
    const draft = byAyonId.get(id);
    if (draft !== undefined && (isMover(draft) || isNew(draft)))
      return draft.parentId;
    return facts.nodes.get(id)?.parentId ?? null;
  }

  /** Whoever stays may stand above the one that wants below it. */
  function* breakRings(): Steps<boolean> {
    let found = false;
    for (const draft of drafts) {
      yield;
      const { node } = draft;
      if (node === null || !isMover(draft)) continue;
      if (draft.parentId === node.parentId) continue;
      const seen = new Set<AyonId>();
      let id = draft.parentId;
      while (id !== null && id !== node.id && !seen.has(id)) {
        seen.add(id);
        id = parentAfter(id);
      }
      if (id !== node.id) continue;
      found = true;
      lose(draft, "own-descendant", `AYON has it at ${node.path}.`);
    }
    return found;
  }

  return (
    (yield* keepFrozen()) ||
    (yield* orphan()) ||
    (yield* contest()) ||
    (yield* breakRings())
  );
}
