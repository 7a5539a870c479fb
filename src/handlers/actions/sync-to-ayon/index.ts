import {
  ADMIN_LABEL,
  defineAction,
  message,
  type Answer,
} from "../../../core/action.ts";
import { fullSyncOf } from "../../../core/full-sync.ts";
import { projectName } from "../../../core/ids.ts";
import { syncFromFtrack as settings } from "../../../settings/addon/actions.ts";
import { changesOnly, isOneProject, tally } from "../common.ts";

export const syncToAyon = defineAction({
  identifier: "sync.from.ftrack.to.ayon",
  label: ADMIN_LABEL,
  variant: "- Sync to AYON",
  description: "Bring the whole project over to AYON.",
  shown: "one project",
  settingsKey: "service_event_handlers.sync_from_ftrack",
  settings,
  offers: isOneProject,
  async start({ project, reference, user }): Promise<Answer> {
    if (project === null) return message(false, "The project is gone.");
    const { fullName } = project;
    reference.refresh("ayon-project");
    const ayon = await reference.ayonProject(projectName(fullName));
    if (ayon === null)
      return message(
        false,
        `AYON has no project “${fullName}”. Run “Prepare Project for AYON”, or create it there, and try again.`,
      );
    if (!ayon.active)
      return message(
        false,
        `The AYON project “${fullName}” is archived. Make it active there and try again.`,
      );
    return {
      kind: "write",
      decision: changesOnly([fullSyncOf(project, user.id)]),
      told: (results) => {
        const [result] = results;
        if (result?.error !== undefined || result?.status === "planned")
          return tally(results, "started", "synchronisation");
        return message(
          true,
          result?.status === "unchanged"
            ? `“${fullName}” is waiting for its synchronisation already, or it is under way.`
            : `“${fullName}” is being synchronised; see your jobs.`,
        );
      },
    };
  },
});
