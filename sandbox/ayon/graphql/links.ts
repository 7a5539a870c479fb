import { KINDS, tableOf } from "../entities/kinds.ts";
import { asNumber, asString, asStrings, type JsonObject } from "../json.ts";
import type { EntityType, LinkRow } from "../store/rows.ts";
import type { ProjectGraph } from "./context.ts";
import { entityNode, type EntityNode } from "./nodes.ts";
import type { Resolvers } from "./resolve.ts";
import { byPattern, list } from "./select.ts";

export interface LinkNode {
  readonly graph: ProjectGraph;
  readonly row: LinkRow;
  /** The entity it is looked at from; null in the list of a project. */
  readonly from: string | null;
}

/** Links of one entity. `linkTypes` are short names: `breakdown`. */
export function linksOf(
  { graph, row }: EntityNode,
  args: JsonObject,
): JsonObject {
  const direction = asString(args["direction"]);
  const types = list(args["linkTypes"]);
  let rows = graph.tables.links
    .find("entity", row.id)
    .filter(
      (link) =>
        (direction !== "in" || link.outputId === row.id) &&
        (direction !== "out" || link.inputId === row.id),
    );
  if (types !== null && types.length > 0) {
    rows = rows.filter((link) => types.includes(shortType(link)));
  }
  return page(graph, filtered(rows, args), args, row.id);
}

/** Links of a whole project. */
export function projectLinks(
  graph: ProjectGraph,
  args: JsonObject,
): JsonObject {
  const wanted = (key: string): Set<string> | null => {
    const items = asStrings(args[key]);
    return items.length > 0 ? new Set(items) : null;
  };
  const [ids, entityIds, inputs, outputs] = [
    wanted("ids"),
    wanted("entityIds"),
    wanted("inputIds"),
    wanted("outputIds"),
  ];
  const [types, inputTypes, outputTypes] = [
    wanted("linkTypes"),
    wanted("inputTypes"),
    wanted("outputTypes"),
  ];
  const rows = graph.tables.links
    .all()
    .filter(
      (link) =>
        (ids?.has(link.id) ?? true) &&
        (entityIds === null ||
          entityIds.has(link.inputId) ||
          entityIds.has(link.outputId)) &&
        (inputs?.has(link.inputId) ?? true) &&
        (outputs?.has(link.outputId) ?? true) &&
        (types?.has(shortType(link)) ?? true) &&
        (inputTypes?.has(link.inputType) ?? true) &&
        (outputTypes?.has(link.outputType) ?? true),
    );
  return page(graph, filtered(rows, args), args, null);
}

const shortType = (link: LinkRow): string => link.linkType.split("|")[0] ?? "";

function filtered(rows: LinkRow[], args: JsonObject): LinkRow[] {
  const names = asStrings(args["names"]);
  const kept =
    names.length > 0
      ? rows.filter((r) => r.name !== null && names.includes(r.name))
      : rows;
  return byPattern(kept, args["nameEx"], (r) => r.name ?? "");
}

/** Unlike other connections this one looks one row ahead; its cursor is the bare order of creation. */
function page(
  graph: ProjectGraph,
  rows: LinkRow[],
  args: JsonObject,
  from: string | null,
): JsonObject {
  const first = Math.max(0, asNumber(args["first"]) ?? 100);
  const after = asString(args["after"]) ?? "";
  const rest = /^\d+$/.test(after)
    ? rows.filter((r) => r.order > Number(after))
    : rows;
  const edges = rest
    .slice(0, first)
    .map((row): LinkNode => ({ graph, row, from }));
  return {
    edges,
    pageInfo: {
      hasNextPage: rest.length > first,
      hasPreviousPage: false,
      startCursor: null,
      endCursor: edges.length > 0 ? String(edges.at(-1)?.row.order) : null,
    },
  };
}

function entityOf(
  graph: ProjectGraph,
  type: string,
  id: string,
): EntityNode | null {
  if (!Object.hasOwn(KINDS, type)) return null;
  const row = tableOf(graph.tables, type as EntityType).get(id);
  return row === undefined ? null : entityNode(graph, row);
}

const isInput = ({ row, from }: LinkNode): boolean => row.outputId !== from;

const linkEdge: Resolvers<LinkNode> = {
  projectName: ({ graph }) => graph.project.name,
  linkType: ({ row }) => shortType(row),
  cursor: ({ row }) => String(row.order),
  direction: (edge) => (isInput(edge) ? "out" : "in"),
  entityId: (edge) => (isInput(edge) ? edge.row.outputId : edge.row.inputId),
  entityType: (edge) =>
    isInput(edge) ? edge.row.outputType : edge.row.inputType,
  description: ({ row }) =>
    `${shortType(row)} link with input ${row.inputType} and output ${row.outputType}`,
  node: (edge) =>
    isInput(edge)
      ? entityOf(edge.graph, edge.row.outputType, edge.row.outputId)
      : entityOf(edge.graph, edge.row.inputType, edge.row.inputId),
};

const projectLinkEdge: Resolvers<LinkNode> = {
  projectName: ({ graph }) => graph.project.name,
  linkType: ({ row }) => shortType(row),
  cursor: ({ row }) => String(row.order),
  inputNode: ({ graph, row }) => entityOf(graph, row.inputType, row.inputId),
  outputNode: ({ graph, row }) => entityOf(graph, row.outputType, row.outputId),
};

export const LINK_RESOLVERS = {
  LinkEdge: linkEdge,
  ProjectLinkEdge: projectLinkEdge,
};
