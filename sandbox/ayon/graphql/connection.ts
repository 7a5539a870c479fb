import { badRequest } from "../errors.ts";
import { asNumber, asString, type JsonObject } from "../json.ts";

/** The page a connection shows; fields of the wire come from the nodes. */
export interface Connection<N> {
  readonly edges: readonly { readonly cursor: string; readonly node: N }[];
  readonly pageInfo: PageInfo;
}

interface PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

export const EMPTY: Connection<never> = {
  edges: [],
  pageInfo: {
    hasNextPage: false,
    hasPreviousPage: false,
    startCursor: null,
    endCursor: null,
  },
};

const DEFAULT_PAGE = 100;

/**
 * What rows are sorted by, and their cursors hold: values of which null comes last, as in PostgreSQL, or the
 * order of creation. Rows mostly come in that order already, which spares large tables the work.
 */
export type Sorting<R> =
  | { readonly key: (row: R) => readonly unknown[] }
  | { readonly order: (row: R) => number };

/** Which part of the rows, and from which end. */
interface Window {
  readonly cursor: readonly unknown[] | null;
  readonly isBefore: boolean;
  readonly descending: boolean;
  readonly size: number;
}

interface Keyed<R> {
  readonly row: R;
  readonly key: readonly unknown[];
}

/**
 * One page of `rows`. `last` gives the newest first; `hasNextPage` is a guess from a full page, so a total that
 * is an exact multiple of the page costs one empty page more.
 *
 * @throws ApiError 400 for a cursor that is none.
 */
export function paginate<R, N>(
  rows: readonly R[],
  args: JsonObject,
  sorting: Sorting<R>,
  node: (row: R) => N,
): Connection<N> {
  const first = asNumber(args["first"]);
  const last = first === null ? asNumber(args["last"]) : null;
  const before = asString(args["before"]);
  const window: Window = {
    cursor: decode(before ?? asString(args["after"])),
    isBefore: before !== null,
    size: first ?? last ?? DEFAULT_PAGE,
    descending: last !== null,
  };
  const edges = pageOf(rows, sorting, window).map(({ row, key }) => ({
    cursor: encode(key),
    node: node(row),
  }));
  const full = edges.length > 0 && edges.length >= window.size;
  return {
    edges,
    pageInfo: {
      hasNextPage: !window.descending && full,
      hasPreviousPage: window.descending && full,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

function pageOf<R>(
  rows: readonly R[],
  sorting: Sorting<R>,
  window: Window,
): readonly Keyed<R>[] {
  if ("key" in sorting) return pageByKey(rows, sorting.key, window);
  const { order } = sorting;
  const at = window.cursor?.[0] ?? null;
  return at === null || typeof at === "number"
    ? pageByOrder(rows, order, at, window)
    : pageByKey(rows, (row) => [order(row)], window);
}

function pageByKey<R>(
  rows: readonly R[],
  keyOf: (row: R) => readonly unknown[],
  { cursor, isBefore, descending, size }: Window,
): readonly Keyed<R>[] {
  const keyed = rows.map((row): Keyed<R> => ({ row, key: keyOf(row) }));
  const wanted =
    cursor === null
      ? keyed
      : keyed.filter(({ key }) => {
          const side = compareKeys(key.slice(0, cursor.length), cursor);
          return isBefore ? side < 0 : side > 0;
        });
  wanted.sort((a, b) => compareKeys(a.key, b.key) * (descending ? -1 : 1));
  return wanted.slice(0, size);
}

function pageByOrder<R>(
  rows: readonly R[],
  order: (row: R) => number,
  at: number | null,
  { isBefore, descending, size }: Window,
): readonly Keyed<R>[] {
  const sorted = inOrder(rows, order);
  let [start, end] = [0, sorted.length];
  if (at !== null) {
    if (isBefore) end = countBelow(sorted, order, at);
    else start = countBelow(sorted, order, at + 1);
  }
  if (descending) start = Math.max(start, end - size);
  const page = sorted.slice(start, Math.min(end, start + size));
  if (descending) page.reverse();
  return page.map((row) => ({ row, key: [order(row)] }));
}

function inOrder<R>(
  rows: readonly R[],
  order: (row: R) => number,
): readonly R[] {
  let last = -Infinity;
  const isSorted = rows.every((row) => {
    const rises = order(row) > last;
    last = order(row);
    return rises;
  });
  return isSorted ? rows : [...rows].sort((a, b) => order(a) - order(b));
}

/** How many of the sorted rows are below this order. */
function countBelow<R>(
  sorted: readonly R[],
  order: (row: R) => number,
  limit: number,
): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = sorted[middle];
    if (row !== undefined && order(row) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

function encode(key: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(key)).toString("base64");
}

function decode(cursor: string | null): readonly unknown[] | null {
  if (cursor === null || cursor === "") return null;
  try {
    const key = JSON.parse(
      Buffer.from(cursor, "base64").toString("utf8"),
    ) as unknown;
    if (Array.isArray(key)) return key as unknown[];
  } catch {
    // Not JSON: the same refusal as for JSON of another shape.
  }
  throw badRequest("Invalid cursor");
}

function compareKeys(a: readonly unknown[], b: readonly unknown[]): number {
  for (const [i, value] of a.entries()) {
    const side = compareValues(value, b[i]);
    if (side !== 0) return side;
  }
  return 0;
}

function compareValues(a: unknown, b: unknown): number {
  const [noA, noB] = [
    a === null || a === undefined,
    b === null || b === undefined,
  ];
  if (noA || noB) return Number(noA) - Number(noB);
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [x, y] = [text(a), text(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
