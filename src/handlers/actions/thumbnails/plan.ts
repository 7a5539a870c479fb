import type { FtrackUpdate } from "../../../core/change.ts";
import type { FtrackId } from "../../../core/ids.ts";
import type { Picturable } from "../../../core/picturable.ts";

/** From a selected entity to those that are to get its thumbnail. */
export interface Push {
  readonly from: Picturable;
  readonly to: readonly Picturable[];
}

export interface ThumbnailPlan {
  readonly changes: readonly FtrackUpdate[];
  /** Entities that have the thumbnail already. */
  readonly same: number;
  /** What gets, or gives, none; in words. */
  readonly problems: readonly string[];
}

/**
 * Where two selected entities give a thumbnail to one, the later of the selection does.
 *
 * @param target - what a thumbnail goes to: "parent", "children"
 */
export function planThumbnails(
  pushes: readonly Push[],
  target: string,
): ThumbnailPlan {
  const giver = new Map<FtrackId, { from: Picturable; to: Picturable }>();
  const problems: string[] = [];
  for (const { from, to } of pushes) {
    if (to.length === 0) problems.push(`${from.path} has no ${target}.`);
    else if (from.thumbnailId === null)
      problems.push(`${from.path} has no thumbnail.`);
    else for (const one of to) giver.set(one.id, { from, to: one });
  }
  const pairs = [...giver.values()];
  const missing = pairs.filter(
    ({ from, to }) => to.thumbnailId !== from.thumbnailId,
  );
  return {
    changes: missing.map(({ from, to }) => ({
      kind: "ftrack.update",
      id: to.id,
      subject: { ftrackId: to.id, path: to.path, type: to.entityType },
      entityType: to.entityType,
      entityId: to.id,
      data: { thumbnail_id: from.thumbnailId },
    })),
    same: pairs.length - missing.length,
    problems,
  };
}
