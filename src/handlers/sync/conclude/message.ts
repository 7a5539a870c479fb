import type { FtrackMessage, Subject } from "../../../core/change.ts";
import type { Issue } from "../../../core/decision.ts";
import type { FtrackId } from "../../../core/ids.ts";
import { reportItems } from "../../../core/issue-report.ts";

export { reportItems };

/** One pop-up for one user about everything that went wrong with their edits. */
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
      type: "widget",
      title: `Not everything came to AYON (${projectName})`,
      items: reportItems(issues),
    },
  };
}
