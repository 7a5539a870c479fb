import type { Explain } from "../../core/action.ts";
import { explainData, explainResult } from "../../core/sync-jobs.ts";
import { explain } from "../../handlers/sync/explain.ts";
import type { JobHandler } from "../../queue/types.ts";
import { openProject, type OpeningDeps } from "./opening.ts";
import { projectContextFor, type SyncTools } from "./sync-run.ts";

/** Says why entities are not in AYON as they are in Ftrack: one answer for the terminal and for Ftrack. */
export function createExplain(deps: SyncTools & OpeningDeps): Explain {
  return async (projectId, entityIds, signal) => {
    const opening = await openProject(deps, projectId);
    if (opening.kind === "closed") return opening;
    const { project, settings } = opening;
    const ctx = projectContextFor(deps, project, signal);
    const entities = await explain(ctx, settings, entityIds);
    return explainResult.parse({ kind: "explained", entities });
  };
}

/** The same as a job, for whoever is no processor. */
export function createExplainJob(deps: SyncTools & OpeningDeps): JobHandler {
  const explainNow = createExplain(deps);
  return (data, job) => {
    const { projectId, entityIds } = explainData.parse(data);
    return explainNow(projectId, entityIds, job.signal);
  };
}
