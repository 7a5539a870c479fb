import type { Handler, StudioHandler } from "../core/handler.ts";
import { followUsers, privateProjectAccess } from "./access/index.ts";
import { equalAttributes } from "./attributes/index.ts";
import { syncComments } from "./comments/index.ts";
import {
  firstVersion,
  launchStatus,
  nextTask,
  taskToParent,
  taskToVersion,
  versionToTask,
} from "./statuses/index.ts";
import { syncHandler } from "./sync/index.ts";
import { hierarchyThumbnails } from "./thumbnails/index.ts";
import { transmitter } from "./transmitter/index.ts";

/**
 * All handlers of events, in the order in which they run on a batch: first what people did comes to the other
 * side. What they did in AYON goes before: the sync would take it back, as it takes Ftrack's word.
 * Handlers do not rely on each other; each reads the state for itself. A new version gives its status to the
 * task before the rule for first versions may give it another.
 */
export const handlers: readonly Handler[] = [
  transmitter,
  syncHandler,
  launchStatus,
  taskToVersion,
  versionToTask,
  firstVersion,
  taskToParent,
  nextTask,
  hierarchyThumbnails,
  equalAttributes,
  syncComments,
  privateProjectAccess,
];

/** Handlers of events that belong to no project. */
export const studioHandlers: readonly StudioHandler[] = [followUsers];
