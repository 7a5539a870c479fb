import type { z } from "zod";
import { ContractError, RejectedError } from "../core/errors.ts";
import { ftrackId, type FtrackId } from "../core/ids.ts";
import type { Logger } from "../core/log.ts";
import type { FtrackReads, RowsOf } from "../core/ports.ts";
import { chunk, type Query } from "../core/query.ts";
import { codes } from "./errors.ts";
import { downloadComponent } from "./download.ts";
import { plainRows } from "./plain.ts";
import type { FtrackSession } from "./session.ts";
import { queryResult, type QueryResult } from "./wire.ts";

/** The documented page size. */
const PAGE = 500;
/** Bounds of one HTTP request: queries in it, and characters of their expressions. */
const MAX_QUERIES = 20;
const MAX_CHARACTERS = 400_000;

export interface ReadSettings {
  readonly session: FtrackSession;
  readonly log: Logger;
  readonly signal?: AbortSignal;
  /** Called for each row that did not fit its schema. */
  readonly onDropped?: (type: string, rowId: string | null) => void;
}

/** One query on its way through its pages. */
interface Cursor {
  readonly query: Query<unknown>;
  readonly rows: unknown[];
  offset: number;
  /** Rows received, those dropped included. */
  received: number;
  isDone: boolean;
}

/**
 * The reading half of Ftrack. Make one per batch of work: `unreadable` collects over its lifetime.
 */
export function createFtrackReads(settings: ReadSettings): FtrackReads {
  const { session, signal } = settings;
  const unreadable = new Set<FtrackId>();

  async function query<const Q extends readonly Query<unknown>[]>(
    ...queries: Q
  ): Promise<{ -readonly [K in keyof Q]: RowsOf<Q[K]> }> {
    const cursors = queries.map((q): Cursor => ({
      query: q,
      rows: [],
      offset: 0,
      received: 0,
      isDone: q.limit === 0,
    }));
    for (;;) {
      const open = cursors.filter((c) => !c.isDone);
      if (open.length === 0) break;
      for (const group of requests(open)) {
        const results = await fetchPages(group);
        for (const [i, cursor] of group.entries()) {
          const result = results[i];
          if (result !== undefined) take(cursor, result);
        }
      }
    }
    // Row types are tied to the queries by their own schemas, which TypeScript cannot follow through a list.
    return cursors.map((c) => c.rows) as {
      -readonly [K in keyof Q]: RowsOf<Q[K]>;
    };
  }

  async function fetchPages(
    group: readonly Cursor[],
  ): Promise<readonly QueryResult[]> {
    const operations = group.map((c) => ({
      action: "query",
      expression: pageExpression(c),
    }));
    try {
      const results = await session
        .call(operations, { purpose: "query", signal })
        .catch((error: unknown) => {
          // One value that is no date makes the client give up the whole answer; as objects it can be told.
          if (
            !(error instanceof ContractError) ||
            error.code !== codes.malformed
          )
            throw error;
          return session.call(operations, {
            purpose: "query",
            signal,
            datesAsObjects: true,
          });
        });
      return results.map(parseResult);
    } catch (error) {
      throw await named(error, group);
    }
  }

  /** The server does not say which query of a request it refuses: the first that is refused alone is named. */
  async function named(
    error: unknown,
    group: readonly Cursor[],
  ): Promise<unknown> {
    if (!(error instanceof RejectedError)) return error;
    for (const cursor of group) {
      const { type, expression } = cursor.query;
      const refusal =
        group.length === 1
          ? error
          : await session
              .call([{ action: "query", expression: pageExpression(cursor) }], {
                purpose: "query",
                signal,
              })
              .then(
                () => null,
                (thrown: unknown) => thrown,
              );
      if (refusal instanceof RejectedError) {
        return new RejectedError(refusal.message, {
          code: codes.query,
          system: "ftrack",
          subject: { type, expression: expression.slice(0, 500) },
          cause: refusal.cause,
        });
      }
    }
    return error;
  }

  function take(cursor: Cursor, { data, metadata }: QueryResult): void {
    const { query: q } = cursor;
    const asked = pageSize(cursor);
    for (const raw of plainRows(data)) {
      const row = q.row.safeParse(raw);
      if (row.success) cursor.rows.push(row.data);
      else drop(q.type, raw, row.error);
    }
    cursor.received += data.length;
    // A server that gives no hint: a page that is not full is the last one.
    const guess = data.length < asked ? null : cursor.received;
    const next =
      metadata?.next == null ? guess : (metadata.next.offset ?? null);
    const isEnd = next === null || next <= cursor.offset || data.length === 0;
    cursor.isDone =
      isEnd || (q.limit !== undefined && cursor.received >= q.limit);
    cursor.offset = next ?? cursor.offset;
  }

  function drop(type: string, raw: unknown, problem: z.ZodError): void {
    const id: unknown =
      typeof raw === "object" && raw !== null ? Reflect.get(raw, "id") : null;
    const rowId = typeof id === "string" ? id : null;
    if (rowId !== null) unreadable.add(ftrackId(rowId));
    settings.onDropped?.(type, rowId);
    logDropped(settings.log, type, rowId, problem);
  }

  return {
    query,
    unreadable: () => unreadable,
    download: (componentId) => downloadComponent(session, componentId, signal),
  };
}

/**
 * Reads rows by a long list of ids: the list is cut into pieces of a size the server takes, the rows come
 * back as one list. An empty list costs nothing.
 */
export async function readByIds<Row>(
  reads: FtrackReads,
  ids: Iterable<string>,
  build: (part: readonly string[]) => Query<Row>,
  size = PAGE,
): Promise<Row[]> {
  const queries = chunk([...new Set(ids)], size).map(build);
  if (queries.length === 0) return [];
  const parts: Row[][] = await reads.query(...queries);
  return parts.flat();
}

/** @throws ContractError `E_FTRACK_MALFORMED` */
function parseResult(raw: unknown): QueryResult {
  const parsed = queryResult.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new ContractError("Ftrack's answer to a query is not a list of rows", {
    code: codes.malformed,
    system: "ftrack",
  });
}

/** Rows to ask for next. */
function pageSize({ query, received }: Cursor): number {
  return query.limit === undefined
    ? PAGE
    : Math.min(PAGE, query.limit - received);
}

function pageExpression(cursor: Cursor): string {
  return `${cursor.query.expression} offset ${cursor.offset} limit ${pageSize(cursor)}`;
}

function* requests(cursors: readonly Cursor[]): Generator<readonly Cursor[]> {
  let group: Cursor[] = [];
  let characters = 0;
  for (const cursor of cursors) {
    const { length } = cursor.query.expression;
    if (
      group.length > 0 &&
      (group.length >= MAX_QUERIES || characters + length > MAX_CHARACTERS)
    ) {
      yield group;
      group = [];
      characters = 0;
    }
    group.push(cursor);
    characters += length;
  }
  if (group.length > 0) yield group;
}

/** Problems already told: one line per type and kind of problem, not one per row. */
const told = new Set<string>();

function logDropped(
  log: Logger,
  type: string,
  rowId: string | null,
  problem: z.ZodError,
): void {
  const [issue] = problem.issues;
  const path = issue?.path.join(".") ?? "";
  const signature = `${type} ${path} ${issue?.code ?? ""}`;
  if (told.has(signature) || told.size > 1000) return;
  told.add(signature);
  log.warn(
    { type, rowId, path, problem: issue?.message },
    "a row of Ftrack does not fit and is left out; later ones like it are only counted",
  );
}
