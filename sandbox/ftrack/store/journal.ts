import {
  appendFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import type { Row } from "./row.ts";
import type { Snapshot, Write } from "./store.ts";

/** One batch in the file: rows that were put, and keys of rows that were removed. */
type Entry = readonly (readonly [base: string, key: string, row: Row | null])[];

const DELAY_MS = 100;

/**
 * Keeps the rows in a file: one line per batch, appended shortly after it. A process that is killed loses
 * at most what was not flushed yet, and a batch is there as a whole or not at all.
 */
export class Journal {
  readonly #path: string;
  #lines: string[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(path: string) {
    this.#path = path;
    mkdirSync(dirname(path), { recursive: true });
  }

  /** The rows in the file; undefined when there is none. A last line that was cut short is dropped. */
  load(): Snapshot | undefined {
    if (!existsSync(this.#path)) return undefined;
    const tables = new Map<string, Map<string, Row>>();
    const lines = readFileSync(this.#path, "utf8").split("\n");
    lines.forEach((line, i) => {
      if (line === "") return;
      for (const [base, key, row] of parse(line, i === lines.length - 1)) {
        const table = tables.get(base) ?? new Map<string, Row>();
        tables.set(base, table);
        if (row === null) table.delete(key);
        else table.set(key, row);
      }
    });
    return new Map(
      [...tables].map(([base, rows]) => [base, [...rows.values()]]),
    );
  }

  append(writes: readonly Write[]): void {
    const entry: Entry = writes.map((w) => [w.base, w.key, w.after ?? null]);
    this.#lines.push(JSON.stringify(entry));
    this.#timer ??= setTimeout(() => {
      this.flush();
    }, DELAY_MS).unref();
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#lines.length === 0) return;
    appendFileSync(this.#path, `${this.#lines.join("\n")}\n`);
    this.#lines = [];
  }

  /** Replaces the file by these rows. */
  rewrite(snapshot: Snapshot, keyOf: (base: string, row: Row) => string): void {
    this.#lines = [];
    const draft = `${this.#path}.new`;
    const file = openSync(draft, "w");
    for (const [base, rows] of snapshot) {
      if (rows.length === 0) continue;
      const entry: Entry = rows.map((row) => [base, keyOf(base, row), row]);
      writeSync(file, `${JSON.stringify(entry)}\n`);
    }
    fsyncSync(file);
    closeSync(file);
    renameSync(draft, this.#path);
  }
}

function parse(line: string, last: boolean): Entry {
  try {
    return JSON.parse(line) as Entry;
  } catch (error) {
    // Only the last line can have been cut short by the end of the process.
    if (last) return [];
    throw error;
  }
}
