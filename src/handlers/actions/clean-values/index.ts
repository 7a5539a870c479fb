import { z } from "zod";
import {
  ADMIN_LABEL,
  defineAction,
  defineJob,
  message,
  step,
  type Answer,
  type Work,
  type WorkEnd,
} from "../../../core/action.ts";
import type { FtrackValue } from "../../../core/change.ts";
import { label } from "../../../core/form.ts";
import type { FtrackId } from "../../../core/ids.ts";
import { idField } from "../../../core/rows.ts";
import { isSameName } from "../../../core/status.ts";
import { cleanHierarchicalAttr as settings } from "../../../settings/addon/desktop.ts";
import { counted, isOneProject, tally } from "../common.ts";
import { readTree } from "../contexts.ts";
import {
  definitionsFor,
  readValues,
  valueChange,
  writeValues,
} from "../values.ts";

const JOB = "clean-hierarchical-attributes";

/** Rows that hold nothing, which hide what would be inherited; those of tasks and of the project stay. */
async function emptyRows(
  { ftrack, reference }: Pick<Work, "ftrack" | "reference">,
  projectId: FtrackId,
): Promise<readonly FtrackValue[]> {
  const [types, configurations, tree] = await Promise.all([
    reference.objectTypes(),
    reference.configurations(),
    readTree(ftrack, projectId),
  ]);
  const tasks = new Set(
    types.filter((t) => isSameName(t.name, "Task")).map((t) => t.id),
  );
  const definitions = new Map(
    definitionsFor(configurations, projectId).map((c) => [c.id, c]),
  );
  const folders = [...tree.values()].filter(
    (row) => row.typeId === null || !tasks.has(row.typeId),
  );
  const rows = await readValues(
    ftrack,
    folders.map((row) => row.id),
    [...definitions.keys()],
  );
  return rows.flatMap((row): FtrackValue[] => {
    const definition = definitions.get(row.configurationId);
    const entity = tree.get(row.entityId);
    if (definition === undefined || entity === undefined) return [];
    return row.value === null
      ? [valueChange(definition, entity, true, undefined)]
      : [];
  });
}

async function clean(projectId: FtrackId, work: Work): Promise<WorkEnd> {
  work.progress(0, 1, "reading");
  const changes = await emptyRows(work, projectId);
  const results = await writeValues(work, projectId, changes);
  const told = tally(results, "removed", "empty value");
  return { success: told.success, message: told.message };
}

export const cleanValues = defineAction({
  identifier: "ayon.clean.hierarchical.attr.server",
  label: ADMIN_LABEL,
  variant: "- Clean hierarchical custom attributes",
  description:
    "Remove empty values of hierarchical attributes, which hide inherited ones.",
  shown: "one project",
  settingsKey: "user_handlers.clean_hierarchical_attr",
  settings,
  offers: isOneProject,
  async start(ctx): Promise<Answer> {
    if (ctx.project === null) return message(false, "The project is gone.");
    const changes = await emptyRows(ctx, ctx.project.id);
    if (changes.length === 0)
      return message(true, "The project has no empty values.");
    const keys = [...new Set(changes.map((change) => change.key))];
    return {
      kind: "form",
      title: "Clean hierarchical custom attributes",
      submitLabel: "Remove them",
      items: [
        label(
          `${counted(changes.length, "empty value")} of ${counted(keys.length, "attribute")} would be removed; the entities inherit again then.`,
        ),
      ],
      next: { step: "clean", state: ctx.project.id },
    };
  },
  steps: {
    clean: step(idField, (_ctx, _values, projectId): Answer => ({
      kind: "job",
      job: JOB,
      key: `${JOB}-${projectId}`,
      data: { projectId },
      message: "The values are being removed; see your jobs.",
    })),
  },
  jobs: [
    defineJob({
      kind: JOB,
      title: "Clean hierarchical custom attributes",
      data: z.object({ projectId: idField }),
      run: ({ projectId }, work) => clean(projectId, work),
    }),
  ],
});
