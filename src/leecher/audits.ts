import { z } from "zod";
import { auditJob, type AuditReason } from "../core/audit.ts";
import { ftrackId } from "../core/ids.ts";
import type { Logger } from "../core/log.ts";
import type { Meter } from "../core/meter.ts";
import type { FtrackReads } from "../core/ports.ts";
import { is, select } from "../core/query.ts";
import type { Jobs } from "../queue/types.ts";

const project = z.object({ id: z.string() });

/**
 * Asks for an audit of the given projects, or of every active one that the service's user sees. Whether a
 * project is synchronised at all is for the processor to say.
 *
 * @throws UnavailableError when Ftrack or Redis is away; asking again is safe.
 */
export async function askForAudits(
  deps: {
    readonly reads: FtrackReads;
    readonly jobs: Pick<Jobs, "submit">;
    readonly log: Logger;
    readonly meter: Meter;
  },
  reason: AuditReason,
  only: readonly string[] | "all",
): Promise<number> {
  const ids = only === "all" ? await activeProjects(deps.reads) : only;
  for (const id of ids) await deps.jobs.submit(auditJob(ftrackId(id), reason));
  deps.log.warn(
    { reason, projects: ids.length, isAll: only === "all" },
    "asked for an audit of projects",
  );
  deps.meter.count("audits_requested_total", { reason }, ids.length);
  return ids.length;
}

async function activeProjects(reads: FtrackReads): Promise<readonly string[]> {
  const [projects] = await reads.query(
    select({
      type: "Project",
      fields: ["id"],
      row: project,
      where: is("status", "active"),
    }),
  );
  return projects.map(({ id }) => id);
}
