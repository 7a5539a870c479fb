import {
  boolean,
  foreign,
  integer,
  key,
  linked,
  many,
  number,
  one,
  reference,
  text,
} from "../attribute.ts";
import { define, type Definition } from "../definition.ts";

/** Types, statuses and the rules which of them a project may use. */
export const workflow: readonly Definition[] = [
  define("ObjectType", {
    attributes: {
      id: key("typeid"),
      name: text(),
      icon: text({ default: "default" }),
      sort: integer({ default: 0 }),
      is_leaf: boolean({ legacy: "isleaf", default: false }),
      is_taskable: boolean({ legacy: "istaskable", default: true }),
      is_typeable: boolean({ legacy: "istypeable", default: true }),
      is_statusable: boolean({ legacy: "isstatusable", default: true }),
      is_schedulable: boolean({ legacy: "isschedulable", default: false }),
      is_prioritizable: boolean({
        legacy: "ispriority",
        default: true,
      }),
      is_time_reportable: boolean({
        legacy: "istimereportable",
        default: false,
      }),
      tasks: many("TypedContext", "object_type_id"),
      project_schemas: linked(
        "ProjectSchema",
        "ProjectSchemaObjectType",
        "object_type_id",
        "project_schema_id",
      ),
    },
    required: [
      "id",
      "name",
      "icon",
      "sort",
      "is_time_reportable",
      "is_taskable",
      "is_typeable",
      "is_statusable",
      "is_schedulable",
    ],
    unique: [["name"]],
    administered: true,
  }),
  define("Type", {
    table: "TaskType",
    attributes: {
      id: key("typeid"),
      name: text(),
      color: text({ default: "#510100" }),
      sort: integer({ default: 0 }),
      is_billable: boolean({ legacy: "isbillable", default: true }),
      tasks: many("Task", "type_id"),
      task_type_schemas: linked(
        "TaskTypeSchema",
        "TaskTypeSchemaType",
        "type_id",
        "task_type_schema_id",
        "schemes",
      ),
    },
    required: ["id", "color", "sort", "is_billable"],
    administered: true,
  }),
  define("Status", {
    table: "TaskStatus",
    attributes: {
      id: key("statusid"),
      name: text(),
      color: text(),
      sort: integer({ default: 0 }),
      is_active: boolean({ legacy: "isactive" }),
      ...reference("state", "State", {
        hidden: true,
        legacy: "statustypeid",
        relation: "statustype",
      }),
      tasks: many("Task", "status_id"),
    },
    required: ["id", "is_active"],
    administered: true,
  }),
  define("State", {
    table: "StatusType",
    attributes: { id: key("typeid"), name: text(), short: text() },
    required: ["id"],
    administered: true,
  }),
  define("Priority", {
    table: "PriorityType",
    attributes: {
      id: key("priorityid"),
      name: text(),
      color: text(),
      sort: integer({ default: 0 }),
      value: number({ default: 0 }),
      tasks: many("Task", "priority_id"),
    },
    required: ["id"],
    administered: true,
  }),
  define("ProjectSchema", {
    table: "ProjectScheme",
    attributes: {
      id: key("schemeid"),
      name: text(),
      task_workflow_schema_id: foreign("WorkflowSchema", {
        legacy: "taskworkflowid",
      }),
      task_workflow_schema: one(
        "WorkflowSchema",
        "task_workflow_schema_id",
        "taskworkflow",
      ),
      _task_workflow: one(
        "WorkflowSchema",
        "task_workflow_schema_id",
        "taskworkflow",
      ),
      asset_version_workflow_schema_id: foreign("WorkflowSchema", {
        legacy: "versionworkflowid",
      }),
      asset_version_workflow_schema: one(
        "WorkflowSchema",
        "asset_version_workflow_schema_id",
        "versionworkflow",
      ),
      _version_workflow: one(
        "WorkflowSchema",
        "asset_version_workflow_schema_id",
        "versionworkflow",
      ),
      task_type_schema_id: foreign("TaskTypeSchema", {
        legacy: "tasktypeschemeid",
      }),
      task_type_schema: one(
        "TaskTypeSchema",
        "task_type_schema_id",
        "tasktypescheme",
      ),
      _task_type_schema: one(
        "TaskTypeSchema",
        "task_type_schema_id",
        "tasktypescheme",
      ),
      task_workflow_schema_overrides: many(
        "ProjectSchemaOverride",
        "project_schema_id",
        { legacy: "overrides" },
      ),
      _overrides: many("ProjectSchemaOverride", "project_schema_id", {
        legacy: "overrides",
      }),
      object_type_schemas: many("Schema", "project_schema_id", {
        legacy: "schemas",
      }),
      _schemas: many("Schema", "project_schema_id", { legacy: "schemas" }),
      object_types: linked(
        "ObjectType",
        "ProjectSchemaObjectType",
        "project_schema_id",
        "object_type_id",
      ),
      task_templates: many("TaskTemplate", "project_schema_id", {
        legacy: "templates",
      }),
    },
    required: ["id"],
    administered: true,
  }),
  define("ProjectSchemaObjectType", {
    key: ["object_type_id", "project_schema_id"],
    attributes: {
      ...reference("object_type", "ObjectType", { onDelete: "cascade" }),
      ...reference("project_schema", "ProjectSchema", {
        onDelete: "cascade",
      }),
    },
    required: ["object_type_id", "project_schema_id"],
    administered: true,
  }),
  define("WorkflowSchema", {
    table: "WorkflowScheme",
    attributes: {
      id: key("schemeid"),
      name: text({ default: "Workflow Name" }),
      statuses: linked(
        "Status",
        "WorkflowSchemaStatus",
        "workflow_schema_id",
        "status_id",
      ),
      overrides: many("ProjectSchemaOverride", "workflow_schema_id"),
    },
    required: ["id"],
    administered: true,
  }),
  define("WorkflowSchemaStatus", {
    key: ["workflow_schema_id", "status_id"],
    attributes: {
      workflow_schema_id: foreign("WorkflowSchema", {
        legacy: "schemeid",
        onDelete: "cascade",
      }),
      status_id: foreign("Status", {
        legacy: "statusid",
        onDelete: "cascade",
      }),
    },
    required: ["workflow_schema_id", "status_id"],
    administered: true,
  }),
  define("TaskTypeSchema", {
    table: "TaskTypeScheme",
    attributes: {
      id: key("schemeid"),
      name: text({ default: "TaskType Schema Name" }),
      types: linked(
        "Type",
        "TaskTypeSchemaType",
        "task_type_schema_id",
        "type_id",
      ),
    },
    required: ["id"],
    administered: true,
  }),
  define("TaskTypeSchemaType", {
    key: ["task_type_schema_id", "type_id"],
    attributes: {
      task_type_schema_id: foreign("TaskTypeSchema", {
        legacy: "schemeid",
        onDelete: "cascade",
      }),
      type_id: foreign("Type", { legacy: "typeid", onDelete: "cascade" }),
    },
    required: ["task_type_schema_id", "type_id"],
    administered: true,
  }),
  define("ProjectSchemaOverride", {
    table: "ProjectSchemeOverride",
    attributes: {
      id: key("overrideid"),
      project_schema_id: foreign("ProjectSchema", {
        legacy: "projectschemeid",
        onDelete: "cascade",
      }),
      type_id: foreign("Type", { legacy: "typeid", onDelete: "cascade" }),
      ...reference("workflow_schema", "WorkflowSchema", {
        legacy: "workflowschemeid",
        relation: "workflowscheme",
        onDelete: "cascade",
      }),
    },
    required: ["id"],
    administered: true,
  }),
  define("Schema", {
    attributes: {
      id: key(),
      project_schema_id: foreign("ProjectSchema", {
        legacy: "projectschemeid",
        onDelete: "cascade",
      }),
      object_type_id: foreign("ObjectType", {
        legacy: "typeid",
        onDelete: "cascade",
      }),
      type_id: foreign("ObjectType", {
        legacy: "typeid",
        onDelete: "cascade",
      }),
      statuses: many("SchemaStatus", "schema_id"),
      types: many("SchemaType", "schema_id"),
    },
    required: ["id", "type_id", "project_schema_id"],
    administered: true,
  }),
  define("SchemaStatus", {
    key: ["status_id", "schema_id"],
    attributes: {
      status_id: foreign("Status", {
        legacy: "statusid",
        onDelete: "cascade",
      }),
      task_status: one("Status", "status_id", "taskstatus"),
      schema_id: foreign("Schema", {
        legacy: "schemaid",
        onDelete: "cascade",
      }),
      sort: integer({ default: 0 }),
    },
    required: ["status_id", "schema_id"],
    administered: true,
  }),
  define("SchemaType", {
    key: ["type_id", "schema_id"],
    attributes: {
      type_id: foreign("Type", { legacy: "typeid", onDelete: "cascade" }),
      task_type: one("Type", "type_id", "tasktype"),
      schema_id: foreign("Schema", {
        legacy: "schemaid",
        onDelete: "cascade",
      }),
      sort: integer({ default: 0 }),
    },
    required: ["type_id", "schema_id"],
    administered: true,
  }),
  define("TaskTemplate", {
    attributes: {
      id: key(),
      name: text(),
      ...reference("project_schema", "ProjectSchema", {
        legacy: "projectschemeid",
        relation: "schema",
        onDelete: "cascade",
      }),
      items: many("TaskTemplateItem", "template_id"),
    },
    required: ["id", "name", "project_schema_id"],
    shows: ["id", "name"],
    administered: true,
  }),
  define("TaskTemplateItem", {
    attributes: {
      id: key(),
      ...reference("template", "TaskTemplate", { onDelete: "cascade" }),
      ...reference("task_type", "Type", {
        legacy: "tasktype_id",
        relation: "taskType",
      }),
    },
    required: ["id", "template_id", "task_type_id"],
    administered: true,
  }),
];
