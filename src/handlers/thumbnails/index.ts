import { defineHandler, type Handler } from "../../core/handler.ts";
import { slices } from "../../settings/addon.ts";
import { gatherThumbnails, hasNewThumbnail } from "./gather.ts";
import { decideThumbnails } from "./hierarchy.ts";

export const hierarchyThumbnails: Handler = defineHandler({
  name: "hierarchy-thumbnails",
  title: "Update Hierarchy thumbnails",
  topics: ["ftrack.update"],
  settingsKey: "service_event_handlers.thumbnail_updates",
  settings: slices["service_event_handlers.thumbnail_updates"],
  roles: (settings) => settings.event_role_list,
  wants: (event) => event.entities.some(hasNewThumbnail),
  gather: gatherThumbnails,
  decide: decideThumbnails,
});
