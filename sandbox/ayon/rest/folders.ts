import { ProjectGraph } from "../graphql/context.ts";
import { hasReviewables } from "../graphql/versions-of.ts";
import { thumbnailHash } from "../graphql/nodes.ts";
import { boolQuery, projectScope, query, type App } from "../http.ts";
import { jsonbKeys, type JsonObject } from "../json.ts";
import type { Sandbox } from "../sandbox.ts";
import type { FolderRow } from "../store/rows.ts";

/** The whole tree in one answer: a flat list, or nested. */
export function folderListRoutes(app: App, sandbox: Sandbox): void {
  app.get("/api/projects/:project/folders", (request) => {
    const graph = new ProjectGraph(projectScope(sandbox, request));
    const withAttributes = boolQuery(request, "attrib") === true;
    const reviewed = foldersWithReviewables(graph);
    // The list is made from the server's copies of inherited values: without one, a folder is not in it.
    const rows = graph.tables.folders
      .all()
      .filter((row) => graph.scope.stale?.has(row.id) !== true);
    return {
      folders: rows.map((row) =>
        listItem(graph, row, reviewed, withAttributes),
      ),
    };
  });

  app.get("/api/projects/:project/hierarchy", (request) => {
    const graph = new ProjectGraph(projectScope(sandbox, request));
    const types = (query(request, "types") ?? "")
      .split(",")
      .map((t) => t.trim())
      .filter((t) => t !== "");
    const rows = graph.tables.folders.all().sort(byName);
    return {
      detail: "Hierarchy loaded in 0.0010s",
      projectName: graph.project.name,
      hierarchy:
        types.length > 0
          ? rows
              .filter((row) => types.includes(row.folderType))
              .map((row) => branch(graph, row, []))
          : nested(graph, "root"),
    };
  });
}

const byName = (a: FolderRow, b: FolderRow): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0;

function foldersWithReviewables(graph: ProjectGraph): ReadonlySet<string> {
  const found = new Set<string>();
  if (graph.tables.activities.size === 0) return found;
  for (const version of graph.tables.versions.all()) {
    if (!hasReviewables(graph, version.id)) continue;
    const folderId = graph.tables.products.get(version.productId)?.folderId;
    if (folderId !== undefined) found.add(folderId);
  }
  return found;
}

/** Paths here have no leading slash; `data` and `active` are missing. */
function listItem(
  graph: ProjectGraph,
  row: FolderRow,
  reviewed: ReadonlySet<string>,
  withAttributes: boolean,
): JsonObject {
  const path = graph.folderPath(row.id).slice(1);
  const tasks = graph.tables.tasks.find("parent", row.id);
  return {
    ...(withAttributes
      ? {
          attrib: graph.inheritance.effective(row),
          ownAttrib: jsonbKeys(row.attrib),
        }
      : {}),
    createdAt: row.createdAt,
    folderType: row.folderType,
    hasChildren: graph.tables.folders.count("parent", row.id) > 0,
    hasReviewables: reviewed.has(row.id),
    hasTasks: tasks.length > 0,
    hasVersions: graph.foldersWithVersions.has(row.id),
    id: row.id,
    label: row.label,
    name: row.name,
    parentId: row.parentId,
    parents: path.split("/").slice(0, -1),
    path,
    status: row.status,
    tags: row.tags,
    taskNames: [...new Set(tasks.map((task) => task.name))].sort(),
    thumbnailHash: thumbnailHash(row),
    updatedAt: row.updatedAt,
  };
}

function nested(graph: ProjectGraph, parent: string): JsonObject[] {
  return graph.tables.folders
    .find("parent", parent)
    .sort(byName)
    .map((row) => branch(graph, row, nested(graph, row.id)));
}

function branch(
  graph: ProjectGraph,
  row: FolderRow,
  children: readonly JsonObject[],
): JsonObject {
  const tasks = graph.tables.tasks.find("parent", row.id);
  return {
    id: row.id,
    name: row.name,
    label: row.label ?? row.name,
    status: row.status,
    folderType: row.folderType,
    hasTasks: tasks.length > 0,
    taskNames: tasks.map((task) => task.name),
    parents: graph.folderPath(row.id).slice(1).split("/").slice(0, -1),
    parentId: row.parentId,
    children,
  };
}
