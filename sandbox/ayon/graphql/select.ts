import { badRequest, UnhandledError } from "../errors.ts";
import {
  asArray,
  asObject,
  asString,
  asStrings,
  type JsonObject,
} from "../json.ts";
import {
  camelCase,
  compileFilterText,
  like,
  type FilterOptions,
  type Predicate,
} from "../query-filter.ts";
import type { EntityRow } from "../store/rows.ts";
import { NAME, TYPE_NAME, USER_NAME } from "../validation/patterns.ts";
import type { ProjectGraph } from "./context.ts";

/** Rows so far, or null when an empty list among the arguments settles that nothing is wanted. */
export type Selected<R> = R[] | null;

/** Ids as the server reads them: dashes allowed, anything else an error of the whole field. */
export function ids(value: unknown): string[] | null {
  if (value === null || value === undefined) return null;
  return asArray(value).map((id) => plainId(id));
}

export function plainId(id: unknown): string {
  const hex = (asString(id) ?? "").replaceAll("-", "");
  if (hex.length !== 32) throw new UnhandledError(`Invalid entity ID ${hex}`);
  return hex;
}

/** A list argument: null when absent. */
export function list(value: unknown): string[] | null {
  return value === null || value === undefined ? null : asStrings(value);
}

/** A single value as a list; null when absent. */
export function alone(value: unknown): string[] | null {
  return typeof value === "string" ? [value] : null;
}

/** Names in filters have to look like names, whatever names entities really have. */
export function named(value: unknown, pattern: RegExp = NAME): string[] | null {
  const names = list(value);
  for (const name of names ?? []) {
    if (!pattern.test(name)) {
      throw badRequest(
        `Name '${name}' does not match regex '${pattern.source}'`,
      );
    }
  }
  return names;
}

export const typeNames = (value: unknown): string[] | null =>
  named(value, TYPE_NAME);

export function userNames(value: unknown): string[] | null {
  const names = list(value);
  for (const name of names ?? []) {
    if (!USER_NAME.test(name)) {
      throw badRequest(
        `User name '${name}' does not match regex '${USER_NAME.source}'`,
      );
    }
  }
  return names;
}

/** Keeps rows whose value is in the list; an absent list keeps all. */
export function within<R>(
  rows: R[],
  wanted: readonly unknown[] | null,
  value: (row: R) => unknown,
): R[] {
  if (wanted === null) return rows;
  const set = new Set(wanted);
  return rows.filter((row) => set.has(value(row)));
}

/** Keeps rows that carry all wanted words in a list column. */
export function withAll<R>(
  rows: R[],
  wanted: readonly string[] | null,
  value: (row: R) => readonly string[],
): R[] {
  if (wanted === null) return rows;
  if (wanted.length === 0) return rows.filter((row) => value(row).length === 0);
  return rows.filter((row) =>
    wanted.every((word) => value(row).includes(word)),
  );
}

export function withAny<R>(
  rows: R[],
  wanted: readonly string[] | null,
  value: (row: R) => readonly string[],
): R[] {
  if (wanted === null) return rows;
  if (wanted.length === 0) return rows.filter((row) => value(row).length > 0);
  return rows.filter((row) => wanted.some((word) => value(row).includes(word)));
}

/** `attributes: [{name, values}]`; a name the server does not know is passed over. */
export function byAttributes<R extends EntityRow>(
  graph: ProjectGraph,
  rows: R[],
  type: "folder" | "task",
  value: unknown,
): R[] {
  let kept = rows;
  for (const item of asArray(value)) {
    const { name, values } = asObject(item);
    const key = asString(name) ?? "";
    if (!graph.scope.attributes.has(type, key)) continue;
    const wanted = new Set(asStrings(values));
    // The server writes an empty SQL list.
    if (wanted.size === 0)
      throw new UnhandledError('syntax error at or near ")"');
    const isFloat = graph.scope.attributes.kind(key) === "float";
    kept = kept.filter((row) =>
      wanted.has(attributeText(graph.filterAttributes(row)[key], isFloat)),
    );
  }
  return kept;
}

/** How PostgreSQL shows a JSON value as text; Python stored 25 as 25.0 where a float is due. */
function attributeText(value: unknown, isFloat: boolean): string {
  if (value === null || value === undefined) return "\0";
  if (isFloat && typeof value === "number" && Number.isInteger(value))
    return `${value}.0`;
  return typeof value === "string" ? value : JSON.stringify(value);
}

export function columnFilter(columns: readonly string[]): FilterOptions {
  return {
    columns,
    unknownColumn: (column) => new UnhandledError(`Invalid key: ${column}`),
    databaseError: (_name, message) => new UnhandledError(message),
  };
}

/** What an entity may be filtered by: columns of its own and those it borrows. */
export interface Columns<R> {
  readonly names: readonly string[];
  readonly borrowed?: (row: R, column: string) => unknown;
}

/** Keeps rows that pass `filter`, a QueryFilter as JSON text. */
export function byFilter<R extends EntityRow>(
  graph: ProjectGraph,
  rows: R[],
  text: unknown,
  columns: Columns<R>,
): R[] {
  return byRelated(graph, rows, text, columns, (row) => [row]);
}

/** Keeps rows of which a related row passes the filter. */
export function byRelated<R, O extends EntityRow>(
  graph: ProjectGraph,
  rows: R[],
  text: unknown,
  columns: Columns<O>,
  related: (row: R) => readonly (O | undefined)[],
): R[] {
  if (typeof text !== "string" || text === "") return rows;
  const holds: Predicate = compileFilterText(text, columnFilter(columns.names));
  const passes = (row: O): boolean => {
    const values = row as unknown as JsonObject;
    return holds((column) => {
      if (column === "attrib") return graph.filterAttributes(row);
      const key = camelCase(column);
      return Object.hasOwn(values, key)
        ? (values[key] ?? undefined)
        : columns.borrowed?.(row, column);
    });
  };
  return rows.filter((row) =>
    related(row).some((other) => other !== undefined && passes(other)),
  );
}

/** `hasLinks`. `BOTH` needs a link in each direction; `NONE` is refused, as by the real server. */
export function byLinks<R extends EntityRow>(
  graph: ProjectGraph,
  rows: R[],
  wanted: unknown,
): R[] {
  if (wanted === null || wanted === undefined) return rows;
  if (wanted === "NONE") throw new UnhandledError("Wrong has_links value");
  return rows.filter((row) => {
    const links = graph.tables.links.find("entity", row.id);
    const incoming = links.some((link) => link.outputId === row.id);
    const outgoing = links.some((link) => link.inputId === row.id);
    if (wanted === "IN") return incoming;
    if (wanted === "OUT") return outgoing;
    return wanted === "BOTH" ? incoming && outgoing : incoming || outgoing;
  });
}

/** Fuzzy `search`: comma separates alternatives, all words of one must occur somewhere. */
export function bySearch<R>(
  rows: R[],
  search: unknown,
  texts: (row: R) => readonly (string | null)[],
): R[] {
  if (typeof search !== "string" || search === "") return rows;
  const alternatives = search.split(",").map((part) =>
    part
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u)
      .filter((word) => word !== ""),
  );
  return rows.filter((row) => {
    const all = texts(row).map((text) => (text ?? "").toLowerCase());
    return alternatives.some((words) =>
      words.every((word) => all.some((text) => text.includes(word))),
    );
  });
}

export function byPattern<R>(
  rows: R[],
  pattern: unknown,
  text: (row: R) => string,
): R[] {
  if (typeof pattern !== "string") return rows;
  const regex = new RegExp(pattern);
  return rows.filter((row) => regex.test(text(row)));
}

export function byLike<R>(
  rows: R[],
  pattern: unknown,
  text: (row: R) => string,
): R[] {
  if (typeof pattern !== "string") return rows;
  const regex = like(pattern, true);
  return rows.filter((row) => regex.test(text(row)));
}

/** True when one of these list arguments was given and is empty: nothing can match. */
export function someEmpty(
  ...lists: readonly (readonly unknown[] | null)[]
): boolean {
  return lists.some((items) => items?.length === 0);
}

/** Folders named by `folderIds`, with those below when asked for; null when nothing was said. */
export function foldersWanted(
  graph: ProjectGraph,
  args: JsonObject,
  folderIds: string[] | null,
): Set<string> | null {
  if (folderIds === null) return null;
  return args["includeFolderChildren"] === true
    ? graph.withChildren(folderIds)
    : new Set(folderIds);
}
