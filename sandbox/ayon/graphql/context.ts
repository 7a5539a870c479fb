import type { Actor } from "../actor.ts";
import type { Inheritance } from "../entities/hierarchy.ts";
import { pathOf, subtree } from "../entities/hierarchy.ts";
import { inheritanceOf, type ProjectScope } from "../entities/scope.ts";
import type { JsonObject } from "../json.ts";
import type { Sandbox } from "../sandbox.ts";
import type { EntityRow, FolderRow, ProjectRow } from "../store/rows.ts";

/** What a query shares among its resolvers. */
export interface GraphContext {
  readonly sandbox: Sandbox;
  readonly actor: Actor;
  /** The project's view, made once per query. */
  readonly graph: (project: ProjectRow) => ProjectGraph;
}

export function createContext(sandbox: Sandbox, actor: Actor): GraphContext {
  const graphs = new Map<string, ProjectGraph>();
  return {
    sandbox,
    actor,
    graph(project) {
      let graph = graphs.get(project.id);
      if (graph === undefined) {
        graph = new ProjectGraph(sandbox.scope(project));
        graphs.set(project.id, graph);
      }
      return graph;
    },
  };
}

/** One project as a query sees it, with what is costly worked out once. */
export class ProjectGraph {
  readonly scope: ProjectScope;
  readonly inheritance: Inheritance;
  private readonly paths = new Map<string, string>();
  private published: ReadonlySet<string> | null = null;

  constructor(scope: ProjectScope) {
    this.scope = scope;
    this.inheritance = inheritanceOf(scope);
  }

  get tables(): ProjectScope["tables"] {
    return this.scope.tables;
  }

  get project(): ProjectRow {
    return this.scope.project;
  }

  /** With a leading slash. */
  folderPath(id: string): string {
    const known = this.paths.get(id);
    if (known !== undefined) return known;
    const folder = this.tables.folders.get(id);
    if (folder === undefined) return "";
    const parent =
      folder.parentId === null ? "" : this.folderPath(folder.parentId);
    const path = `${parent}/${folder.name}`;
    this.paths.set(id, path);
    return path;
  }

  path(row: EntityRow): string {
    if (row.type === "folder") return this.folderPath(row.id);
    if (row.type === "task" || row.type === "product") {
      return `${this.folderPath(row.folderId)}/${row.name}`;
    }
    return pathOf(this.tables, row);
  }

  /** Folders that hold a version, in themselves or below. */
  get foldersWithVersions(): ReadonlySet<string> {
    this.published ??= this.findPublished();
    return this.published;
  }

  private findPublished(): Set<string> {
    const found = new Set<string>();
    for (const version of this.tables.versions.all()) {
      let id = this.tables.products.get(version.productId)?.folderId ?? null;
      while (id !== null && !found.has(id)) {
        found.add(id);
        id = this.tables.folders.get(id)?.parentId ?? null;
      }
    }
    return found;
  }

  /** These folders and all below them. */
  withChildren(ids: readonly string[]): Set<string> {
    const found = new Set<string>();
    for (const id of ids) {
      if (!this.tables.folders.has(id)) continue;
      for (const below of subtree(this.tables, id)) found.add(below);
    }
    return found;
  }

  /**
   * Attributes as the server's filters see them: a folder's or task's own values over all values of its
   * ancestors, those that do not inherit among them. So a filter by `ftrackId` also finds children that have
   * none of their own.
   */
  filterAttributes(row: EntityRow): JsonObject {
    if (row.type === "folder") {
      return {
        ...this.project.attrib,
        ...this.exported(row.parentId),
        ...row.attrib,
      };
    }
    if (row.type === "task")
      return { ...this.exported(row.folderId), ...row.attrib };
    return row.attrib;
  }

  private exported(folderId: string | null): JsonObject {
    const chain: FolderRow[] = [];
    for (let id = folderId; id !== null;) {
      const folder = this.tables.folders.get(id);
      if (folder === undefined) break;
      chain.unshift(folder);
      id = folder.parentId;
    }
    const root = chain[0];
    if (root === undefined) return {};
    return Object.assign(
      { ...this.inheritance.inherited(root) },
      ...chain.map((folder) => folder.attrib),
    ) as JsonObject;
  }
}
