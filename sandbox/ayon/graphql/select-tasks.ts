import type { JsonObject } from "../json.ts";
import type { TaskRow } from "../store/rows.ts";
import { byIds, ftrackIdsWanted, tasksWithFtrackId } from "./candidates.ts";
import { FOLDER_COLUMNS, TASK_COLUMNS } from "./columns.ts";
import { EMPTY, paginate, type Connection } from "./connection.ts";
import type { ProjectGraph } from "./context.ts";
import { taskNode, type EntityNode } from "./nodes.ts";
import * as pick from "./select.ts";
import { sorting } from "./sorting.ts";

export function selectTasks(
  graph: ProjectGraph,
  args: JsonObject,
  inFolder?: string,
): Connection<EntityNode<TaskRow>> {
  const rows = filterTasks(graph, args, inFolder);
  if (rows === null) return EMPTY;
  return paginate(rows, args, sorting(graph, args["sortBy"]), (row) =>
    taskNode(graph, row),
  );
}

function filterTasks(
  graph: ProjectGraph,
  args: JsonObject,
  inFolder?: string,
): pick.Selected<TaskRow> {
  if (JSON.stringify(args["folderIds"]) === '["root"]') return null;
  const wanted = {
    ids: pick.ids(args["ids"]),
    folderIds:
      pick.ids(args["folderIds"]) ??
      (inFolder === undefined ? null : [inFolder]),
    names: pick.named(args["names"]),
    types: pick.typeNames(args["taskTypes"]),
    statuses: pick.typeNames(args["statuses"]),
  };
  if (
    pick.someEmpty(
      wanted.ids,
      wanted.folderIds,
      wanted.names,
      wanted.types,
      wanted.statuses,
    )
  )
    return null;
  let rows = candidates(graph, args, wanted);
  // The server joins its copies of inherited values, so a task of a folder without one is not listed.
  const { stale } = graph.scope;
  if (stale !== null && stale.size > 0)
    rows = rows.filter((r) => !stale.has(r.folderId));
  rows = pick.within(rows, wanted.names, (r) => r.name);
  rows = pick.within(rows, wanted.types, (r) => r.taskType);
  rows = pick.within(rows, wanted.statuses, (r) => r.status);
  rows = pick.withAll(rows, pick.list(args["tags"]), (r) => r.tags);
  rows = pick.withAny(rows, pick.list(args["tagsAny"]), (r) => r.tags);
  rows = pick.withAll(
    rows,
    pick.userNames(args["assignees"]),
    (r) => r.assignees,
  );
  rows = pick.withAny(
    rows,
    pick.userNames(args["assigneesAny"]),
    (r) => r.assignees,
  );
  rows = pick.byLinks(graph, rows, args["hasLinks"]);
  rows = pick.byAttributes(graph, rows, "task", args["attributes"]);
  rows = pick.bySearch(rows, args["search"], (r) => [
    r.name,
    r.label,
    r.taskType,
    graph.folderPath(r.folderId),
  ]);
  rows = pick.byFilter(graph, rows, args["filter"], TASK_COLUMNS);
  return pick.byRelated(
    graph,
    rows,
    args["folderFilter"],
    FOLDER_COLUMNS,
    (r) => [graph.tables.folders.get(r.folderId)],
  );
}

function candidates(
  graph: ProjectGraph,
  args: JsonObject,
  wanted: { ids: string[] | null; folderIds: string[] | null },
): TaskRow[] {
  const { tasks } = graph.tables;
  const folders =
    wanted.folderIds === null
      ? null
      : args["includeFolderChildren"] === true
        ? graph.withChildren(wanted.folderIds)
        : new Set(wanted.folderIds);
  const inFolders = (rows: TaskRow[]): TaskRow[] =>
    folders === null ? rows : rows.filter((r) => folders.has(r.folderId));
  if (wanted.ids !== null) return inFolders(byIds(tasks, wanted.ids));
  const ftrackIds = ftrackIdsWanted(args["attributes"], args["filter"]);
  if (ftrackIds !== null) return inFolders(tasksWithFtrackId(graph, ftrackIds));
  if (folders === null) return tasks.all();
  return [...folders].flatMap((id) => tasks.find("parent", id));
}
