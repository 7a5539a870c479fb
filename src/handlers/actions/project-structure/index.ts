import { z } from "zod";
import {
  defineAction,
  defineJob,
  message,
  step,
  type ActionContext,
  type Answer,
  type Work,
  type WorkEnd,
} from "../../../core/action.ts";
import { label, plain } from "../../../core/form.ts";
import { projectName } from "../../../core/ids.ts";
import { countOf, throwTransient } from "../../../core/results.ts";
import { idField } from "../../../core/rows.ts";
import { createProjectStructure as settings } from "../../../settings/addon/actions.ts";
import { changesOnly, counted, isOneProject, tally } from "../common.ts";
import { endNaming, failuresIn } from "../parts.ts";
import { readExisting, readTypes } from "./gather.ts";
import { parseStructure, type Structure } from "./parse.ts";
import {
  planStructure,
  typeProblems,
  type StructureLine,
  type StructureFacts,
} from "./plan.ts";

const JOB = "create-project-structure";
/** Lines of a preview; a form of thousands is no help. */
const SHOWN = 200;
/** Problems that fit a message. */
const TOLD = 5;
const WHERE =
  "It is set in AYON: settings of the project (or of the studio), addon core, “Project folder structure”.";

const jobData = z.object({
  projectId: idField,
  structure: z.string(),
});

type Types = Pick<StructureFacts, "objectTypes" | "offered">;

/** A structure that can be made, or what is wrong with it. */
function checked(text: string, types: Types): Structure {
  const { nodes, problems } = parseStructure(text);
  return {
    nodes,
    problems: [...problems, ...typeProblems(nodes, types)],
  };
}

function inShort(problems: readonly string[]): string {
  const more = problems.length - TOLD;
  return [
    ...problems.slice(0, TOLD),
    ...(more > 0 ? [`… and ${more} more.`] : []),
  ].join(" ");
}

function shown({ depth, name, type, isNew }: StructureLine): string {
  const words = `${plain(name)} (${plain(type)})`;
  return `${"    ".repeat(depth)}- ${isNew ? `**${words}**` : words}`;
}

async function preview(ctx: ActionContext<unknown>): Promise<Answer> {
  const { project, reference, ftrack, studio } = ctx;
  if (project === null) return message(false, "The project is gone.");
  const known = await reference.ayonProject(projectName(project.fullName));
  if (known === null)
    return message(
      false,
      `AYON has no project “${project.fullName}”. Run “Prepare Project for AYON” first.`,
    );
  const text = await studio.projectStructure(known.name);
  const types = await readTypes(reference, project);
  const { nodes, problems } = checked(text, types);
  if (problems.length > 0)
    return message(
      false,
      `The folder structure of the project is not right. ${inShort(problems)} ${WHERE}`,
    );
  if (nodes.length === 0)
    return message(
      false,
      `Nothing in the folder structure of the project is marked for Ftrack, as in shots[ftrack.Sequence]. ${WHERE}`,
    );
  const existing = await readExisting(
    ftrack,
    project.id,
    nodes,
    types.objectTypes,
  );
  const plan = planStructure({
    ...types,
    ...{ jobId: ctx.clickId, project, nodes, existing },
  });
  if (plan.changes.length === 0)
    return message(
      true,
      ["The whole structure is there.", ...plan.notes].join(" "),
    );
  const hidden = plan.lines.length - SHOWN;
  return {
    kind: "form",
    title: "Create Project Structure",
    submitLabel: "Create",
    items: [
      label(
        `${counted(plan.changes.length, "entity", "entities")} would be created, in **bold**; ${plan.kept} are there. Folders on disk are made by the desktop application only.`,
      ),
      label(plan.lines.slice(0, SHOWN).map(shown).join("\n")),
      ...(hidden > 0 ? [label(`… and ${hidden} more.`)] : []),
      ...plan.notes.map((note) => label(plain(note))),
    ],
    next: { step: "create", state: text },
  };
}

async function make(
  { projectId, structure }: z.infer<typeof jobData>,
  work: Work,
): Promise<WorkEnd> {
  const project = await work.reference.ftrackProject(projectId);
  if (project === null) return message(false, "The project is gone.");
  const types = await readTypes(work.reference, project);
  const { nodes, problems } = checked(structure, types);
  if (problems.length > 0) return message(false, inShort(problems));
  work.progress(0, 1, "reading");
  return work.inTurn(project.id, async (apply) => {
    const { objectTypes } = types;
    const existing = await readExisting(
      work.ftrack,
      projectId,
      nodes,
      objectTypes,
    );
    const plan = planStructure({
      ...types,
      ...{ jobId: work.id, project, nodes, existing },
    });
    work.progress(0, plan.changes.length, "entities");
    const results = await apply(changesOnly(plan.changes));
    throwTransient(results);
    const told = [
      `${counted(countOf(results, "applied", "unchanged"), "entity", "entities")} created.`,
      ...(plan.kept > 0 ? [`${plan.kept} there already.`] : []),
      ...plan.notes,
    ];
    return endNaming(
      countOf(results, "planned") > 0
        ? tally(results, "created", "entity", "entities")
        : message(true, told.join(" ")),
      failuresIn(plan.changes, results),
    );
  });
}

export const createProjectStructure = defineAction({
  identifier: "ayon.create.project.structure.server",
  label: "Create Project Structure",
  description:
    "Create the folders that the folder structure of the AYON project marks for Ftrack.",
  shown: "one project",
  settingsKey: "service_event_handlers.create_project_structure",
  settings,
  offers: isOneProject,
  start: preview,
  steps: {
    create: step(z.string(), ({ project }, _values, structure): Answer => {
      if (project === null) return message(false, "The project is gone.");
      return {
        kind: "job",
        job: JOB,
        key: `${JOB}-${project.id}`,
        data: { projectId: project.id, structure },
        message: "The structure is being created; see your jobs.",
      };
    }),
  },
  jobs: [
    defineJob({
      kind: JOB,
      title: "Create Project Structure",
      data: jobData,
      run: make,
    }),
  ],
});
