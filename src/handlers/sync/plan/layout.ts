import type { AyonId } from "../../../core/ids.ts";
import type { Steps } from "../../../core/steps.ts";
import type { SyncFacts } from "../facts.ts";
import { match, type Draft } from "./match.ts";
import { orderMoves, type Move, type Step } from "./order.ts";
import { isMover, place } from "./placement.ts";
import {
  isLeaving,
  nodeTree,
  removals,
  type NodeTree,
  type Removal,
} from "./removal.ts";
import type { Tree } from "./tree.ts";

/** Who is who, who goes where and who goes away, and in what order. */
export interface Layout {
  readonly drafts: readonly Draft[];
  readonly removals: readonly Removal[];
  /** Removals that are left to a person because there are too many at once. */
  readonly held: readonly Removal[];
  readonly steps: readonly Step[];
}

export interface LayoutLimits {
  /** More removals at once are left to a person; null: no limit. */
  readonly maxRemovals: number | null;
  /** What is published and gone from Ftrack is made again there. */
  readonly restores: boolean;
}

interface Settled {
  readonly gone: readonly Removal[];
  readonly held: readonly Removal[];
}

/** Settles places and removals together: whoever cannot leave a doomed folder keeps it. */
function* settle(
  facts: SyncFacts,
  drafts: readonly Draft[],
  nodes: NodeTree,
  tree: Tree,
  limits: LayoutLimits,
): Steps<Settled> {
  const { maxRemovals, restores } = limits;
  for (;;) {
    const found = yield* removals(facts, drafts, nodes, restores);
    const isTooMuch =
      facts.origin === "events" &&
      maxRemovals !== null &&
      found.filter((r) => isLeaving(r) && r.node.active).length > maxRemovals;
    const gone = isTooMuch ? [] : found;
    const leaving = new Set<AyonId>(
      gone.filter(isLeaving).map((r) => r.node.id),
    );
    if (!(yield* place(drafts, leaving, facts, tree)))
      return { gone, held: isTooMuch ? found : [] };
  }
}

function movesOf(drafts: readonly Draft[], gone: readonly Removal[]): Move[] {
  const moves: Move[] = drafts
    .filter((d) => d.failure === null && (d.node === null || isMover(d)))
    .map((d) => ({
      id: d.ayonId,
      kind: d.kind,
      node: d.node,
      to: { parentId: d.parentId, name: d.name },
    }));
  for (const removal of [...gone].reverse()) {
    const { node } = removal;
    if (isLeaving(removal) && node.active)
      moves.push({ id: node.id, kind: node.kind, node, to: null });
  }
  return moves;
}

export function* layoutOf(
  facts: SyncFacts,
  tree: Tree,
  limits: LayoutLimits,
): Steps<Layout> {
  const nodes = yield* nodeTree(facts.nodes);
  const drafts = yield* match(facts, tree);
  const { gone, held } = yield* settle(facts, drafts, nodes, tree, limits);
  yield;
  const steps = yield* orderMoves(movesOf(drafts, gone), nodes);
  return { drafts, removals: gone, held, steps };
}
