import {
  boolean,
  foreign,
  integer,
  key,
  linked,
  many,
  one,
  reference,
  text,
  variable,
  type Attributes,
} from "../attribute.ts";
import { define, type Definition } from "../definition.ts";

/** What attributes and attribute links have in common. */
const register: Attributes = {
  id: key("registerid"),
  key: text(),
  label: text(),
  entity_type: text({ legacy: "entity" }),
  object_type_id: foreign("ObjectType", {
    legacy: "entity_key",
    onDelete: "cascade",
  }),
  object_type: one("ObjectType", "object_type_id", "object_type"),
  project_id: foreign("Project", { legacy: "topid", onDelete: "cascade" }),
  config: text(),
  core: boolean({ default: false }),
  sort: integer({ default: 0 }),
  ...reference("group", "CustomAttributeGroup", { legacy: "groupid" }),
  read_security_roles: linked(
    "SecurityRole",
    "CustomAttributeReadRole",
    "configuration_id",
    "security_role_id",
    "read_roles",
  ),
  write_security_roles: linked(
    "SecurityRole",
    "CustomAttributeWriteRole",
    "configuration_id",
    "security_role_id",
    "write_roles",
  ),
};

function roleLink(id: string): Definition {
  return define(id, {
    internal: true,
    key: ["configuration_id", "security_role_id"],
    attributes: {
      configuration_id: foreign("CustomConfigurationBase", {
        onDelete: "cascade",
      }),
      security_role_id: foreign("SecurityRole", { onDelete: "cascade" }),
    },
  });
}

/** Owner type of a dense view of custom attribute values → name stem. */
const owners = [
  ["Context", "Context"],
  ["AssetVersion", "AssetVersion"],
  ["Asset", "Asset"],
  ["List", "List"],
  ["ListObject", "ListObject"],
  ["User", "User"],
] as const;

function denseValues(stem: string, owner: string): Definition {
  return define(`${stem}CustomAttributeValue`, {
    virtual: true,
    key: ["configuration_id", "entity_id"],
    attributes: {
      configuration_id: foreign("CustomAttributeConfiguration", {
        legacy: "register_id",
      }),
      configuration: one(
        "CustomAttributeConfiguration",
        "configuration_id",
        "register",
      ),
      entity_id: foreign(owner),
      key: text(),
      value: variable({ legacy: "casted_value" }),
    },
    required: ["configuration_id", "entity_id"],
    shows: ["configuration_id", "entity_id", "key"],
    system: ["entity_id", "key", "value"],
  });
}

const link: Attributes = {
  id: key(),
  from_id: foreign("any", { onDelete: "cascade" }),
  from_entity_type: text({ typeName: true }),
  to_id: foreign("any", { onDelete: "cascade" }),
  to_entity_type: text({ typeName: true }),
  ...reference("configuration", "CustomAttributeLinkConfiguration", {
    legacy: "registerid",
    relation: "register",
    onDelete: "cascade",
  }),
};
const linkShows = [
  "id",
  "to_id",
  "to_entity_type",
  "configuration_id",
  "from_id",
];

/** The same links seen from one kind of owner, in either direction. */
const linkViews = (
  [
    ["Context", "context", "Context"],
    ["AssetVersion", "asset_version", "AssetVersion"],
    ["Asset", "asset", "Asset"],
    ["List", "list", "List"],
    ["User", "user", "User"],
    ["Group", "group", "Group"],
    ["Component", "component", "Component"],
  ] as const
).flatMap(([stem, relation, target]) => [
  define(`${stem}CustomAttributeLink`, {
    view: "CustomAttributeLink",
    attributes: { ...link, [relation]: one(target, "to_id") },
    required: ["configuration_id", "from_id", "to_id", "id"],
    immutable: ["configuration_id"],
    shows: linkShows,
  }),
  define(`${stem}CustomAttributeLinkFrom`, {
    view: "CustomAttributeLink",
    attributes: { ...link, [relation]: one(target, "from_id") },
    required: ["configuration_id", "from_id", "to_id", "id"],
    immutable: ["configuration_id"],
    shows: linkShows,
  }),
]);

export const custom: readonly Definition[] = [
  define("CustomConfigurationBase", {
    table: "RegisterBase",
    abstract: true,
    attributes: register,
    required: ["id", "core", "config"],
  }),
  define("CustomAttributeConfiguration", {
    extends: "CustomConfigurationBase",
    table: "Variable_Register",
    attributes: {
      is_hierarchical: boolean({ legacy: "ishierarchical", default: false }),
      default: variable({ legacy: "casted_default", default: "" }),
      ...reference("type", "CustomAttributeType", { legacy: "typeid" }),
      values: many("CustomAttributeValue", "configuration_id"),
    },
    required: ["id", "core", "config"],
    unique: [
      ["key", "entity_type", "object_type_id", "project_id", "is_hierarchical"],
    ],
    administered: true,
  }),
  roleLink("CustomAttributeReadRole"),
  roleLink("CustomAttributeWriteRole"),
  define("CustomAttributeGroup", {
    table: "AttributeGroup",
    attributes: {
      id: key("groupid"),
      name: text(),
      custom_attribute_configurations: many(
        "CustomAttributeConfiguration",
        "group_id",
        { legacy: "registers" },
      ),
    },
    required: ["id"],
    shows: ["id", "name"],
    administered: true,
  }),
  define("CustomAttributeType", {
    attributes: {
      id: key("typeid"),
      name: text(),
      form_config: text({ legacy: "formconfig" }),
      core: boolean({ default: false }),
      custom_attribute_configurations: many(
        "CustomAttributeConfiguration",
        "type_id",
        { legacy: "variables" },
      ),
    },
    required: ["id", "core"],
    administered: true,
  }),
  define("CustomAttributeValue", {
    table: "Variable_Value",
    key: ["configuration_id", "entity_id"],
    attributes: {
      configuration_id: foreign("CustomAttributeConfiguration", {
        legacy: "registerid",
        onDelete: "cascade",
      }),
      configuration: one(
        "CustomAttributeConfiguration",
        "configuration_id",
        "register",
      ),
      entity_id: foreign("any", {
        legacy: "entityid",
        onDelete: "cascade",
      }),
      value: variable({ legacy: "casted_value" }),
    },
    required: ["configuration_id", "entity_id"],
  }),
  ...owners.map(([stem, owner]) => denseValues(stem, owner)),
  define("CustomAttributeLinkConfiguration", {
    extends: "CustomConfigurationBase",
    table: "LinkRegister",
    attributes: {
      one_to_one: boolean(),
      entity_type_to: text({ legacy: "entity_to" }),
      object_type_id_to: foreign("ObjectType", { legacy: "entity_key_to" }),
      object_type_to: one("ObjectType", "object_type_id_to", "object_type_to"),
    },
    required: ["id", "entity_type", "entity_type_to", "core", "config"],
    immutable: ["entity_type_to", "object_type_id_to"],
    administered: true,
  }),
  define("CustomAttributeLink", {
    attributes: link,
    required: ["configuration_id", "from_id", "to_id"],
    immutable: ["configuration_id"],
    shows: ["configuration_id", "from_id", "to_id"],
  }),
  define("CustomAttributeLinkFrom", {
    view: "CustomAttributeLink",
    attributes: link,
    required: ["configuration_id", "from_id", "to_id"],
    immutable: ["configuration_id"],
    shows: ["configuration_id", "from_id", "to_id"],
  }),
  ...linkViews,
];
