import { badRequest } from "../errors.ts";
import { asNumber, type JsonObject } from "../json.ts";
import type { VersionRow } from "../store/rows.ts";
import { byIds, ftrackIdsWanted, versionsWithFtrackId } from "./candidates.ts";
import { PRODUCT_COLUMNS, TASK_COLUMNS, versionColumns } from "./columns.ts";
import { EMPTY, paginate, type Connection } from "./connection.ts";
import type { ProjectGraph } from "./context.ts";
import { versionNode, type EntityNode } from "./nodes.ts";
import * as pick from "./select.ts";
import { sorting } from "./sorting.ts";
import { featuredOf, hasReviewables, latestOf } from "./versions-of.ts";

export interface VersionsOf {
  readonly productId?: string;
  readonly taskId?: string;
}

export function selectVersions(
  graph: ProjectGraph,
  args: JsonObject,
  of: VersionsOf = {},
): Connection<EntityNode<VersionRow>> {
  const wanted = {
    ids: pick.ids(args["ids"]),
    versions: Array.isArray(args["versions"])
      ? (args["versions"] as number[])
      : null,
    authors: pick.userNames(args["authors"]),
    statuses: pick.typeNames(args["statuses"]),
    tags: pick.named(args["tags"]),
    productIds:
      pick.ids(args["productIds"]) ??
      (of.productId === undefined ? null : [of.productId]),
    folderIds: pick.ids(args["folderIds"]),
    featured: pick.list(args["featuredOnly"]),
  };
  if (pick.someEmpty(...Object.values(wanted))) return EMPTY;
  const { tables } = graph;
  const taskIds = pick.ids(args["taskIds"]) ?? [];
  const tasks =
    taskIds.length > 0 ? taskIds : of.taskId === undefined ? null : [of.taskId];
  let rows = versionCandidates(graph, args, {
    ids: wanted.ids,
    productIds: wanted.productIds,
    tasks,
  });
  rows = pick.within(rows, wanted.productIds, (r) => r.productId);
  rows = pick.within(rows, tasks, (r) => r.taskId);
  const version = asNumber(args["version"]) ?? 0;
  if (version !== 0) rows = rows.filter((r) => r.version === version);
  rows = pick.within(rows, wanted.versions, (r) => r.version);
  rows = pick.within(rows, wanted.authors, (r) => r.author);
  rows = pick.within(rows, wanted.statuses, (r) => r.status);
  rows = pick.withAll(rows, wanted.tags, (r) => r.tags);
  const folders = pick.foldersWanted(graph, args, wanted.folderIds);
  if (folders !== null) {
    rows = rows.filter((r) =>
      folders.has(tables.products.get(r.productId)?.folderId ?? ""),
    );
  }
  rows = byFlags(graph, rows, args, wanted.featured);
  if (typeof args["hasReviewables"] === "boolean") {
    rows = rows.filter(
      (r) => hasReviewables(graph, r.id) === args["hasReviewables"],
    );
  }
  rows = pick.byLinks(graph, rows, args["hasLinks"]);
  rows = pick.bySearch(rows, args["search"], (r) => [graph.path(r)]);
  rows = pick.byFilter(graph, rows, args["filter"], versionColumns(graph));
  rows = pick.byRelated(graph, rows, args["taskFilter"], TASK_COLUMNS, (r) => [
    tables.tasks.get(r.taskId ?? ""),
  ]);
  rows = pick.byRelated(
    graph,
    rows,
    args["productFilter"],
    PRODUCT_COLUMNS,
    (r) => [tables.products.get(r.productId)],
  );
  return paginate(rows, args, sorting(graph, args["sortBy"]), (row) =>
    versionNode(graph, row),
  );
}

function versionCandidates(
  graph: ProjectGraph,
  args: JsonObject,
  wanted: {
    ids: string[] | null;
    productIds: string[] | null;
    tasks: string[] | null;
  },
): VersionRow[] {
  const { versions } = graph.tables;
  if (wanted.ids !== null) return byIds(versions, wanted.ids);
  const ftrackIds = ftrackIdsWanted(null, args["filter"]);
  if (ftrackIds !== null) return versionsWithFtrackId(graph, ftrackIds);
  if (wanted.productIds !== null) {
    return [...new Set(wanted.productIds)].flatMap((id) =>
      versions.find("parent", id),
    );
  }
  if (wanted.tasks !== null)
    return [...new Set(wanted.tasks)].flatMap((id) =>
      versions.find("task", id),
    );
  return versions.all();
}

function byFlags(
  graph: ProjectGraph,
  rows: VersionRow[],
  args: JsonObject,
  featured: string[] | null,
): VersionRow[] {
  const isLatest = (r: VersionRow): boolean =>
    latestOf(graph, r.productId)?.id === r.id;
  let kept = rows;
  if (args["latestOnly"] === true) kept = kept.filter(isLatest);
  else if (args["heroOnly"] === true) kept = kept.filter((r) => r.version < 0);
  else if (args["heroOrLatestOnly"] === true)
    kept = kept.filter((r) => r.version < 0 || isLatest(r));
  if (featured === null) return kept;
  const wrong = featured.find(
    (flag) => !["hero", "latestDone", "latest"].includes(flag),
  );
  if (wrong !== undefined) {
    throw badRequest(
      `Invalid featuredOnly value: '${wrong}'. Must be one of 'hero', 'latestDone', 'latest'.`,
    );
  }
  return kept.filter(
    (r) => featuredOf(graph, r.productId, featured)?.id === r.id,
  );
}
