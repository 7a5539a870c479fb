import { z } from "zod";
import {
  defineAction,
  defineJob,
  message,
  type Answer,
  type Selected,
  type Work,
  type WorkEnd,
} from "../../../core/action.ts";
import type { FtrackId } from "../../../core/ids.ts";
import { is, select } from "../../../core/query.ts";
import { countOf } from "../../../core/results.ts";
import { idField } from "../../../core/rows.ts";
import { sortReview as settings } from "../../../settings/addon/actions.ts";
import { counted, numberOrNull, tally, textOrEmpty } from "../common.ts";
import {
  endNaming,
  failuresIn,
  keyFor,
  missed,
  writeInParts,
} from "../parts.ts";
import { planOrder, type Reviewed } from "./plan.ts";

const JOB = "sort-review";

const jobData = z.object({
  reviews: z.array(z.object({ id: idField, name: z.string() })),
  unread: z.number(),
});

const named = z.object({ name: z.string() }).nullish().catch(null);

const reviewed = z
  .object({
    id: idField,
    name: textOrEmpty,
    version: textOrEmpty,
    sort_order: numberOrNull,
    asset_version: z.object({ task: named }).nullish().catch(null),
  })
  .transform((row): Reviewed => ({
    id: row.id,
    name: row.name,
    version: row.version,
    task: row.asset_version?.task?.name ?? null,
    order: row.sort_order,
  }));

async function sort(
  { id, name }: { readonly id: FtrackId; readonly name: string },
  work: Work,
): Promise<{ readonly told: string; readonly problems: readonly string[] }> {
  const [rows] = await work.ftrack.query(
    select({
      type: "ReviewSessionObject",
      fields: [
        "id",
        "name",
        "version",
        "sort_order",
        "asset_version.task.name",
      ],
      where: is("review_session_id", id),
      row: reviewed,
    }),
  );
  const changes = planOrder(rows, name);
  const results = await writeInParts(work, null, changes, name);
  const moved = countOf(results, "applied", "unchanged");
  const told =
    countOf(results, "planned") > 0
      ? tally(results, "moved", "version").message
      : changes.length === 0
        ? "nothing to move."
        : `${counted(moved, "version")} of ${rows.length} moved.`;
  return {
    told: `“${name}”: ${told}`,
    problems: failuresIn(changes, results),
  };
}

function isReview({ kind }: Selected): boolean {
  return kind === "review";
}

export const sortReview = defineAction({
  identifier: "ayon.client.review.sort.server",
  label: "Sort Review",
  description:
    "Sort the versions of a review session by name, task and version number.",
  shown: "review sessions",
  settingsKey: "service_event_handlers.sort_review",
  settings,
  offers: ({ items }) => items.every(isReview),
  start({ selection }): Answer {
    const reviews = selection.items
      .filter(isReview)
      .map(({ id, name }) => ({ id, name }));
    return {
      kind: "job",
      job: JOB,
      key: keyFor(
        JOB,
        reviews.map(({ id }) => id),
      ),
      data: { reviews, unread: selection.unreadable },
      message: `${counted(reviews.length, "review session")} to sort; see your jobs.`,
    };
  },
  jobs: [
    defineJob({
      kind: JOB,
      title: "Sort Review",
      data: jobData,
      async run({ reviews, unread }, work): Promise<WorkEnd> {
        const told: string[] = [];
        const problems = [...missed(unread)];
        for (const [index, review] of reviews.entries()) {
          work.progress(index, reviews.length, review.name);
          const end = await sort(review, work);
          told.push(end.told);
          problems.push(...end.problems);
        }
        return endNaming(message(true, told.join(" ")), problems);
      },
    }),
  ],
});
