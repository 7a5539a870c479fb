import type { FtrackMessage, Subject } from "../../../core/change.ts";
import type { Issue } from "../../../core/decision.ts";
import type { FtrackId } from "../../../core/ids.ts";

/** For one user, about everything that went wrong with their edits. */
export function reportMessage(
  userId: FtrackId,
  projectName: string,
  subject: Subject,
  issues: readonly Issue[],
): FtrackMessage {
  return {
    kind: "ftrack.message",
    id: `report-${userId}`,
    subject,
    userId,
    content: {
      type: "report",
      title: `Not everything came to AYON (${projectName})`,
      issues,
    },
  };
}
