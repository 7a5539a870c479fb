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

/**
 * Keeps a database in a directory: a journal of changed rows, one JSON line each, the last word counting. A
 * process that is killed loses what changed since the last flush, and nothing before.
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
      const entry = parseLine(line);
      if (entry === null) continue;
      const [table, id, row] = entry;
      const rows = tables.get(table) ?? new Map<string, Row>();
      tables.set(table, rows);
      if (row === null) rows.delete(id);
      else rows.set(id, row);
    }
    this.db.restore(tables);
    this.compact();
  }

  flush(): void {
    const lines = this.db
      .takeUnsaved()
      .map((entry) => `${JSON.stringify(entry)}\n`);
    if (lines.length === 0) return;
    const text = lines.join("");
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
      const lines = [...rows].map(
        ([id, row]) => `${JSON.stringify([table, id, row])}\n`,
      );
      if (lines.length > 0) appendFileSync(fresh, lines.join(""));
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

/** A line of the journal; null for an empty one and for one cut short by a kill. */
function parseLine(line: string): [string, string, Row | null] | null {
  if (line === "") return null;
  try {
    return JSON.parse(line) as [string, string, Row | null];
  } catch {
    return null; // Only the last line can be broken: the process died while it wrote.
  }
}
