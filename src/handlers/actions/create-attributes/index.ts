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
import { label, plain, type FormItem } from "../../../core/form.ts";
import { countOf, throwTransient } from "../../../core/results.ts";
import { createUpdateAttributes as settings } from "../../../settings/addon/desktop.ts";
import { customAttributes } from "../../../settings/addon/custom-attributes.ts";
import { changesOnly, counted, rehearsal } from "../common.ts";
import { gatherDefinitions } from "./facts.ts";
import { planAttributes, type AttributePlan } from "./plan.ts";
import { ayonAttributes, mandatoryAttributes } from "./wanted.ts";

const JOB = "create-attributes";

type Reads = Pick<Work, "ftrack" | "ayon">;

/** @param raw - the setting `custom_attributes` */
async function wholePlan(reads: Reads, raw: unknown): Promise<AttributePlan> {
  const setting = customAttributes.parse(raw);
  const [facts, attributes] = await Promise.all([
    gatherDefinitions(reads.ftrack),
    reads.ayon.attributes(),
  ]);
  const { wanted, impossible } = ayonAttributes(setting, attributes);
  const plan = planAttributes(
    [...mandatoryAttributes(setting), ...wanted],
    facts,
  );
  return {
    ...plan,
    problems: [
      ...plan.problems,
      ...impossible.map(({ name, why }) => `${name}: ${why}`),
    ],
  };
}

async function write(plan: AttributePlan, work: Work): Promise<WorkEnd> {
  if (plan.changes.length > 0) {
    const results = await work.apply(changesOnly(plan.changes));
    throwTransient(results);
    work.reference.refresh("configurations");
    const failed = results.flatMap(({ error }) => error ?? []);
    if (failed.length > 0)
      return {
        success: false,
        message: `Ftrack refused ${counted(failed.length, "attribute")}: ${failed[0]?.message ?? ""} The user of the service needs the permission to manage custom attributes.`,
      };
    const made = countOf(results, "applied", "unchanged");
    const words =
      rehearsal(results) ??
      `${counted(plan.lines.length, "attribute")} written.`;
    return end(plan, words, made);
  }
  return end(plan, "Nothing to change.", 0);
}

function end(plan: AttributePlan, words: string, made: number): WorkEnd {
  const { problems, lines } = plan;
  const hint =
    problems.length === 0
      ? ""
      : ` ${counted(problems.length, "remark")}, see the file.`;
  return {
    success: problems.length === 0,
    message: `${words}${hint}`,
    ...(made + problems.length === 0
      ? {}
      : {
          file: {
            name: "custom-attributes.txt",
            text: [...lines, "", ...problems, ""].join("\n"),
          },
        }),
  };
}

/**
 * Makes sure of the attributes that the service itself needs. For other actions.
 *
 * @param raw - the setting `custom_attributes`
 */
export async function ensureMandatory(
  work: Work,
  raw: unknown,
): Promise<WorkEnd> {
  const setting = customAttributes.parse(raw);
  const facts = await gatherDefinitions(work.ftrack);
  return write(planAttributes(mandatoryAttributes(setting), facts), work);
}

function bullets(lines: readonly string[]): FormItem {
  return label(lines.map((line) => `- ${plain(line)}`).join("\n"));
}

export const createAttributes = defineAction({
  identifier: "ayon.create.update.attributes.server",
  label: ADMIN_LABEL,
  variant: "- Create/Update Custom Attributes",
  description:
    "Make the custom attributes that AYON needs, and those of AYON attributes chosen in the settings.",
  shown: "anything",
  settingsKey: "user_handlers.create_update_attributes",
  settings,
  offers: () => true,
  async start(ctx): Promise<Answer> {
    const plan = await wholePlan(ctx, ctx.setting("custom_attributes"));
    if (plan.changes.length === 0 && plan.problems.length === 0)
      return message(true, "All custom attributes are as they should be.");
    const remarks: FormItem[] =
      plan.problems.length === 0
        ? []
        : [label("**Left as it is:**"), bullets(plan.problems)];
    if (plan.changes.length === 0)
      return {
        kind: "form",
        title: "Create/Update Custom Attributes",
        items: [label("There is nothing to create or change."), ...remarks],
        next: null,
      };
    return {
      kind: "form",
      title: "Create/Update Custom Attributes",
      submitLabel: "Write them",
      items: [label("**To be written:**"), bullets(plan.lines), ...remarks],
      next: { step: "write", state: null },
    };
  },
  steps: {
    write: step(z.null(), (): Answer => ({
      kind: "job",
      job: JOB,
      key: JOB,
      data: {},
      message: "The custom attributes are being written; see your jobs.",
    })),
  },
  jobs: [
    defineJob({
      kind: JOB,
      title: "Create/Update Custom Attributes",
      data: z.object({}),
      run: async (_data, work) =>
        write(
          await wholePlan(work, await work.setting(null, "custom_attributes")),
          work,
        ),
    }),
  ],
});
