import type { AyonOperation, Change, Subject } from "../../core/change.ts";
import type { Issue } from "../../core/decision.ts";
import type { Steps } from "../../core/steps.ts";
import {
  fingerprintOf,
  summaryOf,
  type PlanRow,
  type SyncPlan,
} from "../../core/sync-plan.ts";
import { conclude } from "./conclude/index.ts";
import type { Node, SyncFacts } from "./facts.ts";
import type { Planned } from "./planned.ts";
import type { SyncSettings } from "./settings.ts";

type Json = PlanRow["after"];

/** Plain data, as it goes over the wire. */
function json(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

function subjectOf({ path, type, ftrackId, ayonId }: Subject): {
  readonly path: string;
  readonly type: string;
  readonly ftrackId: string | null;
  readonly ayonId: string | null;
} {
  return { path, type, ftrackId, ayonId: ayonId ?? null };
}

const NODE_KEYS: Readonly<Record<string, keyof Node>> = {
  name: "name",
  label: "label",
  parentId: "parentId",
  folderId: "parentId",
  folderType: "type",
  taskType: "type",
  status: "status",
  active: "active",
  assignees: "assignees",
};

/** What stands in AYON where the operation writes. Lists of free data are left out. */
function beforeOf(node: Node, data: Readonly<Record<string, unknown>>): Json {
  const before: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(data)) {
    const field = NODE_KEYS[key];
    if (field !== undefined) before[key] = node[field];
    if (key === "attrib" && typeof value === "object" && value !== null)
      before["attrib"] = Object.fromEntries(
        Object.keys(value).map((name) => [name, node.own[name] ?? null]),
      );
  }
  return json(before);
}

function actionOf({ op, data }: AyonOperation): PlanRow["action"] {
  if (op !== "update") return op;
  if (data["active"] === false) return "archive";
  if ("parentId" in data || "folderId" in data) return "move";
  return "name" in data ? "rename" : "update";
}

function rowOf(change: Change, facts: SyncFacts): PlanRow | null {
  const subject = subjectOf(change.subject);
  switch (change.kind) {
    case "ayon.operation": {
      const node = facts.nodes.get(change.entityId);
      return {
        side: "ayon",
        action: actionOf(change),
        ...subject,
        ayonId: change.entityId,
        before: node === undefined ? {} : beforeOf(node, change.data),
        after: json(change.data),
      };
    }
    case "ayon.project.update":
      return {
        ...{ side: "ayon", action: "update", ...subject, before: {} },
        after: json(change.patch),
      };
    case "ayon.thumbnail":
      return {
        ...{ side: "ayon", action: "thumbnail", ...subject, before: {} },
        after: { componentId: change.componentId },
      };
    case "ayon.link.create":
      return {
        ...{ side: "ayon", action: "create", ...subject, before: {} },
        after: {
          linkType: change.linkType,
          input: change.input,
          output: change.output,
        },
      };
    case "ayon.link.delete":
      return {
        ...{ side: "ayon", action: "delete", ...subject, after: {} },
        before: { linkId: change.linkId },
      };
    case "ayon.list":
      return {
        side: "ayon",
        action: change.op === "items" ? "update" : change.op,
        ...subject,
        ayonId: change.listId,
        before: {},
        after: json(change.data),
      };
    case "ftrack.value":
      return {
        side: "ftrack",
        action: "update",
        ...subject,
        before: json({
          [change.key]:
            facts.values.get(change.entityId)?.get(change.configurationId) ??
            null,
        }),
        after: json({ [change.key]: change.value }),
      };
    case "ftrack.update":
      return {
        ...{ side: "ftrack", action: "update", ...subject },
        before: json(change.expects ?? {}),
        after: json(change.data),
      };
    case "ftrack.create":
      return {
        ...{ side: "ftrack", action: "create", ...subject, before: {} },
        after: json(change.data),
      };
    case "ftrack.delete":
      return {
        ...{ side: "ftrack", action: "delete", ...subject, after: {} },
        before: json({ key: change.key }),
      };
    case "ayon.project.create":
    case "ayon.comment":
    case "ayon.user":
    case "ftrack.message":
    case "job.start":
      // The sync does not plan these, or they are told and not written.
      return null;
  }
}

function issueOf({ subject, ...issue }: Issue): SyncPlan["issues"][number] {
  return { ...issue, ...subjectOf(subject) };
}

/**
 * The plan as data: the changes, and what will be noted in Ftrack once they are made.
 *
 * @param now - milliseconds since the epoch
 */
export function* describe(
  { facts, made }: Planned,
  settings: SyncSettings,
  now: number,
): Steps<SyncPlan> {
  const { decision } = made;
  const results = decision.changes.map(({ id }) => ({
    changeId: id,
    status: "applied" as const,
  }));
  const after = yield* conclude(facts, settings, made, results);
  const rows: PlanRow[] = [];
  for (const change of [...decision.changes, ...after.changes]) {
    yield;
    const row = rowOf(change, facts);
    if (row !== null) rows.push(row);
  }
  const content = {
    project: { id: facts.project.id, name: facts.project.fullName },
    subtreeId: facts.subtreeId,
    rows,
  };
  return {
    version: 1,
    ...content,
    madeAt: now,
    fingerprint: yield* fingerprintOf(content),
    summary: summaryOf(rows),
    issues: [...decision.issues, ...after.issues].map(issueOf),
  };
}
