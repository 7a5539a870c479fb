import type { AyonId, FtrackId } from "../../../core/ids.ts";
import { sameNameKey, slug } from "../../../core/slug.ts";
import type { Steps } from "../../../core/steps.ts";
import {
  linkedTo,
  type FtrackContext,
  type Kind,
  type Node,
  type World,
} from "../facts.ts";
import {
  concerns,
  everything,
  interestIn,
  isStructural,
  join,
  PATH,
  STRUCTURE_KEYS,
} from "../interest.ts";
import { roleOfObjectType, type Role } from "../plan/tree.ts";
import { isGone, type AyonParent, type Store } from "./store.ts";

/**
 * How far the plan reaches beyond what the events named: the places that are taken or freed, and who else may
 * want or hold them. Recomputed after each round of reading; it only grows.
 */
export interface Reach {
  /** Parents in Ftrack below which a name is taken or freed. */
  readonly parents: ReadonlySet<FtrackId>;
  /** Parents in AYON below which a name is taken. */
  readonly ayonParents: ReadonlySet<AyonParent>;
  /** Folders all of whose descendants matter. */
  readonly descendantsOf: ReadonlySet<FtrackId>;
  /** AYON folders that may go, with all that is in them. */
  readonly doomed: ReadonlySet<AyonId>;
  /** Nodes that hold a name that is wanted. */
  readonly holders: ReadonlySet<Node>;
  /** Folders that may change in a way AYON forbids for published ones. */
  readonly delicate: ReadonlySet<AyonId>;
  /** Unlinked contexts in focus. */
  readonly unlinked: ReadonlySet<FtrackId>;
}

export function roleIn(world: World, context: FtrackContext): Role {
  return roleOfObjectType(
    context.objectTypeId,
    world.objectTypes.get(context.objectTypeId)?.name,
  );
}

export function ancestorsOf(
  store: Store,
  context: FtrackContext,
): FtrackContext[] {
  const found: FtrackContext[] = [];
  let above = store.contexts.get(context.parentId);
  while (above !== undefined && !found.includes(above)) {
    found.push(above);
    above = store.contexts.get(above.parentId);
  }
  return found;
}

export function counterpart(
  store: Store,
  id: FtrackId,
  kind: Kind,
): Node | undefined {
  const nodes = (store.byFtrackId.get(id) ?? []).filter((n) => n.kind === kind);
  return nodes.find((n) => n.active) ?? nodes[0];
}

function isAsked(store: Store, id: FtrackId): boolean {
  return store.isComplete || store.asked.counterparts.has(id);
}

/** The AYON parent below which a context belongs; undefined when its parent has no counterpart. */
export function ayonParentOf(
  store: Store,
  parentId: FtrackId,
): AyonParent | undefined {
  if (parentId === store.projectId) return null;
  return counterpart(store, parentId, "folder")?.id;
}

/** The Ftrack parent of the place where a node lies; null when nobody in Ftrack stands for it. */
function ftrackParentOf(store: Store, node: Node): FtrackId | null {
  if (node.parentId === null) return store.projectId;
  const parent = store.nodes.get(node.parentId);
  return parent === undefined ? null : linkedTo(parent);
}

function slotKey(parent: string, kind: Kind, name: string): string {
  return `${parent}/${kind}/${sameNameKey(name)}`;
}

/** Looks at everything in focus, and draws in whoever the plan would touch. */
export function* reach(store: Store, world: World): Steps<Reach> {
  const parents = new Set<FtrackId>();
  const ayonParents = new Set<AyonParent>();
  const descendantsOf = new Set<FtrackId>();
  const doomed = new Set<AyonId>();
  const holders = new Set<Node>();
  const delicate = new Set<AyonId>();
  const unlinked = new Set<FtrackId>();
  const slots = new Set<string>();

  function draw(id: FtrackId, keys: readonly string[] | null): void {
    if (!store.focus.has(id)) store.drawnIn.add(id);
    const interest = keys === null ? everything : interestIn(keys);
    store.focus.set(id, join(store.focus.get(id), interest));
  }
  function touch(parentId: FtrackId, kind: Kind, name: string): void {
    parents.add(parentId);
    slots.add(slotKey(parentId, kind, name));
  }
  function take(context: FtrackContext, kind: Kind): void {
    const name = slug(context.name);
    touch(context.parentId, kind, name);
    const parent = ayonParentOf(store, context.parentId);
    if (parent === undefined) return;
    ayonParents.add(parent);
    const key = sameNameKey(name);
    for (const node of store.childNodes.get(parent) ?? []) {
      if (node.kind === kind && sameNameKey(node.name) === key)
        holders.add(node);
    }
  }
  function free(node: Node): void {
    const parentId = ftrackParentOf(store, node);
    if (parentId !== null) touch(parentId, node.kind, node.name);
  }
  function isAside(node: Node, context: FtrackContext): boolean {
    return (
      !node.active ||
      node.name !== slug(context.name) ||
      node.parentId !== ayonParentOf(store, context.parentId)
    );
  }

  function lookAt(context: FtrackContext): void {
    const interest = store.focus.get(context.id) ?? everything;
    const kind = roleIn(world, context);
    if (!isAsked(store, context.id)) return;
    if (kind === "milestone") {
      lookAtAbandoned(context.id, null);
      return;
    }
    for (const ancestor of ancestorsOf(store, context)) {
      const isMissing =
        isAsked(store, ancestor.id) &&
        roleIn(world, ancestor) === "folder" &&
        counterpart(store, ancestor.id, "folder") === undefined;
      if (isMissing) draw(ancestor.id, null);
    }
    lookAtAbandoned(context.id, kind);
    const node = counterpart(store, context.id, kind);
    if (node === undefined) {
      unlinked.add(context.id);
      draw(context.id, null);
      take(context, kind);
      if (kind === "folder") descendantsOf.add(context.id);
      return;
    }
    if (kind === "folder" && concerns(interest, "object_typeid")) {
      const type = world.objectTypes.get(context.objectTypeId)?.name;
      if (type?.toLowerCase() !== node.type.toLowerCase())
        delicate.add(node.id);
    }
    if (!isStructural(interest) || !isAside(node, context)) return;
    take(context, kind);
    free(node);
    if (kind === "task") return;
    delicate.add(node.id);
    descendantsOf.add(context.id);
  }

  /** Nodes linked to what is gone, or is of another kind by now. */
  function lookAtAbandoned(id: FtrackId, kind: Kind | null): void {
    for (const node of store.byFtrackId.get(id) ?? []) {
      if (node.kind === kind) continue;
      free(node);
      if (node.kind === "folder") doomed.add(node.id);
    }
  }

  for (const id of [...store.focus.keys()]) {
    yield;
    const context = store.contexts.get(id);
    if (context !== undefined) lookAt(context);
    else if (isGone(store, id)) lookAtAbandoned(id, null);
  }
  yield* drawDescendants(store, descendantsOf, unlinked, draw);
  yield* drawDoomed(store, doomed, draw);
  doomed.forEach((id) => delicate.add(id));

  // Namesakes that were left out so far, and holders of wanted names that want another place by now.
  for (const context of store.contexts.values()) {
    yield;
    if (store.focus.has(context.id) || !parents.has(context.parentId)) continue;
    const kind = roleIn(world, context);
    if (kind === "milestone" || !isAsked(store, context.id)) continue;
    const isNamesake = slots.has(
      slotKey(context.parentId, kind, slug(context.name)),
    );
    if (isNamesake && counterpart(store, context.id, kind) === undefined)
      draw(context.id, null);
  }
  for (const node of holders) {
    yield;
    const id = linkedTo(node);
    const context = id === null ? undefined : store.contexts.get(id);
    if (context === undefined) {
      // Nobody alive stands behind it, so it may be adopted.
      if (node.kind === "folder") delicate.add(node.id);
    } else if (!store.focus.has(context.id) && isAside(node, context)) {
      draw(context.id, STRUCTURE_KEYS);
    }
  }
  return {
    parents,
    ayonParents,
    descendantsOf,
    doomed,
    holders,
    delicate,
    unlinked,
  };
}

/** Below what is new everything is new; below what moves only the paths change. */
function* drawDescendants(
  store: Store,
  tops: ReadonlySet<FtrackId>,
  unlinked: ReadonlySet<FtrackId>,
  draw: (id: FtrackId, keys: readonly string[] | null) => void,
): Steps<void> {
  if (tops.size === 0) return;
  const isNew = new Map<FtrackId, boolean | null>();
  function below(context: FtrackContext): boolean | null {
    const known = isNew.get(context.id);
    if (known !== undefined) return known;
    isNew.set(context.id, null);
    const parent = store.contexts.get(context.parentId);
    const above = parent === undefined ? null : below(parent);
    const answer =
      parent === undefined || !tops.has(parent.id)
        ? above
        : above === true || unlinked.has(parent.id);
    isNew.set(context.id, answer);
    return answer;
  }
  for (const context of store.contexts.values()) {
    yield;
    const answer = below(context);
    if (answer !== null) draw(context.id, answer ? null : [PATH]);
  }
}

/** What lies in a folder that may go, and is gone from Ftrack too, goes by the same rules. */
function* drawDoomed(
  store: Store,
  doomed: Set<AyonId>,
  draw: (id: FtrackId, keys: readonly string[] | null) => void,
): Steps<void> {
  for (const id of doomed) {
    yield;
    for (const node of store.childNodes.get(id) ?? []) {
      if (node.kind === "folder") doomed.add(node.id);
      const linked = linkedTo(node);
      if (linked !== null && isGone(store, linked)) draw(linked, null);
    }
  }
}
