import { z } from "zod";
import {
  defineAction,
  defineJob,
  type Answer,
  type Work,
  type WorkEnd,
} from "../../../core/action.ts";
import type { FtrackCreate } from "../../../core/change.ts";
import { RejectedError } from "../../../core/errors.ts";
import { deriveFtrackId, type FtrackId } from "../../../core/ids.ts";
import { is, select } from "../../../core/query.ts";
import { idField } from "../../../core/rows.ts";
import { throwTransient } from "../../../core/results.ts";
import { cloneReviewSession as settings } from "../../../settings/addon/actions.ts";
import {
  changesOnly,
  counted,
  numberOrNull,
  rehearsal,
  textOrEmpty,
} from "../common.ts";
import { endNaming, failuresIn } from "../parts.ts";

const COPIED = ["description", "start_date", "end_date"] as const;

const session = z.object({
  id: idField,
  name: textOrEmpty,
  project_id: idField,
  description: textOrEmpty,
  start_date: textOrEmpty,
  end_date: textOrEmpty,
});
const invitee = z.object({
  id: idField,
  name: textOrEmpty,
  email: textOrEmpty,
});
const object = z.object({
  id: idField,
  name: textOrEmpty,
  description: textOrEmpty,
  version: textOrEmpty,
  version_id: idField,
  sort_order: numberOrNull,
});

const jobData = z.object({ reviewId: idField });

/** The clone as writes; their ids hang on the job, so that a second start makes no second clone. */
function cloneOf(
  jobId: string,
  from: z.infer<typeof session>,
  invitees: readonly z.infer<typeof invitee>[],
  objects: readonly z.infer<typeof object>[],
  userId: FtrackId | null,
): readonly FtrackCreate[] {
  const name = `Clone of ${from.name}`;
  const cloneId = deriveFtrackId(`clone ${jobId} ${from.id}`);
  const create = (
    entityType: string,
    id: FtrackId,
    path: string,
    data: Readonly<Record<string, unknown>>,
  ): FtrackCreate => ({
    kind: "ftrack.create",
    id,
    subject: { ftrackId: id, path, type: entityType },
    entityType,
    data: { id, ...data },
    ...(id === cloneId ? {} : { needs: [cloneId] }),
  });
  const inside = { review_session_id: cloneId };
  const copy = (
    entityType: string,
    row: { readonly id: FtrackId; readonly name: string },
    data: Readonly<Record<string, unknown>>,
  ): FtrackCreate =>
    create(entityType, deriveFtrackId(`${cloneId} ${row.id}`), row.name, {
      ...inside,
      name: row.name,
      ...data,
    });
  return [
    create("ReviewSession", cloneId, name, {
      name,
      project_id: from.project_id,
      ...(userId === null ? {} : { created_by_id: userId }),
      ...Object.fromEntries(
        COPIED.flatMap((key) => (from[key] === "" ? [] : [[key, from[key]]])),
      ),
    }),
    ...invitees.map((row) =>
      copy("ReviewSessionInvitee", row, { email: row.email }),
    ),
    ...objects.map((row) =>
      copy("ReviewSessionObject", row, {
        description: row.description,
        version: row.version,
        version_id: row.version_id,
        ...(row.sort_order === null ? {} : { sort_order: row.sort_order }),
      }),
    ),
  ];
}

async function clone(reviewId: FtrackId, work: Work): Promise<WorkEnd> {
  const ofReview = is("review_session_id", reviewId);
  const [[from], invitees, objects] = await work.ftrack.query(
    select({
      type: "ReviewSession",
      fields: ["id", "name", "project_id", ...COPIED],
      where: is("id", reviewId),
      row: session,
    }),
    select({
      type: "ReviewSessionInvitee",
      fields: ["id", "name", "email"],
      where: ofReview,
      row: invitee,
    }),
    select({
      type: "ReviewSessionObject",
      fields: [
        "id",
        "name",
        "description",
        "version",
        "version_id",
        "sort_order",
      ],
      where: ofReview,
      row: object,
    }),
  );
  if (from === undefined)
    throw new RejectedError("The review session is gone", {
      code: "E_FTRACK_NOT_FOUND",
      system: "ftrack",
      subject: { reviewId },
    });
  const changes = cloneOf(
    work.id,
    from,
    invitees,
    objects,
    work.user?.id ?? null,
  );
  work.progress(0, changes.length, from.name);
  const results = await work.apply(changesOnly(changes));
  throwTransient(results);
  const [ofSession] = results;
  if (ofSession?.error !== undefined)
    return {
      success: false,
      message: `“${from.name}” was not cloned: ${ofSession.error.message}`,
    };
  const missing = failuresIn(changes, results);
  const told =
    rehearsal(results) ??
    (missing.length > 0
      ? `“Clone of ${from.name}” is there, but not whole.`
      : `“Clone of ${from.name}” has ${counted(objects.length, "version")} and ${counted(invitees.length, "invitee")}.`);
  return endNaming({ success: true, message: told }, missing);
}

export const cloneReview = defineAction({
  identifier: "ayon.clone-review-session",
  label: "Clone Review Session (AYON)",
  description: "Copy a review session with its versions and invitees.",
  shown: "one review session",
  settingsKey: "service_event_handlers.clone_review_session",
  settings,
  offers: ({ items }) => items.length === 1 && items[0]?.kind === "review",
  start({ selection }): Answer {
    const [review] = selection.items;
    const reviewId = review?.id ?? "";
    return {
      kind: "job",
      job: "clone-review-session",
      key: `clone-review-${reviewId}`,
      data: { reviewId },
      message: `“${review?.name ?? ""}” is being cloned.`,
    };
  },
  jobs: [
    defineJob({
      kind: "clone-review-session",
      title: "Clone Review Session",
      data: jobData,
      run: ({ reviewId }, work) => clone(reviewId, work),
    }),
  ],
});
