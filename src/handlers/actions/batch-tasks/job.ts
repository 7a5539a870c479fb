import { z } from "zod";
import { message, type Work, type WorkEnd } from "../../../core/action.ts";
import type { ChangeResult, FtrackCreate } from "../../../core/change.ts";
import type { FtrackId } from "../../../core/ids.ts";
import { chunk, inList, select } from "../../../core/query.ts";
import { countOf, throwTransient } from "../../../core/results.ts";
import { idField, idOrNull, linkField, pathOf } from "../../../core/rows.ts";
import { isSameName } from "../../../core/status.ts";
import { changesOnly, counted, tally, textOrEmpty } from "../common.ts";
import { endNaming, failuresIn, missed } from "../parts.ts";
import { planTasks, type Parent, type TaskPlan } from "./plan.ts";

/** Entities that get their tasks at once; between two parts the work can be stopped, and events are handled. */
const PART = 50;

export const tasksData = z.object({
  projectId: idField,
  parents: z.array(z.object({ id: idField, path: z.string() })),
  /** Selected, but not readable when the action was clicked. */
  unread: z.number(),
  tasks: z.array(
    z.object({
      name: z.string(),
      typeId: idField,
      statusId: idOrNull,
      assignees: z.array(idField),
    }),
  ),
});
type TasksData = z.infer<typeof tasksData>;

const parentRow = z.object({
  id: idField,
  name: textOrEmpty,
  project_id: idOrNull,
  object_type_id: idOrNull,
  link: linkField,
});
const taskRow = z
  .object({
    id: idField,
    name: textOrEmpty,
    parent_id: idOrNull,
    type_id: idOrNull,
  })
  .transform((row) => ({
    id: row.id,
    name: row.name,
    parentId: row.parent_id,
    typeId: row.type_id,
  }));

interface Facts {
  readonly leaves: ReadonlySet<FtrackId>;
  readonly objectTypeId: FtrackId;
  readonly typeName: (id: FtrackId | null) => string;
}

async function factsOf({ reference }: Work): Promise<Facts | null> {
  const [objectTypes, types] = await Promise.all([
    reference.objectTypes(),
    reference.taskTypes(),
  ]);
  const task = objectTypes.find(({ name }) => isSameName(name, "Task"));
  const names = new Map(types.map(({ id, name }) => [id, name]));
  return task === undefined
    ? null
    : {
        leaves: new Set(objectTypes.filter((t) => t.isLeaf).map((t) => t.id)),
        objectTypeId: task.id,
        typeName: (id) =>
          (id === null ? null : names.get(id)) ?? "another type",
      };
}

async function planPart(
  selected: TasksData["parents"],
  { projectId, tasks: wanted }: TasksData,
  { leaves, objectTypeId, typeName }: Facts,
  work: Work,
): Promise<TaskPlan> {
  const ids = selected.map(({ id }) => id);
  const [parents, tasks] = await work.ftrack.query(
    select({
      type: "TypedContext",
      fields: ["id", "name", "project_id", "object_type_id", "link"],
      where: inList("id", ids),
      row: parentRow,
    }),
    select({
      type: "Task",
      fields: ["id", "name", "parent_id", "type_id"],
      where: inList("parent_id", ids),
      row: taskRow,
    }),
  );
  return planTasks({
    ...{ jobId: work.id, projectId, objectTypeId, wanted, selected, tasks },
    typeName,
    parents: parents.map((row): Parent => ({
      id: row.id,
      path: pathOf(row.link) || row.name,
      projectId: row.project_id,
      mayHaveChildren:
        row.object_type_id === null || !leaves.has(row.object_type_id),
    })),
  });
}

/** Creates what is missing, part by part, each read and written in the project's turn. */
export async function createTasks(
  data: TasksData,
  work: Work,
): Promise<WorkEnd> {
  const facts = await factsOf(work);
  if (facts === null) return message(false, "Ftrack has no object type Task.");
  const all: { change: FtrackCreate; result: ChangeResult }[] = [];
  const problems: string[] = [];
  let kept = 0;
  let done = 0;
  for (const part of chunk(data.parents, PART)) {
    work.progress(done, data.parents.length, "entities");
    await work.inTurn(data.projectId, async (apply) => {
      const plan = await planPart(part, data, facts, work);
      const results = await apply(changesOnly(plan.changes));
      throwTransient(results);
      kept += plan.kept;
      problems.push(...plan.problems, ...failuresIn(plan.changes, results));
      for (const change of plan.changes) {
        const result = results.find((r) => r.changeId === change.id);
        if (result !== undefined) all.push({ change, result });
      }
    });
    done += part.length;
  }
  const made = all
    .filter(({ change }) => change.entityType === "Task")
    .map(({ result }) => result);
  const told = [
    `${counted(countOf(made, "applied", "unchanged"), "task")} created.`,
    ...(kept > 0 ? [`${counted(kept, "task")} there already.`] : []),
  ].join(" ");
  return endNaming(
    countOf(made, "planned") > 0
      ? tally(made, "created", "task")
      : message(true, told),
    [...problems, ...missed(data.unread)],
  );
}
