import {
  deriveAyonId,
  toAyonId,
  type AyonId,
  type FtrackId,
} from "../../../core/ids.ts";
import { configurationFor } from "../../../core/attribute-mapping.ts";
import { linkedTo, type Bookkeeping, type World } from "../facts.ts";
import { ASSIGNEES, concerns } from "../interest.ts";
import type { Hints } from "./dirty.ts";
import { ancestorsOf, ayonParentOf, roleIn, type Reach } from "./reach.ts";
import { isKnown, type AyonParent, type Store } from "./store.ts";

/** What is still to be read from Ftrack, in one request. */
export interface FtrackNeeds {
  readonly contexts: readonly FtrackId[];
  readonly childrenOf: readonly FtrackId[];
  readonly descendantsOf: readonly FtrackId[];
  readonly rows: readonly FtrackId[];
  readonly values: readonly FtrackId[];
  readonly assigned: readonly FtrackId[];
}

/** What is still to be read from AYON, in one request. */
export interface AyonNeeds {
  readonly counterparts: readonly FtrackId[];
  readonly nodes: readonly AyonId[];
  readonly childNodes: readonly AyonParent[];
}

/** Questions about published versions, which need ids and so come last. */
export interface PublishedNeeds {
  readonly folders: readonly AyonId[];
  readonly tasks: readonly AyonId[];
}

export function isEmpty(
  needs: FtrackNeeds | AyonNeeds | PublishedNeeds,
): boolean {
  return Object.values(needs).every(
    (ids: readonly unknown[]) => ids.length === 0,
  );
}

function missing<T>(wanted: Iterable<T>, asked: ReadonlySet<T>): T[] {
  return [...new Set(wanted)].filter((id) => !asked.has(id));
}

function storedId(
  store: Store,
  bookkeeping: Bookkeeping,
  id: FtrackId,
): AyonId | null {
  const definition = bookkeeping.ayonId;
  const value =
    definition === null ? undefined : store.values.get(id)?.get(definition.id);
  return typeof value === "string" ? toAyonId(value) : null;
}

/** Some attribute that is mapped for this entity may have changed. */
function concernsValues(store: Store, world: World, id: FtrackId): boolean {
  const interest = store.focus.get(id);
  const context = store.contexts.get(id);
  if (interest === undefined) return false;
  if (interest.all) return true;
  return world.bindings.some((binding) => {
    const definition =
      context === undefined
        ? null
        : configurationFor(binding, "task", context.objectTypeId);
    // Before the entity is read, any definition with the key may be the one.
    return definition === null
      ? context === undefined &&
          binding.configurations.some((c) => concerns(interest, c.key))
      : concerns(interest, definition.key);
  });
}

export function ftrackNeeds(
  store: Store,
  world: World,
  found: Reach,
  hints: Hints | null,
): FtrackNeeds {
  const contexts = new Set<FtrackId>(hints?.ancestors);
  for (const id of store.mentioned) contexts.add(id);
  const rows = new Set<FtrackId>(hints?.ancestors);
  const values = new Set<FtrackId>();
  const assigned = new Set<FtrackId>();
  for (const parentId of hints?.siblingsOf ?? []) rows.add(parentId);
  for (const [id, interest] of store.focus) {
    contexts.add(id);
    if (concernsValues(store, world, id)) values.add(id);
    else rows.add(id);
    const context = store.contexts.get(id);
    if (
      concerns(interest, ASSIGNEES) &&
      (context === undefined || roleIn(world, context) === "task")
    )
      assigned.add(id);
    if (context === undefined) continue;
    const above = ancestorsOf(store, context);
    const top = above.at(-1) ?? context;
    contexts.add(top.parentId);
    above.forEach((ancestor) => rows.add(ancestor.id));
  }
  for (const node of found.holders) {
    const id = linkedTo(node);
    if (id !== null) contexts.add(id);
  }
  for (const folder of found.doomed) {
    for (const node of store.childNodes.get(folder) ?? []) {
      const id = linkedTo(node);
      if (id !== null) contexts.add(id);
    }
  }
  contexts.delete(store.projectId);
  rows.delete(store.projectId);
  const isGoneId = (id: FtrackId): boolean =>
    isKnown(store, id) && !store.contexts.has(id);
  return {
    contexts: [...contexts].filter((id) => !isKnown(store, id)),
    childrenOf: missing(
      [...found.parents, ...(hints?.siblingsOf ?? [])],
      store.asked.childrenOf,
    ),
    descendantsOf: missing(
      [...found.descendantsOf, ...(hints?.descendantsOf ?? [])],
      store.asked.descendantsOf,
    ),
    rows: missing(rows, store.asked.rows).filter(
      (id) => !store.asked.values.has(id) && !values.has(id) && !isGoneId(id),
    ),
    values: missing(values, store.asked.values).filter((id) => !isGoneId(id)),
    assigned: missing(assigned, store.asked.assigned).filter(
      (id) => !isGoneId(id),
    ),
  };
}

export function ayonNeeds(
  store: Store,
  world: World,
  found: Reach,
  hints: Hints | null,
): AyonNeeds {
  const counterparts = new Set<FtrackId>(store.mentioned);
  const nodes = new Set<AyonId>();
  const childNodes = new Set<AyonParent>(found.ayonParents);
  for (const id of store.focus.keys()) {
    counterparts.add(id);
    // Whose place it leaves is told by the folder it lies in.
    for (const { parentId } of store.byFtrackId.get(id) ?? []) {
      if (parentId !== null) nodes.add(parentId);
    }
    const context = store.contexts.get(id);
    if (context === undefined) continue;
    ancestorsOf(store, context).forEach((ancestor) =>
      counterparts.add(ancestor.id),
    );
    const isLikelyNew =
      found.unlinked.has(id) ||
      (hints !== null && store.focus.get(id)?.all === true);
    if (!isLikelyNew) continue;
    const stored = storedId(store, world.bookkeeping, id);
    if (stored !== null) nodes.add(stored);
    nodes.add(deriveAyonId(`${id}/0`));
  }
  for (const context of store.contexts.values()) {
    if (found.parents.has(context.parentId)) counterparts.add(context.id);
  }
  for (const parentId of hints?.siblingsOf ?? []) {
    counterparts.add(parentId);
    // Before the counterparts are known, Ftrack's own note of the id is a good guess.
    const guess =
      ayonParentOf(store, parentId) ??
      storedId(store, world.bookkeeping, parentId);
    if (parentId === store.projectId || guess !== null)
      childNodes.add(parentId === store.projectId ? null : guess);
    for (const context of store.contexts.values()) {
      if (context.parentId === parentId) counterparts.add(context.id);
    }
  }
  for (const id of found.doomed) childNodes.add(id);
  counterparts.delete(store.projectId);
  return {
    counterparts: missing(counterparts, store.asked.counterparts),
    nodes: missing(nodes, store.asked.nodes).filter(
      (id) => !store.nodes.has(id),
    ),
    childNodes: missing(childNodes, store.asked.childNodes),
  };
}

export function publishedNeeds(store: Store, found: Reach): PublishedNeeds {
  const tasks: AyonId[] = [];
  for (const [id] of store.focus) {
    if (!isKnown(store, id) || store.contexts.has(id)) continue;
    for (const node of store.byFtrackId.get(id) ?? []) {
      if (node.kind === "task") tasks.push(node.id);
    }
  }
  return {
    folders: missing(found.delicate, store.asked.frozen),
    tasks: missing(tasks, store.asked.publishedTasks),
  };
}
