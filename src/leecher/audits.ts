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
 * Asks for an audit of every active project that the service's user sees. Whether a project is synchronised
 * at all is for the processor to say.
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
): Promise<number> {
  const [projects] = await deps.reads.query(
    select({
      type: "Project",
      fields: ["id"],
      row: project,
      where: is("status", "active"),
    }),
  );
  for (const { id } of projects)
    await deps.jobs.submit(auditJob(ftrackId(id), reason));
  deps.log.warn(
    { reason, projects: projects.length },
    "asked for an audit of all projects",
  );
  deps.meter.count("audits_requested_total", { reason }, projects.length);
  return projects.length;
}
