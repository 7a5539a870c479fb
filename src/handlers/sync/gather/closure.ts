import { ContractError } from "../../../core/errors.ts";
import type { HandlerContext } from "../../../core/handler.ts";
import type { FtrackId } from "../../../core/ids.ts";
import type { World } from "../facts.ts";
import { readAyon, readPublished } from "./ayon.ts";
import type { Hints } from "./dirty.ts";
import { readFtrack } from "./ftrack.ts";
import { ayonNeeds, ftrackNeeds, isEmpty, publishedNeeds } from "./needs.ts";
import { reach, type Reach } from "./reach.ts";
import type { Store } from "./store.ts";

/** A hierarchy is a few levels deep; more rounds than this mean that the reading does not come to an end. */
const MAX_ROUNDS = 40;

/**
 * Reads until nothing the plan would look at is missing. The first round asks for what the events hint at, so
 * that a single edit usually needs no second one.
 */
export async function readClosure(
  ctx: HandlerContext,
  store: Store,
  world: World,
  hints: Hints | null,
): Promise<void> {
  const reached = (): Promise<Reach> => ctx.inSlices(reach(store, world));
  for (let round = 0; round < MAX_ROUNDS; round++) {
    if (!store.isComplete) {
      const guess = round === 0 ? hints : null;
      const ftrack = ftrackNeeds(store, world, await reached(), guess);
      if (!isEmpty(ftrack)) await readFtrack(ctx, store, world, ftrack);
      const ayon = ayonNeeds(store, world, await reached(), guess);
      if (!isEmpty(ayon)) await readAyon(ctx, store, ayon);
      if (!isEmpty(ftrack) || !isEmpty(ayon)) continue;
    }
    const published = publishedNeeds(store, await reached());
    if (isEmpty(published)) return;
    await readPublished(ctx.ayon, ctx.project.ayonName, store, published);
  }
  throw new ContractError("Reading for the plan does not come to an end", {
    code: "E_SYNC_ENDLESS",
    subject: { project: ctx.project.ayonName, focus: store.focus.size },
  });
}

/** Something in focus refers to a definition, or a user, that was made after the cache was filled. */
export function isOutOfDate(store: Store, world: World): boolean {
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
