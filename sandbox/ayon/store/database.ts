import {
  projectTables,
  studioTables,
  tablesOf,
  type ProjectTables,
  type StudioTables,
} from "./tables.ts";
import type { ProjectRow } from "./rows.ts";
import type { Journal, Row, TableLike } from "./table.ts";

interface Change {
  readonly table: TableLike;
  readonly id: string;
  readonly before: Row | undefined;
}

/** The contents of all tables at one moment. Rows are shared, not copied: nobody changes a row in place. */
export type Snapshot = ReadonlyMap<string, ReadonlyMap<string, Row>>;

/** Everything the server knows. One process, one thread: whoever runs has it to himself. */
export class Database implements Journal {
  readonly studio: StudioTables;
  private readonly projects = new Map<string, ProjectTables>();
  private readonly named = new Map<string, TableLike>();
  private undo: Change[] | null = null;
  private order = 0;
  /** Rows changed since they were last saved, by table. */
  private readonly unsaved = new Map<string, Set<string>>();
  /** Rises with every change; caches compare it. */
  revision = 0;

  constructor() {
    this.studio = studioTables(this);
    for (const table of tablesOf(this.studio))
      this.named.set(table.name, table);
  }

  nextOrder(): number {
    this.order += 1;
    return this.order;
  }

  /** The tables of this project, made on first use. */
  project(row: Pick<ProjectRow, "id">): ProjectTables {
    let tables = this.projects.get(row.id);
    if (tables === undefined) {
      tables = projectTables(row.id, this);
      this.projects.set(row.id, tables);
      for (const table of tablesOf(tables)) this.named.set(table.name, table);
    }
    return tables;
  }

  /** Forgets a project and everything in it. */
  drop(project: ProjectRow): void {
    for (const table of tablesOf(this.project(project))) {
      for (const id of table.contents().keys()) {
        const before = table.peek(id);
        table.reset(id, undefined);
        this.changed(table, id, before);
      }
    }
    this.studio.projects.remove(project.id);
  }

  changed(table: TableLike, id: string, before: Row | undefined): void {
    this.revision += 1;
    this.undo?.push({ table, id, before });
    const ids = this.unsaved.get(table.name);
    if (ids === undefined) this.unsaved.set(table.name, new Set([id]));
    else ids.add(id);
  }

  /** Runs `work`; what it changed is undone when it throws. An inner transaction belongs to the outer one. */
  transaction<T>(work: () => T): T {
    if (this.undo !== null) return work();
    this.undo = [];
    try {
      return work();
    } catch (error) {
      this.rollBack();
      throw error;
    } finally {
      this.undo = null;
    }
  }

  private rollBack(): void {
    for (const { table, id, before } of (this.undo ?? []).reverse()) {
      table.reset(id, before);
      this.revision += 1;
    }
  }

  /** Changes since the last call: table, id, and the row (null when it is gone). */
  takeUnsaved(): [table: string, id: string, row: Row | null][] {
    const rows: [string, string, Row | null][] = [];
    for (const [name, ids] of this.unsaved) {
      const table = this.named.get(name);
      for (const id of ids) rows.push([name, id, table?.peek(id) ?? null]);
    }
    this.unsaved.clear();
    return rows;
  }

  snapshot(): Snapshot {
    return new Map(
      [...this.named].map(([name, table]) => [name, table.contents()]),
    );
  }

  /** Puts a snapshot back; tables it does not know are emptied. */
  restore(snapshot: Snapshot): void {
    for (const name of snapshot.keys()) this.table(name);
    for (const [name, table] of this.named) {
      const before = table.contents();
      const after = snapshot.get(name) ?? new Map<string, Row>();
      table.replaceAll(after);
      for (const id of new Set([...before.keys(), ...after.keys()])) {
        this.changed(table, id, before.get(id));
      }
      for (const row of after.values())
        this.order = Math.max(this.order, row.order);
    }
  }

  /** The table of this name, the project's tables being made when needed; null for a name nobody made. */
  table(name: string): TableLike | null {
    const known = this.named.get(name);
    if (known !== undefined) return known;
    const [group, uid] = name.split("/");
    if (group !== "project" || uid === undefined) return null;
    this.project({ id: uid });
    return this.named.get(name) ?? null;
  }
}
