import { z } from "zod";
import {
  availableStatuses,
  firstAvailable,
} from "../../core/available-statuses.ts";
import type { Decision, Issue } from "../../core/decision.ts";
import type { FtrackEvent } from "../../core/event.ts";
import type { HandlerContext } from "../../core/handler.ts";
import type { FtrackId } from "../../core/ids.ts";
import { inList, select, type Query } from "../../core/query.ts";
import type { ObjectType } from "../../core/reference.ts";
import { idField, idOrNull, linkField, pathOf } from "../../core/rows.ts";
import { isSameName } from "../../core/status.ts";
import { includesName, type NamedList } from "./names.ts";
import { tasksBy, type Task } from "./rows.ts";
import {
  bareSubject,
  because,
  decisionOf,
  setStatus,
  skip,
  subjectOf,
  type Statusable,
  type Verdict,
} from "./set-status.ts";
import { taskTransitions } from "./transitions.ts";
import { gatherWorld, nameOf, statusOf, type StatusWorld } from "./world.ts";

export interface TaskToParentSettings {
  readonly parent_object_types: readonly string[];
  readonly parent_status_match_all_task_statuses: readonly NamedList[];
  readonly parent_status_by_task_status: readonly {
    readonly new_status: string;
    readonly task_statuses: readonly string[];
  }[];
}

export interface Parent extends Statusable {
  /** Schema id of the API: `Shot`, `AssetBuild`. */
  readonly entityType: string;
  readonly objectTypeId: FtrackId;
}

export interface TaskToParentFacts extends StatusWorld {
  /** Tasks whose status changed, with the parent the event names. */
  readonly changed: readonly {
    readonly taskId: FtrackId;
    readonly parentId: FtrackId;
  }[];
  /** Those of the parents that are typed contexts and still there. */
  readonly parents: readonly Parent[];
  /** All tasks directly below them. */
  readonly tasks: readonly Task[];
  readonly objectTypes: readonly ObjectType[];
}

const parentRow = z
  .object({
    __entity_type__: z.string().catch("TypedContext"),
    id: idField,
    object_type_id: idField,
    status_id: idOrNull,
    link: linkField,
  })
  .transform((row): Parent => ({
    id: row.id,
    entityType: row.__entity_type__,
    objectTypeId: row.object_type_id,
    statusId: row.status_id,
    path: pathOf(row.link) || row.id,
  }));

function parentsBy(ids: Iterable<FtrackId>): Query<Parent> {
  return select({
    type: "TypedContext",
    fields: ["id", "object_type_id", "status_id", "link"],
    row: parentRow,
    where: inList("id", ids),
  });
}

export async function gatherTaskToParent(
  events: readonly FtrackEvent[],
  settings: TaskToParentSettings,
  ctx: HandlerContext,
): Promise<TaskToParentFacts> {
  const changed = taskTransitions(events).flatMap((t) =>
    t.parentId === null ? [] : [{ taskId: t.entityId, parentId: t.parentId }],
  );
  const parentIds = new Set(changed.map((c) => c.parentId));
  const isIdle =
    parentIds.size === 0 || settings.parent_object_types.length === 0;
  const [parents, tasks] = isIdle
    ? [[], []]
    : await ctx.ftrack.query(
        parentsBy(parentIds),
        tasksBy("parent_id", parentIds),
      );
  const seen = [...parents, ...tasks].map((row) => row.statusId);
  const [world, objectTypes] = await Promise.all([
    gatherWorld(ctx, seen),
    ctx.reference.objectTypes(),
  ]);
  return { ...world, changed, parents, tasks, objectTypes };
}

/**
 * The status of a folder from those of the tasks directly below it. Rows that want all tasks to match come
 * first; only where none of them fits, the first row that fits one of the changed tasks. A status the folder's
 * type does not offer is not replaced by another row's.
 */
export function decideTaskToParent(
  facts: TaskToParentFacts,
  settings: TaskToParentSettings,
): Decision {
  const parentIds = [...new Set(facts.changed.map((c) => c.parentId))];
  const { listed, issues } = listedTypes(facts, settings);
  return decisionOf(
    parentIds.map((parentId) => {
      const changed = facts.changed.filter((c) => c.parentId === parentId);
      return because(
        changed.map((c) => c.taskId),
        decideParentOf(parentId, listed, facts, settings),
      );
    }),
    issues,
  );
}

function decideParentOf(
  parentId: FtrackId,
  listed: ReadonlySet<FtrackId>,
  facts: TaskToParentFacts,
  settings: TaskToParentSettings,
): Verdict {
  if (settings.parent_object_types.length === 0)
    return skip(
      bareSubject(parentId, "TypedContext"),
      "type-not-listed",
      "The list of object types is empty.",
    );
  const parent = facts.parents.find((p) => p.id === parentId);
  if (parent === undefined)
    return skip(
      bareSubject(parentId, "TypedContext"),
      "entity-gone",
      "The parent is no folder, or is gone.",
    );
  if (!listed.has(parent.objectTypeId))
    return skip(
      subjectOf(parent, parent.entityType),
      "type-not-listed",
      `${parent.entityType} is not among the listed object types.`,
    );
  return decideParent(parent, facts, settings);
}

function listedTypes(
  facts: TaskToParentFacts,
  settings: TaskToParentSettings,
): { listed: ReadonlySet<FtrackId>; issues: Issue[] } {
  const listed = new Set<FtrackId>();
  const issues: Issue[] = [];
  for (const name of settings.parent_object_types) {
    const type = facts.objectTypes.find((t) => isSameName(t.name, name));
    if (type !== undefined) listed.add(type.id);
    else
      issues.push({
        severity: "warning",
        rule: "object-type-unknown",
        subject: { ftrackId: null, path: name, type: "ObjectType" },
        detail: `Ftrack has no object type "${name}".`,
        fix: "Correct the list of object types in the settings; the others work.",
      });
  }
  return { listed, issues };
}

function decideParent(
  parent: Parent,
  facts: TaskToParentFacts,
  settings: TaskToParentSettings,
): Verdict {
  const subject = subjectOf(parent, parent.entityType);
  const children = facts.tasks.filter((t) => t.parentId === parent.id);
  if (children.length === 0)
    return skip(subject, "no-task", "There is no task below it any more.");
  const name = wantedName(children, facts, settings);
  if (name === null) {
    const now = children.map((t) => nameOf(facts, t.statusId)).join(", ");
    return skip(
      subject,
      "no-mapping-row",
      `No row fits tasks that are ${now}.`,
    );
  }
  const offered = availableStatuses(facts.schema, facts.statuses, {
    kind: "object",
    objectTypeId: parent.objectTypeId,
  });
  const status = firstAvailable([name], offered);
  return status === null
    ? skip(
        subject,
        "status-not-available",
        `"${name}" is not among the statuses of ${parent.entityType}.`,
      )
    : setStatus(parent, parent.entityType, status);
}

function wantedName(
  children: readonly Task[],
  facts: TaskToParentFacts,
  settings: TaskToParentSettings,
): string | null {
  const isIn = (task: Task, names: readonly string[]): boolean => {
    const status = statusOf(facts, task.statusId);
    return status !== null && includesName(names, status.name);
  };
  const all = settings.parent_status_match_all_task_statuses.find((row) =>
    children.every((t) => isIn(t, row.value)),
  );
  if (all !== undefined) return all.name;
  const changed = children.filter((t) =>
    facts.changed.some((c) => c.taskId === t.id),
  );
  const single = settings.parent_status_by_task_status.find((row) =>
    changed.some((t) => isIn(t, row.task_statuses)),
  );
  return single?.new_status ?? null;
}
