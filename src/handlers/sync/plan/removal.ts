import type { AyonId, FtrackId } from "../../../core/ids.ts";
import { linkedTo, REMOVED, type Node, type SyncFacts } from "../facts.ts";
import type { Draft } from "./match.ts";
import { isMover } from "./placement.ts";
import { isOfOtherKind } from "./tree.ts";

/**
 * What happens to a node whose Ftrack entity is gone.
 *
 * `delete` with its subtree; `archive` sets it inactive; `mark` leaves it and writes `removed` into its
 * `ftrackId`.
 */
export type Fate = "delete" | "archive" | "mark";

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

export function nodeTree(nodes: ReadonlyMap<AyonId, Node>): NodeTree {
  const children = new Map<AyonId, Node[]>();
  for (const node of nodes.values()) {
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
function abandoned(
  facts: SyncFacts,
  adopted: ReadonlySet<AyonId>,
): Map<Node, FtrackId> {
  const found = new Map<Node, FtrackId>();
  for (const node of facts.nodes.values()) {
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
 * Decides about every node whose Ftrack entity is gone.
 *
 * What holds published versions stays and is marked, and so does what shelters something still alive in
 * Ftrack. The rest is deleted after an event and archived by a full sync; a folder that holds things made in
 * AYON alone is archived with them, never deleted.
 */
export function removals(
  facts: SyncFacts,
  drafts: readonly Draft[],
  nodes: NodeTree,
): Removal[] {
  const adopted = new Set(
    drafts.filter((d) => d.isAdopted).map((d) => d.ayonId),
  );
  const found = abandoned(facts, adopted);
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
    if (found.has(node)) continue;
    // What is archived needs no living folder, but must not be deleted with it.
    const isKept = isForeign(node) || !node.active;
    if (!isKept && node.own["ftrackId"] === REMOVED && !draftOf.has(node.id))
      continue;
    const marks = isKept ? holdsForeign : shelters;
    carriers(node).forEach((folder) => marks.add(folder.id));
  }
  for (const { failure, parentId } of drafts) {
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
    const isGentle = facts.origin === "project" || holdsForeign.has(node.id);
    return isGentle ? "archive" : "delete";
  }
  const fates = new Map([...found.keys()].map((node) => [node, fateOf(node)]));
  function liesIn(node: Node, fate: Fate): boolean {
    return carriers(node).some((folder) => fates.get(folder) === fate);
  }
  const result: Removal[] = [];
  for (const [node, ftrackId] of found) {
    const fate = fateOf(node);
    // AYON deletes what lies in a folder along with it.
    if (fate !== "delete" || !liesIn(node, "delete"))
      result.push({ node, ftrackId, fate });
  }
  for (const node of facts.nodes.values()) {
    if (node.active && !found.has(node) && liesIn(node, "archive"))
      result.push({ node, ftrackId: null, fate: "archive" });
  }
  return result;
}
