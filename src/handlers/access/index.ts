import { defineHandler, type Handler } from "../../core/handler.ts";
import { slices } from "../../settings/addon.ts";
import {
  decideAccess,
  gatherAccess,
  isProjectRole,
} from "./private-project.ts";

export const privateProjectAccess: Handler = defineHandler({
  name: "private-project-access",
  title: "Access to private projects",
  topics: ["ftrack.update"],
  settingsKey: "service_event_handlers.private_project_access",
  settings: slices["service_event_handlers.private_project_access"],
  wants: (event) => event.entities.some(isProjectRole),
  gather: (events, _settings, ctx) => gatherAccess(events, ctx),
  decide: decideAccess,
});
