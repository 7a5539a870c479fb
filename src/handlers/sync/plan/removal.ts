import type { AyonId, FtrackId } from "../../../core/ids.ts";
import type { Steps } from "../../../core/steps.ts";
import { linkedTo, REMOVED, type Node, type SyncFacts } from "../facts.ts";
import type { Draft } from "./match.ts";
import { isMover } from "./placement.ts";
import { isOfOtherKind } from "./tree.ts";

/**
 * What happens to a node whose Ftrack entity is gone.
 *
 * `delete` with its subtree; `archive` sets it inactive; `mark` leaves it and writes `removed` into its
 * `ftrackId`; `restore` leaves it as it is, and the entity is made again in Ftrack.
 */
export type Fate = "delete" | "archive" | "mark" | "restore";

/** It goes away in AYON. */
export function isLeaving({ fate }: Removal): boolean {
  return fate === "delete" || fate === "archive";
}

export interface Removal {
  readonly node: Node;
  /** Null for what never came from Ftrack and goes into the archive with the folder it lies in. */
  readonly ftrackId: FtrackId | null;
  readonly fate: Fate;
}

export interface NodeTree {
  get(id: AyonId): Node | undefined;
  childrenOf(id: AyonId): readonly Node[];
  /** The node's folders upwards, nearest first. */
  above(node: Node): Node[];
}

export function* nodeTree(nodes: ReadonlyMap<AyonId, Node>): Steps<NodeTree> {
  const children = new Map<AyonId, Node[]>();
  for (const node of nodes.values()) {
    yield;
    if (node.parentId === null) continue;
    const list = children.get(node.parentId);
    if (list === undefined) children.set(node.parentId, [node]);
    else list.push(node);
  }
  return {
    get: (id) => nodes.get(id),
    childrenOf: (id) => children.get(id) ?? [],
    above(node) {
      const found: Node[] = [];
      let parent =
        node.parentId === null ? undefined : nodes.get(node.parentId);
      while (parent !== undefined && !found.includes(parent)) {
        found.push(parent);
        parent =
          parent.parentId === null ? undefined : nodes.get(parent.parentId);
      }
      return found;
    },
  };
}

/** Nodes in focus that no Ftrack entity stands behind any more, with the id of the one that did. */
function* abandoned(
  facts: SyncFacts,
  adopted: ReadonlySet<AyonId>,
): Steps<Map<Node, FtrackId>> {
  const found = new Map<Node, FtrackId>();
  for (const node of facts.nodes.values()) {
    yield;
    const ftrackId = linkedTo(node);
    if (ftrackId === null || adopted.has(node.id)) continue;
    if (!facts.focus.has(ftrackId)) continue;
    if (facts.gone.has(ftrackId) || isOfOtherKind(node.kind, ftrackId, facts))
      found.set(node, ftrackId);
  }
  return found;
}

function isPublished(node: Node, facts: SyncFacts): boolean {
  return node.kind === "folder"
    ? facts.frozen.has(node.id)
    : facts.publishedTasks.has(node.id);
}

/**
 * Of what is gone, that which is published and what lies inside it, as far as Ftrack still has a place for it.
 */
function restorable(
  found: ReadonlySet<Node>,
  nodes: NodeTree,
  facts: SyncFacts,
): ReadonlySet<Node> {
  const wanted = new Set(
    [...found].filter(
      (node) =>
        node.active &&
        [node, ...nodes.above(node)].some(
          (n) => found.has(n) && isPublished(n, facts),
        ),
    ),
  );
  function hasPlace(node: Node): boolean {
    if (node.parentId === null) return node.kind === "folder";
    const parent = nodes.get(node.parentId);
    if (parent === undefined) return false;
    const parentId = linkedTo(parent);
    if (parentId === null) return false;
    return !facts.gone.has(parentId) || wanted.has(parent);
  }
  // Whoever has no place takes from those below it theirs.
  for (;;) {
    const lost = [...wanted].filter((node) => !hasPlace(node));
    if (lost.length === 0) return wanted;
    lost.forEach((node) => wanted.delete(node));
  }
}

/**
 * Decides about every node whose Ftrack entity is gone.
 *
 * What holds published versions stays and is marked, and so does what shelters something still alive in
 * Ftrack. The rest is deleted after an event and archived by a full sync; a folder that holds things made in
 * AYON alone is archived with them, never deleted.
 *
 * @param restores - what is published is made again in Ftrack, together with what was removed inside it
 */
export function* removals(
  facts: SyncFacts,
  drafts: readonly Draft[],
  nodes: NodeTree,
  restores: boolean,
): Steps<Removal[]> {
  const adopted = new Set(
    drafts.filter((d) => d.isAdopted).map((d) => d.ayonId),
  );
  const found = yield* abandoned(facts, adopted);
  if (found.size === 0) return [];

  const draftOf = new Map(drafts.map((d) => [d.ayonId, d]));
  const shelters = new Set<AyonId>();
  const holdsForeign = new Set<AyonId>();

  function leaves(node: Node): boolean {
    const draft = draftOf.get(node.id);
    return (
      draft !== undefined && isMover(draft) && draft.parentId !== node.parentId
    );
  }
  /** These folders and those above them, up to the first that moves out: what goes, goes with them. */
  function upTo(folders: readonly Node[]): readonly Node[] {
    const last = folders.findIndex(leaves);
    return last === -1 ? folders : folders.slice(0, last + 1);
  }
  function carriers(node: Node): readonly Node[] {
    return leaves(node) ? [] : upTo(nodes.above(node));
  }
  function isForeign(node: Node): boolean {
    return (
      linkedTo(node) === null &&
      node.own["ftrackId"] !== REMOVED &&
      !draftOf.has(node.id)
    );
  }

  for (const node of facts.nodes.values()) {
    yield;
    if (found.has(node)) continue;
    // What is archived needs no living folder, but must not be deleted with it.
    const isKept = isForeign(node) || !node.active;
    if (!isKept && node.own["ftrackId"] === REMOVED && !draftOf.has(node.id))
      continue;
    const marks = isKept ? holdsForeign : shelters;
    carriers(node).forEach((folder) => marks.add(folder.id));
  }
  for (const { failure, parentId } of drafts) {
    yield;
    const parent =
      failure !== null || parentId === null
        ? undefined
        : facts.nodes.get(parentId);
    if (parent === undefined) continue;
    upTo([parent, ...nodes.above(parent)]).forEach((folder) =>
      shelters.add(folder.id),
    );
  }

  function fateOf(node: Node): Fate {
    if (isPublished(node, facts) || shelters.has(node.id)) return "mark";
    const isGentle = facts.origin !== "events" || holdsForeign.has(node.id);
    return isGentle ? "archive" : "delete";
  }
  const restored = restores
    ? restorable(new Set(found.keys()), nodes, facts)
    : new Set<Node>();
  const fates = new Map(
    [...found.keys()].map((node) => [
      node,
      restored.has(node) ? "restore" : fateOf(node),
    ]),
  );
  function liesIn(node: Node, fate: Fate): boolean {
    return carriers(node).some((folder) => fates.get(folder) === fate);
  }
  const result: Removal[] = [];
  for (const [node, ftrackId] of found) {
    yield;
    const fate = fates.get(node) ?? "mark";
    // AYON deletes what lies in a folder along with it.
    if (fate !== "delete" || !liesIn(node, "delete"))
      result.push({ node, ftrackId, fate });
  }
  for (const node of facts.nodes.values()) {
    yield;
    if (node.active && !found.has(node) && liesIn(node, "archive"))
      result.push({ node, ftrackId: null, fate: "archive" });
  }
  return result;
}
