import {
  defineAction,
  message,
  type Answer,
  type ActionBase,
} from "../../../core/action.ts";
import {
  divider,
  heading,
  label,
  plain,
  type FormItem,
} from "../../../core/form.ts";
import type { FtrackId } from "../../../core/ids.ts";
import type { Outcome } from "../../../core/outcome.ts";
import type { ExplainResult } from "../../../core/sync-jobs.ts";
import { whyNotInAyon as settings } from "../../../settings/addon/actions.ts";

/** Explained at once; a longer form is not read. */
const MOST = 10;
const OUTCOMES = 5;

type Explained = Extract<ExplainResult, { kind: "explained" }>;

/** What is on record about one of them. */
interface Record {
  readonly waits: { readonly rule: string; readonly detail: string } | null;
  /** Newest first. */
  readonly outcomes: readonly Outcome[];
}

async function recordsOf(
  { records }: ActionBase,
  projectId: FtrackId,
  ids: readonly FtrackId[],
): Promise<ReadonlyMap<string, Record>> {
  const [quarantined, outcomes] = await Promise.all([
    records.quarantined(projectId, ids),
    Promise.all(ids.map((id) => records.outcomesOf(id, OUTCOMES))),
  ]);
  return new Map(
    ids.map((id, i) => [
      id,
      { waits: quarantined.get(id) ?? null, outcomes: outcomes[i] ?? [] },
    ]),
  );
}

function lineOf(outcome: Outcome): string {
  const when = new Date(outcome.at).toISOString().slice(0, 19);
  const why = [outcome.reason, outcome.detail].filter((w) => w !== null);
  return `- ${plain(`${when.replace("T", " ")} ${outcome.handler}: ${[outcome.kind, ...why].join(", ")}`)}`;
}

function itemsFor(
  { path, ayonPath, lines }: Explained["entities"][number],
  record: Record | undefined,
): readonly FormItem[] {
  const { waits = null, outcomes = [] } = record ?? {};
  return [
    heading(path),
    label(
      ayonPath === null
        ? "**Not in AYON.**"
        : `**In AYON:** ${plain(ayonPath)}`,
    ),
    ...lines.map((line) => label(plain(line))),
    ...(waits === null || lines.some((line) => line.includes(waits.rule))
      ? []
      : [
          label(
            `**Waits to be mended:** ${plain(`${waits.detail} (rule: ${waits.rule})`)}`,
          ),
        ]),
    label(
      outcomes.length === 0
        ? "No event about it is on record."
        : `**Last events:**\n${outcomes.map(lineOf).join("\n")}`,
    ),
  ];
}

export const whyNotInAyon = defineAction({
  identifier: "ayon.why.not.in.ayon",
  label: "Why is this not in AYON?",
  description: "What became of an entity on its way to AYON, and what to do.",
  shown: "folders, shots, tasks and versions",
  settingsKey: "service_event_handlers.why_not_in_ayon",
  settings,
  offers: ({ items }) =>
    items.some(({ kind }) => kind === "context" || kind === "version"),
  async start(ctx): Promise<Answer> {
    const { selection, project, signal } = ctx;
    if (project === null) return message(false, "The project is gone.");
    const asked = selection.items.filter(
      ({ kind, projectId }) =>
        (kind === "context" || kind === "version") && projectId === project.id,
    );
    const ids = asked.slice(0, MOST).map(({ id }) => id);
    if (ids.length === 0)
      return message(false, "Nothing of this project is selected.");
    const [result, records] = await Promise.all([
      ctx.explain(project.id, ids, signal),
      recordsOf(ctx, project.id, ids),
    ]);
    if (result.kind === "closed") return message(false, result.detail);
    const more = asked.length - ids.length;
    return {
      kind: "form",
      title: "Why is this not in AYON?",
      submitLabel: "Close",
      items: [
        ...result.entities.flatMap((one, i) => [
          ...(i === 0 ? [] : [divider]),
          ...itemsFor(one, records.get(one.ftrackId)),
        ]),
        ...(more === 0 ? [] : [label(`${more} more were selected.`)]),
      ],
      next: null,
    };
  },
});
