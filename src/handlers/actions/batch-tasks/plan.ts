import type { FtrackCreate, Subject } from "../../../core/change.ts";
import { deriveFtrackId, type FtrackId } from "../../../core/ids.ts";
import { isSameName } from "../../../core/status.ts";

/** A task that is to be there below each of the selected entities. */
export interface WantedTask {
  readonly name: string;
  readonly typeId: FtrackId;
  /** Null: the first one of the workflow, which Ftrack sets. */
  readonly statusId: FtrackId | null;
  readonly assignees: readonly FtrackId[];
}

/** A selected entity as it is now. */
export interface Parent {
  readonly id: FtrackId;
  readonly path: string;
  readonly projectId: FtrackId | null;
  /** False for tasks and milestones. */
  readonly mayHaveChildren: boolean;
}

export interface ExistingTask {
  readonly id: FtrackId;
  readonly parentId: FtrackId | null;
  readonly name: string;
  readonly typeId: FtrackId | null;
}

export interface TaskFacts {
  /** Of the job; the ids of what it makes hang on it, so that a second start makes nothing twice. */
  readonly jobId: string;
  readonly projectId: FtrackId;
  /** Object type of tasks. */
  readonly objectTypeId: FtrackId;
  readonly wanted: readonly WantedTask[];
  /** As they were selected. */
  readonly selected: readonly {
    readonly id: FtrackId;
    readonly path: string;
  }[];
  readonly parents: readonly Parent[];
  readonly tasks: readonly ExistingTask[];
  readonly typeName: (id: FtrackId | null) => string;
}

export interface TaskPlan {
  /** Tasks, and their assignments, which need them. */
  readonly changes: readonly FtrackCreate[];
  /** Tasks that are there already, and stay as they are. */
  readonly kept: number;
  readonly problems: readonly string[];
}

/** What is missing below the parents. A task is there when one of its name is, in any case of letters. */
export function planTasks(facts: TaskFacts): TaskPlan {
  const { parents, tasks, typeName } = facts;
  const changes: FtrackCreate[] = [];
  const problems: string[] = [];
  let kept = 0;
  for (const { id: parentId, path } of facts.selected) {
    const parent = parents.find(({ id }) => id === parentId);
    const reason = refusal(parent, facts.projectId);
    if (parent === undefined || reason !== null) {
      problems.push(`${parent?.path ?? path} ${reason ?? "is gone."}`);
      continue;
    }
    for (const wanted of facts.wanted) {
      const id = idOf(facts.jobId, parentId, wanted.name);
      const there = tasks.find(
        (task) =>
          task.parentId === parentId && isSameName(task.name, wanted.name),
      );
      // One that an earlier start of this job made may lack its assignments.
      if (there === undefined || there.id === id)
        changes.push(...createsOf(id, parent, wanted, facts));
      else if (there.typeId === wanted.typeId) kept += 1;
      else
        problems.push(
          `${parent.path}/${there.name} is there, of the type ${typeName(there.typeId)}.`,
        );
    }
  }
  return { changes, kept, problems };
}

function idOf(jobId: string, parentId: FtrackId, name: string): FtrackId {
  return deriveFtrackId(`task ${jobId} ${parentId} ${name.toLowerCase()}`);
}

function refusal(
  parent: Parent | undefined,
  projectId: FtrackId,
): string | null {
  if (parent === undefined) return "is gone.";
  if (parent.projectId !== projectId) return "is in another project.";
  return parent.mayHaveChildren ? null : "cannot have tasks.";
}

function createsOf(
  id: FtrackId,
  parent: Parent,
  { name, typeId, statusId, assignees }: WantedTask,
  { objectTypeId, projectId }: TaskFacts,
): readonly FtrackCreate[] {
  const subject: Subject = {
    ftrackId: id,
    path: `${parent.path}/${name}`,
    type: "Task",
  };
  return [
    {
      kind: "ftrack.create",
      id,
      subject,
      entityType: "Task",
      data: {
        id,
        name,
        parent_id: parent.id,
        project_id: projectId,
        object_type_id: objectTypeId,
        type_id: typeId,
        ...(statusId === null ? {} : { status_id: statusId }),
      },
    },
    ...assignees.map((userId): FtrackCreate => {
      const own = deriveFtrackId(`assignment ${id} ${userId}`);
      return {
        kind: "ftrack.create",
        id: own,
        subject,
        needs: [id],
        entityType: "Appointment",
        data: {
          id: own,
          context_id: id,
          resource_id: userId,
          type: "assignment",
        },
      };
    }),
  ];
}
