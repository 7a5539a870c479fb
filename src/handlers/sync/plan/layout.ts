import type { AyonId } from "../../../core/ids.ts";
import type { SyncFacts } from "../facts.ts";
import { match, type Draft } from "./match.ts";
import { orderMoves, type Move, type Step } from "./order.ts";
import { isMover, place } from "./placement.ts";
import { nodeTree, removals, type NodeTree, type Removal } from "./removal.ts";
import type { Tree } from "./tree.ts";

/** Who is who, who goes where and who goes away, and in what order. */
export interface Layout {
  readonly drafts: readonly Draft[];
  readonly removals: readonly Removal[];
  /** Removals that are left to a person because there are too many at once. */
  readonly held: readonly Removal[];
  readonly steps: readonly Step[];
}

interface Settled {
  readonly gone: readonly Removal[];
  readonly held: readonly Removal[];
}

/** Settles places and removals together: whoever cannot leave a doomed folder keeps it. */
function settle(
  facts: SyncFacts,
  drafts: readonly Draft[],
  nodes: NodeTree,
  tree: Tree,
  maxRemovals: number | null,
): Settled {
  for (;;) {
    const found = removals(facts, drafts, nodes);
    const isTooMuch =
      facts.origin === "events" &&
      maxRemovals !== null &&
      found.filter((r) => r.fate !== "mark" && r.node.active).length >
        maxRemovals;
    const gone = isTooMuch ? [] : found;
    const leaving = new Set<AyonId>(
      gone.filter((r) => r.fate !== "mark").map((r) => r.node.id),
    );
    if (!place(drafts, leaving, facts, tree))
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
  for (const { node, fate } of [...gone].reverse()) {
    if (fate !== "mark" && node.active)
      moves.push({ id: node.id, kind: node.kind, node, to: null });
  }
  return moves;
}

export function layoutOf(
  facts: SyncFacts,
  tree: Tree,
  maxRemovals: number | null,
): Layout {
  const nodes = nodeTree(facts.nodes);
  const drafts = match(facts, tree);
  const { gone, held } = settle(facts, drafts, nodes, tree, maxRemovals);
  return {
    drafts,
    removals: gone,
    held,
    steps: orderMoves(movesOf(drafts, gone), nodes),
  };
}
