import {
  boolean,
  customAttributeLinks,
  datetime,
  foreign,
  key,
  linked,
  many,
  one,
  reference,
  text,
} from "../attribute.ts";
import { customAttributes } from "../../attributes/dense.ts";
import { define, type Definition } from "../definition.ts";

export const lists: readonly Definition[] = [
  define("List", {
    abstract: true,
    attributes: {
      id: key("listid"),
      name: text({ default: "" }),
      date: datetime(),
      is_open: boolean({ legacy: "isopen", default: true }),
      system_type: text({ legacy: "entity", default: "task" }),
      ...reference("project", "Project", {
        legacy: "showid",
        relation: "show",
        onDelete: "cascade",
      }),
      ...reference("category", "ListCategory", {
        legacy: "typeid",
        relation: "type",
      }),
      user_id: foreign("User", { legacy: "userid" }),
      owner: one("User", "user_id", "user"),
      ...customAttributes("ListCustomAttributeValue"),
      ...customAttributeLinks(),
    },
    required: ["id", "is_open", "category_id", "project_id"],
    system: ["project_id"],
  }),
  define("TypedContextList", {
    extends: "List",
    table: "List",
    classifiers: { entity: "task" },
    attributes: {
      items: linked(
        "TypedContext",
        "ListObject",
        "list_id",
        "entity_id",
        "_task_items",
      ),
    },
  }),
  define("AssetVersionList", {
    extends: "List",
    table: "List",
    classifiers: { entity: "assetversion" },
    attributes: {
      system_type: text({ legacy: "entity", default: "assetversion" }),
      items: linked(
        "AssetVersion",
        "ListObject",
        "list_id",
        "entity_id",
        "_asset_version_items",
      ),
    },
  }),
  define("ListObject", {
    attributes: {
      id: key(),
      entity_id: foreign("any", {
        legacy: "entityid",
        onDelete: "cascade",
      }),
      ...reference("list", "List", {
        legacy: "listid",
        onDelete: "cascade",
      }),
      ...customAttributes("ListObjectCustomAttributeValue"),
    },
    required: ["id", "entity_id", "list_id"],
    shows: ["id", "entity_id", "list_id"],
    unique: [["list_id", "entity_id"]],
  }),
  define("ListCategory", {
    table: "ListType",
    attributes: {
      id: key("typeid"),
      name: text(),
      lists: many("List", "category_id"),
    },
    required: ["id"],
    administered: true,
  }),
];
