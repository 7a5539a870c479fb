/** Queries of the sync, and the rows they give. */
import { z } from "zod";
import type { FtrackId } from "../../../core/ids.ts";
import {
  and,
  any,
  inList,
  is,
  select,
  type Condition,
  type Query,
} from "../../../core/query.ts";
import { idField, idOrNull } from "../../../core/rows.ts";
import type { FtrackContext } from "../facts.ts";

const textOrNull = z
  .string()
  .nullish()
  .transform((value) => value ?? null);

export interface ContextRow {
  readonly projectId: FtrackId;
  readonly context: FtrackContext;
}

const contextRow = z
  .object({
    id: idField,
    name: z.string(),
    parent_id: idField,
    project_id: idField,
    object_type_id: idField,
    type_id: idOrNull,
    status_id: idOrNull,
    priority_id: idOrNull,
    thumbnail_id: idOrNull,
    start_date: textOrNull,
    end_date: textOrNull,
    description: textOrNull,
    created_at: textOrNull,
  })
  .transform((row): ContextRow => ({
    projectId: row.project_id,
    context: {
      id: row.id,
      name: row.name,
      parentId: row.parent_id,
      objectTypeId: row.object_type_id,
      typeId: row.type_id,
      statusId: row.status_id,
      priorityId: row.priority_id,
      thumbnailId: row.thumbnail_id,
      startDate: row.start_date,
      endDate: row.end_date,
      description: row.description,
      createdAt: row.created_at,
    },
  }));

const CONTEXT_FIELDS = [
  "id",
  "name",
  "parent_id",
  "project_id",
  "object_type_id",
  "type_id",
  "status_id",
  "priority_id",
  "thumbnail_id",
  "start_date",
  "end_date",
  "description",
  "created_at",
];

function contexts(where: Condition): Query<ContextRow> {
  return select({
    type: "TypedContext",
    fields: CONTEXT_FIELDS,
    row: contextRow,
    where,
  });
}

export function contextsById(ids: readonly string[]): Query<ContextRow> {
  return contexts(inList("id", ids));
}

export function childrenOf(ids: readonly string[]): Query<ContextRow> {
  return contexts(inList("parent_id", ids));
}

export function descendantsOf(ids: readonly string[]): Query<ContextRow> {
  return contexts(any("ancestors", inList("id", ids)));
}

export function contextsOfProject(projectId: FtrackId): Query<ContextRow> {
  return contexts(is("project_id", projectId));
}

export interface AssignmentRow {
  readonly taskId: FtrackId;
  readonly resourceId: FtrackId;
}

const assignmentRow = z
  .object({ context_id: idField, resource_id: idField })
  .transform((row): AssignmentRow => ({
    taskId: row.context_id,
    resourceId: row.resource_id,
  }));

function assignments(where: Condition): Query<AssignmentRow> {
  return select({
    type: "Appointment",
    fields: ["id", "context_id", "resource_id"],
    row: assignmentRow,
    where: and(where, is("type", "assignment")),
  });
}

export function assignmentsOf(ids: readonly string[]): Query<AssignmentRow> {
  return assignments(inList("context_id", ids));
}

export function assignmentsOfProject(
  projectId: FtrackId,
): Query<AssignmentRow> {
  return assignments(is("context.project_id", projectId));
}
