/** A plan of the sync as a form in Ftrack: what would be written, and the choice to have it done. */
import { z } from "zod";
import {
  choiceOf,
  divider,
  heading,
  label,
  plain,
  type FormItem,
} from "./form.ts";
import { idField, idOrNull } from "./rows.ts";
import type { PlanRow, SyncPlan } from "./sync-plan.ts";

/** The action that shows plans; its forms come back to it. */
export const PREVIEW_ACTION = "ayon.preview.sync";
/** Its step that gets a plan's form. */
export const PLAN_STEP = "decide";
/** The field that says what is to be done, and its values. */
export const THEN = { field: "then", apply: "apply", again: "again" } as const;

/** What the step must know of the plan. */
export const planState = z.object({
  projectId: idField,
  subtreeId: idOrNull,
  fingerprint: z.string(),
});

/** A plan's form as it is kept for whoever asks again. */
export const keptForm = z.object({
  kind: z.literal("form"),
  title: z.string(),
  items: z.array(z.looseObject({ type: z.string() })),
  submitLabel: z.string(),
  next: z
    .object({
      step: z.string(),
      state: z.object({
        projectId: z.string(),
        subtreeId: z.string().nullable(),
        fingerprint: z.string(),
      }),
    })
    .nullable(),
});
export type PlanForm = z.infer<typeof keptForm>;

/** Nobody reads more in a pop-up; the whole plan is attached to the job. */
const LINES = 60;
const LINES_OF_ONE_SORT = 15;
/** What is noted in Ftrack repeats what is written in AYON. */
const NOTES = 5;
const ISSUES = 20;
const SEVERITIES = ["error", "warning", "info"] as const;

function nameOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** "rename sq010/sh010 to sh011": the change of one row. */
function lineOf({ action, path, before, after }: PlanRow): string {
  const from = nameOf(before["name"]);
  const to = nameOf(after["name"]);
  if (action === "rename" && to !== "")
    return `rename ${path}${from === "" ? "" : ` from ${from}`} to ${to}`;
  if (action !== "update") return `${action} ${path}`;
  const { attrib, ...rest } = after;
  const attributes =
    typeof attrib === "object" && attrib !== null ? Object.keys(attrib) : [];
  const fields = [...Object.keys(rest), ...attributes].filter(
    (key) => key !== "data",
  );
  return `update ${path}${fields.length === 0 ? "" : `: ${fields.join(", ")}`}`;
}

function more(hidden: number): readonly FormItem[] {
  return hidden > 0 ? [label(`… and ${hidden} more`)] : [];
}

function groupsOf(rows: readonly PlanRow[]): readonly (readonly PlanRow[])[] {
  const groups = new Map<string, PlanRow[]>();
  for (const row of rows) {
    const key = `${row.side} ${row.action}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()];
}

/** Counts by kind, changes by sort, and what the rules say; of bounded length. */
export function planItems({
  summary,
  rows,
  issues,
}: SyncPlan): readonly FormItem[] {
  const items: FormItem[] = [
    label(summary.map((line) => `**${plain(line)}**`).join("\n\n")),
  ];
  let left = LINES;
  for (const group of groupsOf(rows)) {
    const [first] = group;
    if (first === undefined) continue;
    const limit = first.side === "ayon" ? LINES_OF_ONE_SORT : NOTES;
    const shown = group.slice(0, Math.min(limit, left));
    left -= shown.length;
    const where = first.side === "ayon" ? "In AYON" : "In Ftrack";
    items.push(
      divider,
      label(`**${where}, ${first.action}: ${group.length}**`),
      ...shown.map((row) => label(plain(lineOf(row)))),
      ...more(group.length - shown.length),
    );
  }
  if (issues.length > 0) {
    const worstFirst = SEVERITIES.flatMap((severity) =>
      issues.filter((issue) => issue.severity === severity),
    );
    items.push(
      divider,
      label(`**Remarks: ${issues.length}**`),
      ...worstFirst
        .slice(0, ISSUES)
        .map(({ rule, path, detail, fix }) =>
          label(
            `**${plain(rule)}** ${plain(path)}: ${plain(detail)} ${plain(fix)}`,
          ),
        ),
      ...more(issues.length - ISSUES),
    );
  }
  return items;
}

/**
 * @param about - path of what the plan is limited to, or the name of the project
 */
export function planForm(plan: SyncPlan, about: string): PlanForm {
  const { project, subtreeId, fingerprint, rows } = plan;
  const items: FormItem[] = [heading(about), ...planItems(plan)];
  const title = `Preview of the sync to AYON (${project.name})`;
  if (rows.length === 0)
    return { kind: "form", title, items, submitLabel: "Close", next: null };
  const question: readonly FormItem[] = [
    divider,
    label("Nothing was written so far. The whole plan is attached to the job."),
    choiceOf(
      THEN.field,
      "What now?",
      [
        { label: "Write exactly this", value: THEN.apply },
        { label: "Look again", value: THEN.again },
      ],
      THEN.apply,
    ),
  ];
  return {
    kind: "form",
    title,
    submitLabel: "Go on",
    items: [...items, ...question],
    next: {
      step: PLAN_STEP,
      state: { projectId: project.id, subtreeId, fingerprint },
    },
  };
}
