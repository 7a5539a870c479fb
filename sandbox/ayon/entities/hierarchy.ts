import type { JsonObject } from "../json.ts";
import type {
  EntityRow,
  FolderRow,
  ProjectRow,
  VersionRow,
} from "../store/rows.ts";
import type { ProjectTables } from "../store/tables.ts";
import type { AttributeLibrary } from "./attributes.ts";

/** Names from the root down to and including this folder. */
export function folderNames(
  tables: ProjectTables,
  folder: FolderRow,
): string[] {
  const names: string[] = [];
  let at: FolderRow | undefined = folder;
  while (at !== undefined) {
    names.unshift(at.name);
    at = at.parentId === null ? undefined : tables.folders.get(at.parentId);
  }
  return names;
}

export function versionName(version: number): string {
  return version < 0 ? "HERO" : `v${String(version).padStart(3, "0")}`;
}

export function nameOf(row: EntityRow): string {
  if (row.type === "version") return versionName(row.version);
  if (row.type === "workfile") return row.path.split("/").at(-1) ?? row.path;
  return row.name;
}

/** With a leading slash; a workfile's path is its own. */
export function pathOf(tables: ProjectTables, row: EntityRow): string {
  switch (row.type) {
    case "folder":
      return `/${folderNames(tables, row).join("/")}`;
    case "task":
    case "product":
      return `${parentPath(tables, tables.folders.get(row.folderId))}/${row.name}`;
    case "version":
      return `${parentPath(tables, tables.products.get(row.productId))}/${versionName(row.version)}`;
    case "representation":
      return `${parentPath(tables, tables.versions.get(row.versionId))}/${row.name}`;
    case "workfile":
      return row.path;
  }
}

function parentPath(tables: ProjectTables, row: EntityRow | undefined): string {
  return row === undefined ? "" : pathOf(tables, row);
}

/** This folder and all folders below it. */
export function* subtree(
  tables: ProjectTables,
  folderId: string,
): Generator<string> {
  const waiting = [folderId];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    yield id;
    for (const child of tables.folders.find("parent", id))
      waiting.push(child.id);
  }
}

/** True when this folder or one below it holds a version: its name, type and place are then frozen. */
export function hasVersions(tables: ProjectTables, folderId: string): boolean {
  if (tables.versions.size === 0) return false;
  for (const id of subtree(tables, folderId)) {
    if (versionsIn(tables, id).length > 0) return true;
  }
  return false;
}

export function versionsIn(
  tables: ProjectTables,
  folderId: string,
): VersionRow[] {
  return tables.products
    .find("parent", folderId)
    .flatMap((product) => tables.versions.find("parent", product.id));
}

/**
 * Effective attribute values, computed when they are read: attribute defaults, then the project's own, then
 * each ancestor's, then the entity's. The real server keeps materialised copies; see {@link StaleFolders}.
 */
export class Inheritance {
  private readonly tables: ProjectTables;
  private readonly attributes: AttributeLibrary;
  private readonly base: JsonObject;
  private readonly memo = new Map<string, JsonObject>();

  constructor(
    tables: ProjectTables,
    project: ProjectRow,
    attributes: AttributeLibrary,
  ) {
    this.tables = tables;
    this.attributes = attributes;
    this.base = this.inheritable({
      ...attributes.projectDefaults,
      ...project.attrib,
    });
  }

  /** What this entity gets from above. */
  inherited(row: EntityRow): JsonObject {
    if (row.type === "folder") return this.passedOn(row.parentId);
    if (row.type === "task") return this.passedOn(row.folderId);
    return {};
  }

  effective(row: EntityRow): JsonObject {
    return { ...this.inherited(row), ...row.attrib };
  }

  private passedOn(folderId: string | null): JsonObject {
    const folder =
      folderId === null ? undefined : this.tables.folders.get(folderId);
    if (folder === undefined) return this.base;
    let values = this.memo.get(folder.id);
    if (values === undefined) {
      values = {
        ...this.passedOn(folder.parentId),
        ...this.inheritable(folder.attrib),
      };
      this.memo.set(folder.id, values);
    }
    return values;
  }

  private inheritable(values: JsonObject): JsonObject {
    return Object.fromEntries(
      Object.entries(values).filter(
        ([name, value]) => value !== null && this.attributes.inherits(name),
      ),
    );
  }
}
