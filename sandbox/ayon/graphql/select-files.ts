import type { JsonObject } from "../json.ts";
import type { RepresentationRow, WorkfileRow } from "../store/rows.ts";
import { byIds } from "./candidates.ts";
import { REPRESENTATION_COLUMNS } from "./columns.ts";
import { EMPTY, paginate, type Connection } from "./connection.ts";
import type { ProjectGraph } from "./context.ts";
import { representationNode, workfileNode, type EntityNode } from "./nodes.ts";
import * as pick from "./select.ts";
import { sorting } from "./sorting.ts";

export function selectRepresentations(
  graph: ProjectGraph,
  args: JsonObject,
  ofVersion?: string,
): Connection<EntityNode<RepresentationRow>> {
  const { representations } = graph.tables;
  const wanted = {
    ids: pick.ids(args["ids"]),
    versionIds:
      pick.ids(args["versionIds"]) ??
      (ofVersion === undefined ? null : [ofVersion]),
    names: pick.named(args["names"]),
    statuses: pick.typeNames(args["statuses"]),
    tags: pick.named(args["tags"]),
  };
  if (pick.someEmpty(...Object.values(wanted))) return EMPTY;
  let rows =
    wanted.ids !== null
      ? byIds(representations, wanted.ids)
      : representations.all();
  rows = pick.within(rows, wanted.versionIds, (r) => r.versionId);
  rows = pick.within(rows, wanted.names, (r) => r.name);
  rows = pick.within(rows, wanted.statuses, (r) => r.status);
  rows = pick.withAll(rows, wanted.tags, (r) => r.tags);
  rows = pick.byLinks(graph, rows, args["hasLinks"]);
  rows = pick.bySearch(rows, args["search"], (r) => [graph.path(r)]);
  rows = pick.byFilter(graph, rows, args["filter"], REPRESENTATION_COLUMNS);
  return paginate(rows, args, sorting(graph, null), (row) =>
    representationNode(graph, row),
  );
}

export function selectWorkfiles(
  graph: ProjectGraph,
  args: JsonObject,
  ofTask?: string,
): Connection<EntityNode<WorkfileRow>> {
  const { workfiles } = graph.tables;
  const wanted = {
    ids: pick.ids(args["ids"]),
    paths: pick.list(args["paths"]),
    taskIds:
      pick.ids(args["taskIds"]) ?? (ofTask === undefined ? null : [ofTask]),
    statuses: pick.typeNames(args["statuses"]),
    tags: pick.named(args["tags"]),
  };
  if (pick.someEmpty(...Object.values(wanted))) return EMPTY;
  let rows =
    wanted.ids !== null ? byIds(workfiles, wanted.ids) : workfiles.all();
  rows = pick.within(rows, wanted.paths, (r) => r.path);
  rows = pick.within(rows, wanted.taskIds, (r) => r.taskId);
  rows = pick.within(rows, wanted.statuses, (r) => r.status);
  rows = pick.withAll(rows, wanted.tags, (r) => r.tags);
  rows = pick.byPattern(rows, args["pathEx"], (r) => r.path);
  rows = pick.byLinks(graph, rows, args["hasLinks"]);
  rows = pick.bySearch(rows, args["search"], (r) => [r.path]);
  return paginate(rows, args, sorting(graph, args["sortBy"]), (row) =>
    workfileNode(graph, row),
  );
}
