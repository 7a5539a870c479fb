import { z } from "zod";
import {
  defineAction,
  defineJob,
  message,
  step,
  type Answer,
  type Plain,
  type Selected,
} from "../../../core/action.ts";
import { idField } from "../../../core/rows.ts";
import { batchTaskCreate as settings } from "../../../settings/addon/actions.ts";
import { counted } from "../common.ts";
import {
  detailsForm,
  hintFor,
  readChoices,
  tasksIn,
  typesForm,
  typesIn,
} from "./form.ts";
import { createTasks, tasksData } from "./job.ts";
import type { WantedTask } from "./plan.ts";

const JOB = "batch-task-create";
const GONE = message(false, "The project is gone.");

function isFolder({ kind, type }: Selected): boolean {
  return kind === "context" && type !== "Task";
}

/** Selected entities stay with the forms, so that one that is gone meanwhile is named. */
const below = tasksData.pick({ parents: true, unread: true });
const chosen = below.extend({ types: z.array(idField) });

function plainly(task: WantedTask): Plain {
  return { ...task };
}

export const batchTasks = defineAction({
  identifier: "ayon.batch-tasks.server",
  label: "Batch Task Create",
  description: "Create the same tasks below all selected folders.",
  shown: "folders",
  settingsKey: "service_event_handlers.batch_task_create",
  settings,
  offers: ({ items }) => items.some(isFolder),
  async start(ctx): Promise<Answer> {
    if (ctx.project === null) return GONE;
    const choices = await readChoices(ctx.reference, ctx.project);
    if (choices.types.length === 0)
      return message(false, "The project's schema has no types of tasks.");
    const parents = ctx.selection.items
      .filter(isFolder)
      .map(({ id, path }) => ({ id, path }));
    return typesForm(choices, { parents, unread: ctx.selection.unreadable });
  },
  steps: {
    types: step(below, async (ctx, values, state): Promise<Answer> => {
      if (ctx.project === null) return GONE;
      const choices = await readChoices(ctx.reference, ctx.project);
      const types = typesIn(values, choices);
      return types.length === 0
        ? typesForm(choices, state, "Choose at least one type.")
        : detailsForm({ below: state, types, choices });
    }),
    create: step(chosen, async (ctx, values, state): Promise<Answer> => {
      if (ctx.project === null) return GONE;
      const { parents, unread } = state;
      const choices = await readChoices(ctx.reference, ctx.project);
      const types = choices.types.filter(({ id }) => state.types.includes(id));
      const tasks = tasksIn(values, types, choices);
      const hint = hintFor(tasks);
      if (hint !== null)
        return detailsForm(
          { below: { parents, unread }, types, choices },
          hint,
          values,
        );
      return {
        kind: "job",
        job: JOB,
        key: `${JOB}-${ctx.clickId}`,
        data: {
          ...{ projectId: ctx.project.id, parents, unread },
          tasks: tasks.map(plainly),
        },
        message: `${counted(tasks.length, "task")} below ${counted(parents.length, "entity", "entities")} to create; see your jobs.`,
      };
    }),
  },
  jobs: [
    defineJob({
      kind: JOB,
      title: "Batch Task Create",
      data: tasksData,
      run: createTasks,
    }),
  ],
});
