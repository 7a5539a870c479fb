import type { EntityChange, FtrackEvent } from "../../core/event.ts";
import type { HandlerContext } from "../../core/handler.ts";
import { ftrackId, type FtrackId } from "../../core/ids.ts";
import type { AyonEntities } from "../../core/ports.ts";
import {
  PICTURABLE,
  picturable,
  picturableRow,
  type Picturable,
} from "../../core/picturable.ts";
import { inList, select, type Query } from "../../core/query.ts";
import type {
  Counterpart,
  Pictured,
  PicturedVersion,
  ThumbnailFacts,
  ThumbnailSettings,
} from "./hierarchy.ts";

export function hasNewThumbnail(entity: EntityChange): boolean {
  return (
    entity.baseType === "assetversion" &&
    entity.action !== "remove" &&
    entity.keys.includes("thumbid")
  );
}

/** Versions with a new thumbnail, each once, in the order of their last event. */
export function picturedIn(events: readonly FtrackEvent[]): Pictured[] {
  const found = new Map<FtrackId, Pictured>();
  for (const entity of events.flatMap((event) => event.entities)) {
    if (!hasNewThumbnail(entity)) continue;
    const asset = entity.parents.findIndex((p) => p.baseType === "asset");
    const above = entity.parents
      .slice(asset + 1)
      .filter((p) => p.baseType === "task")
      .map((p) => p.entityId);
    found.delete(entity.entityId);
    found.set(entity.entityId, { versionId: entity.entityId, above });
  }
  return [...found.values()];
}

const context = picturableRow.transform((row) =>
  picturable(row, "TypedContext"),
);
const version = picturableRow
  .extend({ task: picturableRow.nullish().catch(null) })
  .transform((row): PicturedVersion => {
    const task = row.task ?? null;
    return {
      ...picturable(row, "AssetVersion"),
      task: task === null ? null : picturable(task, "Task"),
    };
  });

function versionsBy(ids: Iterable<FtrackId>): Query<PicturedVersion> {
  return select({
    type: "AssetVersion",
    fields: [...PICTURABLE, ...PICTURABLE.map((field) => `task.${field}`)],
    row: version,
    where: inList("id", ids),
  });
}

function contextsBy(ids: readonly FtrackId[]): Query<Picturable> {
  return select({
    type: "TypedContext",
    fields: PICTURABLE,
    row: context,
    ...(ids.length === 0 ? { limit: 0 } : { where: inList("id", ids) }),
  });
}

export async function gatherThumbnails(
  events: readonly FtrackEvent[],
  settings: ThumbnailSettings,
  ctx: HandlerContext,
): Promise<ThumbnailFacts> {
  const project = ctx.project.ayonName;
  const pictured = picturedIn(events).map((p) => ({
    ...p,
    above: p.above.slice(0, settings.levels),
  }));
  if (pictured.length === 0 || settings.levels < 1)
    return { project, pictured, versions: [], contexts: [], counterparts: [] };
  const [versions, contexts] = await ctx.ftrack.query(
    versionsBy(pictured.map((p) => p.versionId)),
    contextsBy(pictured.flatMap((p) => p.above)),
  );
  const withThumbnail = versions.filter((v) => v.thumbnailId !== null);
  const tasks = withThumbnail.flatMap((v) => v.task?.id ?? []);
  const found =
    withThumbnail.length === 0
      ? { folders: [], tasks: [], products: [], versions: [] }
      : await ctx.ayon.select(project, {
          folders: [{ ftrackIds: contexts.map((c) => c.id) }],
          tasks: [{ ftrackIds: tasks }],
          versions: [{ ftrackIds: withThumbnail.map((v) => v.id) }],
        });
  const counterparts = counterpartsIn(found);
  return { project, pictured, versions, contexts, counterparts };
}

function counterpartsIn(found: AyonEntities): Counterpart[] {
  const of =
    (entityType: Counterpart["entityType"]) =>
    (entity: {
      readonly id: Counterpart["entityId"];
      readonly thumbnailId: string | null;
      readonly own: Readonly<Record<string, unknown>>;
    }): Counterpart[] => {
      const { id: entityId, thumbnailId } = entity;
      const linked = entity.own["ftrackId"];
      return typeof linked !== "string"
        ? []
        : [{ ftrackId: ftrackId(linked), entityType, entityId, thumbnailId }];
    };
  return [
    ...found.folders.flatMap(of("folder")),
    ...found.tasks.flatMap(of("task")),
    ...found.versions.flatMap(of("version")),
  ];
}
