import { RejectedError } from "../../core/errors.ts";
import type { FtrackId } from "../../core/ids.ts";
import type { FtrackReads } from "../../core/ports.ts";
import type { ProjectSchema } from "../../core/reference.ts";
import {
  objectSchemas,
  objectStatuses,
  objectTypesOf,
  overrides,
  projectSchema,
  typesOfSchemas,
  workflowStatuses,
} from "./rows.ts";

function grouped(
  rows: readonly { readonly from: FtrackId; readonly to: FtrackId }[],
): ReadonlyMap<FtrackId, FtrackId[]> {
  const groups = new Map<FtrackId, FtrackId[]>();
  for (const { from, to } of rows) {
    const group = groups.get(from);
    if (group === undefined) groups.set(from, [to]);
    else group.push(to);
  }
  return groups;
}

/**
 * Reads a project schema in two requests, through the rows that join its parts: nested projections of the
 * same workflow come back as empty stubs from servers that do not denormalise.
 *
 * @throws RejectedError `E_FTRACK_NO_SCHEMA`
 */
export async function readSchema(
  ftrack: FtrackReads,
  schemaId: FtrackId,
): Promise<ProjectSchema> {
  const [[schema], overridden, objects] = await ftrack.query(
    projectSchema(schemaId),
    overrides(schemaId),
    objectSchemas(schemaId),
  );
  if (schema === undefined)
    throw new RejectedError("There is no such project schema", {
      code: "E_FTRACK_NO_SCHEMA",
      system: "ftrack",
      subject: { schemaId },
    });
  const workflows = [
    schema.taskWorkflow,
    schema.versionWorkflow,
    ...overridden.map((row) => row.to),
  ].filter((id) => id !== null);
  const schemas = objects.map((row) => row.to);
  // An empty list is an error to the server; a list that finds nothing is not.
  const none = [schemaId];
  const [statuses, types, ofObjects, typesOfObjects] = await ftrack.query(
    workflowStatuses(workflows.length > 0 ? workflows : none),
    typesOfSchemas([schema.taskTypeSchema ?? schemaId]),
    objectStatuses(schemas.length > 0 ? schemas : none),
    objectTypesOf(schemas.length > 0 ? schemas : none),
  );
  const statusesOf = grouped(statuses);
  const typesBySchema = grouped(types);
  const statusesOfObject = grouped(ofObjects);
  const typesOfObject = grouped(typesOfObjects);
  function ofWorkflow(id: FtrackId | null): readonly FtrackId[] {
    return id === null ? [] : (statusesOf.get(id) ?? []);
  }
  return {
    id: schema.id,
    objectTypes: schema.objectTypes,
    taskTypes:
      schema.taskTypeSchema === null
        ? []
        : (typesBySchema.get(schema.taskTypeSchema) ?? []),
    taskStatuses: ofWorkflow(schema.taskWorkflow),
    taskStatusOverrides: new Map(
      overridden.map((row) => [row.from, ofWorkflow(row.to)]),
    ),
    versionStatuses: ofWorkflow(schema.versionWorkflow),
    objectStatuses: new Map(
      objects.map((row) => [row.from, statusesOfObject.get(row.to) ?? []]),
    ),
    objectTypesOf: new Map(
      objects.map((row) => [row.from, typesOfObject.get(row.to) ?? []]),
    ),
  };
}
