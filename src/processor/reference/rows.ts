/** Queries for what changes slowly in Ftrack, and the rows they give. */
import { z } from "zod";
import { ftrackId, type FtrackId } from "../../core/ids.ts";
import { and, inList, is, or, select, type Query } from "../../core/query.ts";
import { idField, idOrNull } from "../../core/rows.ts";
import type {
  AttributeConfiguration,
  FtrackStatus,
  FtrackUser,
  NamedRow,
  ObjectType,
} from "../../core/reference.ts";

const sort = z
  .number()
  .nullish()
  .transform((value) => value ?? null);
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value === true);
const named = z
  .looseObject({ name: z.string() })
  .nullish()
  .transform((value) => value?.name ?? null);

const namedRow = z.object({ id: idField, name: z.string(), sort });

export const taskTypes: Query<NamedRow> = select({
  type: "Type",
  fields: ["id", "name", "sort"],
  row: namedRow,
});

export const priorities: Query<NamedRow> = select({
  type: "Priority",
  fields: ["id", "name", "sort"],
  row: namedRow,
});

export const objectTypes: Query<ObjectType> = select({
  type: "ObjectType",
  fields: ["id", "name", "sort", "is_leaf", "is_statusable", "is_typeable"],
  row: z
    .object({
      id: idField,
      name: z.string(),
      sort,
      is_leaf: flag,
      is_statusable: flag,
      is_typeable: flag,
    })
    .transform((row) => ({
      id: row.id,
      name: row.name,
      sort: row.sort,
      isLeaf: row.is_leaf,
      isStatusable: row.is_statusable,
      isTypeable: row.is_typeable,
    })),
});

export const statuses: Query<FtrackStatus> = select({
  type: "Status",
  fields: ["id", "name", "sort", "color", "state.short", "state.name"],
  row: z
    .object({
      id: idField,
      name: z.string(),
      sort,
      color: z
        .string()
        .nullish()
        .transform((value) => value ?? null),
      state: z
        .looseObject({ short: text, name: text })
        .nullish()
        .transform((value) => value ?? { short: "", name: "" }),
    })
    .transform((row) => ({
      id: row.id,
      name: row.name,
      sort: row.sort,
      color: row.color,
      state: row.state.short,
      stateName: row.state.name,
    })),
});

/** Options of enumerators are JSON within JSON; some servers send them already opened. */
const option = z
  .looseObject({ menu: z.coerce.string(), value: z.coerce.string() })
  .transform(({ menu, value }) => ({ menu, value }));
const configOf = z
  .preprocess(
    opened,
    z.looseObject({
      isdecimal: z.boolean().optional().catch(undefined),
      multiSelect: z.boolean().optional().catch(undefined),
      data: z.preprocess(opened, z.array(option)).optional().catch(undefined),
    }),
  )
  .catch({})
  .transform((config): AttributeConfiguration["config"] => ({
    ...(config.isdecimal === undefined ? {} : { isDecimal: config.isdecimal }),
    ...(config.multiSelect === undefined
      ? {}
      : { multiSelect: config.multiSelect }),
    ...(config.data === undefined ? {} : { options: config.data }),
  }));

function opened(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    const json: unknown = JSON.parse(value);
    return json;
  } catch {
    // Not JSON: the schema says what to do with a text.
    return value;
  }
}

export const configurations: Query<AttributeConfiguration> = select({
  type: "CustomAttributeConfiguration",
  fields: [
    "id",
    "key",
    "label",
    "entity_type",
    "object_type_id",
    "project_id",
    "is_hierarchical",
    "default",
    "config",
    "type.name",
    "group.name",
  ],
  row: z
    .object({
      id: idField,
      key: z.string(),
      label: text,
      entity_type: text,
      object_type_id: idOrNull,
      project_id: idOrNull,
      is_hierarchical: flag,
      default: z.unknown().optional(),
      config: configOf,
      type: named,
      group: named,
    })
    .transform((row): AttributeConfiguration => ({
      id: row.id,
      key: row.key,
      label: row.label,
      entityType: row.entity_type,
      objectTypeId: row.object_type_id,
      projectId: row.project_id,
      isHierarchical: row.is_hierarchical,
      type: row.type ?? "",
      default: row.default ?? null,
      config: row.config,
      group: row.group,
    })),
});

export const users: Query<FtrackUser> = select({
  type: "User",
  fields: ["id", "username", "email", "first_name", "last_name", "is_active"],
  row: z
    .object({
      id: idField,
      username: z.string(),
      email: z
        .string()
        .nullish()
        .transform((value) => value ?? null),
      first_name: text,
      last_name: text,
      is_active: flag,
    })
    .transform((row) => ({
      id: row.id,
      username: row.username,
      email: row.email,
      firstName: row.first_name,
      lastName: row.last_name,
      isActive: row.is_active,
    })),
});

export interface ProjectRow {
  readonly id: FtrackId;
  readonly fullName: string;
  readonly name: string;
  readonly status: string;
  readonly isPrivate: boolean;
  readonly schemaId: FtrackId;
}

export function project(projectId: FtrackId): Query<ProjectRow> {
  return select({
    type: "Project",
    fields: [
      "id",
      "full_name",
      "name",
      "status",
      "is_private",
      "project_schema_id",
    ],
    where: is("id", projectId),
    row: z
      .object({
        id: idField,
        full_name: z.string(),
        name: text,
        status: text,
        is_private: flag,
        project_schema_id: idField,
      })
      .transform((row) => ({
        id: row.id,
        fullName: row.full_name,
        name: row.name,
        status: row.status,
        isPrivate: row.is_private,
        schemaId: row.project_schema_id,
      })),
  });
}

const stored = z
  .object({ value: z.unknown().optional() })
  .transform((row) => ({ value: row.value ?? null }));

export function storedValue(
  configurationId: FtrackId,
  entityId: FtrackId,
): Query<{ readonly value: unknown }> {
  return select({
    type: "CustomAttributeValue",
    fields: ["value", "entity_id", "configuration_id"],
    where: and(
      is("configuration_id", configurationId),
      is("entity_id", entityId),
    ),
    orderBy: ["entity_id", "configuration_id"],
    row: stored,
  });
}

const roleRow = z
  .object({ security_role: named })
  .transform((row) => row.security_role ?? "");

/** Security roles of the user with this id or name. */
export function rolesOf(
  userId: FtrackId | null,
  username: string | null,
): Query<string> {
  const conditions = [
    ...(userId === null ? [] : [is("user_id", userId)]),
    ...(username === null ? [] : [is("user.username", username)]),
  ];
  return select({
    type: "UserSecurityRole",
    fields: ["id", "security_role.name"],
    where: conditions.length === 1 ? and(...conditions) : or(...conditions),
    row: roleRow,
  });
}

export interface SchemaRow {
  readonly id: FtrackId;
  readonly taskWorkflow: FtrackId | null;
  readonly versionWorkflow: FtrackId | null;
  readonly taskTypeSchema: FtrackId | null;
  readonly objectTypes: readonly FtrackId[];
}

export function projectSchema(schemaId: FtrackId): Query<SchemaRow> {
  return select({
    type: "ProjectSchema",
    fields: [
      "id",
      "task_workflow_schema_id",
      "asset_version_workflow_schema_id",
      "task_type_schema_id",
      "object_types.id",
    ],
    where: is("id", schemaId),
    row: z
      .object({
        id: idField,
        task_workflow_schema_id: idOrNull,
        asset_version_workflow_schema_id: idOrNull,
        task_type_schema_id: idOrNull,
        object_types: z.array(z.looseObject({ id: idField })).catch([]),
      })
      .transform((row) => ({
        id: row.id,
        taskWorkflow: row.task_workflow_schema_id,
        versionWorkflow: row.asset_version_workflow_schema_id,
        taskTypeSchema: row.task_type_schema_id,
        objectTypes: row.object_types.map((type) => type.id),
      })),
  });
}

/** A row that joins two things, by the names of their ids. */
interface Pair {
  readonly from: FtrackId;
  readonly to: FtrackId;
}

function pairs(
  type: string,
  from: string,
  to: string,
  ids: readonly FtrackId[],
  filter: string,
  orderBy: readonly string[],
  extra: readonly string[] = [],
): Query<Pair> {
  return select({
    type,
    fields: [from, to, ...extra],
    where: inList(filter, ids),
    orderBy,
    row: z
      .looseObject({ [from]: z.string().min(1), [to]: z.string().min(1) })
      .transform((row) => ({
        from: ftrackId(String(row[from])),
        to: ftrackId(String(row[to])),
      })),
  });
}

/** Task type → workflow that replaces the project's for it. */
export function overrides(schemaId: FtrackId): Query<Pair> {
  return pairs(
    "ProjectSchemaOverride",
    "type_id",
    "workflow_schema_id",
    [schemaId],
    "project_schema_id",
    ["id"],
    ["id"],
  );
}

/** Object type → its schema. */
export function objectSchemas(schemaId: FtrackId): Query<Pair> {
  return pairs(
    "Schema",
    "object_type_id",
    "id",
    [schemaId],
    "project_schema_id",
    ["id"],
  );
}

export function workflowStatuses(ids: readonly FtrackId[]): Query<Pair> {
  return pairs(
    "WorkflowSchemaStatus",
    "workflow_schema_id",
    "status_id",
    ids,
    "workflow_schema_id",
    ["workflow_schema_id", "status_id"],
  );
}

export function typesOfSchemas(ids: readonly FtrackId[]): Query<Pair> {
  return pairs(
    "TaskTypeSchemaType",
    "task_type_schema_id",
    "type_id",
    ids,
    "task_type_schema_id",
    ["task_type_schema_id", "type_id"],
  );
}

export function objectStatuses(ids: readonly FtrackId[]): Query<Pair> {
  return pairs("SchemaStatus", "schema_id", "status_id", ids, "schema_id", [
    "schema_id",
    "status_id",
  ]);
}

export function objectTypesOf(ids: readonly FtrackId[]): Query<Pair> {
  return pairs("SchemaType", "schema_id", "type_id", ids, "schema_id", [
    "schema_id",
    "type_id",
  ]);
}
