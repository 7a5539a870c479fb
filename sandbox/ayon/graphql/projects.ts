import { ensureProjectAccess } from "../actor.ts";
import { BUILTIN_ANATOMY } from "../entities/builtin-anatomy.ts";
import { badRequest, notFound } from "../errors.ts";
import {
  asArray,
  asObject,
  asString,
  sortedJson,
  type JsonObject,
} from "../json.ts";
import type { ProjectRow } from "../store/rows.ts";
import { feedOf } from "./activities.ts";
import { paginate, type Connection } from "./connection.ts";
import type { GraphContext, ProjectGraph } from "./context.ts";
import { selectEvents } from "./events.ts";
import { projectLinks } from "./links.ts";
import { oneList, selectLists } from "./lists.ts";
import { dataText } from "./nodes.ts";
import type { Resolver, Resolvers } from "./resolve.ts";
import * as pick from "./select.ts";
import { selectRepresentations, selectWorkfiles } from "./select-files.ts";
import { selectFolders } from "./select-folders.ts";
import { selectProducts } from "./select-products.ts";
import { selectTasks } from "./select-tasks.ts";
import { selectVersions } from "./select-versions.ts";
import { me, oneUser, selectUsers } from "./users.ts";

interface ProjectNode {
  readonly row: ProjectRow;
  readonly graph: ProjectGraph;
}

function selectProjects(
  args: JsonObject,
  context: GraphContext,
): Connection<ProjectNode> {
  let rows = context.sandbox.db.studio.projects.all();
  pick.named(
    ["name", "code"]
      .map((key) => args[key])
      .filter((v) => typeof v === "string"),
  );
  rows = pick.byLike(rows, args["name"], (r) => r.name);
  rows = pick.byLike(rows, args["code"], (r) => r.code);
  return paginate(rows, args, { key: (r) => [r.name] }, (row) => ({
    row,
    graph: context.graph(row),
  }));
}

function oneProject(args: JsonObject, context: GraphContext): ProjectNode {
  if (
    (asString(args["name"]) ?? "") === "" &&
    (asString(args["code"]) ?? "") === ""
  ) {
    throw badRequest("Either name or code must be provided.");
  }
  const found = selectProjects(args, context).edges[0]?.node;
  if (found === undefined) throw notFound("Project not found");
  ensureProjectAccess(context.actor, found.row);
  return found;
}

/** One entity by id, through the list's own resolver. */
function one(
  word: string,
  select: (graph: ProjectGraph, args: JsonObject) => Connection<unknown>,
): Resolver<ProjectNode> {
  return ({ graph }, args) => {
    const found = select(graph, { ids: [args["id"]] }).edges[0]?.node;
    if (found === undefined) throw notFound(`${word} not found`);
    return found;
  };
}

const project: Resolvers<ProjectNode> = {
  projectName: ({ row }) => row.name,
  color: ({ row }) => asString(row.data["color"]),
  projectFolder: ({ row }) => asString(row.data["projectFolder"]),
  data: ({ row }) => dataText(row.data),
  config: ({ row }) => sortedJson(row.config),
  skeleton: () => false,
  allAttrib: ({ row }) => sortedJson(row.attrib),
  folder: one("Folder", selectFolders),
  folders: ({ graph }, args) => selectFolders(graph, args),
  task: one("Task", selectTasks),
  tasks: ({ graph }, args) => selectTasks(graph, args),
  product: one("Product", selectProducts),
  products: ({ graph }, args) => selectProducts(graph, args),
  version: one("Version", selectVersions),
  versions: ({ graph }, args) => selectVersions(graph, args),
  representation: one("Representation", selectRepresentations),
  representations: ({ graph }, args) => selectRepresentations(graph, args),
  workfile: one("Workfile", selectWorkfiles),
  workfiles: ({ graph }, args) => selectWorkfiles(graph, args),
  entityList: ({ graph }, args) => oneList(graph, args["id"]),
  entityLists: ({ graph }, args) => selectLists(graph, args),
  activities: ({ graph }, args) => feedOf(graph, args),
  links: ({ graph }, args) => projectLinks(graph, args),
  linkTypes: ({ row }) =>
    row.linkTypes.map((type) => ({
      ...type,
      color: type.data["color"] ?? null,
      style: type.data["style"] ?? "solid",
    })),
  folderTypes: ({ graph, row }, args) =>
    args["activeOnly"] === true
      ? row.folderTypes.filter((t) =>
          graph.tables.folders.all().some((f) => f.folderType === t.name),
        )
      : row.folderTypes,
  taskTypes: ({ graph, row }, args) =>
    args["activeOnly"] === true
      ? row.taskTypes.filter((t) =>
          graph.tables.tasks.all().some((task) => task.taskType === t.name),
        )
      : row.taskTypes,
  productTypes: ({ graph }) =>
    [...new Set(graph.tables.products.all().map((p) => p.productType))]
      .sort()
      .map((name) => ({ name })),
  productBaseTypes: ({ row }) => baseTypes(row),
  usedTags: ({ graph }) => {
    const { folders, tasks, products, versions } = graph.tables;
    const all = [folders, tasks, products, versions].flatMap((table) =>
      table.all().flatMap((r) => r.tags),
    );
    return [...new Set(all)].sort();
  },
};

function baseTypes(row: ProjectRow): unknown[] {
  const own = asArray(asObject(row.config["productBaseTypes"])["definitions"]);
  return own.length > 0
    ? own
    : asArray(asObject(BUILTIN_ANATOMY["product_base_types"])["definitions"]);
}

const query: Resolvers<unknown> = {
  project: (_root, args, context) => oneProject(args, context),
  projects: (_root, args, context) => selectProjects(args, context),
  users: (_root, args, context) => selectUsers(args, context),
  user: (_root, args, context) => oneUser(args["name"], context),
  events: (_root, args, context) => selectEvents(args, context),
  me: (_root, _args, context) => me(context),
  productTypes: (_root, _args, { sandbox }) =>
    sandbox.db.studio.productTypes
      .all()
      .map((row) => ({ name: row.id }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
};

export const PROJECT_RESOLVERS = { Query: query, ProjectNode: project };
