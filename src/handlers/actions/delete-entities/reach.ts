/** How far a deletion reaches, on both sides. */
import { z } from "zod";
import type { Work } from "../../../core/action.ts";
import { REMOVED } from "../../../core/bookkeeping.ts";
import type { AyonId, FtrackId, ProjectName } from "../../../core/ids.ts";
import type {
  AyonFolder,
  AyonProduct,
  AyonTask,
  AyonVersion,
} from "../../../core/ports.ts";
import { chunk, inList, select } from "../../../core/query.ts";
import { idField, idOrNull } from "../../../core/rows.ts";
import { textOrEmpty } from "../common.ts";

/** Ids one query may name. */
const IDS = 500;

/** A folder or task of Ftrack. */
export interface Context {
  readonly id: FtrackId;
  readonly path: string;
  /** The API's name: Shot, AssetBuild, Task, … */
  readonly type: string;
  readonly parentId: FtrackId | null;
}

export interface Asset {
  readonly id: FtrackId;
  readonly name: string;
  readonly contextId: FtrackId | null;
}

export interface Reach {
  /** What was selected and, when asked for, what lies in it; parents before their children. */
  readonly contexts: readonly Context[];
  readonly assets: readonly Asset[];
  readonly folders: readonly AyonFolder[];
  readonly tasks: readonly AyonTask[];
  readonly products: readonly AyonProduct[];
  readonly versions: readonly AyonVersion[];
  /** Folders of AYON below these that belong to something elsewhere in Ftrack, or to a task of it. */
  readonly strangers: readonly (AyonFolder | AyonTask)[];
}

export function isTask({ type }: Pick<Context, "type">): boolean {
  return type === "Task";
}

type Reads = Pick<Work, "ftrack" | "ayon" | "reference">;

export interface Root {
  readonly id: FtrackId;
  readonly path: string;
}

const contextRow = z.object({
  id: idField,
  name: textOrEmpty,
  parent_id: idOrNull,
  object_type_id: idOrNull,
});

const assetRow = z
  .object({ id: idField, name: textOrEmpty, context_id: idOrNull })
  .transform((row): Asset => ({
    id: row.id,
    name: row.name,
    contextId: row.context_id,
  }));

async function inParts<Id, Row>(
  ids: readonly Id[],
  read: (part: readonly Id[]) => Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const part of chunk(ids, IDS)) rows.push(...(await read(part)));
  return rows;
}

async function readContexts(
  { ftrack, reference }: Reads,
  roots: readonly Root[],
  isDeep: boolean,
): Promise<readonly Context[]> {
  const objectTypes = await reference.objectTypes();
  const types = new Map(
    objectTypes.map(({ id, name }) => [id, name.replaceAll(" ", "")]),
  );
  const found = new Map<FtrackId, Context>();
  const paths = new Map(roots.map((root) => [root.id, root.path]));

  async function level(
    by: "id" | "parent_id",
    ids: readonly FtrackId[],
  ): Promise<readonly FtrackId[]> {
    const rows = await inParts(ids, async (part) => {
      const [some] = await ftrack.query(
        select({
          type: "TypedContext",
          fields: ["id", "name", "parent_id", "object_type_id"],
          where: inList(by, part),
          row: contextRow,
        }),
      );
      return some;
    });
    const fresh = rows.filter((row) => !found.has(row.id));
    for (const row of fresh) {
      const above =
        row.parent_id === null ? undefined : found.get(row.parent_id)?.path;
      const path =
        paths.get(row.id) ??
        (above === undefined ? row.name : `${above}/${row.name}`);
      found.set(row.id, {
        ...{ id: row.id, path, parentId: row.parent_id },
        type:
          (row.object_type_id === null
            ? undefined
            : types.get(row.object_type_id)) ?? "TypedContext",
      });
    }
    return fresh.map((row) => row.id);
  }

  let ids = await level(
    "id",
    roots.map((root) => root.id),
  );
  while (isDeep && ids.length > 0) ids = await level("parent_id", ids);
  return [...found.values()];
}

async function readAssets(
  { ftrack }: Reads,
  contexts: readonly Context[],
): Promise<readonly Asset[]> {
  const ids = contexts.map(({ id }) => id);
  return inParts(ids, async (part) => {
    const [rows] = await ftrack.query(
      select({
        type: "Asset",
        fields: ["id", "name", "context_id"],
        where: inList("context_id", part),
        row: assetRow,
      }),
    );
    return rows;
  });
}

/** The id of the Ftrack entity that something in AYON stands for. */
export function linkOf({ own }: Pick<AyonFolder, "own">): string | null {
  const id = own["ftrackId"];
  return typeof id === "string" && id !== "" && id !== REMOVED ? id : null;
}

async function readFolders(
  { ayon }: Reads,
  project: ProjectName,
  contexts: readonly Context[],
  isDeep: boolean,
): Promise<readonly AyonFolder[]> {
  const found = new Map<AyonId, AyonFolder>();
  const take = (rows: readonly AyonFolder[]): readonly AyonFolder[] => {
    const fresh = rows.filter((row) => !found.has(row.id));
    fresh.forEach((row) => found.set(row.id, row));
    return fresh;
  };
  const ids = contexts.filter((one) => !isTask(one)).map(({ id }) => id);
  let level = take(
    await inParts(ids, async (ftrackIds) => {
      const { folders } = await ayon.select(project, {
        folders: [{ ftrackIds }],
      });
      return folders;
    }),
  );
  while (isDeep && level.length > 0)
    level = take(
      await inParts(
        level.map(({ id }) => id),
        async (parentIds) => {
          const { folders } = await ayon.select(project, {
            folders: [{ parentIds }],
          });
          return folders;
        },
      ),
    );
  return [...found.values()];
}

/** Those whose Ftrack entity exists, but not among these. */
async function strangersAmong(
  { ftrack }: Reads,
  nodes: readonly (AyonFolder | AyonTask)[],
  contexts: readonly Context[],
): Promise<Reach["strangers"]> {
  const known = new Set<string>(contexts.map(({ id }) => id));
  const elsewhere = nodes.filter((node) => {
    const id = linkOf(node);
    return id !== null && !known.has(id);
  });
  const ids = elsewhere.flatMap((node) => linkOf(node) ?? []);
  const alive = await inParts(ids, async (part) => {
    const [rows] = await ftrack.query(
      select({
        type: "TypedContext",
        fields: ["id"],
        where: inList("id", part),
        row: z.object({ id: idField }).transform((row): string => row.id),
      }),
    );
    return rows;
  });
  return elsewhere.filter((node) => alive.includes(linkOf(node) ?? ""));
}

/**
 * Reads what is selected and, when `isDeep`, all that lies in it, on both sides: a fixed number of requests for
 * each level of the tree.
 */
export async function readReach(
  reads: Reads,
  project: ProjectName,
  roots: readonly Root[],
  isDeep: boolean,
): Promise<Reach> {
  const contexts = await readContexts(reads, roots, isDeep);
  const [assets, folders] = await Promise.all([
    readAssets(reads, contexts),
    readFolders(reads, project, contexts, isDeep),
  ]);
  const folderIds = folders.map(({ id }) => id);
  const [tasks, products] = await Promise.all([
    inParts(isDeep ? folderIds : [], async (part) => {
      const found = await reads.ayon.select(project, {
        tasks: [{ folderIds: part }],
      });
      return found.tasks;
    }),
    inParts(folderIds, async (part) => {
      const found = await reads.ayon.select(project, {
        products: [{ folderIds: part }],
      });
      return found.products;
    }),
  ]);
  const versions = await inParts(
    products.map(({ id }) => id),
    async (productIds) => {
      const found = await reads.ayon.select(project, {
        versions: [{ productIds }],
      });
      return found.versions;
    },
  );
  const strangers = isDeep
    ? await strangersAmong(reads, [...folders, ...tasks], contexts)
    : [];
  return { contexts, assets, folders, tasks, products, versions, strangers };
}
