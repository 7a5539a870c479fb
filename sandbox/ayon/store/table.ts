/** A row is never changed in place: an update puts a new object. That makes undo and snapshots cheap. */
export interface Row {
  readonly id: string;
  /** Order of creation, unique in the database; AYON's default order and cursor. */
  readonly order: number;
}

/** The key or keys a row is found under; null keeps it out of the index. */
export type IndexKey<R> = (row: R) => string | readonly string[] | null;
export type Indexes<R> = Readonly<Record<string, IndexKey<R>>>;

/** Told of every change: the database keeps its undo log and its list of unsaved rows here. */
export interface Journal {
  changed(table: TableLike, id: string, before: Row | undefined): void;
}

/** What undo and persistence need of a table, whatever its rows are. */
export interface TableLike {
  readonly name: string;
  readonly size: number;
  peek(id: string): Row | undefined;
  /** Puts the row back, or takes it away, without telling the journal. */
  reset(id: string, row: Row | undefined): void;
  contents(): ReadonlyMap<string, Row>;
  replaceAll(rows: ReadonlyMap<string, Row>): void;
}

export class Table<R extends Row> implements TableLike {
  readonly name: string;
  private rows = new Map<string, R>();
  private readonly indexKeys: Indexes<R>;
  private readonly indexes = new Map<string, Map<string, Set<string>>>();
  private readonly journal: Journal;
  private lastOrder = 0;
  private sorted = true;

  constructor(name: string, keys: Indexes<R>, journal: Journal) {
    this.name = name;
    this.indexKeys = keys;
    this.journal = journal;
    for (const index of Object.keys(keys)) this.indexes.set(index, new Map());
  }

  get size(): number {
    return this.rows.size;
  }

  get(id: string): R | undefined {
    return this.rows.get(id);
  }

  has(id: string): boolean {
    return this.rows.has(id);
  }

  /** All rows in order of creation. */
  all(): R[] {
    if (!this.sorted) {
      this.rows = new Map(
        [...this.rows].sort(([, a], [, b]) => a.order - b.order),
      );
      this.sorted = true;
    }
    return [...this.rows.values()];
  }

  /** Rows under this key of the index, in order of creation. */
  find(index: string, key: string): R[] {
    const ids = this.indexes.get(index)?.get(key);
    if (ids === undefined) return [];
    const rows: R[] = [];
    for (const id of ids) {
      const row = this.rows.get(id);
      if (row !== undefined) rows.push(row);
    }
    return rows.length > 1 ? rows.sort((a, b) => a.order - b.order) : rows;
  }

  first(index: string, key: string): R | undefined {
    return this.find(index, key)[0];
  }

  /** Number of rows under this key. */
  count(index: string, key: string): number {
    return this.indexes.get(index)?.get(key)?.size ?? 0;
  }

  /** All keys of this index that hold a row. */
  keys(index: string): string[] {
    return [...(this.indexes.get(index)?.keys() ?? [])];
  }

  put(row: R): void {
    const before = this.rows.get(row.id);
    this.write(row.id, row);
    this.journal.changed(this, row.id, before);
  }

  remove(id: string): void {
    const before = this.rows.get(id);
    if (before === undefined) return;
    this.write(id, undefined);
    this.journal.changed(this, id, before);
  }

  peek(id: string): Row | undefined {
    return this.rows.get(id);
  }

  reset(id: string, row: Row | undefined): void {
    this.write(id, row as R | undefined);
  }

  contents(): ReadonlyMap<string, Row> {
    return new Map(this.rows);
  }

  replaceAll(rows: ReadonlyMap<string, Row>): void {
    for (const id of [...this.rows.keys()]) this.write(id, undefined);
    for (const [id, row] of rows) this.write(id, row as R);
  }

  private write(id: string, row: R | undefined): void {
    const before = this.rows.get(id);
    if (before !== undefined) this.unindex(before);
    if (row === undefined) {
      this.rows.delete(id);
      return;
    }
    if (before === undefined) {
      if (row.order < this.lastOrder) this.sorted = false;
      else this.lastOrder = row.order;
    }
    this.rows.set(id, row);
    for (const [name, index] of this.indexes) {
      for (const key of this.keysOf(name, row)) {
        const ids = index.get(key);
        if (ids === undefined) index.set(key, new Set([id]));
        else ids.add(id);
      }
    }
  }

  private unindex(row: R): void {
    for (const [name, index] of this.indexes) {
      for (const key of this.keysOf(name, row)) {
        const ids = index.get(key);
        ids?.delete(row.id);
        if (ids?.size === 0) index.delete(key);
      }
    }
  }

  private keysOf(index: string, row: R): readonly string[] {
    const key = this.indexKeys[index]?.(row) ?? null;
    if (key === null) return [];
    return typeof key === "string" ? [key] : key;
  }
}
