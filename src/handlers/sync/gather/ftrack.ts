import type { HandlerContext } from "../../../core/handler.ts";
import type { FtrackId } from "../../../core/ids.ts";
import { chunk, type Query } from "../../../core/query.ts";
import { valuesOf, type ValueRow } from "../../../core/rows.ts";
import type { Steps } from "../../../core/steps.ts";
import type { World } from "../facts.ts";
import type { FtrackNeeds } from "./needs.ts";
import {
  assignmentsOf,
  childrenOf,
  contextsById,
  descendantsOf,
  type AssignmentRow,
  type ContextRow,
} from "./rows.ts";
import type { Store } from "./store.ts";

/** Ids in one `in (…)`. */
const IDS = 500;
/** Ids times definitions in one query of values: what servers are known to answer in time. */
const CELLS = 5000;

export function bookkeepingIds({ bookkeeping }: World): FtrackId[] {
  const { ayonId, ayonPath, syncFailed } = bookkeeping;
  return [ayonId, ayonPath, syncFailed].flatMap((c) => c?.id ?? []);
}

/** Definitions whose rows the plan looks at. */
export function definitionIds(world: World): FtrackId[] {
  const mapped = world.bindings.flatMap((binding) =>
    binding.configurations.map((c) => c.id),
  );
  return [...new Set([...bookkeepingIds(world), ...mapped])];
}

export function valueQueries(
  ids: readonly FtrackId[],
  definitions: readonly FtrackId[],
): Query<ValueRow>[] {
  if (definitions.length === 0) return [];
  const size = Math.max(1, Math.floor(CELLS / definitions.length));
  return chunk(ids, size).map((part) => valuesOf(part, definitions));
}

export function* keepContexts(
  store: Store,
  rows: readonly ContextRow[],
): Steps<void> {
  for (const { projectId, context } of rows) {
    yield;
    // One that was moved to another project is gone from this one.
    if (projectId !== store.projectId || store.contexts.has(context.id))
      continue;
    const { intern } = store;
    const id = intern(context.id);
    store.contexts.set(id, {
      ...context,
      id,
      parentId: intern(context.parentId),
      objectTypeId: intern(context.objectTypeId),
      typeId: intern(context.typeId),
      statusId: intern(context.statusId),
      priorityId: intern(context.priorityId),
      startDate: intern(context.startDate),
      endDate: intern(context.endDate),
    });
  }
}

export function keepValues(store: Store, rows: readonly ValueRow[]): void {
  const { intern } = store;
  for (const { entityId, configurationId, value } of rows) {
    const values = store.values.get(entityId) ?? new Map<FtrackId, unknown>();
    store.values.set(
      intern(entityId),
      values.set(
        intern(configurationId),
        typeof value === "string" ? intern(value) : value,
      ),
    );
  }
}

export function keepAssignments(
  store: Store,
  rows: readonly AssignmentRow[],
): void {
  const { intern } = store;
  for (const { taskId, resourceId } of rows) {
    const users = store.assigned.get(taskId) ?? new Set();
    store.assigned.set(intern(taskId), users.add(intern(resourceId)));
  }
}

/** Reads what is needed from Ftrack in one request. */
export async function readFtrack(
  { ftrack, inSlices }: Pick<HandlerContext, "ftrack" | "inSlices">,
  store: Store,
  world: World,
  needs: FtrackNeeds,
): Promise<void> {
  const contextQueries = [
    ...chunk(needs.contexts, IDS).map(contextsById),
    ...chunk(needs.childrenOf, IDS).map(childrenOf),
    ...chunk(needs.descendantsOf, IDS).map(descendantsOf),
  ];
  const rowQueries = [
    ...valueQueries(needs.rows, bookkeepingIds(world)),
    ...valueQueries(needs.values, definitionIds(world)),
  ];
  const assignmentQueries = chunk(needs.assigned, IDS).map(assignmentsOf);
  const results: unknown[][] = await ftrack.query(
    ...contextQueries,
    ...rowQueries,
    ...assignmentQueries,
  );
  const values = contextQueries.length;
  const assignments = values + rowQueries.length;
  // The lists come back in the order of the queries.
  await inSlices(
    keepContexts(store, results.slice(0, values).flat() as ContextRow[]),
  );
  keepValues(store, results.slice(values, assignments).flat() as ValueRow[]);
  keepAssignments(store, results.slice(assignments).flat() as AssignmentRow[]);

  const { asked } = store;
  needs.contexts.forEach((id) => asked.contexts.add(id));
  needs.childrenOf.forEach((id) => asked.childrenOf.add(id));
  needs.descendantsOf.forEach((id) => asked.descendantsOf.add(id));
  needs.rows.forEach((id) => asked.rows.add(id));
  needs.values.forEach((id) => asked.values.add(id));
  for (const id of needs.assigned) {
    asked.assigned.add(id);
    if (!store.assigned.has(id)) store.assigned.set(id, new Set());
  }
  for (const id of ftrack.unreadable()) store.unreadable.add(id);
}
