import type { AyonId, FtrackId } from "../../../core/ids.ts";
import { interner, type Intern } from "../../../core/intern.ts";
import { linkedTo, type FtrackContext, type Node } from "../facts.ts";
import type { Interest } from "../interest.ts";

/** `null` is the project's root. */
export type AyonParent = AyonId | null;

/**
 * What was read so far, and what was asked: an id that was asked for and is not there is known to be gone.
 * A complete store holds the whole project, so everything counts as asked.
 */
export interface Store {
  readonly projectId: FtrackId;
  readonly isComplete: boolean;
  /** Grows while reading: what the events named, and what that drew in. */
  readonly focus: Map<FtrackId, Interest>;
  readonly drawnIn: Set<FtrackId>;
  /** Contexts that links, lists and versions refer to: only their counterparts matter. */
  readonly mentioned: Set<FtrackId>;
  readonly contexts: Map<FtrackId, FtrackContext>;
  /** For ids and names that many rows share. */
  readonly intern: Intern;
  /** They exist, but their rows could not be understood. */
  readonly unreadable: Set<FtrackId>;
  readonly values: Map<FtrackId, Map<FtrackId, unknown>>;
  readonly assigned: Map<FtrackId, Set<FtrackId>>;
  readonly nodes: Map<AyonId, Node>;
  readonly byFtrackId: Map<FtrackId, Node[]>;
  readonly childNodes: Map<AyonParent, Node[]>;
  readonly frozen: Set<AyonId>;
  readonly publishedTasks: Set<AyonId>;
  readonly asked: {
    readonly contexts: Set<FtrackId>;
    readonly childrenOf: Set<FtrackId>;
    readonly descendantsOf: Set<FtrackId>;
    /** Bookkeeping rows only. */
    readonly rows: Set<FtrackId>;
    /** All mapped attributes. */
    readonly values: Set<FtrackId>;
    readonly assigned: Set<FtrackId>;
    readonly counterparts: Set<FtrackId>;
    readonly nodes: Set<AyonId>;
    readonly childNodes: Set<AyonParent>;
    readonly frozen: Set<AyonId>;
    readonly publishedTasks: Set<AyonId>;
  };
}

export function newStore(projectId: FtrackId, isComplete: boolean): Store {
  return {
    projectId,
    isComplete,
    focus: new Map(),
    drawnIn: new Set(),
    mentioned: new Set(),
    contexts: new Map(),
    intern: interner(),
    unreadable: new Set(),
    values: new Map(),
    assigned: new Map(),
    nodes: new Map(),
    byFtrackId: new Map(),
    childNodes: new Map(),
    frozen: new Set(),
    publishedTasks: new Set(),
    asked: {
      contexts: new Set(),
      childrenOf: new Set(),
      descendantsOf: new Set(),
      rows: new Set(),
      values: new Set(),
      assigned: new Set(),
      counterparts: new Set(),
      nodes: new Set(),
      childNodes: new Set(),
      frozen: new Set(),
      publishedTasks: new Set(),
    },
  };
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** Keeps a node; one that is known already stays as it was first read. */
export function addNode(store: Store, read: Node): void {
  if (store.nodes.has(read.id)) return;
  const { intern } = store;
  const node: Node = {
    ...read,
    id: intern(read.id),
    parentId: intern(read.parentId),
    type: intern(read.type),
    status: intern(read.status),
  };
  store.nodes.set(node.id, node);
  push(store.childNodes, node.parentId, node);
  const id = linkedTo(node);
  if (id !== null) push(store.byFtrackId, id, node);
}

/** True for what was asked for and is not in this project of Ftrack. */
export function isGone(store: Store, id: FtrackId): boolean {
  if (store.contexts.has(id) || store.unreadable.has(id)) return false;
  return store.isComplete || store.asked.contexts.has(id);
}

export function isKnown(store: Store, id: FtrackId): boolean {
  return (
    store.isComplete || store.contexts.has(id) || store.asked.contexts.has(id)
  );
}
