import type { JsonObject } from "../json.ts";
import type { ProductRow, VersionRow } from "../store/rows.ts";
import { byIds } from "./candidates.ts";
import { PRODUCT_COLUMNS, TASK_COLUMNS, versionColumns } from "./columns.ts";
import { EMPTY, paginate, type Connection } from "./connection.ts";
import type { ProjectGraph } from "./context.ts";
import { productNode, type EntityNode } from "./nodes.ts";
import * as pick from "./select.ts";
import { sorting } from "./sorting.ts";

export function selectProducts(
  graph: ProjectGraph,
  args: JsonObject,
  inFolder?: string,
): Connection<EntityNode<ProductRow>> {
  const { products } = graph.tables;
  const wanted = {
    ids: pick.ids(args["ids"]),
    folderIds:
      pick.ids(args["folderIds"]) ??
      (inFolder === undefined ? null : [inFolder]),
    names: pick.named(args["names"]),
    namesCi: pick.named(args["namesCi"]),
    types: pick.typeNames(args["productTypes"]),
    baseTypes: pick.named(args["productBaseTypes"]),
    statuses: pick.typeNames(args["statuses"]),
    tags: pick.named(args["tags"]),
  };
  if (pick.someEmpty(...Object.values(wanted))) return EMPTY;
  const folders = pick.foldersWanted(graph, args, wanted.folderIds);
  let rows =
    wanted.ids !== null
      ? byIds(products, wanted.ids).filter(
          (r) => folders?.has(r.folderId) !== false,
        )
      : folders === null
        ? products.all()
        : [...folders].flatMap((id) => products.find("parent", id));
  rows = pick.within(rows, wanted.names, (r) => r.name);
  rows = pick.within(rows, lower(wanted.namesCi), (r) => r.name.toLowerCase());
  rows = pick.within(rows, wanted.types, (r) => r.productType);
  rows = pick.within(rows, wanted.baseTypes, (r) => r.productBaseType);
  rows = pick.within(rows, wanted.statuses, (r) => r.status);
  rows = pick.withAll(rows, wanted.tags, (r) => r.tags);
  rows = pick.byLinks(graph, rows, args["hasLinks"]);
  rows = pick.byPattern(rows, args["nameEx"], (r) => r.name);
  rows = pick.byPattern(rows, args["pathEx"], (r) =>
    graph.folderPath(r.folderId),
  );
  rows = pick.bySearch(rows, args["search"], (r) => [
    r.name,
    r.productType,
    graph.path(r),
  ]);
  rows = pick.byFilter(graph, rows, args["filter"], PRODUCT_COLUMNS);
  const versionsOf = (r: ProductRow): VersionRow[] =>
    graph.tables.versions.find("parent", r.id);
  rows = pick.byRelated(
    graph,
    rows,
    args["versionFilter"],
    versionColumns(graph),
    versionsOf,
  );
  rows = pick.byRelated(graph, rows, args["taskFilter"], TASK_COLUMNS, (r) =>
    versionsOf(r).map((v) => graph.tables.tasks.get(v.taskId ?? "")),
  );
  return paginate(rows, args, sorting(graph, args["sortBy"]), (row) =>
    productNode(graph, row),
  );
}

const lower = (names: string[] | null): string[] | null =>
  names?.map((name) => name.toLowerCase()) ?? null;
