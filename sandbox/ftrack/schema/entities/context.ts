import {
  boolean,
  computed,
  datetime,
  foreign,
  key,
  linked,
  many,
  metadata,
  number,
  one,
  reference,
  resolved,
  text,
  customAttributeLinks,
  type Attributes,
} from "../attribute.ts";
import { customAttributes } from "../../attributes/dense.ts";
import { define, type Definition } from "../definition.ts";
import {
  ancestorsOf,
  contextsAbove,
  descendantsOf,
  linkOf,
  timeLoggedOn,
} from "../walk.ts";
import { thumbnail } from "./media.ts";

const link = computed("string", linkOf, { legacy: "_api_link" });

/** What the projects and everything in them share. */
const context: Attributes = {
  id: key(),
  name: text({ default: "" }),
  context_type: text(),
  ...reference("parent", "Context", { onDelete: "cascade" }),
  project_id: foreign("Project", { onDelete: "keep" }),
  ...thumbnail,
  created_at: datetime(),
  created_by_id: foreign("User", { legacy: "created_by" }),
  created_by: one("User", "created_by_id", "createdBy"),
  link,
  _link: link,
  children: many("Context", "parent_id"),
  notes: many("Note", "parent_id"),
  assets: many("Asset", "context_id"),
  timelogs: many("Timelog", "context_id"),
  managers: many("Manager", "context_id"),
  scopes: linked("Scope", "ContextScope", "context_id", "scope_id"),
  appointments: many("Appointment", "context_id", {
    legacy: "context_appointments",
  }),
  assignments: many("Appointment", "context_id", {
    where: ["type", "assignment"],
    legacy: "context_assignments",
  }),
  allocations: many("Appointment", "context_id", {
    where: ["type", "allocation"],
    legacy: "context_allocations",
  }),
  ...customAttributes("ContextCustomAttributeValue"),
  ...customAttributeLinks(),
};

const typedContext: Attributes = {
  ...reference("type", "Type", { legacy: "typeid" }),
  ...reference("status", "Status", { legacy: "statusid" }),
  ...reference("priority", "Priority", { legacy: "priorityid" }),
  object_type_id: foreign("ObjectType", { legacy: "object_typeid" }),
  object_type: one("ObjectType", "object_type_id", "objectType"),
  project_id: foreign("Project", { legacy: "showid", onDelete: "keep" }),
  project: one("Project", "project_id", "show"),
  description: text(),
  bid: number(),
  sort: number(),
  start_date: datetime("startdate"),
  end_date: datetime("enddate"),
  thumbnail_source_id: computed("string", () => null),
  time_logged: computed("number", timeLoggedOn),
  bid_time_logged_difference: computed(
    "number",
    (row, reader) => Number(row["bid"] ?? 0) - timeLoggedOn(row, reader),
  ),
  ancestors: resolved("TypedContext", ancestorsOf, descendantsOf),
  descendants: resolved("TypedContext", descendantsOf, contextsAbove),
  incoming_links: many("TypedContextLink", "to_id", {
    legacy: "predecessors",
  }),
  outgoing_links: many("TypedContextLink", "from_id", {
    legacy: "successors",
  }),
  lists: linked(
    "TypedContextList",
    "ListObject",
    "entity_id",
    "list_id",
    "_lists",
  ),
  status_changes: many("StatusChange", "parent_id"),
  split_parts: many("SplitTaskPart", "task_id"),
  ...metadata(),
};

const contextFixed = ["created_by_id", "created_by", "created_at"];

export const contexts: readonly Definition[] = [
  define("Context", {
    abstract: true,
    attributes: context,
    required: ["context_type", "id", "name"],
    immutable: contextFixed,
    shows: ["context_type", "id", "name"],
    system: ["context_type"],
  }),
  define("Project", {
    extends: "Context",
    table: "Show",
    attributes: {
      full_name: text({ legacy: "fullname" }),
      status: text({ choices: ["active", "hidden"], silentChoices: true }),
      color: text(),
      root: text(),
      start_date: datetime("startdate"),
      end_date: datetime("enddate"),
      is_global: boolean({ legacy: "isglobal", default: false }),
      is_private: boolean({ legacy: "private", default: false }),
      ...reference("disk", "Disk", { legacy: "diskid" }),
      ...reference("project_schema", "ProjectSchema", {
        legacy: "projectschemeid",
        relation: "projectscheme",
      }),
      descendants: resolved("TypedContext", descendantsOf, contextsAbove),
      review_sessions: many("ReviewSession", "project_id", {
        legacy: "reviewSessions",
      }),
      review_session_folders: many("ReviewSessionFolder", "project_id"),
      calendar_events: many("CalendarEvent", "project_id"),
      user_security_role_projects: many(
        "UserSecurityRoleProject",
        "project_id",
        { legacy: "user_role_projects" },
      ),
      ...metadata(),
    },
    required: [
      "is_global",
      "status",
      "project_schema_id",
      "context_type",
      "id",
      "name",
    ],
    shows: ["context_type", "id", "name"],
    system: ["context_type", "project_id"],
    unique: [["name"], ["full_name"]],
  }),
  define("TypedContext", {
    extends: "Context",
    table: "Task",
    abstract: true,
    attributes: typedContext,
    required: [
      "bid",
      "status_id",
      "type_id",
      "priority_id",
      "object_type_id",
      "sort",
      "context_type",
      "id",
      "name",
    ],
    shows: ["context_type", "id", "name"],
    system: ["context_type", "object_type_id", "project_id"],
  }),
  define("TypedContextLink", {
    table: "Dependency",
    attributes: {
      id: key("dependencyid"),
      from_id: foreign("TypedContext", { onDelete: "cascade" }),
      from: one("TypedContext", "from_id", "fromTask"),
      to_id: foreign("TypedContext", { onDelete: "cascade" }),
      to: one("TypedContext", "to_id", "toTask"),
      lag: number(),
      type: text({
        default: "end_to_start",
        choices: [
          "start_to_start",
          "start_to_end",
          "end_to_start",
          "end_to_end",
        ],
      }),
      ...metadata(),
    },
    required: ["id", "from_id", "to_id"],
    shows: ["id", "from_id", "to_id"],
    unique: [["from_id", "to_id"]],
  }),
  define("SplitTaskPart", {
    attributes: {
      id: key(),
      label: text(),
      start_date: datetime(),
      end_date: datetime(),
      task_id: foreign("Task", { onDelete: "cascade" }),
      task: one("Task", "task_id"),
    },
    required: ["id", "start_date", "end_date", "task_id"],
    system: ["task_id"],
  }),
  define("Appointment", {
    attributes: {
      id: key(),
      type: text({
        choices: ["assignment", "allocation"],
        silentChoices: true,
      }),
      context_id: foreign("Context", { onDelete: "cascade" }),
      context: one("Context", "context_id", "appointment_context"),
      resource_id: foreign("Resource", { onDelete: "cascade" }),
      resource: one("Resource", "resource_id", "appointment_resource"),
    },
    required: ["id", "type", "resource_id", "context_id"],
    unique: [["context_id", "resource_id", "type"]],
  }),
  define("Scope", {
    attributes: { id: key(), name: text() },
    required: ["name", "id"],
  }),
  define("ContextScope", {
    internal: true,
    key: ["context_id", "scope_id"],
    attributes: {
      context_id: foreign("Context", { onDelete: "cascade" }),
      scope_id: foreign("Scope", { onDelete: "cascade" }),
    },
  }),
  define("Disk", {
    attributes: {
      id: key("diskid"),
      name: text(),
      unix: text(),
      windows: text(),
      projects: many("Project", "disk_id", { legacy: "shows" }),
    },
    required: ["id", "name"],
    administered: true,
  }),
  define("Manager", {
    attributes: {
      id: key("managerid"),
      ...reference("user", "User", { legacy: "userid", onDelete: "cascade" }),
      ...reference("context", "Context", { onDelete: "cascade" }),
      ...reference("type", "ManagerType", { legacy: "typeid" }),
    },
    required: ["id"],
  }),
  define("ManagerType", {
    attributes: { id: key("typeid"), name: text() },
    required: ["id"],
    administered: true,
  }),
  define("Metadata", {
    table: "Meta",
    key: ["parent_id", "key"],
    attributes: {
      parent_id: foreign("any", { legacy: "meta_id", onDelete: "cascade" }),
      parent_type: text({ legacy: "meta_type", typeName: true }),
      key: text({ legacy: "variable" }),
      value: text(),
    },
    required: ["parent_id", "key", "value", "parent_type"],
    shows: ["parent_id", "key", "value", "parent_type"],
  }),
];
