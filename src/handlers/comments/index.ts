import { defineHandler, type Handler } from "../../core/handler.ts";
import { slices } from "../../settings/addon.ts";
import { concludeComments, decideComments } from "./decide.ts";
import { gatherComments, isNote } from "./gather.ts";

export const syncComments: Handler = defineHandler({
  name: "sync-comments",
  title: "Sync comments to AYON",
  topics: ["ftrack.update"],
  settingsKey: "service_event_handlers.sync_comments",
  settings: slices["service_event_handlers.sync_comments"],
  roles: (settings) => settings.event_role_list,
  wants: (event) => event.entities.some(isNote),
  gather: (events, _settings, ctx) => gatherComments(events, ctx),
  decide: decideComments,
  conclude: (facts, _settings, results) => concludeComments(facts, results),
});
