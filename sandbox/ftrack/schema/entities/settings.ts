import {
  boolean,
  datetime,
  foreign,
  key,
  many,
  metadata,
  number,
  one,
  reference,
  text,
} from "../attribute.ts";
import { define, type Definition } from "../definition.ts";
import { componentThumbnailUrl, componentUrl } from "./media.ts";

const owner = {
  created_at: datetime(),
  created_by_id: foreign("User", { legacy: "created_by" }),
  created_by: one("User", "created_by_id", "createdBy"),
};

/** Jobs, calendars, dashboards and settings. */
export const settings: readonly Definition[] = [
  define("Job", {
    attributes: {
      id: key("jobid"),
      type: text({ default: "api_job" }),
      status: text({
        default: "queued",
        choices: ["queued", "running", "done", "failed"],
      }),
      data: text({ format: "json" }),
      created_at: datetime(),
      finished_at: datetime(),
      ...reference("user", "User", { legacy: "userid" }),
      job_components: many("JobComponent", "job_id"),
    },
    required: ["id", "status", "type"],
    immutable: ["type"],
  }),
  define("JobComponent", {
    key: ["component_id", "job_id"],
    attributes: {
      ...reference("component", "Component", { onDelete: "cascade" }),
      ...reference("job", "Job", { onDelete: "cascade" }),
      url: componentUrl,
    },
    required: ["component_id", "job_id"],
  }),
  define("CalendarEvent", {
    attributes: {
      id: key(),
      name: text({ default: "" }),
      start: datetime(),
      end: datetime(),
      everyone: boolean(),
      leave: boolean(),
      forecast: boolean(),
      effort: number(),
      estimate: number(),
      ...owner,
      ...reference("project", "Project", { onDelete: "cascade" }),
      ...reference("type", "Type"),
      calendar_event_resources: many(
        "CalendarEventResource",
        "calendar_event_id",
      ),
      ...metadata(),
    },
    required: ["name", "start", "end", "id"],
    shows: ["id", "start", "end"],
    system: ["project_id"],
  }),
  define("CalendarEventResource", {
    attributes: {
      id: key(),
      ...owner,
      ...reference("calendar_event", "CalendarEvent", {
        onDelete: "cascade",
      }),
      ...reference("resource", "Resource", { onDelete: "cascade" }),
    },
    required: ["calendar_event_id", "resource_id", "id"],
    shows: ["id", "calendar_event_id", "resource_id"],
  }),
  define("Setting", {
    key: ["name", "group"],
    attributes: {
      name: text({ default: "default" }),
      group: text({ default: "default" }),
      value: text({ default: "default" }),
    },
    required: ["name", "group"],
    administered: true,
  }),
  define("SettingComponent", {
    key: ["component_id", "name", "group"],
    attributes: {
      ...reference("component", "Component", { onDelete: "cascade" }),
      name: text(),
      group: text(),
      url: componentUrl,
      thumbnail_url: componentThumbnailUrl,
    },
    required: ["component_id", "name", "group"],
    administered: true,
  }),
  define("EntitySetting", {
    table: "SettingOverride",
    key: ["parent_id", "group", "name"],
    attributes: {
      parent_id: foreign("any", { onDelete: "cascade" }),
      parent_type: text({ typeName: true }),
      group: text(),
      name: text(),
      value: text(),
    },
    required: ["parent_id", "group", "name", "value", "parent_type"],
    shows: ["parent_id", "group", "name", "value", "parent_type"],
  }),
  define("UserApplicationState", {
    table: "UserSetting",
    key: ["user_id", "key"],
    attributes: {
      user_id: foreign("User", { legacy: "userid", onDelete: "cascade" }),
      key: text(),
      value: text(),
    },
    required: ["user_id", "key", "value"],
    shows: ["user_id", "key", "value"],
  }),
  define("Dashboard", {
    attributes: {
      id: key("dashboardid"),
      name: text(),
      is_shared_with_everyone: boolean({
        legacy: "isglobal",
        default: false,
      }),
      created_by_id: foreign("User", { legacy: "userid" }),
      created_by: one("User", "created_by_id", "user"),
      widgets: many("DashboardWidget", "dashboard_id"),
      dashboard_resources: many("DashboardResource", "dashboard_id"),
    },
    required: ["id"],
  }),
  define("DashboardWidget", {
    attributes: {
      id: key("widgetid"),
      type: text({ legacy: "widget_typeid" }),
      config: text(),
      sort: number(),
      ...reference("dashboard", "Dashboard", {
        legacy: "dashboardid",
        onDelete: "cascade",
      }),
    },
    required: ["id"],
  }),
  define("DashboardResource", {
    table: "LinkDashboardResource",
    key: ["dashboard_id", "resource_id"],
    attributes: {
      ...reference("dashboard", "Dashboard", { onDelete: "cascade" }),
      ...reference("resource", "Resource", { onDelete: "cascade" }),
    },
    required: ["dashboard_id", "resource_id"],
    system: ["dashboard_id", "resource_id"],
  }),
];
