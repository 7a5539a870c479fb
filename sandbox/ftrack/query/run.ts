import type { Catalogue, EntityType } from "../schema/catalogue.ts";
import type { Json, Reader, Row, Value } from "../store/row.ts";
import { ApiError, parseError } from "../api/errors.ts";
import { aggregateRows } from "./aggregate.ts";
import type { Path, Query } from "./ast.ts";
import { candidates } from "./candidates.ts";
import { asText } from "../store/text.ts";
import { encodeRows } from "./encode.ts";
import { compileFilter, type FilterContext } from "./filter.ts";
import { QuerySyntaxError } from "./lexer.ts";
import { orderRows, valueAt } from "./order.ts";
import { parseQuery } from "./parser.ts";
import { project } from "./projection.ts";
import { typeOf } from "./relations.ts";
import { virtualRows } from "./virtual.ts";

/** Who asks, and what of. */
export interface QueryContext {
  readonly catalogue: Catalogue;
  readonly reader: Reader;
  readonly denormalize: boolean;
  /** Aggregates are for strict clients. */
  readonly strict: boolean;
  readonly nestedSubqueries: boolean;
  /** Whether the user may see a row; undefined when every row may be seen. */
  readonly visible: ((row: Row) => boolean) | undefined;
  /** Throws when the user may not query a type. */
  readonly admit: (type: EntityType) => void;
}

export interface QueryResult {
  readonly data: readonly Json[];
  /** Offset of the next page; null after the last. */
  readonly next: number | null;
}

/**
 * Runs a query.
 *
 * @throws ApiError `ParseError` for syntax, and for types and attributes that do not exist
 */
export function runQuery(
  expression: string,
  context: QueryContext,
): QueryResult {
  try {
    const query = parseQuery(expression);
    const type = typeOf(context.catalogue, query.type);
    const { rows, next } = select(query, type, context);
    return { data: show(query, type, rows, context), next };
  } catch (error) {
    if (error instanceof QuerySyntaxError)
      throw parseError(expression, error.message);
    throw error;
  }
}

/** The rows a query finds, not encoded. */
export function findRows(
  expression: string,
  context: QueryContext,
): {
  readonly query: Query;
  readonly type: EntityType;
  readonly rows: readonly Row[];
} {
  try {
    const query = parseQuery(expression);
    const type = typeOf(context.catalogue, query.type);
    return { query, type, rows: select(query, type, context).rows };
  } catch (error) {
    if (error instanceof QuerySyntaxError)
      throw parseError(expression, error.message);
    throw error;
  }
}

interface Page {
  readonly rows: readonly Row[];
  readonly next: number | null;
}

function select(query: Query, type: EntityType, context: QueryContext): Page {
  context.admit(type);
  const grouped = query.items?.some((i) => i.kind === "aggregate") ?? false;
  const end =
    query.limit === undefined || grouped
      ? Number.POSITIVE_INFINITY
      : query.offset + query.limit;
  const sorted =
    query.orderBy.length > 0
      ? orderedRows(query, type, context)
      : firstRows(query, type, context, end);
  const rows = grouped ? sorted : sorted.slice(query.offset, end);
  return { rows, next: sorted.length > end ? end : null };
}

/** Without an order the first rows will do; one more tells whether there is a next page. */
function firstRows(
  query: Query,
  type: EntityType,
  context: QueryContext,
  end: number,
): readonly Row[] {
  const found: Row[] = [];
  for (const row of matching(query, type, context)) {
    found.push(row);
    if (found.length > end) break;
  }
  return found;
}

/** Clients ask for one page after the other, so all of them are found and sorted once. */
function orderedRows(
  query: Query,
  type: EntityType,
  context: QueryContext,
): readonly Row[] {
  const sort = (): readonly Row[] =>
    orderRows(
      [...matching(query, type, context)],
      query.orderBy,
      type,
      context,
    );
  if (context.visible !== undefined || query.limit === undefined) return sort();
  const { where, orderBy } = query;
  const name = JSON.stringify([type.id, where ?? null, orderBy]);
  return context.reader.recall(name, sort);
}

function* matching(
  query: Query,
  type: EntityType,
  context: QueryContext,
): Iterable<Row> {
  const { catalogue, reader, visible } = context;
  const scope: FilterContext = {
    catalogue,
    reader,
    subquery: (inner) => subquery(inner, context),
  };
  const { where } = query;
  const filter =
    where === undefined ? undefined : compileFilter(where, type, scope);
  for (const row of source(query, type, scope)) {
    if (!type.concrete.has(row.$type)) continue;
    if (filter?.(row) === false) continue;
    if (visible?.(row) === false) continue;
    yield row;
  }
}

function source(
  { where }: Query,
  type: EntityType,
  scope: FilterContext,
): Iterable<Row> {
  if (type.definition.virtual === true) return virtualRows(type, where, scope);
  const indexed =
    where === undefined ? undefined : candidates(where, type, scope);
  return indexed ?? scope.reader.scan(type.base, type.concrete);
}

function subquery(query: Query, context: QueryContext): readonly string[] {
  if (!context.nestedSubqueries)
    throw new QuerySyntaxError("nested queries are not enabled");
  const type = typeOf(context.catalogue, query.type);
  const [item] = query.items ?? [];
  const path: Path =
    item?.kind === "path" ? item.path : [{ name: type.key[0] ?? "id" }];
  const value = valueAt(path, type, context);
  return select(query, type, context)
    .rows.map(value)
    .filter((v: Value) => v !== null)
    .map(asText);
}

/** The rows of a query as it wants them shown. */
export function show(
  query: Query,
  type: EntityType,
  rows: readonly Row[],
  context: QueryContext,
): readonly Json[] {
  const items = query.items ?? [];
  const paths = items.flatMap((i) => (i.kind === "path" ? [i.path] : []));
  if (paths.length < items.length) {
    if (!context.strict)
      throw new ApiError("ServerError", "Aggregates need the strict API.", 400);
    return aggregateRows(query, items, rows, type, context);
  }
  const shown =
    query.items === undefined ? type.shows.map((name) => [{ name }]) : paths;
  return encodeRows(rows, project(shown, type, context.catalogue), {
    catalogue: context.catalogue,
    reader: context.reader,
    denormalize: context.denormalize,
    visible: context.visible ?? (() => true),
  });
}
