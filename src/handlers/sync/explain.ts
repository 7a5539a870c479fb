import type { AyonOperation } from "../../core/change.ts";
import type { HandlerContext } from "../../core/handler.ts";
import type { FtrackId } from "../../core/ids.ts";
import { everything } from "./interest.ts";
import type { Dirty } from "./gather/dirty.ts";
import { gatherEvents } from "./gather/events.ts";
import type { SyncSettings } from "./settings.ts";

/** How one entity of Ftrack stands in AYON, and why. */
export interface Explanation {
  readonly ftrackId: FtrackId;
  readonly path: string;
  /** Path in AYON; null when it is not there. */
  readonly ayonPath: string | null;
  /** Sentences for people. */
  readonly lines: readonly string[];
}

function fieldsOf({ data }: AyonOperation): string {
  const { attrib, ...rest } = data;
  const attributes =
    typeof attrib === "object" && attrib !== null ? Object.keys(attrib) : [];
  return [...Object.keys(rest).filter((key) => key !== "data"), ...attributes]
    .sort()
    .join(", ");
}

/** Looks at these contexts as an event about them would make the sync do, and writes nothing. */
export async function explain(
  ctx: HandlerContext,
  settings: SyncSettings,
  ids: readonly FtrackId[],
): Promise<readonly Explanation[]> {
  const dirty: Dirty = {
    contexts: new Map(ids.map((id) => [id, everything])),
    project: null,
    versions: new Map(),
    addedLinks: [],
    removedLinks: [],
    lists: new Set(),
    hints: {
      ancestors: new Set(),
      siblingsOf: new Set(),
      descendantsOf: new Set(),
    },
    actors: [],
  };
  const { facts, made } = await gatherEvents(ctx, dirty, settings);
  const { decision, layout, tree } = made;
  const draftOf = new Map(layout.drafts.map((d) => [d.context.id, d]));
  return ids.map((id): Explanation => {
    const draft = draftOf.get(id);
    const node = draft?.node ?? null;
    const lines: string[] = [];
    if (facts.unreadable.has(id))
      lines.push("What Ftrack says about it was not understood.");
    else if (!facts.contexts.has(id))
      lines.push("The Ftrack project has no such folder or task (any more).");
    for (const skip of decision.skips) {
      if (skip.subject.ftrackId === id) lines.push(skip.detail);
    }
    const own = decision.issues.filter((i) => i.subject.ftrackId === id);
    for (const { detail, fix } of own) lines.push(`${detail} ${fix}`);
    for (const change of decision.changes) {
      if (change.kind !== "ayon.operation" || change.entityId !== draft?.ayonId)
        continue;
      lines.push(
        change.op === "create"
          ? "Nothing stands in its way: the next sync brings it."
          : `The next sync brings: ${fieldsOf(change)}.`,
      );
    }
    if (lines.length === 0) lines.push("It is in AYON as it is in Ftrack.");
    if (ctx.project.ftrack.autoSync !== true)
      lines.push("Auto-sync is switched off for the project.");
    return {
      ftrackId: id,
      path: tree.pathOf(id),
      ayonPath: node?.active === true ? node.path : null,
      lines,
    };
  });
}
