/** A full sync of a world's project, as an action or the terminal starts it. */
import { expect } from "vitest";
import { z } from "zod";
import { fullSyncJob, fullSyncResult } from "../../../src/core/sync-jobs.ts";
import type { World } from "../world.ts";

const report = z.object({
  issues: z.array(
    z.object({
      rule: z.string(),
      subject: z.object({ ftrackId: z.string().nullable(), path: z.string() }),
      detail: z.string(),
    }),
  ),
});

/** What a report says of one entity. */
export interface Told {
  readonly rule: string;
  readonly ftrackId: string | null;
  readonly path: string;
  readonly detail: string;
}

/** Syncs the whole project; nothing of it may fail. Gives what its report says. */
export async function fullSync(world: World): Promise<readonly Told[]> {
  const request = fullSyncJob({ projectId: world.projectId, userId: null });
  const { id } = await world.jobs.submit(request);
  await world.settled();
  const result = fullSyncResult.parse((await world.jobs.get(id))?.result);
  expect(result).toMatchObject({ kind: "done", failed: 0 });
  const stored = await world.reports.latest(world.projectId);
  const { issues } = report.parse(stored?.report);
  return issues.map(({ rule, subject, detail }) => ({
    ...subject,
    rule,
    detail,
  }));
}
