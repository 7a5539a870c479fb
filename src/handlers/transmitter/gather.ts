import { ayonChangeOf, type AyonChange } from "../../core/ayon-event.ts";
import type { FtrackEvent } from "../../core/event.ts";
import type { HandlerContext } from "../../core/handler.ts";
import { ftrackId, type AyonId, type FtrackId } from "../../core/ids.ts";
import type { AyonEntities, AyonVersion } from "../../core/ports.ts";
import type { Query } from "../../core/query.ts";
import { isSameName } from "../../core/status.ts";
import type { Source, Target, TransmitterFacts } from "./facts.ts";
import {
  assignmentsOf,
  contextsBy,
  versionsBy,
  type VersionTarget,
} from "./rows.ts";

function idsOf(
  changes: readonly AyonChange[],
  entityType: AyonChange["entityType"],
): AyonId[] {
  const own = changes.filter((change) => change.entityType === entityType);
  return [...new Set(own.map((change) => change.entityId))];
}

function linkOf(own: Readonly<Record<string, unknown>>): FtrackId | null {
  const id = own["ftrackId"];
  return typeof id === "string" && id !== "" ? ftrackId(id) : null;
}

/** Where a version of AYON lies whose counterpart is not stored with it. */
interface Place {
  readonly version: AyonVersion;
  readonly productName: string;
  readonly contextId: FtrackId;
}

/** At most one more request, and none where every version knows its counterpart. */
async function placesOf(
  versions: readonly AyonVersion[],
  ctx: HandlerContext,
): Promise<readonly Place[]> {
  const unlinked = versions.filter((v) => linkOf(v.own) === null);
  if (unlinked.length === 0) return [];
  const project = ctx.project.ayonName;
  const { products } = await ctx.ayon.select(project, {
    products: [{ ids: unlinked.map((v) => v.productId) }],
  });
  const { folders } = await ctx.ayon.select(project, {
    folders: [{ ids: products.map((p) => p.folderId) }],
  });
  return unlinked.flatMap((version) => {
    const product = products.find((p) => p.id === version.productId);
    const folder = folders.find((f) => f.id === product?.folderId);
    const contextId = folder === undefined ? null : linkOf(folder.own);
    return product === undefined || contextId === null
      ? []
      : [{ version, productName: product.name, contextId }];
  });
}

function sourcesOf(
  { folders, tasks, versions }: AyonEntities,
  linkOfVersion: (version: AyonVersion) => FtrackId | null,
): ReadonlyMap<AyonId, Source> {
  const all: readonly Source[] = [
    ...folders.map((f) => ({
      ayonId: f.id,
      entityType: "folder" as const,
      path: f.path,
      status: f.status,
      assignees: [],
      ftrackId: linkOf(f.own),
    })),
    ...tasks.map((t) => ({
      ayonId: t.id,
      entityType: "task" as const,
      path: t.path,
      status: t.status,
      assignees: t.assignees,
      ftrackId: linkOf(t.own),
    })),
    ...versions.map((v) => ({
      ayonId: v.id,
      entityType: "version" as const,
      path: `version ${v.version}`,
      status: v.status,
      assignees: [],
      ftrackId: linkOfVersion(v),
    })),
  ];
  return new Map(all.map((source) => [source.ayonId, source]));
}

/** A query that need not be asked when there is nothing to ask for. */
async function ask<Row>(
  ctx: HandlerContext,
  isNeeded: boolean,
  query: () => Query<Row>,
): Promise<readonly Row[]> {
  if (!isNeeded) return [];
  const [rows] = await ctx.ftrack.query(query());
  return rows;
}

export async function gatherTransmission(
  events: readonly FtrackEvent[],
  ctx: HandlerContext,
): Promise<TransmitterFacts> {
  const changes = events.flatMap((event) => ayonChangeOf(event) ?? []);
  const entities = await ctx.ayon.select(ctx.project.ayonName, {
    folders: [{ ids: idsOf(changes, "folder") }],
    tasks: [{ ids: idsOf(changes, "task") }],
    versions: [{ ids: idsOf(changes, "version") }],
  });
  const places = await placesOf(entities.versions, ctx);
  const contextIds = [...entities.folders, ...entities.tasks].flatMap(
    ({ own }) => linkOf(own) ?? [],
  );
  const versionIds = entities.versions.flatMap(({ own }) => linkOf(own) ?? []);
  const placeIds = places.map((place) => place.contextId);
  const taskIds = entities.tasks.flatMap(({ own }) => linkOf(own) ?? []);
  const hasVersions = versionIds.length + placeIds.length > 0;
  const [contexts, versions, assignments, users, world] = await Promise.all([
    ask(ctx, contextIds.length > 0, () => contextsBy(contextIds)),
    ask(ctx, hasVersions, () => versionsBy(versionIds, placeIds)),
    ask(ctx, taskIds.length > 0, () => assignmentsOf(taskIds)),
    ctx.reference.users(),
    worldOf(entities, ctx),
  ]);
  const targets: readonly Target[] = [...contexts, ...versions];
  return {
    changes,
    sources: sourcesOf(
      entities,
      (version) => linkOf(version.own) ?? namesake(version, places, versions),
    ),
    targets: new Map(targets.map((target) => [target.id, target])),
    assignments,
    users,
    ...world,
  };
}

/** Asked for again when AYON shows a status that is not among those of Ftrack, as it may be new. */
async function worldOf(
  { folders, tasks, versions }: AyonEntities,
  { reference, project }: HandlerContext,
): Promise<Pick<TransmitterFacts, "schema" | "statuses">> {
  const read = async () => {
    const [schema, statuses] = await Promise.all([
      reference.schema(project.ftrack.schemaId),
      reference.statuses(),
    ]);
    return { schema, statuses };
  };
  const world = await read();
  const isKnown = [...folders, ...tasks, ...versions].every(({ status }) =>
    world.statuses.some((known) => isSameName(known.name, status)),
  );
  if (isKnown) return world;
  reference.refresh("schema");
  return read();
}

/** The version of the asset that is called like the product, below the same folder, with the same number. */
function namesake(
  version: AyonVersion,
  places: readonly Place[],
  versions: readonly VersionTarget[],
): FtrackId | null {
  const place = places.find((p) => p.version.id === version.id);
  if (place === undefined) return null;
  const found = versions.find(
    (v) =>
      v.contextId === place.contextId &&
      v.number === version.version &&
      isSameName(v.assetName, place.productName),
  );
  return found?.id ?? null;
}
