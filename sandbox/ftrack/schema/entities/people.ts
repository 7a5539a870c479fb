import {
  boolean,
  computed,
  customAttributeLinks,
  datetime,
  foreign,
  key,
  many,
  metadata,
  one,
  reference,
  text,
  type Attributes,
} from "../attribute.ts";
import { customAttributes } from "../../attributes/dense.ts";
import { keyOf, type Json, type Row, type Reader } from "../../store/row.ts";
import { define, type Definition } from "../definition.ts";
import { thumbnail } from "./media.ts";

const person: Attributes = {
  first_name: text({ legacy: "firstname" }),
  last_name: text({ legacy: "lastname" }),
  email: text(),
  ...thumbnail,
};

function groupLink(row: Row, reader: Reader): Json[] {
  const above = reader.get("Resource", keyOf(row, "parent_id"));
  return [
    ...(above === undefined ? [] : groupLink(above, reader)),
    { id: row["id"] ?? null, name: row["name"] ?? null, type: "Group" },
  ];
}

export const people: readonly Definition[] = [
  define("Resource", {
    abstract: true,
    attributes: {
      id: key(),
      resource_type: text(),
      appointments: many("Appointment", "resource_id", {
        legacy: "resource_appointments",
      }),
      assignments: many("Appointment", "resource_id", {
        where: ["type", "assignment"],
        legacy: "resource_assignments",
      }),
      allocations: many("Appointment", "resource_id", {
        where: ["type", "allocation"],
        legacy: "resource_allocations",
      }),
      dashboard_resources: many("DashboardResource", "resource_id"),
    },
    required: ["resource_type", "id"],
    system: ["resource_type"],
  }),
  define("BaseUser", {
    extends: "Resource",
    abstract: true,
    attributes: person,
  }),
  define("User", {
    extends: "BaseUser",
    attributes: {
      username: text(),
      resource_type: text({ default: "user" }),
      is_active: boolean({ legacy: "isactive" }),
      is_otp_enabled: boolean({ legacy: "otp_enabled" }),
      is_totp_enabled: boolean({ legacy: "totp_enabled" }),
      require_details_update: boolean(),
      ...reference("user_type", "UserType", {
        legacy: "typeid",
        relation: "type",
      }),
      user_security_roles: many("UserSecurityRole", "user_id", {
        legacy: "userRoles",
      }),
      memberships: many("Membership", "user_id", {
        legacy: "user_memberships",
      }),
      timelogs: many("Timelog", "user_id"),
      ...metadata(),
      ...customAttributes("UserCustomAttributeValue"),
      ...customAttributeLinks(),
    },
    required: ["username", "is_active", "resource_type", "id"],
    immutable: ["resource_type"],
    unique: [["username"]],
    administered: true,
  }),
  define("Collaborator", {
    extends: "BaseUser",
    attributes: {
      resource_type: text({ default: "collaborator" }),
      created_from_shared_url: text(),
    },
  }),
  define("Group", {
    extends: "Resource",
    attributes: {
      name: text({ default: "" }),
      local: boolean(),
      resource_type: text({ default: "group" }),
      parent_id: foreign("Group", { legacy: "group_id" }),
      parent: one("Group", "parent_id"),
      children: many("Group", "parent_id"),
      memberships: many("Membership", "group_id", {
        legacy: "group_memberships",
      }),
      link: computed("string", groupLink, { legacy: "api_link" }),
      ...customAttributeLinks(),
    },
    required: ["name", "local", "resource_type", "id"],
    immutable: ["resource_type"],
    administered: true,
  }),
  define("Membership", {
    attributes: {
      id: key(),
      ...reference("group", "Group", {
        relation: "membership_group",
        onDelete: "cascade",
      }),
      ...reference("user", "User", {
        relation: "membership_user",
        onDelete: "cascade",
      }),
    },
    required: ["group_id", "user_id", "id"],
    unique: [["group_id", "user_id"]],
  }),
  define("UserType", {
    attributes: { id: key("typeid"), name: text() },
    required: ["id"],
    immutable: ["name"],
    administered: true,
  }),
  define("SecurityRole", {
    table: "Auth_Role",
    attributes: {
      id: key("roleid"),
      name: text(),
      type: text({ legacy: "typeid" }),
      user_security_roles: many("UserSecurityRole", "security_role_id", {
        legacy: "userRoles",
      }),
    },
    required: ["id"],
    shows: ["id", "name"],
    administered: true,
  }),
  define("UserSecurityRole", {
    table: "Auth_UserRole",
    attributes: {
      id: key(),
      ...reference("user", "User", { legacy: "userid", onDelete: "cascade" }),
      ...reference("security_role", "SecurityRole", {
        legacy: "roleid",
        relation: "role",
        onDelete: "cascade",
      }),
      is_all_projects: boolean({ legacy: "isallprojects" }),
      is_all_open_projects: boolean({ legacy: "isallprojects" }),
      user_security_role_projects: many(
        "UserSecurityRoleProject",
        "user_security_role_id",
        { legacy: "user_role_projects" },
      ),
    },
    required: ["id"],
    shows: ["id", "user_id", "security_role_id"],
    administered: true,
  }),
  define("UserSecurityRoleProject", {
    table: "UserRoleProject",
    attributes: {
      id: key(),
      ...reference("project", "Project", { onDelete: "cascade" }),
      ...reference("user_security_role", "UserSecurityRole", {
        legacy: "user_role_id",
        relation: "user_role",
        onDelete: "cascade",
      }),
    },
    required: ["id"],
    shows: ["id", "user_security_role_id", "project_id"],
    unique: [["user_security_role_id", "project_id"]],
    administered: true,
  }),
  define("ApiKey", {
    table: "AccessKey",
    attributes: {
      id: key(),
      identifier: text(),
      prefix: text(),
      secret: text({ hidden: true }),
      resource_id: foreign("Resource", { onDelete: "cascade" }),
    },
    required: ["id"],
    system: ["identifier", "resource_id", "prefix"],
    readOnly: true,
  }),
  define("Timelog", {
    attributes: {
      id: key(),
      name: text(),
      comment: text({ default: "" }),
      start: datetime(),
      duration: { kind: "column", type: "number" },
      time_zone_offset: { kind: "column", type: "number" },
      ...reference("user", "User", { onDelete: "cascade" }),
      ...reference("context", "Context", { onDelete: "cascade" }),
    },
    required: ["comment", "start", "duration", "id"],
    system: ["user_id", "context_id"],
  }),
  define("Timer", {
    attributes: {
      id: key(),
      name: text(),
      comment: text({ default: "" }),
      start: datetime(),
      ...reference("user", "User", { onDelete: "cascade" }),
      ...reference("context", "Context", { onDelete: "cascade" }),
    },
    required: ["comment", "start", "user_id", "id"],
    unique: [["user_id"]],
  }),
];
