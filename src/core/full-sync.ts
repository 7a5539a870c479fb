import type { JobStart } from "./change.ts";
import type { FtrackId } from "./ids.ts";

/** Kind of the job that brings a whole project over. */
export const FULL_SYNC_JOB = "full-sync";

/**
 * Starts it, once however many ask.
 *
 * @param userId - who is told how it went; null: nobody
 */
export function fullSyncOf(
  project: { readonly id: FtrackId; readonly fullName: string },
  userId: FtrackId | null,
): JobStart {
  return {
    kind: "job.start",
    id: FULL_SYNC_JOB,
    subject: { ftrackId: project.id, path: project.fullName, type: "Project" },
    job: FULL_SYNC_JOB,
    key: `${FULL_SYNC_JOB}-${project.id}`,
    data: { projectId: project.id, userId },
  };
}
