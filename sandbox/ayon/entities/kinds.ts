import type { EntityRow, EntityType } from "../store/rows.ts";
import type { ProjectTables } from "../store/tables.ts";
import type { Table } from "../store/table.ts";
import type { FieldSpec } from "../validation/field.ts";
import { BODY_ID, LABEL, NAME, USER_NAME } from "../validation/patterns.ts";

/** What AYON's generic entity code has to know about one type of entity. */
export interface EntityKind {
  readonly type: EntityType;
  readonly table: TableName;
  /** Key of the row that names its parent. */
  readonly parentKey: string;
  /** Writable columns besides the common ones. */
  readonly fields: readonly FieldSpec[];
  /** Columns that must not be empty, in the order the database looks at them. */
  readonly notNull: readonly string[];
  /** Columns that point into other tables, in the order the database looks at them. */
  readonly references: readonly Reference[];
  readonly unique: Uniqueness;
}

export type TableName =
  | "folders"
  | "tasks"
  | "products"
  | "versions"
  | "representations"
  | "workfiles";

export interface Reference {
  readonly key: string;
  readonly table:
    TableName | "thumbnails" | "folder_types" | "task_types" | "statuses";
}

/** The unique index: the column names of the server's error text, and the values in it. */
export interface Uniqueness {
  columns(row: EntityRow): string;
  values(row: EntityRow): string;
}

const name: FieldSpec = {
  name: "name",
  kind: "string",
  required: true,
  regex: NAME,
};
const label: FieldSpec = { name: "label", kind: "string", regex: LABEL };
const id = (key: string, required = false): FieldSpec => ({
  name: key,
  kind: "string",
  required,
  regex: BODY_ID,
});
const thumbnail = id("thumbnailId");
const byLowerName = (parentColumn: string): string =>
  `${parentColumn}, lower(name::text)`;

export const KINDS: Readonly<Record<EntityType, EntityKind>> = {
  folder: {
    type: "folder",
    table: "folders",
    parentKey: "parentId",
    fields: [
      name,
      label,
      { name: "folderType", kind: "string" },
      id("parentId"),
      thumbnail,
    ],
    notNull: ["name", "folderType", "status", "tags", "active"],
    references: [
      { key: "folderType", table: "folder_types" },
      { key: "parentId", table: "folders" },
      { key: "thumbnailId", table: "thumbnails" },
      { key: "status", table: "statuses" },
    ],
    unique: {
      columns: (row) =>
        row.type === "folder" && row.parentId === null
          ? "lower(name::text)"
          : byLowerName("parent_id"),
      values: (row) =>
        row.type !== "folder"
          ? ""
          : row.parentId === null
            ? row.name.toLowerCase()
            : `${row.parentId}, ${row.name.toLowerCase()}`,
    },
  },
  task: {
    type: "task",
    table: "tasks",
    parentKey: "folderId",
    fields: [
      name,
      label,
      { name: "taskType", kind: "string", required: true },
      thumbnail,
      { name: "assignees", kind: "list_of_strings" },
      id("folderId"),
    ],
    notNull: ["name", "folderId", "assignees", "status", "tags", "active"],
    references: [
      { key: "folderId", table: "folders" },
      { key: "taskType", table: "task_types" },
      { key: "thumbnailId", table: "thumbnails" },
      { key: "status", table: "statuses" },
    ],
    unique: {
      columns: () => byLowerName("folder_id"),
      values: (row) =>
        row.type === "task" ? `${row.folderId}, ${row.name.toLowerCase()}` : "",
    },
  },
  product: {
    type: "product",
    table: "products",
    parentKey: "folderId",
    fields: [
      name,
      id("folderId", true),
      { name: "productType", kind: "string", required: true, regex: NAME },
      { name: "productBaseType", kind: "string", regex: NAME },
    ],
    notNull: ["name", "folderId", "productType", "status", "tags", "active"],
    references: [
      { key: "folderId", table: "folders" },
      { key: "status", table: "statuses" },
    ],
    unique: {
      columns: () => byLowerName("folder_id"),
      values: (row) =>
        row.type === "product"
          ? `${row.folderId}, ${row.name.toLowerCase()}`
          : "",
    },
  },
  version: {
    type: "version",
    table: "versions",
    parentKey: "productId",
    fields: [
      { name: "version", kind: "integer", required: true },
      id("productId", true),
      id("taskId"),
      thumbnail,
      { name: "author", kind: "string", regex: USER_NAME },
    ],
    notNull: ["version", "productId", "status", "tags", "active"],
    references: [
      { key: "productId", table: "products" },
      { key: "taskId", table: "tasks" },
      { key: "thumbnailId", table: "thumbnails" },
      { key: "status", table: "statuses" },
    ],
    unique: {
      columns: () => "product_id, version",
      values: (row) =>
        row.type === "version" ? `${row.productId}, ${row.version}` : "",
    },
  },
  representation: {
    type: "representation",
    table: "representations",
    parentKey: "versionId",
    fields: [
      name,
      id("versionId", true),
      { name: "files", kind: "list_of_any" },
      { name: "traits", kind: "dict" },
    ],
    notNull: ["name", "versionId", "status", "tags", "active"],
    references: [
      { key: "versionId", table: "versions" },
      { key: "status", table: "statuses" },
    ],
    unique: {
      columns: () => byLowerName("version_id"),
      values: (row) =>
        row.type === "representation"
          ? `${row.versionId}, ${row.name.toLowerCase()}`
          : "",
    },
  },
  workfile: {
    type: "workfile",
    table: "workfiles",
    parentKey: "taskId",
    fields: [
      { name: "path", kind: "string", required: true },
      id("taskId", true),
      thumbnail,
    ],
    notNull: ["path", "taskId", "status", "tags", "active"],
    references: [
      { key: "taskId", table: "tasks" },
      { key: "thumbnailId", table: "thumbnails" },
      { key: "status", table: "statuses" },
    ],
    unique: {
      columns: () => "path",
      values: (row) => (row.type === "workfile" ? row.path : ""),
    },
  },
};

export const ENTITY_TYPES = [
  "folder",
  "product",
  "version",
  "representation",
  "task",
  "workfile",
] as const satisfies readonly EntityType[];

/** The table of a kind, its rows seen as entities of any type. */
export function tableOf(
  tables: ProjectTables,
  type: EntityType,
): Table<EntityRow> {
  return tables[KINDS[type].table] as unknown as Table<EntityRow>;
}

export function parentIdOf(row: EntityRow): string | null {
  switch (row.type) {
    case "folder":
      return row.parentId;
    case "task":
    case "product":
      return row.folderId;
    case "version":
      return row.productId;
    case "representation":
      return row.versionId;
    case "workfile":
      return row.taskId;
  }
}
