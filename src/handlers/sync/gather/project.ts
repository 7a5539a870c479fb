import type { HandlerContext } from "../../../core/handler.ts";
import { chunk } from "../../../core/query.ts";
import { linkedTo, type SyncFacts } from "../facts.ts";
import { everything } from "../interest.ts";
import type { SyncSettings } from "../settings.ts";
import { keepNodes } from "./ayon.ts";
import { readClosure } from "./closure.ts";
import { ayonProjectOf, factsOf } from "./facts.ts";
import {
  definitionIds,
  keepAssignments,
  keepContexts,
  keepValues,
  valueQueries,
} from "./ftrack.ts";
import { linkFacts, readProjectLinks } from "./links.ts";
import { readProjectLists } from "./lists.ts";
import { projectValues } from "./project-values.ts";
import { assignmentsOfProject, contextsOfProject } from "./rows.ts";
import { newStore } from "./store.ts";
import {
  likelyVersions,
  namedVersions,
  readProjectVersions,
  readVersions,
} from "./versions.ts";
import { worldOf } from "./world.ts";

/** Queries of values sent together: bounds the memory of the answers. */
const VALUE_QUERIES = 20;

/** Reads a whole project, page by page: requests grow with its size, but none is about a single entity. */
export async function gatherProject(
  ctx: HandlerContext,
  settings: SyncSettings,
): Promise<SyncFacts> {
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
  keepContexts(store, contexts);
  keepAssignments(store, assignments);
  keepNodes(store, nodes);
  for (const id of ftrack.unreadable()) store.unreadable.add(id);
  const queries = valueQueries(
    [store.projectId, ...store.contexts.keys()],
    definitionIds(world),
  );
  for (const part of chunk(queries, VALUE_QUERIES))
    keepValues(store, (await ftrack.query(...part)).flat());
  for (const id of store.contexts.keys()) {
    store.focus.set(id, everything);
    if (!store.assigned.has(id)) store.assigned.set(id, new Set());
  }
  for (const node of store.nodes.values()) {
    const id = linkedTo(node);
    if (id !== null) store.focus.set(id, everything);
  }
  await readClosure(ctx, store, world, null);

  const lists = await readProjectLists(ctx, store, world);
  const listed = lists
    .filter((list) => list.systemType === "assetversion")
    .flatMap((list) => list.memberIds);
  const versions = settings.versionStatuses
    ? await readProjectVersions(ctx, store, world)
    : await readVersions(ctx, store, world, listed);
  const named = await namedVersions(ctx, store, world, versions);
  const likely = await likelyVersions(ctx, store, named.open);
  return factsOf(ctx, store, world, settings, {
    projectFocus:
      values === undefined ? null : { interest: everything, values },
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
  });
}
