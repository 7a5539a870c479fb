import { z } from "zod";
import type { FtrackId } from "../../core/ids.ts";
import type { FtrackReads } from "../../core/ports.ts";
import { is, select } from "../../core/query.ts";
import { idField, idOrNull } from "../../core/rows.ts";
import { textOrEmpty } from "./common.ts";

/** A typed context of a project, by what places it in the tree. */
export interface TreeRow {
  readonly id: FtrackId;
  readonly name: string;
  readonly parentId: FtrackId | null;
  readonly typeId: FtrackId | null;
}

const treeRow = z
  .object({
    id: idField,
    name: textOrEmpty,
    parent_id: idOrNull,
    object_type_id: idOrNull,
  })
  .transform((row): TreeRow => ({
    id: row.id,
    name: row.name,
    parentId: row.parent_id,
    typeId: row.object_type_id,
  }));

/** All folders and tasks of a project. */
export async function readTree(
  ftrack: FtrackReads,
  projectId: FtrackId,
): Promise<ReadonlyMap<FtrackId, TreeRow>> {
  const [rows] = await ftrack.query(
    select({
      type: "TypedContext",
      fields: ["id", "name", "parent_id", "object_type_id"],
      where: is("project_id", projectId),
      row: treeRow,
    }),
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** The entity and what is above it, up to the project. */
export function chainOf(
  tree: ReadonlyMap<FtrackId, TreeRow>,
  id: FtrackId,
): readonly FtrackId[] {
  const chain: FtrackId[] = [];
  // A ring in the data must not hang the service.
  const seen = new Set<FtrackId>();
  let at: FtrackId | null = id;
  while (at !== null && !seen.has(at)) {
    seen.add(at);
    chain.push(at);
    at = tree.get(at)?.parentId ?? null;
  }
  return chain;
}

/** What lies in these entities, themselves among it. */
export function within(
  tree: ReadonlyMap<FtrackId, TreeRow>,
  roots: readonly FtrackId[],
): readonly TreeRow[] {
  const wanted = new Set(roots);
  return [...tree.values()].filter((row) =>
    chainOf(tree, row.id).some((id) => wanted.has(id)),
  );
}
