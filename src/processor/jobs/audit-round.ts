import { z } from "zod";
import { AUDIT_ROUND_JOB } from "../../core/audit.ts";
import { retryOf, toError } from "../../core/errors.ts";
import type { StudioContext } from "../../core/handler.ts";
import type { FtrackId } from "../../core/ids.ts";
import { chunk, is, select } from "../../core/query.ts";
import { idField, valuesOf } from "../../core/rows.ts";
import type { JobHandler } from "../../queue/types.ts";
import type { Chore } from "../actions/schedule.ts";
import type { SyncTools } from "./sync-run.ts";

const DAYS = [0, 1, 2, 3, 4, 5, 6];
const IDS = 500;

/**
 * What comes due while no processor runs is let go: after such a time the leecher asks for the audits that the
 * time calls for.
 */
export const nightlyAudit: Chore = {
  job: AUDIT_ROUND_JOB,
  when(studio) {
    const settings = studio.read("sync");
    if (!settings.nightly_audit) return null;
    const parts = settings.nightly_audit_time.split(":").map(Number);
    const [hour = 0, minute = 0, second = 0] = parts;
    return { hour, minute, second, days: DAYS };
  },
  data: () => ({}),
  isMadeUpFor: false,
};

/** Active projects with auto-sync, in the order of their ids. */
async function autoSynced({
  ftrack,
  reference,
}: StudioContext): Promise<FtrackId[]> {
  const definition = (await reference.configurations()).find(
    (c) => c.entityType === "show" && c.key === "auto_sync_enabled",
  );
  if (definition === undefined) return [];
  const [projects] = await ftrack.query(
    select({
      type: "Project",
      fields: ["id"],
      where: is("status", "active"),
      row: z.object({ id: idField }),
    }),
  );
  const ids = projects.map(({ id }) => id).sort();
  const rows = await ftrack.query(
    ...chunk(ids, IDS).map((part) => valuesOf(part, [definition.id])),
  );
  const own = new Map(rows.flat().map((row) => [row.entityId, row.value]));
  return ids.filter((id) =>
    own.has(id) ? own.get(id) === true : definition.default === true,
  );
}

const progress = z.object({ done: z.array(z.string()) });

/**
 * Audits all projects with auto-sync, one after the other; a round that is interrupted goes on where it was. A
 * project that fails does not keep the others from their turn.
 *
 * @throws what a project failed with for a passing reason: then the round is started again, for those alone.
 */
export function createAuditRound(
  deps: Pick<SyncTools, "contextFor" | "log" | "now">,
  audit: JobHandler,
): JobHandler {
  const { log, now } = deps;
  return async (_, job) => {
    const { signal } = job;
    const ctx = deps.contextFor({ signal, log, now: new Date(now()) });
    ctx.reference.refresh("configurations");
    const done = new Set(progress.safeParse(job.previous).data?.done);
    const failed: { projectId: string; error: string }[] = [];
    let passing: Error | null = null;
    for (const projectId of await autoSynced(ctx)) {
      if (done.has(projectId)) continue;
      try {
        await audit(
          { projectId, userId: null },
          { ...job, previous: null, report: () => Promise.resolve() },
        );
      } catch (thrown) {
        signal.throwIfAborted();
        const error = toError(thrown);
        log.error({ projectId, err: error }, "an audit failed");
        if (retryOf(error) !== "never") {
          passing = error;
          continue;
        }
        failed.push({ projectId, error: error.message });
      }
      done.add(projectId);
      await job.report({ done: [...done] });
    }
    if (passing !== null) throw passing;
    return { kind: "done", projects: done.size, failed };
  };
}
