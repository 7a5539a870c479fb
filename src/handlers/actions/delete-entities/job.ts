import { z } from "zod";
import { defineJob, type Work, type WorkEnd } from "../../../core/action.ts";
import type { Change, ChangeResult } from "../../../core/change.ts";
import { projectName } from "../../../core/ids.ts";
import { idField } from "../../../core/rows.ts";
import { tally } from "../common.ts";
import { failuresIn, writeInParts } from "../parts.ts";
import { left, planAyon, planFtrack } from "./plan.ts";
import { isTask, linkOf, readReach, type Reach } from "./reach.ts";
import {
  counts,
  countsOf,
  hasGrown,
  isDeep,
  narrowed,
  wanted,
} from "./wanted.ts";

export const DELETE_JOB = "delete-entities";

const jobData = z.object({
  projectId: idField,
  project: z.string(),
  roots: z.array(z.object({ id: idField, path: z.string() })),
  wanted,
  confirmed: counts,
});

/** What became of each: a line of the report. */
function linesOf(
  changes: readonly Change[],
  results: readonly ChangeResult[],
  word: string,
): readonly string[] {
  const made = new Set(
    results
      .filter(({ status }) => status === "applied" || status === "unchanged")
      .map(({ changeId }) => changeId),
  );
  return changes
    .filter(({ id }) => made.has(id))
    .map(({ subject }) => `${word} ${subject.type} ${subject.path}`);
}

function notInAyon({ contexts, folders }: Reach): readonly string[] {
  const linked = new Set(folders.map(linkOf));
  return contexts
    .filter((one) => !isTask(one) && !linked.has(one.id))
    .map(({ path }) => `not in AYON: ${path}`);
}

async function remove(
  {
    projectId,
    project,
    roots,
    wanted: asked,
    confirmed,
  }: z.infer<typeof jobData>,
  work: Work,
): Promise<WorkEnd> {
  const name = projectName(project);
  work.progress(0, 1, "reading");
  const all = await readReach(work, name, roots, isDeep(asked));
  const reach = narrowed(all, asked);
  // Once it has begun there is less with every start.
  if (work.saved === null && hasGrown(countsOf(reach, asked), confirmed))
    return {
      success: false,
      message:
        "There is more than when it was confirmed. Nothing was deleted; start the action again.",
    };
  await work.save("begun");
  const plan = planAyon(name, reach, asked);
  const inAyon = await writeInParts(work, projectId, plan.changes, "in AYON");
  const stay = left(reach, plan, inAyon);
  const deletions = planFtrack(reach, asked, stay);
  const inFtrack = await writeInParts(
    ...([work, projectId, deletions, "in Ftrack"] as const),
  );

  const done = asked.how === "archive" ? "archived" : "deleted";
  const told = [
    tally(inAyon, `${done} in AYON`, "entity", "entities"),
    tally(inFtrack, "deleted in Ftrack", "entity", "entities"),
  ];
  const shelters = reach.folders
    .filter(({ id }) => plan.kept.has(id))
    .map(
      ({ path }) =>
        `${path} stays: something in it belongs to what lies elsewhere in Ftrack.`,
    );
  const problems = [
    ...shelters,
    ...failuresIn(plan.changes, inAyon),
    ...failuresIn(deletions, inFtrack),
  ];
  const report = [
    ...problems.map((line) => `PROBLEM ${line}`),
    ...linesOf(plan.changes, inAyon, `${done} in AYON:`),
    ...linesOf(deletions, inFtrack, "deleted in Ftrack:"),
    ...(asked.what === "folders" ? notInAyon(all) : []),
  ];
  return {
    success: problems.length === 0 && told.every(({ success }) => success),
    message: [...told.map((t) => t.message), ...shelters.slice(0, 3)].join(" "),
    file: { name: "deleted.txt", text: `${report.join("\n")}\n` },
  };
}

export const deleteJob = defineJob({
  kind: DELETE_JOB,
  title: "Delete Folders/Products",
  data: jobData,
  run: remove,
});
