import { tableOf } from "../entities/kinds.ts";
import { notFound } from "../errors.ts";
import {
  asArray,
  asObject,
  jsonbKeys,
  sortedJson,
  type JsonObject,
} from "../json.ts";
import type { EntityType, ListItemRow, ListRow } from "../store/rows.ts";
import { byIds } from "./candidates.ts";
import { paginate, type Connection } from "./connection.ts";
import type { ProjectGraph } from "./context.ts";
import { entityNode, type EntityNode } from "./nodes.ts";
import type { Resolvers } from "./resolve.ts";
import * as pick from "./select.ts";

export interface ListNode {
  readonly graph: ProjectGraph;
  readonly row: ListRow;
}

interface ItemNode extends ListNode {
  readonly item: ListItemRow;
  readonly cursor: string;
}

export function selectLists(
  graph: ProjectGraph,
  args: JsonObject,
): Connection<ListNode> {
  const ids = pick.ids(args["ids"]);
  let rows =
    ids !== null && ids.length > 0
      ? byIds(graph.tables.lists, ids)
      : graph.tables.lists.all();
  rows = pick.bySearch(rows, args["search"], (r) => [r.label, r.entityType]);
  return paginate(rows, args, { order: (r) => r.order }, (row) => ({
    graph,
    row,
  }));
}

export function oneList(graph: ProjectGraph, id: unknown): ListNode {
  const found = selectLists(graph, { ids: [id] }).edges[0]?.node;
  if (found === undefined) throw notFound("Entity list not found");
  return found;
}

function items({ graph, row }: ListNode, args: JsonObject): JsonObject {
  const sized =
    args["first"] == null && args["last"] == null
      ? { ...args, first: 200 }
      : args;
  const page = paginate(
    graph.tables.listItems.find("list", row.id),
    sized,
    { key: (item) => [item.position, item.order] },
    (item) => item,
  );
  // Here the edge itself is the item.
  return {
    ...page,
    edges: page.edges.map(({ cursor, node }): ItemNode => ({
      graph,
      row,
      item: node,
      cursor,
    })),
  };
}

const list: Resolvers<ListNode> = {
  projectName: ({ graph }) => graph.project.name,
  entityListFolderId: ({ row }) => row.folderId,
  access: ({ row }) => sortedJson(row.access),
  allAttrib: ({ row }) => sortedJson(row.attrib),
  count: ({ graph, row }) => graph.tables.listItems.count("list", row.id),
  data: ({ graph, row }) =>
    sortedJson({
      ...row.data,
      count: graph.tables.listItems.count("list", row.id),
    }),
  attributes: ({ row }) => sortedJson(asArray(row.data["attributes"])),
  accessLevel: () => 30,
  items,
};

function entityOf({ graph, row, item }: ItemNode): EntityNode | null {
  const entity = tableOf(graph.tables, row.entityType as EntityType).get(
    item.entityId,
  );
  return entity === undefined ? null : entityNode(graph, entity);
}

const itemEdge: Resolvers<ItemNode> = {
  id: ({ item }) => item.id,
  projectName: ({ graph }) => graph.project.name,
  entityType: ({ row }) => row.entityType,
  entityId: ({ item }) => item.entityId,
  position: ({ item }) => item.position,
  attrib: () => "{}",
  allAttrib: (node) => {
    const entity = entityOf(node);
    const values =
      entity === null ? {} : entity.graph.inheritance.effective(entity.row);
    return sortedJson({ ...values, ...node.item.attrib });
  },
  ownAttrib: ({ item }) => jsonbKeys(item.attrib),
  data: ({ item }) => sortedJson(asObject(item.data)),
  folderPath: (node) => {
    const entity = entityOf(node);
    return entity === null ? "" : entity.graph.path(entity.row).slice(1);
  },
  tags: ({ item }) => item.tags,
  createdBy: ({ item }) => item.createdBy,
  updatedBy: ({ item }) => item.updatedBy,
  createdAt: ({ item }) => item.createdAt,
  updatedAt: ({ item }) => item.updatedAt,
  cursor: ({ cursor }) => cursor,
  node: entityOf,
};

export const LIST_RESOLVERS = {
  EntityListNode: list,
  EntityListItemEdge: itemEdge,
};
