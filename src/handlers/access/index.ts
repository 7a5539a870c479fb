import {
  defineHandler,
  defineStudioHandler,
  type Handler,
  type StudioHandler,
} from "../../core/handler.ts";
import { slices } from "../../settings/addon.ts";
import { concernsUsers, decideUsers, gatherUsers } from "./follow-users.ts";
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

export const followUsers: StudioHandler = defineStudioHandler({
  name: "follow-users",
  title: "Follow changes of users",
  topics: ["ftrack.update"],
  settingsKey: "service_event_handlers.sync_users_from_ftrack",
  settings: slices["service_event_handlers.sync_users_from_ftrack"],
  wants: (event) => event.entities.some(concernsUsers),
  gather: gatherUsers,
  decide: decideUsers,
});
