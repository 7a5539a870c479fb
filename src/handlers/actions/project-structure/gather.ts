import { z } from "zod";
import type { ActionBase } from "../../../core/action.ts";
import type { FtrackId } from "../../../core/ids.ts";
import type { FtrackReads } from "../../../core/ports.ts";
import { inList, select } from "../../../core/query.ts";
import type { FtrackProject, ObjectType } from "../../../core/reference.ts";
import { idField, idOrNull } from "../../../core/rows.ts";
import { textOrEmpty } from "../common.ts";
import type { StructureNode } from "./parse.ts";
import { folderFor, type ExistingFolder } from "./plan.ts";

const folderRow = z
  .object({
    id: idField,
    name: textOrEmpty,
    parent_id: idOrNull,
    object_type_id: idOrNull,
  })
  .transform((row): ExistingFolder => ({
    id: row.id,
    name: row.name,
    parentId: row.parent_id,
    typeId: row.object_type_id,
  }));

/** Object types, and those among them that the project offers. */
export async function readTypes(
  reference: ActionBase["reference"],
  { schemaId }: Pick<FtrackProject, "schemaId">,
): Promise<{
  readonly objectTypes: readonly ObjectType[];
  readonly offered: readonly FtrackId[];
}> {
  const [objectTypes, schema] = await Promise.all([
    reference.objectTypes(),
    reference.schema(schemaId),
  ]);
  return { objectTypes, offered: schema.objectTypes };
}

/** What of a structure is there: one request for each of its levels. Tasks of the same name do not count. */
export async function readExisting(
  ftrack: FtrackReads,
  projectId: FtrackId,
  nodes: readonly StructureNode[],
  objectTypes: readonly ObjectType[],
): Promise<readonly ExistingFolder[]> {
  const leaves = new Set(objectTypes.filter((t) => t.isLeaf).map((t) => t.id));
  const all: ExistingFolder[] = [];
  let level = nodes.length === 0 ? [] : [{ parentId: projectId, nodes }];
  while (level.length > 0) {
    const [rows] = await ftrack.query(
      select({
        type: "TypedContext",
        fields: ["id", "name", "parent_id", "object_type_id"],
        where: inList(
          "parent_id",
          level.map(({ parentId }) => parentId),
        ),
        row: folderRow,
      }),
    );
    const folders = rows.filter(
      ({ typeId }) => typeId === null || !leaves.has(typeId),
    );
    all.push(...folders);
    level = level.flatMap(({ parentId, nodes: below }) =>
      below.flatMap((node) => {
        const there = folderFor(node, parentId, folders);
        return there === undefined || node.children.length === 0
          ? []
          : [{ parentId: there.id, nodes: node.children }];
      }),
    );
  }
  return all;
}
