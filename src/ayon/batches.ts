import type {
  AyonEntityType,
  AyonOperation,
  ChangeResult,
} from "../core/change.ts";

/**
 * Milliseconds of the server's time per operation. Folders and tasks were measured on a project of 2,000
 * folders: a new folder refreshes the view of the whole hierarchy, a removed one works off its cascade.
 * Unverified: products and versions.
 */
const COST_MS: Readonly<
  Record<AyonEntityType, Readonly<Record<AyonOperation["op"], number>>>
> = {
  folder: { create: 17, update: 5, delete: 130 },
  task: { create: 2, update: 2, delete: 5 },
  product: { create: 5, update: 5, delete: 20 },
  version: { create: 5, update: 5, delete: 10 },
};

/** One request blocks the server for everybody else; other services give up after 10 s. */
const MAX_COST_MS = 5_000;
const MAX_OPERATIONS = 500;

/** What became of operations, by their ids. */
export interface Statuses {
  get(id: string): ChangeResult["status"] | undefined;
}

export interface Batch {
  /** What goes into the next request, in the order of the decision. */
  readonly send: readonly AyonOperation[];
  /** What will not be sent: something it needs has failed. */
  readonly blocked: readonly AyonOperation[];
  readonly rest: readonly AyonOperation[];
}

export function isSettledWell(
  status: ChangeResult["status"] | undefined,
): boolean {
  return status === "applied" || status === "unchanged";
}

/** Keys of `data` that say where an entity hangs. */
const PARENT_KEYS = ["parentId", "folderId", "productId"] as const;

/**
 * Whether the server itself refuses `operation` when `needed` has failed: it is created below what `needed`
 * creates. Only such a pair may share a request, in which nothing stops after a failure.
 */
function isBelow(operation: AyonOperation, needed: AyonOperation): boolean {
  return (
    operation.op === "create" &&
    needed.op === "create" &&
    PARENT_KEYS.some((key) => operation.data[key] === needed.entityId)
  );
}

/** Operations in the order in which they are sent. */
export function byStage(
  operations: readonly AyonOperation[],
): readonly AyonOperation[] {
  // Array.sort is stable, so the order of the decision stays within a stage.
  return [...operations].sort((a, b) => a.stage - b.stage);
}

/**
 * The next request. It ends where the next operation belongs to a later stage, needs the outcome of one
 * already in it, writes an entity that is already written in it, or costs too much.
 *
 * Two rules of the server stand behind that: a second update or delete of one entity in a request refuses
 * the whole request, and an update of what the same request created fails for want of inherited values.
 */
export function nextBatch(
  queue: readonly AyonOperation[],
  settled: Statuses,
): Batch {
  const send: AyonOperation[] = [];
  const blocked: AyonOperation[] = [];
  const inBatch = new Map<string, AyonOperation>();
  const written = new Set<string>();
  const refused = new Set<string>();
  // Rarely asked for, and a large decision has many batches.
  let pending: ReadonlySet<string> | null = null;
  function isStillToCome(id: string): boolean {
    if (inBatch.has(id)) return false;
    pending ??= new Set(queue.map((o) => o.id));
    return pending.has(id);
  }
  let cost = 0;
  let index = 0;
  for (; index < queue.length; index++) {
    const operation = queue[index];
    if (operation === undefined) break;
    const needs = operation.needs ?? [];
    const isBlocked = needs.some((id) => {
      const status = settled.get(id);
      if (status !== undefined) return !isSettledWell(status);
      // A need that stands later in the decision can never be met.
      return refused.has(id) || isStillToCome(id);
    });
    if (isBlocked) {
      refused.add(operation.id);
      blocked.push(operation);
      continue;
    }
    const first = send[0];
    if (first !== undefined) {
      const entity = `${operation.entityType} ${operation.entityId}`;
      const price = COST_MS[operation.entityType][operation.op];
      const mustWait = needs.some((id) => {
        const needed = inBatch.get(id);
        return needed !== undefined && !isBelow(operation, needed);
      });
      if (
        operation.stage !== first.stage ||
        mustWait ||
        written.has(entity) ||
        cost + price > MAX_COST_MS ||
        send.length >= MAX_OPERATIONS
      )
        break;
    }
    send.push(operation);
    inBatch.set(operation.id, operation);
    written.add(`${operation.entityType} ${operation.entityId}`);
    cost += COST_MS[operation.entityType][operation.op];
  }
  return { send, blocked, rest: queue.slice(index) };
}
