import type { JsonObject } from "../json.ts";
import type { ProductRow } from "../store/rows.ts";
import { byIds } from "./candidates.ts";
import { EMPTY, paginate, type Connection } from "./connection.ts";
import type { ProjectGraph } from "./context.ts";
import { productNode, type EntityNode } from "./nodes.ts";
import { VERSION_COLUMNS, borrowedColumns } from "./versions-of.ts";
import * as pick from "./select.ts";
import { sorting } from "./sorting.ts";

const COLUMNS = [
  ...pick.COMMON_COLUMNS,
  "name",
  "folder_id",
  "product_type",
  "product_base_type",
];

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
  rows = pick.byFilter(graph, rows, args["filter"], COLUMNS);
  rows = byVersionFilter(graph, rows, args["versionFilter"]);
  return paginate(rows, args, sorting(graph, args["sortBy"]), (row) =>
    productNode(graph, row),
  );
}

const lower = (names: string[] | null): string[] | null =>
  names?.map((name) => name.toLowerCase()) ?? null;

function byVersionFilter(
  graph: ProjectGraph,
  rows: ProductRow[],
  filter: unknown,
): ProductRow[] {
  if (typeof filter !== "string" || filter === "") return rows;
  const versions = pick.byFilter(
    graph,
    graph.tables.versions.all(),
    filter,
    VERSION_COLUMNS,
    borrowedColumns(graph),
  );
  return pick.within(
    rows,
    versions.map((v) => v.productId),
    (r) => r.id,
  );
}
