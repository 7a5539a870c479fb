import { z } from "zod";
import {
  defineAction,
  defineJob,
  ADMIN_LABEL,
  message,
  type Answer,
  type Work,
  type WorkEnd,
} from "../../../core/action.ts";
import { pairsOf, typesNamed } from "../../../core/attribute-pairs.ts";
import { isSameName } from "../../../core/status.ts";
import { idField } from "../../../core/rows.ts";
import { syncHierEntityAttributes as settings } from "../../../settings/addon/actions.ts";
import { counted, tally } from "../common.ts";
import { readTree, within } from "../contexts.ts";
import { readValues, writeValues } from "../values.ts";
import { planPush } from "./plan.ts";

const JOB = "push-hierarchical-values";

const jobData = z.object({
  projectId: idField,
  project: z.string(),
  /** Selected entities; an empty list is the whole project. */
  roots: z.array(idField),
});

async function push(
  { projectId, project, roots }: z.infer<typeof jobData>,
  work: Work,
): Promise<WorkEnd> {
  const set = settings.parse(
    await work.setting(
      project,
      "service_event_handlers.sync_hier_entity_attributes",
    ),
  );
  const [objectTypes, configurations] = await Promise.all([
    work.reference.objectTypes(),
    work.reference.configurations(),
  ]);
  const pairs = pairsOf(set.interest_attributes, configurations, projectId);
  if (pairs.length === 0)
    return {
      success: true,
      message:
        "Nothing has changed: no attribute of the settings exists both ways.",
    };
  work.progress(0, 1, "reading");
  const tree = await readTree(work.ftrack, projectId);
  const scope = within(tree, roots.length === 0 ? [projectId] : roots);
  const values = await readValues(
    work.ftrack,
    [projectId, ...tree.keys()],
    pairs.flatMap((pair) => [
      pair.hierarchical.id,
      ...[...pair.typed.values()].map((c) => c.id),
    ]),
  );
  const { changes, refused } = planPush({
    tree,
    scope,
    pairs,
    types: typesNamed(set.interest_entity_types, objectTypes),
    taskTypes: new Set(
      objectTypes.filter((t) => isSameName(t.name, "Task")).map((t) => t.id),
    ),
    values,
  });
  const results = await writeValues(work, projectId, changes);
  const told =
    changes.length === 0
      ? message(true, "Nothing has changed: all values are as they should be.")
      : tally(results, "written", "value");
  if (refused.length === 0)
    return { success: told.success, message: told.message };
  return {
    success: false,
    message: `${told.message} ${counted(refused.length, "value")} did not fit, see the file.`,
    file: { name: "values.txt", text: `${refused.join("\n")}\n` },
  };
}

export const pushValues = defineAction({
  identifier: "ayon.admin.push_hier_values_to_non_hier",
  label: ADMIN_LABEL,
  variant: "- Push Hierarchical values To Non-Hierarchical",
  description:
    "Write the hierarchical values that hold for entities into their own attributes of the same key.",
  shown: "projects, folders and tasks",
  settingsKey: "service_event_handlers.sync_hier_entity_attributes",
  settings,
  isEnabled: (set) => set.action_enabled,
  offers: ({ items }) =>
    items.some(({ kind }) => kind === "project" || kind === "context"),
  start({ selection, project }): Answer {
    if (project === null) return message(false, "The project is gone.");
    const own = selection.items.filter((i) => i.projectId === project.id);
    const isWhole = own.some((item) => item.kind === "project");
    const roots = isWhole ? [] : own.map((item) => item.id);
    return {
      kind: "job",
      job: JOB,
      key: `${JOB}-${project.id}-${roots.toSorted().join("-")}`,
      data: { projectId: project.id, project: project.fullName, roots },
      message: "The values are being written; see your jobs.",
    };
  },
  jobs: [
    defineJob({
      kind: JOB,
      title: "Push Hierarchical values",
      data: jobData,
      run: push,
    }),
  ],
});
