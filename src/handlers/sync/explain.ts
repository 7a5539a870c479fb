import { z } from "zod";
import type { AyonOperation } from "../../core/change.ts";
import type { HandlerContext } from "../../core/handler.ts";
import type { FtrackId } from "../../core/ids.ts";
import { inList, select } from "../../core/query.ts";
import { idField, linkField, pathOf } from "../../core/rows.ts";
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

const versionRow = z.object({ id: idField, link: linkField });

/** Versions are not brought over: AYON makes them, and they are linked. */
async function explainVersions(
  { ftrack, ayon, project }: HandlerContext,
  ids: readonly FtrackId[],
): Promise<ReadonlyMap<FtrackId, Explanation>> {
  if (ids.length === 0) return new Map();
  const [[rows], { versions }] = await Promise.all([
    ftrack.query(
      select({
        type: "AssetVersion",
        fields: ["id", "link"],
        where: inList("id", ids),
        row: versionRow,
      }),
    ),
    ayon.select(project.ayonName, { versions: [{ ftrackIds: ids }] }),
  ]);
  return new Map(
    rows.map(({ id, link }) => {
      const there = versions.find((one) => one.own["ftrackId"] === id);
      const line =
        there === undefined
          ? "Versions come to AYON when they are published with it; they are not copied from Ftrack."
          : `It is in AYON, as version ${there.version}${there.active ? "" : ", which is not active there"}.`;
      const explanation: Explanation = {
        ...{ ftrackId: id, path: pathOf(link), lines: [line] },
        ayonPath: there?.active === true ? `version ${there.version}` : null,
      };
      return [id, explanation] as const;
    }),
  );
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
  const versions = await explainVersions(
    ctx,
    ids.filter((id) => !facts.contexts.has(id) && !facts.unreadable.has(id)),
  );
  return ids.map((id): Explanation => {
    const version = versions.get(id);
    if (version !== undefined) return version;
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
    for (const { rule, detail, fix } of own)
      lines.push(`${detail} ${fix} (rule: ${rule})`);
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
