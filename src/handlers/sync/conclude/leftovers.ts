import type { AyonOperation, ChangeResult } from "../../../core/change.ts";
import type { Issue } from "../../../core/decision.ts";
import { REMOVED, type SyncFacts } from "../facts.ts";
import { changeIdOf } from "../plan/change-ids.ts";
import type { Layout } from "../plan/layout.ts";
import { broken } from "../rules.ts";

/** AYON's refusal to delete a folder that holds products, even without versions. */
const HOLDS_PRODUCTS = "E_AYON_HAS_CHILDREN";

/** What Ftrack removed and AYON would not delete stays there, marked like what is published. */
export function leftovers(
  facts: SyncFacts,
  layout: Layout,
  results: ReadonlyMap<string, ChangeResult>,
): {
  readonly changes: readonly AyonOperation[];
  readonly issues: readonly Issue[];
} {
  const changes: AyonOperation[] = [];
  const issues: Issue[] = [];
  for (const { node, ftrackId, fate } of layout.removals) {
    const result = results.get(changeIdOf(node.id));
    if (fate !== "delete" || result?.error?.code !== HOLDS_PRODUCTS) continue;
    const subject = {
      ftrackId,
      path: node.path,
      type: node.type,
      ayonId: node.id,
    };
    changes.push({
      kind: "ayon.operation",
      id: `left-${node.id}`,
      subject,
      project: facts.ayonProject.name,
      op: "update",
      entityType: node.kind,
      entityId: node.id,
      data: { attrib: { ftrackId: REMOVED } },
      stage: 0,
    });
    issues.push(
      broken(
        "published-removed",
        subject,
        `It is gone from Ftrack and stays in AYON at ${node.path} for its products.`,
      ),
    );
  }
  return { changes, issues };
}
