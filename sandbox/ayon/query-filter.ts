import { UnhandledError } from "./errors.ts";
import {
  asArray,
  asString,
  isObject,
  sameJson,
  type JsonObject,
} from "./json.ts";
import type { EventRow } from "./store/rows.ts";
import {
  OPERATORS,
  plainOperator,
  valueProblem,
} from "./validation/query-filter.ts";
import { snakeCase } from "./validation/field.ts";

/** Reads a column by its snake_case name; undefined stands for SQL's NULL. */
export type ReadColumn = (column: string) => unknown;
export type Predicate = (read: ReadColumn) => boolean;

export interface FilterOptions {
  /** Columns a key may begin with. */
  readonly columns: readonly string[];
  /** What to throw for another column. */
  readonly unknownColumn: (column: string) => Error;
  /** What to throw for a statement PostgreSQL refuses. */
  readonly databaseError: (
    name: string,
    message: string,
    hint: string,
  ) => Error;
}

const JSON_COLUMNS = new Set([
  "summary",
  "payload",
  "attrib",
  "data",
  "config",
  "activity_data",
  "reference_data",
]);

/**
 * Compiles AYON's QueryFilter, which the server turns into SQL. Keys are paths: the first part a column (camel or
 * snake case), the rest keys inside a JSON column. A comparison with NULL is never true, `ne` included.
 *
 * @throws UnhandledError for a filter the server chokes on.
 */
export function compileFilter(
  filter: unknown,
  options: FilterOptions,
): Predicate {
  if (!isObject(filter)) throw new UnhandledError("Filter must be an object");
  const conditions = asArray(filter["conditions"]).map((condition) =>
    isObject(condition) && Array.isArray(condition["conditions"])
      ? compileFilter(condition, options)
      : compileCondition(condition, options),
  );
  const anyOf = asString(filter["operator"])?.toLowerCase() === "or";
  if (conditions.length === 0) return () => true;
  return anyOf
    ? (read) => conditions.some((holds) => holds(read))
    : (read) => conditions.every((holds) => holds(read));
}

/** A filter that travels as JSON text, as in GraphQL. */
export function compileFilterText(
  text: string,
  options: FilterOptions,
): Predicate {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text) as unknown;
  } catch (error) {
    throw new UnhandledError(
      error instanceof Error ? error.message : "Invalid JSON",
    );
  }
  return compileFilter(parsed, options);
}

function compileCondition(
  condition: unknown,
  options: FilterOptions,
): Predicate {
  const { key, value, operator: given } = isObject(condition) ? condition : {};
  if (typeof key !== "string")
    throw new UnhandledError("Filter condition without a key");
  const operator = plainOperator(asString(given) ?? "eq");
  const path = pathOf(key, options);
  const isId = path.length === 1 && /(^|_)id$/.test(path[0] ?? "");
  const wanted = isId ? withPlainIds(value) : value;
  checkCondition(operator, wanted, options);
  const isTime = path.length === 1 && (path[0] ?? "").endsWith("_at");
  if (operator === "like") {
    const pattern = like(asString(wanted) ?? "", true);
    return (read) => {
      const value = valueAt(read, path);
      return typeof value === "string" && pattern.test(value);
    };
  }
  return (read) => test(operator, valueAt(read, path), wanted, isTime);
}

function pathOf(key: string, options: FilterOptions): string[] {
  const path = key
    .replaceAll("/", ".")
    .split(".")
    .map((part) => part.trim());
  if (!path.every((part) => /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(part))) {
    throw new UnhandledError("Invalid path element detected");
  }
  const column = snakeCase(path[0] ?? "").replace(/^_/, "");
  if (!options.columns.includes(column)) throw options.unknownColumn(column);
  const isJson = JSON_COLUMNS.has(column);
  if (isJson !== path.length > 1)
    throw new UnhandledError(`Invalid path: ${path.join("/")}`);
  return [column, ...path.slice(1)];
}

function withPlainIds(value: unknown): unknown {
  const plain = (id: unknown): unknown => {
    if (typeof id !== "string") return id;
    const hex = id.replaceAll("-", "");
    if (hex.length !== 32) throw new UnhandledError(`Invalid entity ID ${hex}`);
    return hex;
  };
  return Array.isArray(value) ? value.map(plain) : plain(value);
}

function checkCondition(
  operator: string,
  value: unknown,
  options: FilterOptions,
): void {
  if (!OPERATORS.includes(operator))
    throw new UnhandledError(`Unsupported operator: ${operator}`);
  const problem = valueProblem(operator, value);
  if (problem !== null) throw new UnhandledError(problem);
  // SQL has no empty list of no type: what a client may take for "none" is an error.
  if (Array.isArray(value) && value.length === 0)
    throw options.databaseError(
      "IndeterminateDatatypeError",
      "cannot determine type of empty array",
      "Explicitly cast to the desired type, for example ARRAY[]::integer[].",
    );
}

function valueAt(read: ReadColumn, path: readonly string[]): unknown {
  const [column = "", ...keys] = path;
  let value: unknown = read(column) ?? undefined;
  for (const key of keys) {
    value =
      isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value;
}

function test(
  operator: string,
  value: unknown,
  wanted: unknown,
  isTime: boolean,
): boolean {
  if (operator === "isnull") return value === undefined;
  if (operator === "notnull") return value !== undefined;
  if (wanted === false && operator === "eq") return (value ?? false) === false;
  if (value === undefined) return false;
  switch (operator) {
    case "eq":
      return sameJson(value, wanted);
    case "ne":
      return !sameJson(value, wanted);
    case "in":
      return asArray(wanted).some((item) => sameJson(item, value));
    case "notin":
      return !asArray(wanted).some((item) => sameJson(item, value));
    case "lt":
    case "lte":
    case "gt":
    case "gte":
      return compares(operator, value, wanted, isTime);
    default:
      return includes(operator, asArray(value), wanted);
  }
}

function compares(
  operator: string,
  value: unknown,
  wanted: unknown,
  isTime: boolean,
): boolean {
  const number = (v: unknown): unknown =>
    isTime && typeof v === "string" ? Date.parse(v) : v;
  const difference = order(number(value), number(wanted));
  if (difference === null) return false;
  if (operator === "lt") return difference < 0;
  if (operator === "lte") return difference <= 0;
  if (operator === "gt") return difference > 0;
  return difference >= 0;
}

/** Negative, zero, positive; null for two values PostgreSQL would not compare. */
function order(a: unknown, b: unknown): number | null {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a !== "string" || typeof b !== "string") return null;
  return a < b ? -1 : a > b ? 1 : 0;
}

function includes(
  operator: string,
  list: readonly unknown[],
  wanted: unknown,
): boolean {
  const has = (item: unknown): boolean =>
    list.some((other) => sameJson(other, item));
  const items = Array.isArray(wanted) ? (wanted as unknown[]) : [wanted];
  switch (operator) {
    case "includes":
    case "includesany":
      return items.some(has);
    case "includesall":
      return items.every(has);
    case "excludes":
    case "excludesany":
      return !items.some(has);
    case "excludesall":
      return !items.every(has);
    default:
      return false;
  }
}

/** SQL's LIKE as a pattern: `%` is any text, `_` any one character. */
export function like(pattern: string, ignoreCase: boolean): RegExp {
  const source = pattern
    .replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll("%", "[^]*")
    .replaceAll("_", "[^]");
  return new RegExp(`^${source}$`, ignoreCase ? "i" : "");
}

/** Columns of events that are not called like the row's keys. */
const EVENT_KEYS: ReadonlyMap<string, string> = new Map([
  ["project_name", "project"],
  ["user_name", "user"],
  ["creation_order", "order"],
]);

/** The columns of an event row, by their names in the database. */
export function eventColumn(row: EventRow): ReadColumn {
  const values = row as unknown as JsonObject;
  return (column) =>
    values[EVENT_KEYS.get(column) ?? camelCase(column)] ?? undefined;
}

export function camelCase(column: string): string {
  return column.replaceAll(/_([a-z])/g, (_match, letter: string) =>
    letter.toUpperCase(),
  );
}

export const EVENT_FILTER: FilterOptions = {
  columns: [
    "id",
    "hash",
    "topic",
    "sender",
    "sender_type",
    "project",
    "project_name",
    "user",
    "user_name",
    "depends_on",
    "status",
    "retries",
    "description",
    "summary",
    "payload",
    "created_at",
    "updated_at",
    "creation_order",
  ],
  unknownColumn: (column) =>
    asyncpg("UndefinedColumnError", `column events.${column} does not exist`),
  databaseError: asyncpg,
};

/** REST shows all of the database driver's exception; GraphQL gives its message alone. */
function asyncpg(name: string, message: string, hint?: string): UnhandledError {
  const end = hint === undefined ? "" : `\nHINT:  ${hint}`;
  return new UnhandledError(`asyncpg.exceptions.${name}: ${message}${end}`);
}
