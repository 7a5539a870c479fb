import { z } from "zod";
import type { FtrackId } from "../../core/ids.ts";
import { inList, select, type Query } from "../../core/query.ts";
import { idField, idOrNull, linkField, pathOf } from "../../core/rows.ts";

/** A task as it stands in Ftrack now. */
export interface Task {
  readonly id: FtrackId;
  readonly name: string;
  readonly parentId: FtrackId | null;
  readonly typeId: FtrackId | null;
  readonly statusId: FtrackId | null;
  readonly path: string;
}

export const TASK_FIELDS = [
  "id",
  "name",
  "parent_id",
  "type_id",
  "status_id",
  "link",
] as const;

export const task = z
  .object({
    id: idField,
    name: z.string().catch(""),
    parent_id: idOrNull,
    type_id: idOrNull,
    status_id: idOrNull,
    link: linkField,
  })
  .transform((row): Task => ({
    id: row.id,
    name: row.name,
    parentId: row.parent_id,
    typeId: row.type_id,
    statusId: row.status_id,
    path: pathOf(row.link) || row.name,
  }));

/** @param ids - not empty */
export function tasksBy(
  field: "id" | "parent_id",
  ids: Iterable<FtrackId>,
): Query<Task> {
  return select({
    type: "Task",
    fields: TASK_FIELDS,
    row: task,
    where: inList(field, ids),
  });
}

/** A version as it stands in Ftrack now. */
export interface Version {
  readonly id: FtrackId;
  readonly version: number;
  readonly statusId: FtrackId | null;
  readonly taskId: FtrackId | null;
  /** `AssetType.short`; empty when the asset has no type. */
  readonly assetType: string;
  readonly path: string;
}

export const VERSION_FIELDS = [
  "id",
  "version",
  "status_id",
  "task_id",
  "asset.name",
  "asset.type.short",
  "link",
] as const;

export const versionFields = z.object({
  id: idField,
  version: z.coerce.number(),
  status_id: idOrNull,
  task_id: idOrNull,
  asset: z
    .looseObject({
      name: z.string().catch(""),
      type: z
        .looseObject({ short: z.string().catch("") })
        .nullish()
        .catch(null),
    })
    .nullish()
    .catch(null),
  link: linkField,
});

export function toVersion(row: z.infer<typeof versionFields>): Version {
  const label = `${row.asset?.name ?? ""} v${row.version}`.trim();
  return {
    id: row.id,
    version: row.version,
    statusId: row.status_id,
    taskId: row.task_id,
    assetType: row.asset?.type?.short ?? "",
    path: pathOf(row.link) || label,
  };
}

export const version = versionFields.transform(toVersion);

/** A version together with the task it was made from; null when there is none or it is no Task. */
export interface VersionWithTask extends Version {
  readonly task: Task | null;
}

const isTask = z.object({ __entity_type__: z.literal("Task").optional() });

const versionWithTask = versionFields
  .extend({ task: isTask.and(task).nullish().catch(null) })
  .transform((row): VersionWithTask => ({
    ...toVersion(row),
    task: row.task ?? null,
  }));

/** @param ids - not empty */
export function versionsWithTasks(
  ids: Iterable<FtrackId>,
): Query<VersionWithTask> {
  return select({
    type: "AssetVersion",
    fields: [...VERSION_FIELDS, ...TASK_FIELDS.map((field) => `task.${field}`)],
    row: versionWithTask,
    where: inList("id", ids),
  });
}
