import type { TableShape } from "../schema/catalogue.ts";
import type { Reader, Row, Surroundings } from "./row.ts";
import { Table } from "./table.ts";

/** One row before and after a write. */
export interface Write {
  readonly base: string;
  readonly key: string;
  readonly before: Row | undefined;
  readonly after: Row | undefined;
}

/** All rows at one moment. Rows are never changed in place, so this is a shallow copy. */
export type Snapshot = ReadonlyMap<string, readonly Row[]>;

/** How many results are remembered. */
const RECENT = 8;

/** The rows of the server. Writes outside `transaction` are refused. */
export class Store implements Reader {
  surroundings: Surroundings;
  readonly #tables = new Map<string, Table>();
  readonly #recent = new Map<string, unknown>();
  readonly #memos = new Map<string, { version: number; value: unknown }>();
  #journal: Write[] | undefined;

  constructor(
    shapes: ReadonlyMap<string, TableShape>,
    surroundings: Surroundings,
  ) {
    this.surroundings = surroundings;
    for (const [base, shape] of shapes)
      this.#tables.set(base, new Table(shape));
  }

  get(base: string, key: string): Row | undefined {
    return this.#table(base).rows.get(key);
  }

  find(base: string, column: string, value: string): Iterable<Row> {
    return this.#table(base).find(column, value)?.values() ?? [];
  }

  count(base: string, column: string, value: string): number {
    return this.#table(base).find(column, value)?.size ?? 0;
  }

  latest(base: string): Row | undefined {
    return this.#table(base).latest;
  }

  /** How many rows each table has. */
  sizes(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      [...this.#tables].map(([base, table]) => [base, table.rows.size]),
    );
  }

  keyOf(base: string, row: Row): string {
    return this.#table(base).keyOf(row);
  }

  *scan(base: string, types: ReadonlySet<string>): Iterable<Row> {
    const table = this.#table(base);
    if (types.size === 1) {
      for (const type of types) yield* table.ofType(type)?.values() ?? [];
      return;
    }
    for (const row of table.rows.values()) if (types.has(row.$type)) yield row;
  }

  memo<T>(base: string, name: string, make: () => T): T {
    const { version } = this.#table(base);
    const known = this.#memos.get(name);
    if (known?.version === version) return known.value as T;
    const value = make();
    this.#memos.set(name, { version, value });
    return value;
  }

  recall<T>(name: string, make: () => T): T {
    if (this.#recent.has(name)) return this.#recent.get(name) as T;
    const value = make();
    if (this.#recent.size >= RECENT) this.#recent.clear();
    this.#recent.set(name, value);
    return value;
  }

  put(base: string, row: Row): void {
    const table = this.#table(base);
    this.#write(base, table, table.keyOf(row), row);
  }

  remove(base: string, key: string): void {
    this.#write(base, this.#table(base), key, undefined);
  }

  /**
   * Runs `work`; when it throws, nothing of it remains. Synchronous, so that no reader can see the middle.
   * `work` gets the writes so far, and they grow as it writes.
   */
  transaction<T>(work: (writes: readonly Write[]) => T): {
    readonly result: T;
    readonly writes: readonly Write[];
  } {
    if (this.#journal !== undefined) throw new Error("Nested transaction");
    const journal: Write[] = (this.#journal = []);
    try {
      return { result: work(journal), writes: journal };
    } catch (error) {
      this.#recent.clear();
      for (const write of journal.reverse())
        this.#table(write.base).set(write.key, write.before);
      throw error;
    } finally {
      this.#journal = undefined;
    }
  }

  snapshot(): Snapshot {
    return new Map(
      [...this.#tables].map(([base, table]) => [
        base,
        [...table.rows.values()],
      ]),
    );
  }

  /** Replaces everything. */
  restore(snapshot: Snapshot): void {
    this.#memos.clear();
    this.#recent.clear();
    for (const [base, table] of this.#tables) {
      for (const key of [...table.rows.keys()]) table.set(key, undefined);
      for (const row of snapshot.get(base) ?? [])
        table.set(table.keyOf(row), row);
    }
  }

  #table(base: string): Table {
    const table = this.#tables.get(base);
    if (table === undefined) throw new Error(`No table ${base}`);
    return table;
  }

  #write(
    base: string,
    table: Table,
    key: string,
    after: Row | undefined,
  ): void {
    if (this.#journal === undefined)
      throw new Error("Write outside a transaction");
    this.#recent.clear();
    const before = table.set(key, after);
    this.#journal.push({ base, key, before, after });
  }
}

/** The net effect of writes: each row once, in the order in which they were first touched. */
export function netWrites(writes: readonly Write[]): readonly Write[] {
  const net = new Map<string, Write>();
  for (const write of writes) {
    const id = `${write.base} ${write.key}`;
    const first = net.get(id);
    net.set(
      id,
      first === undefined ? write : { ...write, before: first.before },
    );
  }
  return [...net.values()].filter((w) => w.before !== w.after);
}
