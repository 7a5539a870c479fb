import { z } from "zod";
import type { FtrackId } from "../../core/ids.ts";
import { and, inList, is, or, select, type Query } from "../../core/query.ts";
import { idField, idOrNull, linkField, pathOf } from "../../core/rows.ts";
import type { Assignment, Target } from "./facts.ts";

const contextRow = z
  .object({
    __entity_type__: z.string().catch("TypedContext"),
    id: idField,
    object_type_id: idField,
    type_id: idOrNull,
    status_id: idOrNull,
    link: linkField,
  })
  .transform((row): Target => ({
    id: row.id,
    entityType: row.__entity_type__,
    objectTypeId: row.object_type_id,
    typeId: row.type_id,
    statusId: row.status_id,
    path: pathOf(row.link) || row.id,
  }));

/** @param ids - not empty */
export function contextsBy(ids: readonly FtrackId[]): Query<Target> {
  return select({
    type: "TypedContext",
    fields: ["id", "object_type_id", "type_id", "status_id", "link"],
    row: contextRow,
    where: inList("id", ids),
  });
}

/** A version, and what it can be known by where AYON has no id stored. */
export interface VersionTarget extends Target {
  readonly number: number;
  readonly assetName: string;
  readonly contextId: FtrackId | null;
}

const versionRow = z
  .object({
    id: idField,
    version: z.coerce.number(),
    status_id: idOrNull,
    asset: z.object({ name: z.string(), context_id: idOrNull }),
    link: linkField,
  })
  .transform((row): VersionTarget => ({
    id: row.id,
    entityType: "AssetVersion",
    objectTypeId: null,
    typeId: null,
    statusId: row.status_id,
    path: pathOf(row.link) || `${row.asset.name} v${row.version}`,
    number: row.version,
    assetName: row.asset.name,
    contextId: row.asset.context_id,
  }));

/** Versions by id, and all below these contexts; one of the lists has to have something in it. */
export function versionsBy(
  ids: readonly FtrackId[],
  contextIds: readonly FtrackId[],
): Query<VersionTarget> {
  const wanted = [
    ...(ids.length === 0 ? [] : [inList("id", ids)]),
    ...(contextIds.length === 0
      ? []
      : [inList("asset.context_id", contextIds)]),
  ];
  return select({
    type: "AssetVersion",
    fields: [
      "id",
      "version",
      "status_id",
      "asset.name",
      "asset.context_id",
      "link",
    ],
    row: versionRow,
    where: or(...wanted),
  });
}

const assignmentRow = z
  .object({ id: idField, context_id: idField, resource_id: idField })
  .transform((row): Assignment => ({
    id: row.id,
    taskId: row.context_id,
    userId: row.resource_id,
  }));

/** @param taskIds - not empty */
export function assignmentsOf(taskIds: readonly FtrackId[]): Query<Assignment> {
  return select({
    type: "Appointment",
    fields: ["id", "context_id", "resource_id"],
    row: assignmentRow,
    where: and(inList("context_id", taskIds), is("type", "assignment")),
  });
}
