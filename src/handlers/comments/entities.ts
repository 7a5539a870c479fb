import { z } from "zod";
import type { HandlerContext } from "../../core/handler.ts";
import { ftrackId, type FtrackId } from "../../core/ids.ts";
import type { AyonEntities } from "../../core/ports.ts";
import { inList, select, type Query } from "../../core/query.ts";
import { idField } from "../../core/rows.ts";
import { isSameName } from "../../core/status.ts";
import type { AyonEntity } from "./facts.ts";

interface NamedVersion {
  readonly id: FtrackId;
  readonly version: number;
  readonly assetName: string;
  readonly contextId: FtrackId;
}

const versionRow = z
  .object({
    id: idField,
    version: z.coerce.number(),
    asset: z.object({ name: z.string(), context_id: idField }),
  })
  .transform((row): NamedVersion => ({
    id: row.id,
    version: row.version,
    assetName: row.asset.name,
    contextId: row.asset.context_id,
  }));

function versionsBy(ids: Iterable<FtrackId>): Query<NamedVersion> {
  return select({
    type: "AssetVersion",
    fields: ["id", "version", "asset.name", "asset.context_id"],
    row: versionRow,
    where: inList("id", ids),
  });
}

/**
 * The AYON counterparts of contexts and versions: by the Ftrack id that AYON has stored, and for a version
 * that has none stored, by folder, product name and number.
 */
export async function findEntities(
  ids: ReadonlySet<FtrackId>,
  ctx: HandlerContext,
): Promise<ReadonlyMap<FtrackId, AyonEntity>> {
  const found = new Map<FtrackId, AyonEntity>();
  if (ids.size === 0) return found;
  const ftrackIds = [...ids];
  const linked = await ctx.ayon.select(ctx.project.ayonName, {
    folders: [{ ftrackIds }],
    tasks: [{ ftrackIds }],
    versions: [{ ftrackIds }],
  });
  keepLinked(found, linked);
  const missing = ftrackIds.filter((id) => !found.has(id));
  if (missing.length > 0) await findByName(found, missing, ctx);
  return found;
}

function keepLinked(
  found: Map<FtrackId, AyonEntity>,
  linked: AyonEntities,
): void {
  const kinds = [
    ["folder", linked.folders],
    ["task", linked.tasks],
    ["version", linked.versions],
  ] as const;
  for (const [entityType, entities] of kinds) {
    for (const { id: entityId, own } of entities) {
      const link = own["ftrackId"];
      if (typeof link === "string")
        found.set(ftrackId(link), { entityType, entityId });
    }
  }
}

async function findByName(
  found: Map<FtrackId, AyonEntity>,
  ids: readonly FtrackId[],
  ctx: HandlerContext,
): Promise<void> {
  const [versions] = await ctx.ftrack.query(versionsBy(ids));
  if (versions.length === 0) return;
  const project = ctx.project.ayonName;
  const { folders } = await ctx.ayon.select(project, {
    folders: [{ ftrackIds: versions.map((v) => v.contextId) }],
  });
  if (folders.length === 0) return;
  const { products } = await ctx.ayon.select(project, {
    products: [{ folderIds: folders.map((f) => f.id) }],
  });
  const ofName = versions.flatMap((version) => {
    const folder = folders.find((f) => f.own["ftrackId"] === version.contextId);
    const product = products.find(
      (p) => p.folderId === folder?.id && isSameName(p.name, version.assetName),
    );
    return product === undefined ? [] : [{ version, product }];
  });
  if (ofName.length === 0) return;
  const published = await ctx.ayon.select(project, {
    versions: [{ productIds: ofName.map(({ product }) => product.id) }],
  });
  for (const { version, product } of ofName) {
    const match = published.versions.find(
      (v) => v.productId === product.id && v.version === version.version,
    );
    if (match !== undefined)
      found.set(version.id, { entityType: "version", entityId: match.id });
  }
}
