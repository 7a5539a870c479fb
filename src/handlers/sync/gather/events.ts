import type { HandlerContext } from "../../../core/handler.ts";
import type { FtrackId } from "../../../core/ids.ts";
import { configurationFor } from "../../../core/attribute-mapping.ts";
import type { SyncFacts, World } from "../facts.ts";
import { isOutOfDate, readClosure } from "./closure.ts";
import { concerns, type Interest } from "../interest.ts";
import type { Planned } from "../planned.ts";
import type { SyncSettings } from "../settings.ts";
import type { Dirty } from "./dirty.ts";
import { ayonProjectOf, planned } from "./facts.ts";
import { definitionIds, keepValues, valueQueries } from "./ftrack.ts";
import { linkFacts, readLinks } from "./links.ts";
import { readLists } from "./lists.ts";
import { projectValues } from "./project-values.ts";
import { newStore, type Store } from "./store.ts";
import { likelyVersions, namedVersions, readVersions } from "./versions.ts";
import { worldOf } from "./world.ts";

/** Columns of a project that come to AYON. */
const PROJECT_KEYS = ["startdate", "enddate", "thumbid", "name"];

/** Some field of the project that comes to AYON may have changed. */
function concernsProject(interest: Interest, world: World): boolean {
  return (
    concerns(interest, ...PROJECT_KEYS) ||
    world.bindings.some((binding) => {
      const definition = configurationFor(binding, "show", null);
      return definition !== null && concerns(interest, definition.key);
    })
  );
}

async function readProjectFocus(
  ctx: HandlerContext,
  store: Store,
  world: World,
  interest: Interest | null,
): Promise<SyncFacts["projectFocus"]> {
  if (interest === null || !concernsProject(interest, world)) return null;
  const [[values], ...rows] = await ctx.ftrack.query(
    projectValues(store.projectId),
    ...valueQueries([store.projectId], definitionIds(world)),
  );
  keepValues(store, rows.flat());
  return values === undefined ? null : { interest, values };
}

/** Nobody is told about edits this service made itself. */
async function people(
  ctx: HandlerContext,
  actors: readonly FtrackId[],
): Promise<readonly FtrackId[]> {
  const service = await ctx.reference.serviceUser();
  return actors.filter((id) => id !== service?.id);
}

/** Reads what a burst of events is about, and plans: by id, in a number of requests that does not grow with the burst. */
export async function gatherEvents(
  ctx: HandlerContext,
  dirty: Dirty,
  settings: SyncSettings,
): Promise<Planned> {
  const store = newStore(ctx.project.ftrack.id, false);
  for (const [id, interest] of dirty.contexts) store.focus.set(id, interest);
  let world = await worldOf(ctx, settings);

  const links = await readLinks(ctx, dirty);
  const lists = await readLists(ctx, store, world, dirty.lists);
  const listed = lists.filter((list) => list.systemType === "assetversion");
  const versions = await readVersions(ctx, store, world, [
    ...dirty.versions.keys(),
    ...listed.flatMap((list) => list.memberIds),
  ]);
  const named = await namedVersions(ctx, store, world, versions);
  const projectFocus = await readProjectFocus(ctx, store, world, dirty.project);
  for (const id of links?.ends ?? []) store.mentioned.add(id);
  for (const list of lists) {
    if (list.systemType === "task")
      list.memberIds.forEach((id) => store.mentioned.add(id));
  }
  for (const { contextId } of named.open) store.mentioned.add(contextId);

  await readClosure(ctx, store, world, dirty.hints);
  if (isOutOfDate(store, world)) {
    ctx.reference.refresh("schema");
    world = await worldOf(ctx, settings);
    await readClosure(ctx, store, world, null);
  }
  const likely = await likelyVersions(ctx, store, named.open);
  const found = new Set(lists.map((list) => list.id));
  return planned(ctx, store, world, settings, {
    subtreeId: null,
    projectFocus,
    links: await linkFacts(
      ctx,
      store,
      await ayonProjectOf(ctx),
      settings.linkType,
      links,
    ),
    lists: {
      ftrack: lists,
      gone: new Set([...dirty.lists].filter((id) => !found.has(id))),
      ayon:
        dirty.lists.size === 0
          ? []
          : await ctx.ayon.lists(ctx.project.ayonName),
    },
    versions: {
      focus: dirty.versions,
      ftrack: versions,
      ayon: [...named.versions, ...likely.versions],
      products: likely.products,
    },
    actors: await people(ctx, dirty.actors),
  });
}
