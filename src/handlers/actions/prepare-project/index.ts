import { z } from "zod";
import {
  ADMIN_LABEL,
  defineAction,
  defineJob,
  message,
  step,
  type ActionBase,
  type Answer,
  type FormAnswer,
} from "../../../core/action.ts";
import type { FtrackUpdate } from "../../../core/change.ts";
import {
  checkBox,
  choiceOf,
  flagIn,
  label,
  plain,
  textIn,
} from "../../../core/form.ts";
import { projectName } from "../../../core/ids.ts";
import type { AyonProject } from "../../../core/ports.ts";
import { prepareProject as settings } from "../../../settings/addon/actions.ts";
import { changesOnly, isOneProject, onlyProject, tally } from "../common.ts";
import { askable, asPlain, itemFor, typedIn } from "./attributes.ts";
import { projectNow, type ProjectNow } from "./gather.ts";
import { prepare, prepareData, type PrepareData } from "./job.ts";
import {
  obstacleOf,
  problemsOf,
  renamed,
  renameItems,
  type Names,
} from "./names.ts";

const JOB = "prepare-project";
const BUILT_IN = "__builtin__";

const chosen = z.object({
  preset: z.string().nullable(),
  autoSync: z.boolean(),
});
type Chosen = z.infer<typeof chosen>;

async function current(ctx: ActionBase): Promise<ProjectNow | null> {
  const selected = onlyProject(ctx.selection);
  return selected === null ? null : projectNow(ctx, selected.id);
}

function renameForm(
  now: Names,
  typed: Names,
  ...rest: [ReturnType<typeof problemsOf>, boolean]
): FormAnswer {
  return {
    kind: "form",
    title: "Prepare Project: name and code",
    submitLabel: "Continue",
    items: renameItems(now, typed, ...rest),
    next: { step: "rename", state: null },
  };
}

/** The first form for a project whose names are well, or why there is none. */
async function begin(
  ctx: ActionBase,
  project: ProjectNow,
): Promise<Extract<Answer, { kind: "message" | "form" }>> {
  const { ayon, studio, reference } = ctx;
  const names = { name: project.fullName, code: project.code };
  const obstacle = obstacleOf(names, await ayon.projects());
  if (obstacle !== null) return message(false, obstacle);
  reference.refresh("ftrack-project");
  const [existing, presets, known] = await Promise.all([
    ayon.project(names.name),
    studio.anatomyPresets(),
    reference.ftrackProject(project.id),
  ]);
  const primary = presets.find((preset) => preset.isPrimary);
  const autoSync = checkBox(
    "auto_sync_project",
    "Keep the project in step from now on (auto-sync)",
    existing === null || known?.autoSync === true,
  );
  return {
    kind: "form",
    title: "Prepare Project for AYON",
    submitLabel: "Continue",
    items:
      existing === null
        ? [
            choiceOf(
              "anatomy_preset",
              "Anatomy preset",
              [
                { label: "Default", value: BUILT_IN },
                ...presets.map(({ name }) => ({ label: name, value: name })),
              ],
              primary?.name ?? BUILT_IN,
            ),
            autoSync,
          ]
        : [
            label(
              `AYON has the project “${plain(names.name)}” already; it is brought up to date.`,
            ),
            autoSync,
          ],
    next: { step: "attributes", state: { isNew: existing === null } },
  };
}

/** The form with the values of the project. */
async function attributesForm(
  ctx: ActionBase,
  state: Chosen,
  existing: AyonProject | null,
): Promise<Answer> {
  const [attributes, anatomy] = await Promise.all([
    ctx.ayon.attributes(),
    state.preset === null ? null : ctx.studio.anatomy(state.preset),
  ]);
  const preset = z
    .looseObject({ attributes: z.record(z.string(), z.unknown()).catch({}) })
    .parse(anatomy ?? {}).attributes;
  const values = existing?.own ?? preset;
  return {
    kind: "form",
    title: "Prepare Project: attributes",
    submitLabel:
      existing === null ? "Create the project" : "Update the project",
    items: [
      label("Values of the project; folders and tasks inherit them."),
      ...askable(attributes).flatMap(
        (a) => itemFor(a, values[a.name] ?? a.default) ?? [],
      ),
    ],
    next: { step: "start", state },
  };
}

export const prepareProject = defineAction({
  identifier: "ayon.prepare.project.server",
  label: ADMIN_LABEL,
  variant: "- Prepare Project for AYON",
  description:
    "Create the AYON project, or bring it up to date, and synchronise it.",
  shown: "one project",
  settingsKey: "service_event_handlers.prepare_project",
  settings,
  offers: isOneProject,
  async start(ctx): Promise<Answer> {
    const project = await current(ctx);
    if (project === null) return message(false, "The project is gone.");
    const names = { name: project.fullName, code: project.code };
    const problems = problemsOf(names, await ctx.ayon.projects());
    return problems.name === null && problems.code === null
      ? begin(ctx, project)
      : renameForm(names, names, problems, false);
  },
  steps: {
    rename: step(z.null(), async (ctx, values): Promise<Answer> => {
      const project = await current(ctx);
      if (project === null) return message(false, "The project is gone.");
      const typed = renamed(values);
      if (typed === null)
        return message(false, "The project was not prepared.");
      const names = { name: project.fullName, code: project.code };
      const problems = problemsOf(typed, await ctx.ayon.projects());
      if (problems.name !== null || problems.code !== null)
        return renameForm(names, typed, problems, true);
      const next = await begin(ctx, {
        ...project,
        fullName: typed.name,
        code: typed.code,
      });
      if (next.kind === "message") return next;
      const change: FtrackUpdate = {
        kind: "ftrack.update",
        id: "rename",
        subject: { ftrackId: project.id, path: names.name, type: "Project" },
        entityType: "Project",
        entityId: project.id,
        data: {
          ...(typed.name === names.name ? {} : { full_name: typed.name }),
          ...(typed.code === names.code ? {} : { name: typed.code }),
        },
        expects: { full_name: names.name, name: names.code },
      };
      return {
        kind: "write",
        decision: changesOnly([change]),
        told: (results) => {
          const told = tally(results, "renamed", "project");
          return told.success ? next : told;
        },
      };
    }),
    attributes: step(
      z.object({ isNew: z.boolean() }),
      async (ctx, values, { isNew }): Promise<Answer> => {
        const project = await current(ctx);
        if (project === null) return message(false, "The project is gone.");
        const preset = textIn(values, "anatomy_preset");
        const state = {
          preset: isNew ? preset : null,
          autoSync: flagIn(values, "auto_sync_project"),
        };
        const existing = isNew
          ? null
          : await ctx.ayon.project(projectName(project.fullName));
        return attributesForm(ctx, state, existing);
      },
    ),
    start: step(chosen, async (ctx, values, state): Promise<Answer> => {
      const project = await current(ctx);
      if (project === null) return message(false, "The project is gone.");
      const attributes = askable(await ctx.ayon.attributes());
      const typed = typedIn(attributes, values);
      if (typed.problems.length > 0)
        return {
          kind: "form",
          title: "Prepare Project: attributes",
          submitLabel: "Try again",
          items: [
            label(
              typed.problems.map((line) => `- **${plain(line)}**`).join("\n"),
            ),
            ...attributes.flatMap(
              (a) => itemFor(a, typed.values[a.name] ?? null) ?? [],
            ),
          ],
          next: { step: "start", state },
        };
      const data: PrepareData = {
        projectId: project.id,
        ...state,
        attributes: asPlain(typed.values) as PrepareData["attributes"],
      };
      return {
        kind: "job",
        job: JOB,
        key: `${JOB}-${project.id}`,
        data: { ...data, attributes: asPlain(typed.values) },
        message: `“${project.fullName}” is being prepared; see your jobs.`,
      };
    }),
  },
  jobs: [
    defineJob({
      kind: JOB,
      title: "Prepare Project for AYON",
      data: prepareData,
      run: prepare,
    }),
  ],
});
