import type { FtrackMessage } from "../../core/change.ts";
import type { Decision } from "../../core/decision.ts";
import { decideEqual, type EqualizeSettings } from "./equalize.ts";
import type { AttributeFacts } from "./facts.ts";

/** Tells those who made the edits, in one message each, which values could not be kept equal, and why. */
export function concludeEqual(
  facts: AttributeFacts,
  settings: EqualizeSettings,
): Decision {
  const { issues } = decideEqual(facts, settings);
  const { projectId, projectName, actors } = facts;
  const subject = { ftrackId: projectId, path: projectName, type: "Project" };
  const changes = actors.map((userId): FtrackMessage => ({
    kind: "ftrack.message",
    id: `report-${userId}`,
    subject,
    userId,
    content: {
      type: "report",
      title: `Attributes that are not equal (${projectName})`,
      issues,
    },
  }));
  return { changes: issues.length === 0 ? [] : changes, skips: [], issues: [] };
}
