import {
  availableStatuses,
  firstAvailable,
} from "../../core/available-statuses.ts";
import type { Decision } from "../../core/decision.ts";
import type { FtrackEvent } from "../../core/event.ts";
import type { HandlerContext } from "../../core/handler.ts";
import type { FtrackId } from "../../core/ids.ts";
import { byCode } from "../../core/order.ts";
import type { NamedRow } from "../../core/reference.ts";
import { isSameName } from "../../core/status.ts";
import { includesName } from "./names.ts";
import { tasksBy, type Task } from "./rows.ts";
import {
  bareSubject,
  because,
  decisionOf,
  justSet,
  setStatus,
  skip,
  subjectOf,
  type Verdict,
} from "./set-status.ts";
import { taskTransitions, type Transition } from "./transitions.ts";
import { gatherWorld, nameOf, statusOf, type StatusWorld } from "./world.ts";

export const NEXT_TASK = "status-next-task";

export interface NextTaskSettings {
  /** Status of a task that is next → the one it gets. */
  readonly mapping: readonly {
    readonly name: string;
    readonly value: string;
  }[];
  /** A task in one of these counts as done and is never changed. */
  readonly ignored_statuses: readonly string[];
  /** Go from task to task by name, instead of from type to type. */
  readonly name_sorting: boolean;
}

export interface NextTaskFacts extends StatusWorld {
  readonly transitions: readonly Transition[];
  /** All tasks below the parents of the changed ones. */
  readonly tasks: readonly Task[];
  readonly taskTypes: readonly NamedRow[];
  /** Tasks that this rule has just given their present status: a repeated event must not move them on. */
  readonly justMoved: ReadonlySet<FtrackId>;
}

export async function gatherNextTask(
  events: readonly FtrackEvent[],
  ctx: HandlerContext,
): Promise<NextTaskFacts> {
  const transitions = taskTransitions(events);
  const known = await gatherWorld(
    ctx,
    transitions.map((t) => t.newStatusId),
  );
  const parentIds = new Set(
    transitions
      .filter((t) => isDone(known, t.newStatusId))
      .flatMap((t) => t.parentId ?? []),
  );
  const [tasks] =
    parentIds.size === 0
      ? [[]]
      : await ctx.ftrack.query(tasksBy("parent_id", parentIds));
  const [world, taskTypes, own] = await Promise.all([
    gatherWorld(
      ctx,
      tasks.map((t) => t.statusId),
    ),
    ctx.reference.taskTypes(),
    ctx.recall(tasks.map((t) => t.id)),
  ]);
  const justMoved = justSet(tasks, own, NEXT_TASK);
  return { ...world, transitions, tasks, taskTypes, justMoved };
}

function isDone(
  world: Pick<StatusWorld, "statuses">,
  statusId: FtrackId | null,
): boolean {
  return statusOf(world, statusId)?.state === "DONE";
}

/** When tasks are done, gives those that come next the status that the mapping makes of theirs. */
export function decideNextTask(
  facts: NextTaskFacts,
  settings: NextTaskSettings,
): Decision {
  const done = new Set<FtrackId>();
  const verdicts: Verdict[] = [];
  for (const { entityId, newStatusId } of facts.transitions) {
    const task = facts.tasks.find((t) => t.id === entityId);
    const subject =
      task === undefined
        ? bareSubject(entityId, "Task")
        : subjectOf(task, "Task");
    if (!isDone(facts, newStatusId)) {
      const status = nameOf(facts, newStatusId);
      verdicts.push(
        skip(subject, "not-relevant", `${status} is no status of done tasks.`),
      );
    } else if (task === undefined)
      verdicts.push(skip(subject, "entity-gone", "The task is gone."));
    else if (!isDone(facts, task.statusId)) {
      const now = nameOf(facts, task.statusId);
      verdicts.push(skip(subject, "superseded", `It is ${now} by now.`));
    } else done.add(entityId);
  }

  const parentIds = new Set(facts.tasks.map((t) => t.parentId));
  const next = settings.name_sorting ? nextByName : nextByType;
  for (const parentId of parentIds) {
    const siblings = facts.tasks.filter((t) => t.parentId === parentId);
    const causes = siblings.filter((t) => done.has(t.id)).map((t) => t.id);
    const batches = byType(siblings, facts.taskTypes);
    for (const task of next(batches, done, facts, settings))
      verdicts.push(because(causes, decideTarget(task, facts, settings)));
  }
  return decisionOf(verdicts);
}

/** The tasks of each type, in the order of the types; those of types without an order are left out. */
function byType(
  tasks: readonly Task[],
  taskTypes: readonly NamedRow[],
): readonly (readonly Task[])[] {
  return taskTypes
    .filter((type) => type.sort !== null)
    .toSorted((a, b) => (a.sort ?? 0) - (b.sort ?? 0) || byCode(a.name, b.name))
    .map((type) => tasks.filter((t) => t.typeId === type.id));
}

type Next = (
  batches: readonly (readonly Task[])[],
  done: ReadonlySet<FtrackId>,
  facts: NextTaskFacts,
  settings: NextTaskSettings,
) => readonly Task[];

/** A type all of whose tasks are finished hands over to the next type that has an unfinished one. */
const nextByType: Next = (batches, done, facts, settings) => {
  const targets: Task[] = [];
  let isOpen = false;
  for (const batch of batches) {
    const isFinished = batch.every(
      (t) => isDone(facts, t.statusId) || isIgnored(t, facts, settings),
    );
    if (isFinished) isOpen ||= batch.some((t) => done.has(t.id));
    else {
      if (isOpen) targets.push(...batch);
      isOpen = false;
    }
  }
  return targets;
};

/** Each task that was just done hands over to the task that follows it by type and name. */
const nextByName: Next = (batches, done, facts, settings) => {
  const row = batches.flatMap((batch) =>
    batch.toSorted((a, b) => byCode(a.name, b.name)),
  );
  const targets = new Set<Task>();
  for (const [i, task] of row.entries()) {
    if (!done.has(task.id)) continue;
    const target = row
      .slice(i + 1)
      .find((t) => !done.has(t.id) && !isIgnored(t, facts, settings));
    if (target !== undefined) targets.add(target);
  }
  return [...targets];
};

function isIgnored(
  task: Task,
  facts: NextTaskFacts,
  settings: NextTaskSettings,
): boolean {
  const status = statusOf(facts, task.statusId);
  return (
    status !== null && includesName(settings.ignored_statuses, status.name)
  );
}

function decideTarget(
  task: Task,
  facts: NextTaskFacts,
  settings: NextTaskSettings,
): Verdict {
  const subject = subjectOf(task, "Task");
  const now = nameOf(facts, task.statusId);
  if (isDone(facts, task.statusId))
    return skip(subject, "not-relevant", `It is next, and ${now} already.`);
  if (isIgnored(task, facts, settings))
    return skip(subject, "ignored-by-rule", `${now} is left alone.`);
  if (facts.justMoved.has(task.id))
    return skip(subject, "already-set", `It has just become ${now}.`);
  const row = settings.mapping.find((each) => isSameName(each.name, now));
  if (row === undefined)
    return skip(subject, "no-mapping-row", `No row says what follows ${now}.`);
  const target = firstAvailable(
    [row.value],
    availableStatuses(facts.schema, facts.statuses, {
      kind: "task",
      typeId: task.typeId,
    }),
  );
  return target === null
    ? skip(
        subject,
        "status-not-available",
        `"${row.value}" is not among the statuses of this type of task.`,
      )
    : setStatus(task, "Task", target);
}
