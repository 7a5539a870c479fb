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

/** Values a row is sorted by, and its cursor holds. Null sorts last, as in PostgreSQL. */
export type SortKey<R> = (row: R) => readonly unknown[];

/**
 * One page of `rows`. `last` gives the newest first; `hasNextPage` is a guess from a full page, so a total that
 * is an exact multiple of the page costs one empty page more.
 *
 * @throws ApiError 400 for a cursor that is none.
 */
export function paginate<R, N>(
  rows: readonly R[],
  args: JsonObject,
  sortKey: SortKey<R>,
  node: (row: R) => N,
): Connection<N> {
  const first = asNumber(args["first"]);
  const last = first === null ? asNumber(args["last"]) : null;
  const before = asString(args["before"]);
  const cursor = decode(before ?? asString(args["after"]));
  const size = first ?? last ?? DEFAULT_PAGE;
  const descending = last !== null;
  const keyed = rows.map((row) => ({ row, key: sortKey(row) }));
  const wanted =
    cursor === null
      ? keyed
      : keyed.filter(({ key }) => {
          const side = compareKeys(key.slice(0, cursor.length), cursor);
          return before === null ? side > 0 : side < 0;
        });
  wanted.sort((a, b) => compareKeys(a.key, b.key) * (descending ? -1 : 1));
  const edges = wanted
    .slice(0, size)
    .map(({ row, key }) => ({ cursor: encode(key), node: node(row) }));
  const full = edges.length > 0 && edges.length >= size;
  return {
    edges,
    pageInfo: {
      hasNextPage: !descending && full,
      hasPreviousPage: descending && full,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
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
