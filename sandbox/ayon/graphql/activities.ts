import { timeOf } from "../clock.ts";
import { badRequest, UnhandledError } from "../errors.ts";
import {
  asArray,
  asObject,
  asString,
  isObject,
  sortedJson,
  withoutNulls,
  type JsonObject,
} from "../json.ts";
import { compileFilterText } from "../query-filter.ts";
import type { ActivityReference, ActivityRow } from "../store/rows.ts";
import { paginate, type Connection } from "./connection.ts";
import type { ProjectGraph } from "./context.ts";
import { entityNode } from "./nodes.ts";
import type { Resolvers } from "./resolve.ts";
import { byIds } from "./candidates.ts";
import * as pick from "./select.ts";
import { userNode } from "./users.ts";

/** One appearance of an activity: at the entity it was made on, or where somebody else sees it. */
export interface FeedEntry {
  readonly graph: ProjectGraph;
  readonly row: ActivityRow;
  readonly reference: ActivityReference;
}

const COLUMNS = [
  "activity_type",
  "activity_data",
  "reference_type",
  "reference_data",
  "entity_type",
  "entity_name",
  "entity_id",
  "tags",
  "body",
  "active",
  "created_at",
  "updated_at",
  "activity_id",
  "creation_order",
];

export function feedOf(
  graph: ProjectGraph,
  args: JsonObject,
  entity?: { readonly type: string; readonly id: string },
): Connection<FeedEntry> {
  const activityIds = pick.ids(args["activityIds"]);
  const givenIds = pick.list(args["entityIds"]);
  const asked =
    asString(args["entityType"]) !== null && (givenIds?.length ?? 0) > 0;
  const entityIds = asked || entity === undefined ? givenIds : [entity.id];
  let types = pick.named(args["referenceTypes"]);
  if (
    !asked &&
    entity === undefined &&
    activityIds === null &&
    (types ?? []).length === 0
  )
    types = ["origin"];
  let feed = rowsOf(graph, activityIds, entityIds).flatMap((row) =>
    row.references.map((reference): FeedEntry => ({ graph, row, reference })),
  );
  feed = pick.within(feed, activityIds, (e) => e.row.id);
  feed = pick.within(feed, entityIds, (e) => e.reference.entityId);
  feed = pick.within(feed, types, (e) => e.reference.referenceType);
  feed = pick.within(
    feed,
    pick.named(args["activityTypes"]),
    (e) => e.row.activityType,
  );
  feed = pick.within(
    feed,
    pick.named(args["entityNames"]),
    (e) => e.reference.entityName,
  );
  const tags = pick.named(args["tags"]);
  if (tags !== null && tags.length > 0)
    feed = pick.withAll(feed, tags, (e) => e.row.tags);
  const authors = pick.list(args["authors"]);
  if (authors !== null && authors.length > 0)
    feed = pick.within(feed, authors, (e) => e.row.author);
  feed = changed(feed, args);
  feed = byFilter(feed, args["filter"]);
  return paginate(
    feed,
    args,
    { key: (e) => [e.row.createdAt, e.row.order] },
    (e) => e,
  );
}

function rowsOf(
  graph: ProjectGraph,
  activityIds: string[] | null,
  entityIds: string[] | null,
): ActivityRow[] {
  const { activities } = graph.tables;
  if (activityIds !== null) return byIds(activities, activityIds);
  if (entityIds === null) return activities.all();
  return byIds(
    activities,
    entityIds.flatMap((id) => activities.find("entity", id).map((a) => a.id)),
  );
}

function changed(feed: FeedEntry[], args: JsonObject): FeedEntry[] {
  const bound = (key: string): number | null => {
    const text = asString(args[key]);
    if (text === null || text === "") return null;
    const time = timeOf(text);
    if (Number.isNaN(time))
      throw new UnhandledError(`Invalid isoformat string: '${text}'`);
    return time;
  };
  const [before, after] = [bound("changedBefore"), bound("changedAfter")];
  return feed.filter((e) => {
    const time = timeOf(e.row.updatedAt);
    return (
      (before === null || time < before) && (after === null || time > after)
    );
  });
}

function byFilter(feed: FeedEntry[], filter: unknown): FeedEntry[] {
  if (typeof filter !== "string" || filter === "") return feed;
  const holds = compileFilterText(filter, {
    columns: COLUMNS,
    unknownColumn: (column) => badRequest(`Invalid key: ${column}`),
    databaseError: (_name, message) => new UnhandledError(message),
  });
  return feed.filter((e) => {
    const columns: JsonObject = {
      activity_type: e.row.activityType,
      activity_data: activityData(e),
      activity_id: e.row.id,
      reference_type: e.reference.referenceType,
      reference_data: {},
      entity_type: e.reference.entityType,
      entity_id: e.reference.entityId,
      entity_name: e.reference.entityName,
      tags: e.row.tags,
      body: e.row.body,
      active: true,
      created_at: e.row.createdAt,
      updated_at: e.row.updatedAt,
      creation_order: e.row.order,
    };
    return holds((column) => columns[column] ?? undefined);
  });
}

/** What the server keeps with an activity: the caller's data, its author, where it was made. */
export function activityData({
  graph,
  row,
}: Pick<FeedEntry, "graph" | "row">): JsonObject {
  return {
    ...row.data,
    ...withoutNulls({ author: row.author }),
    origin: originOf(graph, row),
    parents: [],
  };
}

function originOf(graph: ProjectGraph, row: ActivityRow): JsonObject {
  const { folders, tasks, products, versions } = graph.tables;
  const base = {
    id: row.entityId,
    type: row.entityType,
    label: null,
    subtype: null,
  };
  const folder = folders.get(row.entityId);
  if (folder !== undefined)
    return {
      ...base,
      name: folder.name,
      label: folder.label,
      subtype: folder.folderType,
    };
  const task = tasks.get(row.entityId);
  if (task !== undefined)
    return {
      ...base,
      name: task.name,
      label: task.label,
      subtype: task.taskType,
    };
  const product = products.get(row.entityId);
  if (product !== undefined)
    return { ...base, name: product.name, subtype: product.productType };
  const version = versions.get(row.entityId);
  return {
    ...base,
    name:
      version === undefined
        ? ""
        : `v${String(version.version).padStart(3, "0")}`,
  };
}

const activity: Resolvers<FeedEntry> = {
  projectName: ({ graph }) => graph.project.name,
  activityId: ({ row }) => row.id,
  referenceId: (e) => e.reference.id,
  referenceType: (e) => e.reference.referenceType,
  entityType: (e) => e.reference.entityType,
  entityId: (e) => e.reference.entityId,
  entityName: (e) => e.reference.entityName,
  entityPath: () => null,
  creationOrder: ({ row }) => row.order,
  activityData: (e) => sortedJson(activityData(e)),
  referenceData: () => "{}",
  category: ({ row }) => {
    const name = asString(row.data["category"]);
    return name === null ? null : { name, color: "#999999" };
  },
  active: () => true,
  read: () => false,
  origin: ({ graph, row }) => originOf(graph, row),
  parents: () => [],
  reactions: ({ row }) => asArray(row.data["reactions"]),
  author: ({ row }, _args, { sandbox }) => {
    const user =
      row.author === null ? undefined : sandbox.db.studio.users.get(row.author);
    return user === undefined ? null : userNode(user);
  },
  assignee: () => null,
  version: ({ graph, row }) => {
    const found =
      row.entityType === "version"
        ? graph.tables.versions.get(row.entityId)
        : undefined;
    return found === undefined ? null : entityNode(graph, found);
  },
  files: ({ graph, row }) =>
    graph.tables.files.find("activity", row.id).map((file) => ({
      id: file.id,
      size: String(file.size),
      author: file.author,
      name: file.name,
      mime: file.mime,
      createdAt: file.createdAt,
      updatedAt: file.createdAt,
    })),
};

const origin: Resolvers<JsonObject> = {
  link: (node) => {
    const { name, type, id } = isObject(node) ? node : asObject(null);
    return `[${String(name)}](${String(type)}:${String(id)})`;
  },
};

export const ACTIVITY_RESOLVERS = {
  ActivityNode: activity,
  ActivityOriginNode: origin,
};
