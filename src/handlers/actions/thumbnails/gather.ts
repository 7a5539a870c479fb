import { z } from "zod";
import type { FtrackId } from "../../../core/ids.ts";
import type { FtrackReads } from "../../../core/ports.ts";
import {
  PICTURABLE,
  picturable,
  picturableRow,
  type Picturable,
} from "../../../core/picturable.ts";
import { chunk, inList, select, type Query } from "../../../core/query.ts";
import { idField, idOrNull } from "../../../core/rows.ts";
import type { Push } from "./plan.ts";

/** Ids in one query. */
const IDS = 500;

type Placed = Picturable & {
  /** Of a version: its task, or else what its asset lies in. */
  readonly parentId: FtrackId | null;
};

const context = picturableRow
  .extend({ parent_id: idOrNull })
  .transform((row): Placed => ({
    ...picturable(row, "TypedContext"),
    parentId: row.parent_id,
  }));

const version = picturableRow
  .extend({
    task_id: idOrNull,
    asset: z.object({ context_id: idOrNull }).nullish().catch(null),
  })
  .transform((row): Placed => ({
    ...picturable(row, "AssetVersion"),
    parentId: row.task_id ?? row.asset?.context_id ?? null,
  }));

const project = z
  .object({ id: idField, full_name: z.string(), thumbnail_id: idOrNull })
  .transform((row): Picturable => ({
    id: row.id,
    entityType: "Project",
    path: row.full_name,
    thumbnailId: row.thumbnail_id,
  }));

function contexts(by: "id" | "parent_id", ids: readonly string[]) {
  return select({
    type: "TypedContext",
    fields: [...PICTURABLE, "parent_id"],
    row: context,
    where: inList(by, ids),
  });
}

/** Rows of both queries for all ids, however many there are. */
async function byIds<A, B>(
  ftrack: FtrackReads,
  ids: readonly FtrackId[],
  queries: (part: readonly FtrackId[]) => [Query<A>, Query<B>],
): Promise<readonly (A | B)[]> {
  const found: (A | B)[] = [];
  for (const part of chunk([...new Set(ids)], IDS)) {
    const [some, others] = await ftrack.query(...queries(part));
    found.push(...some, ...others);
  }
  return found;
}

export interface Gathered {
  readonly pushes: readonly Push[];
  /** Selected, but not there any more. */
  readonly gone: number;
}

/** In the order of the selection. */
function gathered(
  ids: readonly FtrackId[],
  selected: readonly Placed[],
  targetsOf: (one: Placed) => readonly Picturable[],
): Gathered {
  const known = new Map(selected.map((one) => [one.id, one]));
  const found = ids.flatMap((id) => known.get(id) ?? []);
  return {
    pushes: found.map((from) => ({ from, to: targetsOf(from) })),
    gone: ids.length - found.length,
  };
}

/** Versions, tasks and folders with what is to get their thumbnail: the task of a version, or what is above. */
export async function withParents(
  ftrack: FtrackReads,
  ids: readonly FtrackId[],
): Promise<Gathered> {
  const selected = await byIds(ftrack, ids, (part) => [
    contexts("id", part),
    select({
      type: "AssetVersion",
      fields: [...PICTURABLE, "task_id", "asset.context_id"],
      row: version,
      where: inList("id", part),
    }),
  ]);
  const parents = await byIds(
    ftrack,
    selected.flatMap((one) => one.parentId ?? []),
    (part) => [
      contexts("id", part),
      select({
        type: "Project",
        fields: ["id", "full_name", "thumbnail_id"],
        row: project,
        where: inList("id", part),
      }),
    ],
  );
  const byId = new Map<FtrackId, Picturable>(parents.map((p) => [p.id, p]));
  return gathered(ids, selected, ({ parentId }) => {
    const parent = parentId === null ? undefined : byId.get(parentId);
    return parent === undefined ? [] : [parent];
  });
}

/** Folders with the folders and tasks directly below them. */
export async function withChildren(
  ftrack: FtrackReads,
  ids: readonly FtrackId[],
): Promise<Gathered> {
  const selected: Placed[] = [];
  const children = new Map<FtrackId | null, Placed[]>();
  for (const part of chunk(ids, IDS)) {
    const [own, below] = await ftrack.query(
      contexts("id", part),
      contexts("parent_id", part),
    );
    selected.push(...own);
    for (const child of below)
      children.set(child.parentId, [
        ...(children.get(child.parentId) ?? []),
        child,
      ]);
  }
  return gathered(ids, selected, ({ id }) => children.get(id) ?? []);
}
