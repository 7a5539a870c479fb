import { defineHandler, type Handler } from "../../core/handler.ts";
import { slices } from "../../settings/addon.ts";
import {
  decideFirstVersion,
  gatherFirstVersion,
  isFirstVersion,
} from "./first-version.ts";
import {
  concludeLaunch,
  decideLaunch,
  gatherLaunch,
  LAUNCH,
  launchOf,
} from "./launch.ts";
import { decideNextTask, gatherNextTask, NEXT_TASK } from "./next-task.ts";
import { decideTaskToParent, gatherTaskToParent } from "./task-to-parent.ts";
import {
  decideTaskToVersion,
  gatherTaskToVersion,
  TASK_TO_VERSION,
} from "./task-to-version.ts";
import { taskTransitions, versionTransitions } from "./transitions.ts";
import { decideVersionToTask, gatherVersionToTask } from "./version-to-task.ts";

const UPDATE = ["ftrack.update"] as const;

export const taskToParent: Handler = defineHandler({
  name: "status-task-to-parent",
  title: "Sync status from Task to Parent",
  topics: UPDATE,
  settingsKey: "service_event_handlers.status_task_to_parent",
  settings: slices["service_event_handlers.status_task_to_parent"],
  roles: (settings) => settings.event_role_list,
  wants: (event) => taskTransitions([event]).length > 0,
  gather: gatherTaskToParent,
  decide: decideTaskToParent,
});

export const taskToVersion: Handler = defineHandler({
  name: TASK_TO_VERSION,
  title: "Sync status from Task to Asset Version",
  topics: UPDATE,
  settingsKey: "service_event_handlers.status_task_to_version",
  settings: slices["service_event_handlers.status_task_to_version"],
  roles: (settings) => settings.event_role_list,
  wants: (event) => taskTransitions([event]).length > 0,
  gather: gatherTaskToVersion,
  decide: decideTaskToVersion,
});

export const versionToTask: Handler = defineHandler({
  name: "status-version-to-task",
  title: "Sync status from Version to Task",
  topics: UPDATE,
  settingsKey: "service_event_handlers.status_version_to_task",
  settings: slices["service_event_handlers.status_version_to_task"],
  roles: (settings) => settings.event_role_list,
  wants: (event) => versionTransitions([event]).length > 0,
  gather: (events, _settings, ctx) => gatherVersionToTask(events, ctx),
  decide: decideVersionToTask,
});

export const firstVersion: Handler = defineHandler({
  name: "status-first-version",
  title: "Sync status on first created version",
  topics: UPDATE,
  settingsKey: "service_event_handlers.first_version_status",
  settings: slices["service_event_handlers.first_version_status"],
  roles: (settings) => settings.event_role_list,
  wants: (event) => event.entities.some(isFirstVersion),
  gather: gatherFirstVersion,
  decide: decideFirstVersion,
});

export const nextTask: Handler = defineHandler({
  name: NEXT_TASK,
  title: "Update status on next task",
  topics: UPDATE,
  settingsKey: "service_event_handlers.next_task_update",
  settings: slices["service_event_handlers.next_task_update"],
  roles: (settings) => settings.event_role_list,
  wants: (event) => taskTransitions([event]).length > 0,
  gather: (events, _settings, ctx) => gatherNextTask(events, ctx),
  decide: decideNextTask,
});

export const launchStatus: Handler = defineHandler({
  name: LAUNCH,
  title: "Update status on task action",
  topics: ["ftrack.action.launch"],
  settingsKey: "post_launch_hook",
  settings: slices["post_launch_hook"],
  roles: (settings) => settings.event_role_list,
  wants: (event) => launchOf(event) !== null,
  gather: gatherLaunch,
  decide: decideLaunch,
  conclude: concludeLaunch,
});
