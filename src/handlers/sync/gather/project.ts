import type { HandlerContext } from "../../../core/handler.ts";
import { chunk } from "../../../core/query.ts";
import type { AyonId, FtrackId } from "../../../core/ids.ts";
import {
  linkedTo,
  type FtrackProjectValues,
  type Node,
  type World,
} from "../facts.ts";
import { everything } from "../interest.ts";
import type { Planned } from "../planned.ts";
import type { SyncSettings } from "../settings.ts";
import { keepNodes } from "./ayon.ts";
import { readClosure } from "./closure.ts";
import { ayonProjectOf, planned, type Rest } from "./facts.ts";
import {
  definitionIds,
  keepAssignments,
  keepContexts,
  keepValues,
  valueQueries,
} from "./ftrack.ts";
import { linkFacts, noLinks, readProjectLinks } from "./links.ts";
import { readProjectLists } from "./lists.ts";
import { projectValues } from "./project-values.ts";
import { assignmentsOfProject, contextsOfProject } from "./rows.ts";
import { ancestorsOf } from "./reach.ts";
import { newStore, type Store } from "./store.ts";
import {
  likelyVersions,
  namedVersions,
  readProjectVersions,
  readVersions,
} from "./versions.ts";
import { worldOf } from "./world.ts";

/** Queries of values sent together: bounds the memory of the answers. */
const VALUE_QUERIES = 20;

interface Read {
  readonly store: Store;
  readonly world: World;
  readonly projectValues: FtrackProjectValues | null;
}

/** Both sides of the project, page by page; nothing is in focus yet. */
async function readProject(
  ctx: HandlerContext,
  settings: SyncSettings,
): Promise<Read> {
  const { ftrack, ayon, project } = ctx;
  const store = newStore(project.ftrack.id, true);
  ctx.reference.refresh("all");
  const world = await worldOf(ctx, settings);
  const [[contexts, assignments, [values]], nodes] = await Promise.all([
    ftrack.query(
      contextsOfProject(project.ftrack.id),
      assignmentsOfProject(project.ftrack.id),
      projectValues(project.ftrack.id),
    ),
    ayon.select(project.ayonName, { folders: "all", tasks: "all" }),
  ]);
  await ctx.inSlices(keepContexts(store, contexts));
  keepAssignments(store, assignments);
  await ctx.inSlices(keepNodes(store, nodes));
  for (const id of ftrack.unreadable()) store.unreadable.add(id);
  const queries = valueQueries(
    [store.projectId, ...store.contexts.keys()],
    definitionIds(world),
  );
  for (const part of chunk(queries, VALUE_QUERIES))
    keepValues(store, (await ftrack.query(...part)).flat());
  for (const id of store.contexts.keys()) {
    if (!store.assigned.has(id)) store.assigned.set(id, new Set());
  }
  return { store, world, projectValues: values ?? null };
}

/** Which nodes lie in one of these folders, at any depth, or are one of them. */
function isBelow(store: Store, node: Node, tops: ReadonlySet<AyonId>): boolean {
  let at: Node | undefined = node;
  // A ring of parents cannot be: AYON refuses it.
  while (at !== undefined) {
    if (tops.has(at.id)) return true;
    at = at.parentId === null ? undefined : store.nodes.get(at.parentId);
  }
  return false;
}

function focusOn(store: Store, subtreeId: FtrackId | null): void {
  const tops =
    subtreeId === null
      ? null
      : new Set((store.byFtrackId.get(subtreeId) ?? []).map((n) => n.id));
  for (const context of store.contexts.values()) {
    const isIn =
      subtreeId === null ||
      context.id === subtreeId ||
      ancestorsOf(store, context).some(({ id }) => id === subtreeId);
    if (isIn) store.focus.set(context.id, everything);
  }
  for (const node of store.nodes.values()) {
    const id = linkedTo(node);
    if (id === null || store.contexts.has(id)) continue;
    if (tops === null || isBelow(store, node, tops))
      store.focus.set(id, everything);
  }
}

/** Nothing but folders and tasks: the rest belongs to the project as a whole. */
const folderAndTasksOnly: Rest = {
  subtreeId: null,
  projectFocus: null,
  links: noLinks,
  lists: { ftrack: [], gone: new Set(), ayon: [] },
  versions: { focus: new Map(), ftrack: new Map(), ayon: [], products: [] },
  actors: [],
};

async function restOf(
  ctx: HandlerContext,
  settings: SyncSettings,
  { store, world, projectValues: values }: Read,
): Promise<Rest> {
  const { ayon, project } = ctx;
  const lists = await readProjectLists(ctx, store, world);
  const listed = lists
    .filter((list) => list.systemType === "assetversion")
    .flatMap((list) => list.memberIds);
  const versions = settings.versionStatuses
    ? await readProjectVersions(ctx, store, world)
    : await readVersions(ctx, store, world, listed);
  const named = await namedVersions(ctx, store, world, versions);
  const likely = await likelyVersions(ctx, store, named.open);
  return {
    subtreeId: null,
    projectFocus: values === null ? null : { interest: everything, values },
    links: await linkFacts(
      ctx,
      store,
      await ayonProjectOf(ctx),
      settings.linkType,
      settings.linkType === null ? null : await readProjectLinks(ctx),
    ),
    lists: {
      ftrack: lists,
      gone: new Set(),
      ayon: lists.length === 0 ? [] : await ayon.lists(project.ayonName),
    },
    versions: {
      focus: new Map(
        settings.versionStatuses
          ? [...versions.keys()].map((id) => [id, everything])
          : [],
      ),
      ftrack: versions,
      ayon: [...named.versions, ...likely.versions],
      products: likely.products,
    },
    actors: [],
  };
}

/**
 * Reads a whole project and plans it, page by page: requests grow with its size, but none is about a single entity.
 *
 * @param subtreeId - only this context and what lies below it is in focus, with whoever stands in its way:
 * folders and tasks alone, no links, lists, versions or values of the project
 */
export async function gatherProject(
  ctx: HandlerContext,
  settings: SyncSettings,
  subtreeId: FtrackId | null = null,
): Promise<Planned> {
  const read = await readProject(ctx, settings);
  const { store, world } = read;
  focusOn(store, subtreeId);
  await readClosure(ctx, store, world, null);
  const rest =
    subtreeId === null
      ? await restOf(ctx, settings, read)
      : { ...folderAndTasksOnly, subtreeId };
  return planned(ctx, store, world, settings, rest);
}
