import type { AyonChange } from "../../core/ayon-event.ts";
import type { Change, Subject } from "../../core/change.ts";
import type { Decision, Skip } from "../../core/decision.ts";
import { decideAssignees } from "./assignees.ts";
import type {
  Source,
  Target,
  TransmitterFacts,
  TransmitterSettings,
} from "./facts.ts";
import { decideStatus } from "./statuses.ts";

const TYPES = { folder: "Folder", task: "Task", version: "AssetVersion" };

/** Events of one field of one entity count as one: what stands in AYON now is what matters. */
function byField(
  changes: readonly AyonChange[],
): readonly (readonly [AyonChange, ...AyonChange[]])[] {
  const groups = new Map<string, [AyonChange, ...AyonChange[]]>();
  for (const change of changes) {
    const key = `${change.entityId} ${change.field}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [change]);
    else group.push(change);
  }
  return [...groups.values()];
}

function subjectOf(
  { entityId, entityType }: AyonChange,
  source: Source | undefined,
  target: Target | undefined,
): Subject {
  return {
    ftrackId: target?.id ?? source?.ftrackId ?? null,
    path: target?.path ?? source?.path ?? entityId,
    type: target?.entityType ?? TYPES[entityType],
    ayonId: entityId,
  };
}

/**
 * Brings to Ftrack what people changed in AYON: statuses by name, and assignments. Written is what stands in AYON
 * now, where it differs; so an event that comes twice or late changes nothing.
 */
export function decideTransmission(
  facts: TransmitterFacts,
  settings: TransmitterSettings,
): Decision {
  const changes: Change[] = [];
  const skips: Skip[] = [];
  for (const group of byField(facts.changes)) {
    const [first] = group;
    const source = facts.sources.get(first.entityId);
    const target =
      source?.ftrackId == null ? undefined : facts.targets.get(source.ftrackId);
    const subject = subjectOf(first, source, target);
    const skip = (reason: Skip["reason"], detail: string): void => {
      skips.push({ subject, reason, detail });
    };
    const isWanted =
      first.field === "status" ? settings.statuses : settings.assignees;
    if (!isWanted)
      skip("switched-off", `The settings leave out the ${first.field}.`);
    else if (source === undefined) skip("entity-gone", "It is gone from AYON.");
    else if (source.ftrackId === null)
      skip("not-linked", "Its counterpart in Ftrack is not known.");
    else if (target === undefined)
      skip("entity-gone", "Its counterpart is gone from Ftrack.");
    else {
      const verdicts =
        first.field === "status"
          ? [decideStatus(source, target, subject, facts)]
          : decideAssignees(source, target, subject, group, facts);
      for (const verdict of verdicts) {
        if ("kind" in verdict) changes.push(verdict);
        else skips.push(verdict);
      }
    }
  }
  return { changes, skips, issues: [] };
}
