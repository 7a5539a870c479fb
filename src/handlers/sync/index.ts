import { auditOf } from "../../core/audit.ts";
import type { JobStart } from "../../core/change.ts";
import type { Decision, Skip } from "../../core/decision.ts";
import { nothing } from "../../core/decision.ts";
import type { FtrackEvent } from "../../core/event.ts";
import { defineHandler, type HandlerContext } from "../../core/handler.ts";
import { fullSyncOf } from "../../core/full-sync.ts";
import { ftrackId } from "../../core/ids.ts";
import type { FtrackProject } from "../../core/reference.ts";
import { atOnce } from "../../core/steps.ts";
import { conclude } from "./conclude/index.ts";
import { dirtyOf, wants, withoutUnused } from "./gather/dirty.ts";
import { withoutEchoes } from "./gather/echoes.ts";
import { gatherEvents } from "./gather/events.ts";
import { concerns } from "./interest.ts";
import type { Planned } from "./planned.ts";
import {
  SYNC_SETTINGS_PARTS,
  syncSettings,
  type SyncSettings,
} from "./settings.ts";

/** What came of looking at the events. */
type Gathered =
  | { readonly kind: "nothing"; readonly skips: readonly Skip[] }
  /** Auto-sync was switched on: the whole project comes over, these events with it. */
  | {
      readonly kind: "start";
      readonly project: FtrackProject;
      readonly startedBy: string | null;
    }
  | ({
      readonly kind: "planned";
      /** What is found out about by looking at more than the events name. */
      readonly starts: readonly JobStart[];
    } & Planned);

function skipped(
  events: readonly FtrackEvent[],
  reason: Skip["reason"],
  detail: string,
): Gathered {
  const ids = new Map(
    events.flatMap((event) =>
      event.entities.map((entity) => [entity.entityId, entity] as const),
    ),
  );
  return {
    kind: "nothing",
    skips: [...ids].map(([id, entity]) => ({
      subject: { ftrackId: id, path: id, type: entity.objectType },
      reason,
      detail,
    })),
  };
}

async function gather(
  events: readonly FtrackEvent[],
  settings: SyncSettings,
  ctx: HandlerContext,
): Promise<Gathered> {
  const heard = await withoutEchoes(events, ctx);
  if (!heard.some(wants))
    return skipped(events, "own-write", "It came from AYON.");
  const dirty = withoutUnused(dirtyOf(heard), settings);
  // Where an event only says "look again", the switch may have been turned, or something else, or nothing.
  const isUnclear = dirty.project?.all === true;
  const hasSwitched =
    dirty.project !== null &&
    !isUnclear &&
    concerns(dirty.project, "auto_sync_enabled");
  if (ctx.project.ftrack.autoSync !== true)
    return skipped(
      events,
      "switched-off",
      "Auto-sync is switched off for the project.",
    );
  if (hasSwitched)
    return {
      kind: "start",
      project: ctx.project.ftrack,
      startedBy: dirty.actors[0] ?? null,
    };
  const isEmpty =
    dirty.contexts.size === 0 &&
    dirty.project === null &&
    dirty.versions.size === 0 &&
    dirty.lists.size === 0 &&
    dirty.addedLinks.length === 0 &&
    dirty.removedLinks.length === 0;
  if (isEmpty)
    return skipped(
      events,
      "ignored-by-rule",
      "Nothing of it is brought over by the settings.",
    );
  return {
    kind: "planned",
    starts: isUnclear ? [auditOf(ctx.project.ftrack, "project-unclear")] : [],
    ...(await gatherEvents(ctx, dirty, settings)),
  };
}

function startFullSync(
  project: FtrackProject,
  startedBy: string | null,
): Decision {
  const userId = startedBy === null ? null : ftrackId(startedBy);
  return { ...nothing, changes: [fullSyncOf(project, userId)] };
}

function withStarts(decision: Decision, starts: readonly JobStart[]): Decision {
  if (starts.length === 0) return decision;
  return { ...decision, changes: [...decision.changes, ...starts] };
}

/** Ftrack → AYON, event by event or rather burst by burst. */
export const syncHandler = defineHandler<SyncSettings, Gathered>({
  name: "sync",
  keepsQuarantine: true,
  title: "Synchronisation",
  topics: ["ftrack.update"],
  settingsKey: null,
  settingsParts: SYNC_SETTINGS_PARTS,
  settings: syncSettings,
  wants,
  gather,
  decide(gathered) {
    switch (gathered.kind) {
      case "nothing":
        return { ...nothing, skips: gathered.skips };
      case "start":
        return startFullSync(gathered.project, gathered.startedBy);
      case "planned":
        return withStarts(gathered.made.decision, gathered.starts);
    }
  },
  conclude(gathered, settings, results) {
    if (gathered.kind !== "planned") return nothing;
    const { facts, made } = gathered;
    return atOnce(conclude(facts, settings, made, results));
  },
});
