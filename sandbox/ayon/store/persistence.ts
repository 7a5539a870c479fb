import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { isObject, type JsonObject } from "../json.ts";
import type { Database } from "./database.ts";
import type { Row } from "./table.ts";

const FLUSH_MS = 300;
const COMPACT_BYTES = 128 * 1024 * 1024;

type Entry = [table: string, id: string, row: Row | null];

/**
 * Keeps a database in a directory: a journal of changed rows, the last word counting. One line is one flush, so
 * that a process killed while it writes leaves no half of a batch: it loses what changed since the flush
 * before, and nothing else.
 */
export class Persistence {
  private readonly db: Database;
  private readonly journal: string;
  private readonly meta: string;
  private readonly timer: NodeJS.Timeout;
  private bytes = 0;

  private constructor(db: Database, dir: string) {
    this.db = db;
    this.journal = join(dir, "ayon.jsonl");
    this.meta = join(dir, "ayon.json");
    this.timer = setInterval(() => {
      this.flush();
    }, FLUSH_MS);
    this.timer.unref();
  }

  /** Opens the directory, and reads what it holds into the database. */
  static open(db: Database, dir: string): Persistence {
    mkdirSync(dir, { recursive: true });
    const persistence = new Persistence(db, dir);
    persistence.load();
    return persistence;
  }

  /** Facts beside the tables, such as the key clients use; null in a new directory. */
  readMeta(): JsonObject | null {
    if (!existsSync(this.meta)) return null;
    const meta = JSON.parse(readFileSync(this.meta, "utf8")) as unknown;
    return isObject(meta) ? meta : null;
  }

  writeMeta(meta: JsonObject): void {
    writeFileSync(this.meta, JSON.stringify(meta));
  }

  private load(): void {
    if (!existsSync(this.journal)) return;
    const tables = new Map<string, Map<string, Row>>();
    for (const line of readFileSync(this.journal, "utf8").split("\n")) {
      for (const [table, id, row] of parseLine(line)) {
        const rows = tables.get(table) ?? new Map<string, Row>();
        tables.set(table, rows);
        if (row === null) rows.delete(id);
        else rows.set(id, row);
      }
    }
    this.db.restore(tables);
    this.compact();
  }

  flush(): void {
    const entries = this.db.takeUnsaved();
    if (entries.length === 0) return;
    const text = `${JSON.stringify(entries)}\n`;
    appendFileSync(this.journal, text);
    this.bytes += text.length;
    if (this.bytes > COMPACT_BYTES) this.compact();
  }

  /** Writes the journal anew, each row once. */
  private compact(): void {
    this.db.takeUnsaved();
    const fresh = `${this.journal}.new`;
    writeFileSync(fresh, "");
    for (const [table, rows] of this.db.snapshot()) {
      const entries = [...rows].map(([id, row]): Entry => [table, id, row]);
      if (entries.length > 0)
        appendFileSync(fresh, `${JSON.stringify(entries)}\n`);
    }
    renameSync(fresh, this.journal);
    this.bytes = 0;
  }

  /** Stops saving; with `save`, after a last time. */
  close(save: boolean): void {
    clearInterval(this.timer);
    if (save) this.flush();
  }
}

/** The entries of a line; none of an empty one and of one cut short by a kill. */
function parseLine(line: string): Entry[] {
  if (line === "") return [];
  try {
    return JSON.parse(line) as Entry[];
  } catch {
    return []; // Only the last line can be broken: the process died while it wrote.
  }
}
