import { ContractError } from "../../../core/errors.ts";
import type { HandlerContext } from "../../../core/handler.ts";
import type { FtrackId } from "../../../core/ids.ts";
import type { AyonProject } from "../../../core/ports.ts";
import { chunk } from "../../../core/query.ts";
import { linkedTo, type SyncFacts, type World } from "../facts.ts";
import { everything } from "../interest.ts";
import { plan } from "../plan/index.ts";
import type { SyncSettings } from "../settings.ts";
import { keepNodes, readAyon, readPublished } from "./ayon.ts";
import type { Dirty, Hints } from "./dirty.ts";
import {
  definitionIds,
  keepAssignments,
  keepContexts,
  keepValues,
  readFtrack,
  valueQueries,
} from "./ftrack.ts";
import { ayonNeeds, ftrackNeeds, isEmpty, publishedNeeds } from "./needs.ts";
import { reach } from "./reach.ts";
import { assignmentsOfProject, contextsOfProject } from "./rows.ts";
import { isGone, newStore, type Store } from "./store.ts";
import { worldOf } from "./world.ts";

/** A hierarchy is a few levels deep; more rounds than this mean that the reading does not come to an end. */
const MAX_ROUNDS = 40;
/** Queries of values sent together: bounds the memory of the answers. */
const VALUE_QUERIES = 20;

/**
 * Reads until nothing the plan would look at is missing. The first round asks for what the events hint at, so
 * that a single edit usually needs no second one.
 */
async function readAll(
  ctx: HandlerContext,
  store: Store,
  world: World,
  hints: Hints | null,
): Promise<void> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const guess = round === 0 ? hints : null;
    const ftrack = ftrackNeeds(store, world, reach(store, world), guess);
    if (!isEmpty(ftrack)) await readFtrack(ctx.ftrack, store, world, ftrack);
    const ayon = ayonNeeds(store, world, reach(store, world), guess);
    if (!isEmpty(ayon))
      await readAyon(ctx.ayon, ctx.project.ayonName, store, ayon);
    if (!isEmpty(ftrack) || !isEmpty(ayon)) continue;
    const published = publishedNeeds(store, reach(store, world));
    if (isEmpty(published)) return;
    await readPublished(ctx.ayon, ctx.project.ayonName, store, published);
  }
  throw new ContractError("Reading for the plan does not come to an end", {
    code: "E_SYNC_ENDLESS",
    subject: { project: ctx.project.ayonName, focus: store.focus.size },
  });
}

async function ayonProjectOf(ctx: HandlerContext): Promise<AyonProject> {
  const project = await ctx.reference.ayonProject(ctx.project.ayonName);
  if (project !== null) return project;
  throw new ContractError("The AYON project is gone", {
    code: "E_SYNC_NO_PROJECT",
    subject: { project: ctx.project.ayonName },
  });
}

/** Something in focus refers to a definition that was made after the cache was filled. */
function isOutOfDate(store: Store, world: World): boolean {
  function lacks<T>(
    table: ReadonlyMap<FtrackId, T>,
    id: FtrackId | null,
  ): boolean {
    return id !== null && !table.has(id);
  }
  for (const id of store.focus.keys()) {
    const context = store.contexts.get(id);
    if (
      context !== undefined &&
      (lacks(world.objectTypes, context.objectTypeId) ||
        lacks(world.taskTypes, context.typeId) ||
        lacks(world.statuses, context.statusId) ||
        lacks(world.priorities, context.priorityId))
    )
      return true;
  }
  return false;
}

async function factsOf(
  ctx: HandlerContext,
  store: Store,
  world: World,
  settings: SyncSettings,
  actors: readonly FtrackId[],
): Promise<SyncFacts> {
  const gone = new Set(
    [...store.asked.contexts, ...store.focus.keys()].filter((id) =>
      isGone(store, id),
    ),
  );
  const facts: SyncFacts = {
    origin: store.isComplete ? "project" : "events",
    project: ctx.project.ftrack,
    projectValues: null,
    ayonProject: await ayonProjectOf(ctx),
    timezone: ctx.project.timezone,
    world,
    focus: store.focus,
    drawnIn: store.drawnIn,
    contexts: store.contexts,
    gone,
    unreadable: store.unreadable,
    values: store.values,
    assigned: store.assigned,
    nodes: store.nodes,
    frozen: store.frozen,
    publishedTasks: store.publishedTasks,
    links: { linkType: null, ftrack: [], ayon: [], removed: [] },
    lists: { ftrack: [], gone: new Set(), ayon: [] },
    versions: { ftrack: [], ayon: [], products: [] },
    actors,
  };
  const changesProject = plan(facts, settings).decision.changes.some(
    (change) => change.kind === "ayon.project.update",
  );
  if (!changesProject) return facts;
  // Lists of types and statuses are replaced as a whole, so they must be what they are at this moment.
  ctx.reference.refresh("ayon-project");
  ctx.reference.refresh("schema");
  return {
    ...facts,
    ayonProject: await ayonProjectOf(ctx),
    world: await worldOf(ctx, settings),
  };
}

/** Reads what a burst of events is about: by id, in a number of requests that does not grow with the burst. */
export async function gatherEvents(
  ctx: HandlerContext,
  dirty: Dirty,
  settings: SyncSettings,
): Promise<SyncFacts> {
  const store = newStore(ctx.project.ftrack.id, false);
  for (const [id, interest] of dirty.contexts) store.focus.set(id, interest);
  let world = await worldOf(ctx, settings);
  await readAll(ctx, store, world, dirty.hints);
  if (isOutOfDate(store, world)) {
    ctx.reference.refresh("schema");
    world = await worldOf(ctx, settings);
    await readAll(ctx, store, world, null);
  }
  return factsOf(ctx, store, world, settings, dirty.actors);
}

/** Reads a whole project, page by page. */
export async function gatherProject(
  ctx: HandlerContext,
  settings: SyncSettings,
): Promise<SyncFacts> {
  const { ftrack, ayon, project } = ctx;
  const store = newStore(project.ftrack.id, true);
  ctx.reference.refresh("all");
  const world = await worldOf(ctx, settings);
  const [[contexts, assignments], nodes] = await Promise.all([
    ftrack.query(
      contextsOfProject(project.ftrack.id),
      assignmentsOfProject(project.ftrack.id),
    ),
    ayon.select(project.ayonName, { folders: "all", tasks: "all" }),
  ]);
  keepContexts(store, contexts);
  keepAssignments(store, assignments);
  keepNodes(store, nodes);
  for (const id of ftrack.unreadable()) store.unreadable.add(id);
  const queries = valueQueries(
    [...store.contexts.keys()],
    definitionIds(world),
  );
  for (const part of chunk(queries, VALUE_QUERIES)) {
    const rows = await ftrack.query(...part);
    keepValues(store, rows.flat());
  }
  for (const id of store.contexts.keys()) {
    store.focus.set(id, everything);
    if (!store.assigned.has(id)) store.assigned.set(id, new Set());
  }
  for (const node of store.nodes.values()) {
    const id = linkedTo(node);
    if (id !== null) store.focus.set(id, everything);
  }
  await readAll(ctx, store, world, null);
  return factsOf(ctx, store, world, settings, []);
}
