import type { FtrackUpdate } from "../../../core/change.ts";
import type { FtrackId } from "../../../core/ids.ts";
import { sameNameKey, slug } from "../../../core/slug.ts";
import { linkedTo, type Node, type SyncFacts } from "../facts.ts";
import type { Draft } from "../plan/match.ts";
import type { Tree } from "../plan/tree.ts";

/** The Ftrack entity that AYON's folder lies in; null when AYON does not say, or Ftrack has it no more. */
function formerParent(node: Node, facts: SyncFacts): FtrackId | null {
  if (node.parentId === null) return facts.project.id;
  const parent = facts.nodes.get(node.parentId);
  const id = parent === undefined ? null : linkedTo(parent);
  return id === null || facts.gone.has(id) ? null : id;
}

/**
 * The edit in Ftrack that takes back a rename or a move, or both, of what AYON keeps for its published
 * versions; null when there is nothing to take back, or no way to.
 */
export function revertOf(
  draft: Draft,
  facts: SyncFacts,
  tree: Tree,
): FtrackUpdate | null {
  const { context, node, failure } = draft;
  if (node === null || failure === null) return null;
  if (
    failure.rule !== "published-renamed" &&
    failure.rule !== "published-moved"
  )
    return null;
  const parentId = formerParent(node, facts);
  const undo = {
    ...(sameNameKey(slug(context.name)) === sameNameKey(node.name)
      ? {}
      : { name: node.label ?? node.name }),
    ...(parentId === null || parentId === context.parentId
      ? {}
      : { parent_id: parentId }),
  };
  if (Object.keys(undo).length === 0) return null;
  const subject = tree.subjectOf(context);
  return {
    kind: "ftrack.update",
    id: `revert-${context.id}`,
    subject,
    // Ftrack has a schema per object type, named without spaces.
    entityType: subject.type.replaceAll(" ", ""),
    entityId: context.id,
    data: undo,
    // Only an edit that still stands is taken back.
    expects: {
      ...("name" in undo ? { name: context.name } : {}),
      ...("parent_id" in undo ? { parent_id: context.parentId } : {}),
    },
  };
}
