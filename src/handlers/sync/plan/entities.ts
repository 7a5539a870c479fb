import type {
  AyonOperation,
  AyonThumbnail,
  Change,
  Subject,
} from "../../../core/change.ts";
import type { Issue, Skip } from "../../../core/decision.ts";
import { toAyonId, type AyonId } from "../../../core/ids.ts";
import type { Steps } from "../../../core/steps.ts";
import { linkedTo, REMOVED, type Node, type SyncFacts } from "../facts.ts";
import { concerns } from "../interest.ts";
import { broken } from "../rules.ts";
import type { SyncSettings } from "../settings.ts";
import { changeIdOf, PROJECT_CHANGE, stepId } from "./change-ids.ts";
import type { Layout } from "./layout.ts";
import type { Draft } from "./match.ts";
import { asideName, type Step } from "./order.ts";
import type { Removal } from "./removal.ts";
import type { Tree } from "./tree.ts";
import { valuesOf, type Values } from "./values.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** What the plan does about folders and tasks. */
export interface EntitiesPlan {
  readonly changes: readonly Change[];
  readonly skips: readonly Skip[];
  readonly issues: readonly Issue[];
}

function placeData(draft: Draft, step: Step | null): Record<string, unknown> {
  const { node, kind, name, parentId, ayonId } = draft;
  const parentKey = kind === "folder" ? "parentId" : "folderId";
  const steppedAside = step?.needs.some(
    (need) => need.id === ayonId && need.type === "step-aside",
  );
  return {
    ...(name === node?.name && steppedAside !== true ? {} : { name }),
    ...(node !== null && parentId === node.parentId
      ? {}
      : { [parentKey]: parentId }),
  };
}

function thumbnailOf(
  draft: Draft,
  facts: SyncFacts,
  subject: Subject,
): AyonThumbnail | null {
  const componentId = draft.context.thumbnailId;
  if (componentId === null || !concerns(draft.interest, "thumbid")) return null;
  // The thumbnail in AYON carries the id of Ftrack's component.
  if (draft.node?.thumbnailId === toAyonId(componentId)) return null;
  return {
    kind: "ayon.thumbnail",
    id: `thumbnail-${draft.ayonId}`,
    subject,
    project: facts.ayonProject.name,
    entityType: draft.kind,
    entityId: draft.ayonId,
    componentId,
    ...(draft.node === null ? { needs: [changeIdOf(draft.ayonId)] } : {}),
  };
}

export function removalSubject({ node, ftrackId }: Removal): Subject {
  const path = node.own["ftrackPath"];
  return {
    ftrackId,
    path: typeof path === "string" && path !== "" ? path : node.path,
    type: node.type,
    ayonId: node.id,
  };
}

function removalIssue(removal: Removal): Issue | null {
  const subject = removalSubject(removal);
  const { node, fate } = removal;
  if (fate === "restore")
    return broken(
      "published-restored",
      subject,
      `It was removed from Ftrack; AYON has it at ${node.path}.`,
    );
  if (fate === "mark" && linkedTo(node) !== null)
    return broken(
      "published-removed",
      subject,
      `It is gone from Ftrack and stays in AYON at ${node.path}.`,
    );
  if (fate === "archive" && node.active)
    return broken(
      "kept-in-ayon",
      subject,
      `It is gone from Ftrack; AYON keeps it in the archive at ${node.path}.`,
    );
  return null;
}

function removalData({ node, fate }: Removal): Record<string, unknown> | null {
  if (fate === "archive") return node.active ? { active: false } : null;
  if (fate === "restore") return null;
  return linkedTo(node) === null ? null : { attrib: { ftrackId: REMOVED } };
}

/** Creates, moves, changes, deletes: everything about folders and tasks. */
export function* planEntities(
  facts: SyncFacts,
  settings: SyncSettings,
  tree: Tree,
  layout: Layout,
  words: Vocabulary,
): Steps<EntitiesPlan> {
  const { drafts, removals: gone, held, steps } = layout;
  const goneById = new Map(gone.map((r) => [r.node.id, r]));
  const draftById = new Map(drafts.map((d) => [d.ayonId, d]));

  const changes: Change[] = [];
  const skips: Skip[] = [];
  const issues: Issue[] = [];
  const done = new Set<AyonId>();

  function operation(
    id: AyonId,
    kind: Node["kind"],
    subject: Subject,
    rest: Pick<AyonOperation, "op" | "data" | "stage"> & {
      changeId?: string;
      needs?: readonly string[];
    },
  ): void {
    const { changeId = changeIdOf(id), needs = [], ...op } = rest;
    changes.push({
      kind: "ayon.operation",
      id: changeId,
      subject,
      project: facts.ayonProject.name,
      entityType: kind,
      entityId: id,
      ...op,
      ...(needs.length === 0 ? {} : { needs }),
    });
  }

  function remove(removal: Removal, step: Step | null): void {
    const { node, fate } = removal;
    done.add(node.id);
    const data = fate === "delete" ? {} : removalData(removal);
    if (data === null) return;
    operation(node.id, node.kind, removalSubject(removal), {
      op: fate === "delete" ? "delete" : "update",
      data,
      stage: step?.stage ?? 0,
      needs: step?.needs.map(stepId) ?? [],
    });
  }

  function write(draft: Draft, step: Step | null, values: Values): void {
    done.add(draft.ayonId);
    const subject = {
      ...tree.subjectOf(draft.context),
      ayonId: draft.ayonId,
    };
    issues.push(...values.issues);
    const data = { ...placeData(draft, step), ...values.data };
    if (draft.node === null || Object.keys(data).length > 0)
      operation(draft.ayonId, draft.kind, subject, {
        op: draft.node === null ? "create" : "update",
        data,
        stage: step?.stage ?? 0,
        needs: [
          ...(values.needsProject ? [PROJECT_CHANGE] : []),
          ...(step?.needs.map(stepId) ?? []),
        ],
      });
    const thumbnail = settings.thumbnails
      ? thumbnailOf(draft, facts, subject)
      : null;
    if (thumbnail !== null) changes.push(thumbnail);
  }

  for (const step of steps) {
    yield;
    const draft = draftById.get(step.id);
    const removal = goneById.get(step.id);
    const node = facts.nodes.get(step.id);
    if (step.type === "step-aside" && node !== undefined) {
      operation(
        node.id,
        node.kind,
        draft === undefined
          ? { ftrackId: linkedTo(node), path: node.path, type: node.type }
          : tree.subjectOf(draft.context),
        {
          op: "update",
          data: { name: asideName(node) },
          stage: 0,
          changeId: stepId(step),
        },
      );
    } else if (removal !== undefined) {
      remove(removal, step);
    } else if (draft !== undefined) {
      write(draft, step, valuesOf(draft, facts, settings, tree, words));
    }
  }
  for (const draft of drafts) {
    yield;
    if (draft.failure !== null) issues.push(draft.failure);
    if (draft.node !== null && !done.has(draft.ayonId))
      write(draft, null, valuesOf(draft, facts, settings, tree, words));
  }
  for (const removal of gone) {
    yield;
    const issue = removalIssue(removal);
    if (issue !== null) issues.push(issue);
    if (!done.has(removal.node.id)) remove(removal, null);
  }
  for (const removal of held)
    issues.push(
      broken(
        "too-many-removals",
        removalSubject(removal),
        `It is gone from Ftrack together with ${held.length - 1} others.`,
      ),
    );
  for (const id of facts.focus.keys()) {
    yield;
    const context = facts.contexts.get(id);
    if (facts.unreadable.has(id))
      skips.push({
        subject: { ftrackId: id, path: id, type: "TypedContext" },
        reason: "value-unreadable",
        detail: "Ftrack's answer about it was not understood.",
      });
    if (context !== undefined && tree.roleOf(context) === "milestone")
      skips.push({
        subject: tree.subjectOf(context),
        reason: "ignored-by-rule",
        detail: "Milestones are not brought over.",
      });
  }
  return { changes, skips, issues };
}
