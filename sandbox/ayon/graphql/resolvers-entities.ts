import { folderNames, nameOf } from "../entities/hierarchy.ts";
import {
  asArray,
  asObject,
  asString,
  asStrings,
  jsonbKeys,
  sortedJson,
  type JsonObject,
} from "../json.ts";
import type {
  EntityRow,
  FolderRow,
  ProductRow,
  RepresentationRow,
  TaskRow,
  VersionRow,
  WorkfileRow,
} from "../store/rows.ts";
import { feedOf } from "./activities.ts";
import { linksOf } from "./links.ts";
import {
  dataText,
  entityNode,
  processedAttributes,
  thumbnailHash,
  type EntityNode,
} from "./nodes.ts";
import type { Resolver, Resolvers } from "./resolve.ts";
import { selectRepresentations, selectWorkfiles } from "./select-files.ts";
import { selectProducts } from "./select-products.ts";
import { selectTasks } from "./select-tasks.ts";
import { selectVersions } from "./select-versions.ts";
import { featuredOf, hasReviewables, heroOf, latestOf } from "./versions-of.ts";

const attributes: Resolver<EntityNode> = (node, _args, { sandbox }) =>
  processedAttributes(node, sandbox.switches.ownAttribTrap);

const common: Resolvers<EntityNode> = {
  projectName: ({ graph }) => graph.project.name,
  name: ({ row }) => nameOf(row),
  path: ({ graph, row }) => graph.path(row),
  parents: ({ graph, row }) =>
    row.type === "workfile" ? [] : graph.path(row).split("/").slice(1, -1),
  data: ({ row }) => dataText(row.data),
  attrib: attributes,
  allAttrib: (node, args, context) =>
    sortedJson(attributes(node, args, context)),
  ownAttrib: ({ attrib }) => jsonbKeys(attrib),
  thumbnailHash: ({ row }) => thumbnailHash(row),
  thumbnail: ({ row }) => thumbnail(row),
  latestComments: (node) => latestComments(node),
  links: (node, args) => linksOf(node, args),
  activities: ({ graph, row }, args) =>
    feedOf(graph, args, { type: row.type, id: row.id }),
};

function thumbnail(row: EntityRow): JsonObject | null {
  if (!("thumbnailId" in row) || row.thumbnailId === null) return null;
  const info = asObject(row.data["thumbnailInfo"]);
  return { ...info, id: row.thumbnailId };
}

function latestComments({ graph, row }: EntityNode): JsonObject[] {
  return graph.tables.activities
    .find("entity", row.id)
    .filter((a) => a.activityType === "comment" && a.entityId === row.id)
    .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
    .slice(0, 5)
    .map((a) => ({
      activityId: a.id,
      author: a.author,
      body: a.body,
      createdAt: a.createdAt,
    }));
}

/** Folders below this one, itself included. */
function below({ graph, row }: EntityNode<FolderRow>): string[] {
  return [...graph.withChildren([row.id])];
}

const folder: Resolvers<EntityNode<FolderRow>> = {
  ...common,
  type: ({ row }) => row.folderType,
  parent: ({ graph, row }) => folderOf(graph, row.parentId),
  parents: ({ graph, row }) => folderNames(graph.tables, row).slice(0, -1),
  childCount: ({ graph, row }) => graph.tables.folders.count("parent", row.id),
  productCount: ({ graph, row }) =>
    graph.tables.products.count("parent", row.id),
  taskCount: ({ graph, row }) => graph.tables.tasks.count("parent", row.id),
  hasChildren: ({ graph, row }) =>
    graph.tables.folders.count("parent", row.id) > 0,
  hasProducts: ({ graph, row }) =>
    graph.tables.products.count("parent", row.id) > 0,
  hasTasks: ({ graph, row }) => graph.tables.tasks.count("parent", row.id) > 0,
  totalFolderCount: (node) => below(node).length - 1,
  totalTaskCount: (node) =>
    sum(below(node), (id) => node.graph.tables.tasks.count("parent", id)),
  totalProductCount: (node) =>
    sum(below(node), (id) => node.graph.tables.products.count("parent", id)),
  totalVersionCount: (node) =>
    sum(below(node), (id) =>
      sum(node.graph.tables.products.find("parent", id), (p) =>
        node.graph.tables.versions.count("parent", p.id),
      ),
    ),
  hasVersions: ({ graph, row }) => graph.foldersWithVersions.has(row.id),
  hasReviewables: ({ graph, row }) =>
    graph.tables.products
      .find("parent", row.id)
      .some((p) =>
        graph.tables.versions
          .find("parent", p.id)
          .some((v) => hasReviewables(graph, v.id)),
      ),
  products: ({ graph, row }, args) => selectProducts(graph, args, row.id),
  tasks: ({ graph, row }, args) => selectTasks(graph, args, row.id),
};

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}

type Graph = EntityNode["graph"];

function folderOf(
  graph: Graph,
  id: string | null,
): EntityNode<FolderRow> | null {
  const row = id === null ? undefined : graph.tables.folders.get(id);
  return row === undefined ? null : entityNode(graph, row);
}

function taskOf(graph: Graph, id: string | null): EntityNode<TaskRow> | null {
  const row = id === null ? undefined : graph.tables.tasks.get(id);
  return row === undefined ? null : entityNode(graph, row);
}

function versionNode(
  graph: Graph,
  row: VersionRow | undefined,
): EntityNode<VersionRow> | null {
  return row === undefined ? null : entityNode(graph, row);
}

const task: Resolvers<EntityNode<TaskRow>> = {
  ...common,
  type: ({ row }) => row.taskType,
  folder: ({ graph, row }) => folderOf(graph, row.folderId),
  subtasks: ({ row }) =>
    asArray(row.data["subtasks"]).map((item) => {
      const subtask = asObject(item);
      return {
        ...subtask,
        startDate: subtask["start_date"],
        endDate: subtask["end_date"],
        assignees: asStrings(subtask["assignees"]),
        isDone: subtask["is_done"] === true,
      };
    }),
  hasReviewables: ({ graph, row }) =>
    graph.tables.versions
      .find("task", row.id)
      .some((v) => hasReviewables(graph, v.id)),
  versions: ({ graph, row }, args) =>
    selectVersions(graph, args, { taskId: row.id }),
  workfiles: ({ graph, row }, args) => selectWorkfiles(graph, args, row.id),
};

const product: Resolvers<EntityNode<ProductRow>> = {
  ...common,
  type: ({ row }) => row.productType,
  folder: ({ graph, row }) => folderOf(graph, row.folderId),
  versions: ({ graph, row }, args) =>
    selectVersions(graph, args, { productId: row.id }),
  versionList: ({ graph, row }) =>
    graph.tables.versions
      .find("parent", row.id)
      .sort((a, b) => a.version - b.version)
      .map((v) => ({ id: v.id, version: v.version, name: nameOf(v) })),
  latestVersion: ({ graph, row }) =>
    versionNode(graph, latestOf(graph, row.id)),
  featuredVersion: ({ graph, row }, args) => {
    const order = asStrings(args["order"]);
    return versionNode(
      graph,
      featuredOf(
        graph,
        row.id,
        order.length > 0 ? order : ["hero", "latestDone", "latest"],
      ),
    );
  },
};

const version: Resolvers<EntityNode<VersionRow>> = {
  ...common,
  product: ({ graph, row }) => {
    const found = graph.tables.products.get(row.productId);
    return found === undefined ? null : entityNode(graph, found);
  },
  task: ({ graph, row }) => taskOf(graph, row.taskId),
  heroVersionId: ({ graph, row }) => heroOf(graph, row)?.id ?? null,
  isLatest: ({ graph, row }) => latestOf(graph, row.productId)?.id === row.id,
  isLatestDone: ({ graph, row }) =>
    latestOf(graph, row.productId, true)?.id === row.id,
  featuredVersionType: ({ graph, row }) => {
    if (heroOf(graph, row) !== undefined) return "hero";
    if (latestOf(graph, row.productId, true)?.id === row.id)
      return "latestDone";
    return latestOf(graph, row.productId)?.id === row.id ? "latest" : null;
  },
  hasReviewables: ({ graph, row }) => hasReviewables(graph, row.id),
  representations: ({ graph, row }, args) =>
    selectRepresentations(graph, args, row.id),
};

const representation: Resolvers<EntityNode<RepresentationRow>> = {
  ...common,
  version: ({ graph, row }) =>
    versionNode(graph, graph.tables.versions.get(row.versionId)),
  context: ({ row }) =>
    row.data["context"] === undefined ? null : sortedJson(row.data["context"]),
  traits: ({ row }) => (row.traits === null ? null : sortedJson(row.traits)),
  files: ({ row }) =>
    row.files.map((file) => ({
      id: file["id"] ?? "",
      name: file["name"] ?? null,
      path: asString(file["path"]) ?? "",
      hash: file["hash"] ?? null,
      hashType: file["hash_type"] ?? file["hashType"] ?? "md5",
      size: String((file["size"] as number | undefined) ?? 0),
    })),
};

const workfile: Resolvers<EntityNode<WorkfileRow>> = {
  ...common,
  task: ({ graph, row }) => taskOf(graph, row.taskId),
};

export const ENTITY_RESOLVERS = {
  FolderNode: folder,
  TaskNode: task,
  ProductNode: product,
  VersionNode: version,
  RepresentationNode: representation,
  WorkfileNode: workfile,
};
