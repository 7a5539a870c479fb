/** A stored value. Dates are naive UTC text (`2024-01-31T10:00:00`); lists occur in custom attributes only. */
export type Value = string | number | boolean | null | readonly Value[] | Json;
/** A computed value that is shown as it is, such as `link`. */
export interface Json {
  readonly [key: string]: Value;
}

/**
 * A row of a table. Never changed in place: a write replaces it, so a row that was read stays what it was.
 * `$type` is the concrete type, such as `Shot`.
 */
export type Row = Readonly<Record<string, Value>> & { readonly $type: string };

/** Read access to the rows, as computed attributes and the query engine need it. */
export interface Reader {
  /** The row of a table (named by its root type) with this key. */
  get(base: string, key: string): Row | undefined;
  /** The rows of a table whose indexed column holds this value, oldest first. */
  find(base: string, column: string, value: string): Iterable<Row>;
  /** All rows of these concrete types of a table, oldest first. */
  scan(base: string, types: ReadonlySet<string>): Iterable<Row>;
  /** How many rows `find` would give. */
  count(base: string, column: string, value: string): number;
  /** The row of a table that was added last. */
  latest(base: string): Row | undefined;
  /** `make()`, remembered until a row of the table changes. */
  memo<T>(base: string, name: string, make: () => T): T;
  /** `make()`, remembered for a while, at most until any row changes. */
  recall<T>(name: string, make: () => T): T;
  /** What computed values depend on besides rows. */
  readonly surroundings: Surroundings;
}

export interface Surroundings {
  /** Address of the server, for computed URLs. */
  readonly origin: string;
  /** What `link` calls a typed context. */
  readonly linkTypes: "TypedContext" | "concrete";
}

/** Text of a column that holds a key; empty when it is null. */
export function keyOf(row: Row, column: string): string {
  const value = row[column];
  return typeof value === "string"
    ? value
    : typeof value === "number"
      ? String(value)
      : "";
}

const SEPARATOR = "\u001f";

/** The key of a row as one text, whatever number of columns it has. */
export function joinKey(parts: readonly string[]): string {
  return parts.length === 1 ? (parts[0] ?? "") : parts.join(SEPARATOR);
}
