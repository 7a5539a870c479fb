import type { Decision } from "../../../core/decision.ts";
import type { SyncFacts } from "../facts.ts";
import type { SyncSettings } from "../settings.ts";
import { planEntities, type EntitiesPlan } from "./entities.ts";
import { treeOf, type Tree } from "./tree.ts";

export interface Plan {
  readonly decision: Decision;
  readonly entities: EntitiesPlan;
  readonly tree: Tree;
}

/**
 * What must be written so that AYON shows what Ftrack holds, as far as the facts are in focus.
 *
 * Pure. The order of the events that led to the facts has no influence. After the changes have been applied
 * the plan of the new facts is empty.
 */
export function plan(facts: SyncFacts, settings: SyncSettings): Plan {
  const tree = treeOf(facts);
  const entities = planEntities(facts, settings, tree);
  return {
    decision: {
      changes: entities.changes,
      skips: entities.skips,
      issues: entities.issues,
    },
    entities,
    tree,
  };
}
