import { asString, type JsonObject } from "../json.ts";
import { UnhandledError } from "../errors.ts";
import { nameOf } from "../entities/hierarchy.ts";
import type { EntityRow, Named } from "../store/rows.ts";
import type { Sorting } from "./connection.ts";
import type { ProjectGraph } from "./context.ts";

/** Order of creation unless asked otherwise; another order is made stable by the path. */
export function sorting(
  graph: ProjectGraph,
  sortBy: unknown,
): Sorting<EntityRow> {
  const by = asString(sortBy);
  if (by === null) return { order: (row) => row.order };
  const value = sortValue(graph, by);
  return { key: (row) => [value(row), graph.path(row)] };
}

/** Folders cannot be sorted by path: the server has no such option for them. */
export function folderSorting(
  graph: ProjectGraph,
  sortBy: unknown,
): Sorting<EntityRow> {
  if (sortBy === "path") throw invalid(sortBy);
  return sorting(graph, sortBy);
}

function invalid(sortBy: string): Error {
  return new UnhandledError(`Invalid sort_by value: ${sortBy}`);
}

function sortValue(
  graph: ProjectGraph,
  by: string,
): (row: EntityRow) => unknown {
  const { project } = graph;
  const column =
    (key: string) =>
    (row: EntityRow): unknown =>
      (row as unknown as JsonObject)[key];
  const position =
    (list: readonly Named[], key: string) => (row: EntityRow) => {
      const index = list.findIndex((item) => item.name === column(key)(row));
      return index < 0 ? list.length : index;
    };
  if (by.startsWith("attrib.")) {
    return (row) => graph.filterAttributes(row)[by.slice(7)];
  }
  switch (by) {
    case "path":
      return (row) => graph.path(row);
    case "name":
      return (row) => nameOf(row);
    case "status":
      return position(project.statuses, "status");
    case "folderType":
      return position(project.folderTypes, "folderType");
    case "taskType":
      return position(project.taskTypes, "taskType");
    case "createdAt":
    case "updatedAt":
    case "createdBy":
    case "updatedBy":
    case "version":
    case "author":
    case "productType":
      return column(by);
    default:
      throw invalid(by);
  }
}
