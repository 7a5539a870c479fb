import type { FtrackUpdate } from "../../../core/change.ts";
import { linkedTo, type SyncFacts } from "../facts.ts";
import type { Draft } from "../plan/match.ts";
import type { Tree } from "../plan/tree.ts";

/**
 * The edit in Ftrack that takes back a rename or a move of what AYON keeps for its published versions; null
 * when AYON does not say where it was.
 */
export function revertOf(
  draft: Draft,
  facts: SyncFacts,
  tree: Tree,
): FtrackUpdate | null {
  const { context, node, failure } = draft;
  if (node === null || failure === null) return null;
  const subject = tree.subjectOf(context);
  const base = {
    kind: "ftrack.update",
    id: `revert-${context.id}`,
    subject,
    // Ftrack has a schema per object type, named without spaces.
    entityType: subject.type.replaceAll(" ", ""),
    entityId: context.id,
  } as const;
  if (failure.rule === "published-renamed")
    return {
      ...base,
      data: { name: node.label ?? node.name },
      expects: { name: context.name },
    };
  if (failure.rule !== "published-moved") return null;
  const parent =
    node.parentId === null ? undefined : facts.nodes.get(node.parentId);
  const parentId =
    node.parentId === null
      ? facts.project.id
      : parent === undefined
        ? null
        : linkedTo(parent);
  if (parentId === null || facts.gone.has(parentId)) return null;
  return {
    ...base,
    data: { parent_id: parentId },
    expects: { parent_id: context.parentId },
  };
}
