import { asString, type JsonObject } from "../json.ts";
import type { FolderRow } from "../store/rows.ts";
import {
  byIds,
  foldersAt,
  foldersWithFtrackId,
  ftrackIdsWanted,
} from "./candidates.ts";
import { FOLDER_COLUMNS, TASK_COLUMNS } from "./columns.ts";
import { EMPTY, paginate, type Connection } from "./connection.ts";
import type { ProjectGraph } from "./context.ts";
import * as pick from "./select.ts";
import { folderNode, type EntityNode } from "./nodes.ts";
import { folderSorting } from "./sorting.ts";

export function selectFolders(
  graph: ProjectGraph,
  args: JsonObject,
): Connection<EntityNode<FolderRow>> {
  const rows = filterFolders(graph, args);
  if (rows === null) return EMPTY;
  return paginate(rows, args, folderSorting(graph, args["sortBy"]), (row) =>
    folderNode(graph, row),
  );
}

function filterFolders(
  graph: ProjectGraph,
  args: JsonObject,
): pick.Selected<FolderRow> {
  const wanted = {
    ids: pick.ids(args["ids"]),
    parentIds: pick.list(args["parentIds"]),
    types: pick.typeNames(args["folderTypes"]),
    name: pick.named(pick.alone(args["name"])),
    names: pick.named(args["names"]),
    statuses: pick.typeNames(args["statuses"]),
    paths: pick.list(args["paths"]),
    assignees: pick.named(args["assignees"]),
  };
  if (
    pick.someEmpty(
      wanted.ids,
      wanted.parentIds,
      wanted.types,
      wanted.names,
      wanted.statuses,
      wanted.paths,
    )
  ) {
    return null;
  }
  let rows = candidates(graph, args, wanted);
  rows = byParent(graph, rows, args, wanted.parentIds);
  rows = pick.within(rows, wanted.types, (r) => r.folderType);
  rows = pick.byLike(rows, wanted.name?.[0], (r) => r.name);
  rows = pick.within(rows, wanted.names, (r) => r.name);
  rows = pick.within(rows, wanted.statuses, (r) => r.status);
  const tags = pick.named(args["tags"]);
  if (tags !== null && tags.length > 0)
    rows = pick.withAll(rows, tags, (r) => r.tags);
  rows = byContents(graph, rows, args);
  rows = pick.byLinks(graph, rows, args["hasLinks"]);
  rows = pick.byPattern(rows, args["pathEx"], (r) => graph.folderPath(r.id));
  rows = pick.byAttributes(graph, rows, "folder", args["attributes"]);
  if (wanted.assignees !== null) {
    const names = wanted.assignees;
    rows = rows.filter((r) =>
      graph.tables.tasks
        .find("parent", r.id)
        .some((task) => names.every((name) => task.assignees.includes(name))),
    );
  }
  rows = pick.bySearch(rows, args["search"], (r) => [
    r.name,
    r.label,
    graph.folderPath(r.id),
  ]);
  rows = pick.byFilter(graph, rows, args["filter"], FOLDER_COLUMNS);
  return pick.byRelated(graph, rows, args["taskFilter"], TASK_COLUMNS, (r) =>
    graph.tables.tasks.find("parent", r.id),
  );
}

function candidates(
  graph: ProjectGraph,
  args: JsonObject,
  wanted: {
    ids: string[] | null;
    parentIds: string[] | null;
    paths: string[] | null;
  },
): FolderRow[] {
  const { folders } = graph.tables;
  if (wanted.ids !== null) {
    const all =
      args["includeFolderChildren"] === true
        ? [...graph.withChildren(wanted.ids)]
        : wanted.ids;
    const rows = byIds(folders, all);
    const { paths } = wanted;
    return paths === null
      ? rows
      : rows.filter((r) => paths.some((p) => samePath(graph, r, p)));
  }
  if (wanted.paths !== null) return foldersAt(graph, wanted.paths);
  const ftrackIds = ftrackIdsWanted(args["attributes"], args["filter"]);
  if (ftrackIds !== null) return foldersWithFtrackId(graph, ftrackIds);
  const parents =
    wanted.parentIds ??
    (asString(args["parentId"]) === null
      ? null
      : [asString(args["parentId"]) ?? ""]);
  if (parents === null || args["includeFolderChildren"] === true)
    return folders.all();
  return [...new Set(parents)].flatMap((id) =>
    folders.find("parent", parentKey(id)),
  );
}

function samePath(graph: ProjectGraph, row: FolderRow, path: string): boolean {
  return graph.folderPath(row.id) === `/${path.replace(/^\/+|\/+$/g, "")}`;
}

const parentKey = (id: string): string =>
  id === "root" ? id : pick.plainId(id);

function byParent(
  graph: ProjectGraph,
  rows: FolderRow[],
  args: JsonObject,
  parentIds: string[] | null,
): FolderRow[] {
  let kept = rows;
  const parentId = asString(args["parentId"]);
  if (parentId !== null)
    kept = pick.within(
      kept,
      [parentKey(parentId)],
      (r) => r.parentId ?? "root",
    );
  if (parentIds === null) return kept;
  if (args["includeFolderChildren"] !== true) {
    return pick.within(
      kept,
      parentIds.map(parentKey),
      (r) => r.parentId ?? "root",
    );
  }
  const parents = parentIds.map((id) => pick.plainId(id));
  const below = graph.withChildren(parents);
  for (const id of parents) below.delete(id);
  return kept.filter((r) => below.has(r.id));
}

function byContents(
  graph: ProjectGraph,
  rows: FolderRow[],
  args: JsonObject,
): FolderRow[] {
  const { folders, tasks, products } = graph.tables;
  const has = (
    key: string,
    table: { count(index: string, key: string): number },
    kept: FolderRow[],
  ): FolderRow[] => {
    const wanted = args[key];
    if (typeof wanted !== "boolean") return kept;
    return kept.filter((r) => table.count("parent", r.id) > 0 === wanted);
  };
  return has(
    "hasTasks",
    tasks,
    has("hasProducts", products, has("hasChildren", folders, rows)),
  );
}
