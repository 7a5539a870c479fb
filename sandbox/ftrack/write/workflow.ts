import { keyOf, type Reader, type Row } from "../store/row.ts";

/** The statuses a project offers for an object type and, with tasks, a type. Empty when it says nothing. */
export function offeredStatuses(
  project: Row,
  objectType: Row,
  typeId: string,
  reader: Reader,
): readonly Row[] {
  const schema = keyOf(project, "project_schema_id");
  if (objectType["name"] === "Task") {
    for (const override of reader.find(
      "ProjectSchemaOverride",
      "project_schema_id",
      schema,
    ))
      if (keyOf(override, "type_id") === typeId)
        return workflowStatuses(keyOf(override, "workflow_schema_id"), reader);
    const row = reader.get("ProjectSchema", schema);
    return row === undefined
      ? []
      : workflowStatuses(keyOf(row, "task_workflow_schema_id"), reader);
  }
  const own = schemaOf(schema, keyOf(objectType, "id"), reader);
  return own === undefined
    ? []
    : present(
        reader.find("SchemaStatus", "schema_id", keyOf(own, "id")),
        "Status",
        "status_id",
        reader,
      );
}

export function offeredVersionStatuses(
  project: Row,
  reader: Reader,
): readonly Row[] {
  const schema = reader.get(
    "ProjectSchema",
    keyOf(project, "project_schema_id"),
  );
  return schema === undefined
    ? []
    : workflowStatuses(
        keyOf(schema, "asset_version_workflow_schema_id"),
        reader,
      );
}

/** The types a project offers for an object type. */
export function offeredTypes(
  project: Row,
  objectType: Row,
  reader: Reader,
): readonly Row[] {
  const schema = keyOf(project, "project_schema_id");
  if (objectType["name"] === "Task") {
    const row = reader.get("ProjectSchema", schema);
    return row === undefined
      ? []
      : present(
          reader.find(
            "TaskTypeSchemaType",
            "task_type_schema_id",
            keyOf(row, "task_type_schema_id"),
          ),
          "Type",
          "type_id",
          reader,
        );
  }
  const own = schemaOf(schema, keyOf(objectType, "id"), reader);
  return own === undefined
    ? []
    : present(
        reader.find("SchemaType", "schema_id", keyOf(own, "id")),
        "Type",
        "type_id",
        reader,
      );
}

/** The status a new entity gets: the first that means "not started", else the first. */
export function initialStatus(
  offered: readonly Row[],
  reader: Reader,
): string | null {
  const first =
    offered.find((status) => {
      const state = reader.get("State", keyOf(status, "state_id"));
      return state?.["short"] === "NOT_STARTED";
    }) ?? offered[0];
  return first === undefined ? null : keyOf(first, "id");
}

function workflowStatuses(workflow: string, reader: Reader): readonly Row[] {
  return present(
    reader.find("WorkflowSchemaStatus", "workflow_schema_id", workflow),
    "Status",
    "status_id",
    reader,
  );
}

function schemaOf(
  projectSchema: string,
  objectType: string,
  reader: Reader,
): Row | undefined {
  for (const schema of reader.find(
    "Schema",
    "project_schema_id",
    projectSchema,
  ))
    if (keyOf(schema, "type_id") === objectType) return schema;
  return undefined;
}

function present(
  links: Iterable<Row>,
  base: string,
  column: string,
  reader: Reader,
): readonly Row[] {
  return [...links].flatMap(
    (link) => reader.get(base, keyOf(link, column)) ?? [],
  );
}
