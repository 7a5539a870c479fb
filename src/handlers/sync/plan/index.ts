import type { AyonProjectUpdate } from "../../../core/change.ts";
import type { Decision } from "../../../core/decision.ts";
import type { Steps } from "../../../core/steps.ts";
import type { SyncFacts } from "../facts.ts";
import type { SyncSettings } from "../settings.ts";
import { PROJECT_CHANGE } from "./change-ids.ts";
import { planEntities } from "./entities.ts";
import { layoutOf, type Layout } from "./layout.ts";
import { planLinks } from "./links.ts";
import { planLists } from "./lists.ts";
import { unmappedUsers } from "./people.ts";
import { placedBy } from "./placed.ts";
import { planProject } from "./project.ts";
import { projectSubject, treeOf, type Tree } from "./tree.ts";
import { needsOf } from "./values.ts";
import {
  matchVersions,
  planVersions,
  type VersionMatches,
} from "./versions.ts";
import { vocabulary } from "./vocabulary.ts";

export interface Plan {
  readonly decision: Decision;
  readonly layout: Layout;
  readonly versions: VersionMatches;
  readonly tree: Tree;
}

/**
 * What must be written so that AYON shows what Ftrack holds, as far as the facts are in focus.
 *
 * Pure. The order of the events that led to the facts has no influence. After the changes have been applied
 * the plan of the new facts is empty.
 */
export function* plan(facts: SyncFacts, settings: SyncSettings): Steps<Plan> {
  const tree = treeOf(facts);
  const layout = yield* layoutOf(facts, tree, {
    maxRemovals: settings.maxRemovals,
    restores: settings.publishedPolicy === "revert",
  });
  const placed = yield* placedBy(facts, layout.drafts);
  const versions = yield* matchVersions(facts, placed);
  yield;
  const words = vocabulary(facts, needsOf(layout.drafts, facts));
  const teach: AyonProjectUpdate[] =
    words.patch === null
      ? []
      : [
          {
            kind: "ayon.project.update",
            id: PROJECT_CHANGE,
            subject: projectSubject(facts),
            project: facts.ayonProject.name,
            patch: words.patch,
          },
        ];
  yield;
  const project = planProject(facts, settings);
  const entities = yield* planEntities(facts, settings, tree, layout, words);
  const ofVersions = yield* planVersions(facts, settings, words, versions);
  const links = planLinks(facts, tree, placed);
  yield;
  const lists = yield* planLists(facts, placed, versions);
  yield;
  return {
    layout,
    versions,
    tree,
    decision: {
      changes: [
        ...teach,
        ...project.changes,
        ...entities.changes,
        ...ofVersions.changes,
        ...links.changes,
        ...lists.changes,
      ],
      skips: [...entities.skips, ...ofVersions.skips],
      issues: [
        ...words.issues,
        ...project.issues,
        ...entities.issues,
        ...unmappedUsers(facts, layout.drafts),
        ...links.issues,
        ...lists.issues,
      ],
    },
  };
}
