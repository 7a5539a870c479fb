import { defineHandler, type Handler } from "../../core/handler.ts";
import { slices } from "../../settings/addon.ts";
import { concludeEqual } from "./conclude.ts";
import { decideEqual } from "./equalize.ts";
import { mayConcernAttributes } from "./events.ts";
import { gatherAttributes } from "./gather.ts";

export const equalAttributes: Handler = defineHandler({
  name: "equal-attributes",
  title: "Synchronize Hierarchical and Entity Attributes",
  topics: ["ftrack.update"],
  settingsKey: "service_event_handlers.sync_hier_entity_attributes",
  settings: slices["service_event_handlers.sync_hier_entity_attributes"],
  roles: (settings) => settings.event_role_list,
  wants: (event) => event.entities.some(mayConcernAttributes),
  gather: gatherAttributes,
  decide: decideEqual,
  conclude: (facts, settings) => concludeEqual(facts, settings),
});
