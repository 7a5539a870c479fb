import { IntegrityError } from "../errors.ts";
import { dashed } from "../ids.ts";
import type { EntityRow, ProjectRow } from "../store/rows.ts";
import type { ProjectTables } from "../store/tables.ts";
import { snakeCase } from "../validation/field.ts";
import { KINDS, tableOf, type Reference } from "./kinds.ts";

/** `Folder` for the table `folders`: how the server turns a table's name into a word. */
export function recordWord(table: string): string {
  const word = table.replace(/s+$/, "");
  return word.charAt(0).toUpperCase() + word.slice(1);
}

export function uniqueViolation(
  table: string,
  columns: string,
  values: string,
): IntegrityError {
  return new IntegrityError(
    "unique-violation",
    `${recordWord(table)} with ${columns} '${values}' already exists.`,
  );
}

export function missingReference(
  column: string,
  value: string,
  table: string,
): IntegrityError {
  return new IntegrityError(
    "foreign-key-violation",
    `${column} '${dashed(value)}' is not present in table "${table}".`,
  );
}

/** What PostgreSQL checks before it takes a row: empty columns, then unique indexes, then foreign keys. */
export function checkConstraints(
  tables: ProjectTables,
  project: ProjectRow,
  row: EntityRow,
): void {
  const kind = KINDS[row.type];
  const values = row as unknown as Readonly<Record<string, unknown>>;
  for (const key of kind.notNull) {
    if (values[key] === null || values[key] === undefined) {
      throw new IntegrityError(
        "not-null-violation",
        `Missing required field: ${snakeCase(key)}`,
      );
    }
  }
  checkUnique(tables, row);
  for (const reference of kind.references) {
    const value = values[reference.key];
    if (
      typeof value === "string" &&
      !exists(tables, project, reference, value)
    ) {
      throw missingReference(snakeCase(reference.key), value, reference.table);
    }
  }
}

function checkUnique(tables: ProjectTables, row: EntityRow): void {
  const kind = KINDS[row.type];
  const table = tableOf(tables, row.type);
  const [index, key] =
    row.type === "workfile" ? ["path", row.path] : ["name", nameKey(row)];
  if (key === null) return;
  if (table.find(index, key).some((other) => other.id !== row.id)) {
    const values = kind.unique.values(row).replace(/^[0-9a-f]{32}/, dashed);
    throw uniqueViolation(kind.table, kind.unique.columns(row), values);
  }
}

/** Mirrors the `name` index of the tables: only active rows are unique. */
function nameKey(row: Exclude<EntityRow, { type: "workfile" }>): string | null {
  if (!row.active) return null;
  if (row.type === "version") return `${row.productId} ${row.version}`;
  const parent =
    row.type === "folder"
      ? (row.parentId ?? "root")
      : row.type === "representation"
        ? row.versionId
        : row.folderId;
  return `${parent} ${row.name.toLowerCase()}`;
}

function exists(
  tables: ProjectTables,
  project: ProjectRow,
  reference: Reference,
  value: string,
): boolean {
  const named = (list: readonly { name: string }[]): boolean =>
    list.some((item) => item.name === value);
  switch (reference.table) {
    case "folder_types":
      return named(project.folderTypes);
    case "task_types":
      return named(project.taskTypes);
    case "statuses":
      return named(project.statuses);
    case "folders":
    case "tasks":
    case "products":
    case "versions":
    case "representations":
    case "workfiles":
    case "thumbnails":
      return tables[reference.table].has(value);
  }
}
