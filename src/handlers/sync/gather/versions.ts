import { z } from "zod";
import type { HandlerContext } from "../../../core/handler.ts";
import { toAyonId, type AyonId, type FtrackId } from "../../../core/ids.ts";
import type { AyonProduct, AyonVersion } from "../../../core/ports.ts";
import {
  chunk,
  inList,
  is,
  select,
  type Condition,
  type Query,
} from "../../../core/query.ts";
import { idField, idOrNull, linkField, pathOf } from "../../../core/rows.ts";
import type { FtrackVersion, World } from "../facts.ts";
import { keepValues, valueQueries } from "./ftrack.ts";
import type { Store } from "./store.ts";

const IDS = 500;

function versions(where: Condition): Query<FtrackVersion> {
  return select({
    type: "AssetVersion",
    fields: [
      "id",
      "version",
      "status_id",
      "thumbnail_id",
      "link",
      "asset.name",
      "asset.context_id",
    ],
    where,
    row: z
      .object({
        id: idField,
        version: z.number(),
        status_id: idOrNull,
        thumbnail_id: idOrNull,
        link: linkField,
        asset: z.looseObject({ name: z.string(), context_id: idField }),
      })
      .transform((row): FtrackVersion => ({
        id: row.id,
        version: row.version,
        statusId: row.status_id,
        thumbnailId: row.thumbnail_id,
        path: pathOf(row.link),
        assetName: row.asset.name,
        contextId: row.asset.context_id,
      })),
  });
}

function idQueries(
  world: World,
  ids: readonly FtrackId[],
): ReturnType<typeof valueQueries> {
  const definition = world.bookkeeping.ayonId;
  return valueQueries(ids, definition === null ? [] : [definition.id]);
}

export type FtrackVersions = ReadonlyMap<FtrackId, FtrackVersion>;

/** Versions by id, in one request. The ids that AYON knows them by go into the store's values. */
export async function readVersions(
  ctx: HandlerContext,
  store: Store,
  world: World,
  ids: Iterable<FtrackId>,
): Promise<FtrackVersions> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return new Map();
  const queries = chunk(wanted, IDS).map((part) =>
    versions(inList("id", part)),
  );
  const results: unknown[][] = await ctx.ftrack.query(
    ...queries,
    ...idQueries(world, wanted),
  );
  // The parts come back in the order of the queries.
  const rows = results.slice(0, queries.length).flat() as FtrackVersion[];
  const values = results.slice(queries.length).flat();
  keepValues(store, values as Parameters<typeof keepValues>[1]);
  return new Map(rows.map((row) => [row.id, row]));
}

export async function readProjectVersions(
  ctx: HandlerContext,
  store: Store,
  world: World,
): Promise<FtrackVersions> {
  const [rows] = await ctx.ftrack.query(
    versions(is("asset.parent.project_id", store.projectId)),
  );
  const ids = rows.map((row) => row.id);
  for (const queries of chunk(idQueries(world, ids), 20))
    keepValues(store, (await ctx.ftrack.query(...queries)).flat());
  return new Map(rows.map((row) => [row.id, row]));
}

export interface AyonVersions {
  readonly versions: readonly AyonVersion[];
  readonly products: readonly AyonProduct[];
}

function storedIds(
  store: Store,
  world: World,
  found: FtrackVersions,
): Map<FtrackId, AyonId> {
  const definition = world.bookkeeping.ayonId;
  const stored = new Map<FtrackId, AyonId>();
  if (definition === null) return stored;
  for (const versionId of found.keys()) {
    const value = store.values.get(versionId)?.get(definition.id);
    const ayonId = typeof value === "string" ? toAyonId(value) : null;
    if (ayonId !== null) stored.set(versionId, ayonId);
  }
  return stored;
}

/** Counterparts that either side names by id; and the versions for which there is none. */
export async function namedVersions(
  ctx: HandlerContext,
  store: Store,
  world: World,
  found: FtrackVersions,
): Promise<{
  readonly versions: readonly AyonVersion[];
  readonly open: readonly FtrackVersion[];
}> {
  if (found.size === 0) return { versions: [], open: [] };
  const stored = storedIds(store, world, found);
  const named = await ctx.ayon.select(ctx.project.ayonName, {
    versions: [
      { ftrackIds: [...found.keys()] },
      ...(stored.size === 0 ? [] : [{ ids: [...stored.values()] }]),
    ],
  });
  const ids = new Set(named.versions.map((version) => version.id));
  const ftrackIds = new Set(named.versions.map((v) => v.own["ftrackId"]));
  const open = [...found.values()].filter((version) => {
    const ayonId = stored.get(version.id);
    const isNamed = ayonId !== undefined && ids.has(ayonId);
    return !isNamed && !ftrackIds.has(version.id);
  });
  return { versions: named.versions, open };
}

/** Versions of the products in the folders of those that are not named. The folders are in the store. */
export async function likelyVersions(
  ctx: HandlerContext,
  store: Store,
  open: readonly FtrackVersion[],
): Promise<AyonVersions> {
  const folderIds = [
    ...new Set(
      open.flatMap(({ contextId }) =>
        (store.byFtrackId.get(contextId) ?? [])
          .filter((node) => node.kind === "folder")
          .map((node) => node.id),
      ),
    ),
  ];
  if (folderIds.length === 0) return { versions: [], products: [] };
  const { products } = await ctx.ayon.select(ctx.project.ayonName, {
    products: [{ folderIds }],
  });
  if (products.length === 0) return { versions: [], products };
  const found = await ctx.ayon.select(ctx.project.ayonName, {
    versions: [{ productIds: products.map((product) => product.id) }],
  });
  return { versions: found.versions, products };
}
