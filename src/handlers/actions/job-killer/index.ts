import { z } from "zod";
import {
  ADMIN_LABEL,
  defineAction,
  message,
  step,
  type Answer,
} from "../../../core/action.ts";
import type { FtrackUpdate } from "../../../core/change.ts";
import { checkBox, flagIn, label } from "../../../core/form.ts";
import type { FtrackId } from "../../../core/ids.ts";
import type { FtrackReads } from "../../../core/ports.ts";
import { and, inList, select, type Condition } from "../../../core/query.ts";
import { idField } from "../../../core/rows.ts";
import { jobKiller as settings } from "../../../settings/addon/desktop.ts";
import { changesOnly, tally, textOrEmpty } from "../common.ts";

/** A form with more lines is of no use to anybody. */
const MOST = 100;

interface OpenJob {
  readonly id: FtrackId;
  readonly status: string;
  readonly description: string;
  readonly username: string;
  readonly createdAt: string;
}

const described = z.looseObject({ description: z.string() });

/** Jobs hold their text in JSON; those of others may hold anything. */
function descriptionOf(data: string): string {
  try {
    const parsed = described.safeParse(JSON.parse(data));
    return parsed.success ? parsed.data.description : "No description";
  } catch {
    // No JSON: some tools write the text itself.
    return data.trim() === "" ? "No description" : data;
  }
}

const openJob = z
  .object({
    id: idField,
    status: textOrEmpty,
    data: textOrEmpty,
    created_at: textOrEmpty,
    user: z.looseObject({ username: textOrEmpty }).nullish(),
  })
  .transform((row): OpenJob => ({
    id: row.id,
    status: row.status,
    description: descriptionOf(row.data),
    username: row.user?.username ?? "",
    createdAt: row.created_at,
  }));

async function openJobs(
  ftrack: FtrackReads,
  ...also: readonly Condition[]
): Promise<readonly OpenJob[]> {
  const [rows] = await ftrack.query(
    select({
      type: "Job",
      fields: ["id", "status", "data", "created_at", "user.username"],
      where: and(inList("status", ["queued", "running"]), ...also),
      orderBy: "created_at",
      descending: true,
      limit: MOST,
      row: openJob,
    }),
  );
  return rows;
}

function failed(job: OpenJob): FtrackUpdate {
  return {
    kind: "ftrack.update",
    id: job.id,
    subject: { ftrackId: job.id, path: job.description, type: "Job" },
    entityType: "Job",
    entityId: job.id,
    data: { status: "failed" },
    // One that ends at this moment keeps its own end.
    expects: { status: job.status },
  };
}

function line(job: OpenJob): string {
  const when = job.createdAt.slice(0, 16).replace("T", " ");
  return [job.description, job.username, when, job.status]
    .filter((part) => part !== "")
    .join(" · ");
}

export const jobKiller = defineAction({
  identifier: "ayon.job.killer.server",
  label: ADMIN_LABEL,
  variant: "- Job Killer",
  description: "End jobs that hang: they are marked as failed.",
  shown: "anything",
  settingsKey: "user_handlers.job_killer",
  settings,
  offers: () => true,
  async start({ ftrack }): Promise<Answer> {
    const jobs = await openJobs(ftrack);
    if (jobs.length === 0) return message(true, "No job is queued or running.");
    const most = jobs.length < MOST ? "" : ` The newest ${MOST} are shown.`;
    return {
      kind: "form",
      title: "Job Killer",
      submitLabel: "End them",
      items: [
        label(
          `Ticked jobs are marked as failed. Long work of this service stops then.${most}`,
        ),
        ...jobs.map((job) => checkBox(job.id, line(job), false)),
      ],
      next: { step: "kill", state: jobs.map((job) => job.id) },
    };
  },
  steps: {
    kill: step(z.array(z.string()), async ({ ftrack }, values, shown) => {
      const ticked = shown.filter((id) => flagIn(values, id));
      if (ticked.length === 0) return message(true, "No job was ticked.");
      const jobs = await openJobs(ftrack, inList("id", ticked));
      if (jobs.length === 0)
        return message(true, "These jobs have ended by themselves.");
      return {
        kind: "write",
        decision: changesOnly(jobs.map(failed)),
        told: (results) => tally(results, "ended", "job"),
      };
    }),
  },
});
