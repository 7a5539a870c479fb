import { z } from "zod";
import {
  ADMIN_LABEL,
  defineAction,
  message,
  step,
  type ActionBase,
  type Answer,
  type FormAnswer,
  type Selected,
} from "../../../core/action.ts";
import {
  choiceOf,
  choicesIn,
  choicesOf,
  divider,
  label,
  plain,
  textField,
  textIn,
  type FormItem,
} from "../../../core/form.ts";
import { projectName } from "../../../core/ids.ts";
import type { FtrackProject } from "../../../core/reference.ts";
import { deleteAyonEntities as settings } from "../../../settings/addon/actions.ts";
import { counted } from "../common.ts";
import { keyFor } from "../parts.ts";
import { DELETE_JOB, deleteJob } from "./job.ts";
import { readReach, type Reach, type Root } from "./reach.ts";
import {
  counts,
  countsOf,
  HOW,
  isDeep,
  narrowed,
  wanted,
  WHAT,
  type Counts,
  type Wanted,
} from "./wanted.ts";

const TITLE = "Delete Folders/Products";
/** Names of what was selected that a form shows. */
const SHOWN = 10;

const choice = wanted.pick({ what: true, how: true });
const confirmState = z.object({
  wanted,
  counts,
  attempts: z.number().int(),
});

function isFolder({ kind, type }: Selected): boolean {
  return kind === "context" && type !== "Task";
}

/** Selected folders of the project; those in another are reached through it, where it is asked for. */
function rootsOf({ selection, project }: ActionBase): readonly Root[] {
  return selection.items
    .filter((item) => isFolder(item) && item.projectId === project?.id)
    .map(({ id, path }) => ({ id, path }));
}

function optionsOf(words: Readonly<Record<string, string>>) {
  return Object.entries(words).map(([value, text]) => ({ value, label: text }));
}

function named(roots: readonly Root[]): FormItem {
  const lines = roots.slice(0, SHOWN).map(({ path }) => `- ${plain(path)}`);
  const more = roots.length - lines.length;
  return label(
    [...lines, ...(more > 0 ? [`- and ${more} more`] : [])].join("\n"),
  );
}

function firstForm(roots: readonly Root[]): FormAnswer {
  return {
    kind: "form",
    title: TITLE,
    submitLabel: "Go on",
    items: [
      label("**Selected:**"),
      named(roots),
      choiceOf("entity_type", "What", optionsOf(WHAT), "folders"),
      choiceOf("action_type", "How", optionsOf(HOW), "archive"),
      label(
        "In Ftrack they are deleted either way, which knows no archive. Files on disk are never touched.",
      ),
    ],
    next: { step: "what", state: null },
  };
}

function productsForm(
  names: readonly string[],
  chosen: z.infer<typeof choice>,
): FormAnswer {
  return {
    kind: "form",
    title: TITLE,
    submitLabel: "Go on",
    items: [
      choicesOf(
        "product_names",
        "Products",
        names.map((name) => ({ label: name, value: name })),
        names,
      ),
    ],
    next: { step: "products", state: chosen },
  };
}

function warningOf({ how, what }: Wanted, of: Counts): string {
  const products = `${counted(of.products, "product")} with ${counted(of.versions, "version")}`;
  const inAyon =
    what === "folders"
      ? `${counted(of.folders, "folder")}, ${counted(of.tasks, "task")}, ${products}`
      : products;
  const inFtrack =
    what === "folders"
      ? `${counted(of.contexts, "folder or task", "folders and tasks")} with ${counted(of.assets, "asset")}`
      : counted(of.assets, "asset");
  const verb = how === "archive" ? "archived" : "deleted for ever";
  return `In AYON **${inAyon}** will be ${verb}. In Ftrack **${inFtrack}** and all their versions will be deleted for ever.`;
}

function confirmForm(
  roots: readonly Root[],
  state: z.infer<typeof confirmState>,
  typed: string | null,
): FormAnswer {
  const { wanted: asked, attempts } = state;
  const again: readonly FormItem[] =
    typed === null
      ? []
      : [
          label(
            `**“${plain(typed)}” is not “${asked.how}”** (attempt ${attempts}). Nothing was deleted.`,
          ),
        ];
  return {
    kind: "form",
    title: TITLE,
    submitLabel: asked.how === "archive" ? "Archive" : "Delete",
    items: [
      ...again,
      label("**Selected:**"),
      named(roots),
      divider,
      label(warningOf(asked, state.counts)),
      textField("confirm", `Type “${asked.how}” to go on`),
    ],
    next: { step: "confirm", state },
  };
}

async function reachOf(
  ctx: ActionBase,
  { fullName }: FtrackProject,
  chosen: Pick<Wanted, "what">,
): Promise<Reach> {
  const name = projectName(fullName);
  return readReach(ctx, name, rootsOf(ctx), isDeep(chosen));
}

function confirming(ctx: ActionBase, reach: Reach, asked: Wanted): Answer {
  const of = countsOf(narrowed(reach, asked), asked);
  return confirmForm(
    rootsOf(ctx),
    { wanted: asked, counts: of, attempts: 0 },
    null,
  );
}

const gone = message(false, "The project is gone.");

export const deleteEntities = defineAction({
  identifier: "delete.ayon.entities",
  label: ADMIN_LABEL,
  variant: "- Delete Folders/Products",
  description:
    "Archive or delete folders or products in AYON, and delete them in Ftrack.",
  shown: "folders, shots and the like",
  settingsKey: "service_event_handlers.delete_ayon_entities",
  settings,
  offers: ({ items }) => items.some(isFolder),
  async start(ctx) {
    const { project, reference } = ctx;
    if (project === null) return gone;
    reference.refresh("ayon-project");
    const known = await reference.ayonProject(projectName(project.fullName));
    if (known?.name !== project.fullName || !known.active)
      return message(
        false,
        `AYON has no active project “${project.fullName}”; delete in Ftrack what is only there.`,
      );
    return firstForm(rootsOf(ctx));
  },
  steps: {
    what: step(z.null(), async (ctx, values): Promise<Answer> => {
      const { project } = ctx;
      if (project === null) return gone;
      const chosen = choice.safeParse({
        what: textIn(values, "entity_type"),
        how: textIn(values, "action_type"),
      });
      if (!chosen.success) return firstForm(rootsOf(ctx));
      const reach = await reachOf(ctx, project, chosen.data);
      if (chosen.data.what === "folders")
        return confirming(ctx, reach, { ...chosen.data, names: [] });
      const names = [...new Set(reach.products.map(({ name }) => name))];
      return names.length === 0
        ? message(true, "There are no products in AYON.")
        : productsForm(names.sort(), chosen.data);
    }),
    products: step(choice, async (ctx, values, chosen): Promise<Answer> => {
      const { project } = ctx;
      if (project === null) return gone;
      const names = [...choicesIn(values, "product_names")];
      if (names.length === 0) return message(true, "No product was chosen.");
      const reach = await reachOf(ctx, project, chosen);
      return confirming(ctx, reach, { ...chosen, names });
    }),
    confirm: step(confirmState, (ctx, values, state): Answer => {
      const { project } = ctx;
      if (project === null) return gone;
      const { wanted: asked } = state;
      const typed = textIn(values, "confirm");
      const roots = rootsOf(ctx);
      if (typed.toLowerCase() !== asked.how)
        return confirmForm(
          roots,
          { ...state, attempts: state.attempts + 1 },
          typed,
        );
      return {
        kind: "job",
        job: DELETE_JOB,
        key: keyFor(`${DELETE_JOB}-${asked.what}-${asked.how}`, [
          ...roots.map(({ id }) => id),
          ...asked.names,
        ]),
        data: {
          projectId: project.id,
          project: project.fullName,
          roots: roots.map(({ id, path }) => ({ id, path })),
          wanted: asked,
          confirmed: state.counts,
        },
        message:
          asked.how === "archive"
            ? "They are being archived; see your jobs."
            : "They are being deleted; see your jobs.",
      };
    }),
  },
  jobs: [deleteJob],
});
