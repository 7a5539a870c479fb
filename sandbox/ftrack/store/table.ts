import type { TableShape } from "../schema/catalogue.ts";
import { joinKey, keyOf, type Row } from "./row.ts";

type Index = Map<string, Map<string, Row>>;

/** Rows by key, with an index over every column that names other rows. Iteration is in order of creation. */
export class Table {
  readonly rows = new Map<string, Row>();
  /** Counts the changes. */
  version = 0;
  /** The row that was added last. */
  latest: Row | undefined;
  readonly #shape: TableShape;
  readonly #indexes = new Map<string, Index>();
  readonly #types: Index = new Map();

  constructor(shape: TableShape) {
    this.#shape = shape;
    for (const column of shape.indexed) this.#indexes.set(column, new Map());
  }

  keyOf(row: Row): string {
    return joinKey(this.#shape.key.map((column) => keyOf(row, column)));
  }

  /** Puts or, with undefined, removes the row of a key; answers the row that was there. */
  set(key: string, row: Row | undefined): Row | undefined {
    const before = this.rows.get(key);
    this.version++;
    if (row === undefined) this.rows.delete(key);
    else this.rows.set(key, row);
    if (before === undefined && row !== undefined) this.latest = row;
    if (this.rows.size === 0) this.latest = undefined;
    reindex(this.#types, key, before?.$type ?? "", row?.$type ?? "", row);
    for (const [column, index] of this.#indexes) {
      const from = before === undefined ? "" : keyOf(before, column);
      const to = row === undefined ? "" : keyOf(row, column);
      reindex(index, key, from, to, row);
    }
    return before;
  }

  find(column: string, value: string): ReadonlyMap<string, Row> | undefined {
    const index = this.#indexes.get(column);
    if (index === undefined) throw new Error(`No index over ${column}`);
    return index.get(value);
  }

  ofType(type: string): ReadonlyMap<string, Row> | undefined {
    return this.#types.get(type);
  }
}

function reindex(
  index: Index,
  key: string,
  from: string,
  to: string,
  row: Row | undefined,
): void {
  if (from !== "" && from !== to) {
    const bucket = index.get(from);
    bucket?.delete(key);
    if (bucket?.size === 0) index.delete(from);
  }
  if (to === "" || row === undefined) return;
  const bucket = index.get(to);
  if (bucket === undefined) index.set(to, new Map([[key, row]]));
  else bucket.set(key, row);
}
