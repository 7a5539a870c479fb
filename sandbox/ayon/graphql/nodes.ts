import { asString, sortedJson, type JsonObject } from "../json.ts";
import type {
  EntityRow,
  FolderRow,
  ProductRow,
  RepresentationRow,
  TaskRow,
  VersionRow,
  WorkfileRow,
} from "../store/rows.ts";
import type { ProjectGraph } from "./context.ts";

/** An entity on its way out; the resolvers of its type give its fields. */
export interface EntityNode<R extends EntityRow = EntityRow> {
  readonly typename: string;
  readonly graph: ProjectGraph;
  readonly row: R;
  /**
   * Own values; once `allAttrib` or `attrib` has been resolved, inherited ones too. The server's resolver writes
   * into the map that `ownAttrib` lists, so the order of the fields in a query decides what `ownAttrib` says.
   */
  attrib: JsonObject;
}

const TYPENAMES: Readonly<Record<EntityRow["type"], string>> = {
  folder: "FolderNode",
  task: "TaskNode",
  product: "ProductNode",
  version: "VersionNode",
  representation: "RepresentationNode",
  workfile: "WorkfileNode",
};

export function entityNode<R extends EntityRow>(
  graph: ProjectGraph,
  row: R,
): EntityNode<R> {
  return { typename: TYPENAMES[row.type], graph, row, attrib: row.attrib };
}

export const folderNode: (
  graph: ProjectGraph,
  row: FolderRow,
) => EntityNode<FolderRow> = entityNode;
export const taskNode: (
  graph: ProjectGraph,
  row: TaskRow,
) => EntityNode<TaskRow> = entityNode;
export const productNode: (
  graph: ProjectGraph,
  row: ProductRow,
) => EntityNode<ProductRow> = entityNode;
export const versionNode: (
  graph: ProjectGraph,
  row: VersionRow,
) => EntityNode<VersionRow> = entityNode;
export const representationNode: (
  graph: ProjectGraph,
  row: RepresentationRow,
) => EntityNode<RepresentationRow> = entityNode;
export const workfileNode: (
  graph: ProjectGraph,
  row: WorkfileRow,
) => EntityNode<WorkfileRow> = entityNode;

/** Effective values, of attributes the server knows for this type. */
export function processedAttributes(
  node: EntityNode,
  ownAttribTrap: boolean,
): JsonObject {
  const { graph, row } = node;
  const values = graph.inheritance.effective(row);
  if (ownAttribTrap) node.attrib = { ...node.attrib, ...values };
  const known = graph.scope.attributes.model(row.type).fields;
  return Object.fromEntries(
    known
      .filter(
        (field) =>
          values[field.name] !== undefined && values[field.name] !== null,
      )
      .map((field) => [field.name, values[field.name]]),
  );
}

/** JSON text of a `data` column; null when there is nothing in it. */
export function dataText(data: JsonObject): string | null {
  return Object.keys(data).length === 0 ? null : sortedJson(data);
}

export function thumbnailHash(row: EntityRow): string {
  return asString(row.data["thumbnailHash"]) ?? row.id.slice(-6);
}
