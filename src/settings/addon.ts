import type { z } from "zod";
import {
  batchTaskCreate,
  cloneReviewSession,
  createProjectStructure,
  deleteAyonEntities,
  missingPermissions,
  multipleNotes,
  prepareProject,
  privateProjectAccess,
  projectComponentsSizes,
  sortReview,
  syncComments,
  syncFromFtrack,
  syncHierEntityAttributes,
  syncUsersFromFtrack,
  thumbnailAction,
  transferHierarchicalValues,
  whyNotInAyon,
} from "./addon/actions.ts";
import { customAttributes } from "./addon/custom-attributes.ts";
import { createDailyLists } from "./addon/daily-lists.ts";
import { block, flag, model, text } from "./addon/define.ts";
import {
  cleanHierarchicalAttr,
  createUpdateAttributes,
  jobKiller,
  userHandlers,
} from "./addon/desktop.ts";
import { collectFtrackFamily, publish } from "./addon/publish.ts";
import {
  firstVersionStatus,
  nextTaskUpdate,
  postLaunchHook,
  statusTaskToParent,
  statusTaskToVersion,
  statusVersionToTask,
  thumbnailUpdates,
} from "./addon/statuses.ts";
import { eventServer, sync, transmitToFtrack } from "./addon/sync.ts";

/**
 * The settings of the addon: the one definition. Keys, shapes and defaults of what the existing ftrack addon
 * (1.6.4) has are those of that addon, with one exception noted at `deleteAyonEntities`; what is ours is
 * marked `isOwn`.
 */

export const serviceSettings = model(
  {
    name: "ServiceSettings",
    description:
      "The Ftrack user as which the service works, and its queue. Use a user of its own, so that people can tell its changes.",
  },
  {
    username: text("", {
      title: "Ftrack user",
      description: "Name of a secret, or the user name itself.",
      choices: "secrets",
    }),
    api_key: text("", {
      title: "Ftrack API key",
      description: "Name of a secret.",
      choices: "secrets",
    }),
    redis_url: text("", {
      title: "Redis address",
      description:
        "Name of a secret, or the address itself: redis://host:6379/0. The variable REDIS_URL overrides it.",
      choices: "secrets",
      isOwn: true,
    }),
  },
);

export const serviceEventHandlers = model(
  { name: "ServiceEventHandlers" },
  {
    prepare_project: block(prepareProject, { title: "Prepare Project" }),
    sync_from_ftrack: block(syncFromFtrack, { title: "Sync to AYON" }),
    sync_users_from_ftrack: block(syncUsersFromFtrack, {
      title: "Sync users to AYON",
    }),
    sync_hier_entity_attributes: block(syncHierEntityAttributes, {
      title: "Synchronize Hierarchical and Entity Attributes",
    }),
    clone_review_session: block(cloneReviewSession, {
      title: "Clone Review Session",
    }),
    delete_ayon_entities: block(deleteAyonEntities, {
      title: "Delete Folders/Products",
    }),
    thumbnail_updates: block(thumbnailUpdates, {
      title: "Update Hierarchy thumbnails",
    }),
    status_task_to_parent: block(statusTaskToParent, {
      title: "Sync status from Task to Parent",
    }),
    status_task_to_version: block(statusTaskToVersion, {
      title: "Sync status from Task to Asset Version",
    }),
    status_version_to_task: block(statusVersionToTask, {
      title: "Sync status from Version to Task",
    }),
    first_version_status: block(firstVersionStatus, {
      title: "Sync status on first created version",
      isOwn: true,
    }),
    next_task_update: block(nextTaskUpdate, {
      title: "Update status on next task",
    }),
    transfer_values_of_hierarchical_attributes: block(
      transferHierarchicalValues,
      { title: "Transfer values between 2 custom attributes" },
    ),
    create_daily_lists: block(createDailyLists, {
      title: "Create Daily Lists",
    }),
    project_components_sizes: block(projectComponentsSizes, {
      title: "Calculate project component sizes",
    }),
    sync_comments: block(syncComments, {
      title: "Sync comments to AYON",
      isOwn: true,
    }),
    multiple_notes: block(multipleNotes, {
      title: "Multiple Notes",
      isOwn: true,
    }),
    thumbnail_to_parent: block(thumbnailAction, {
      title: "Thumbnail to Parent",
      isOwn: true,
    }),
    thumbnail_to_children: block(thumbnailAction, {
      title: "Thumbnail to Children",
      isOwn: true,
    }),
    sort_review: block(sortReview, { title: "Sort Review", isOwn: true }),
    batch_task_create: block(batchTaskCreate, {
      title: "Batch Task Create",
      isOwn: true,
    }),
    create_project_structure: block(createProjectStructure, {
      title: "Create Project Structure",
      isOwn: true,
    }),
    why_not_in_ayon: block(whyNotInAyon, {
      title: "Why is this not in AYON?",
      isOwn: true,
    }),
    missing_permissions: block(missingPermissions, {
      title: "Missing permissions",
      isOwn: true,
    }),
    private_project_access: block(privateProjectAccess, {
      title: "Access to private projects",
      isOwn: true,
    }),
    transmit_to_ftrack: block(transmitToFtrack, {
      title: "Bring changes made in AYON to Ftrack",
      isOwn: true,
    }),
  },
);

export const addonSettings = model(
  { name: "FtrackSettings" },
  {
    enabled: flag(true, { title: "Enabled" }),
    ftrack_server: text("", {
      title: "Ftrack server",
      description: "https://studio.ftrackapp.com, or only the studio's name.",
      scope: ["studio"],
    }),
    service_settings: block(serviceSettings, {
      title: "Service",
      scope: ["studio"],
    }),
    event_server: block(eventServer, {
      title: "Event server",
      scope: ["studio"],
      isOwn: true,
    }),
    sync: block(sync, { title: "Synchronisation", isOwn: true }),
    service_event_handlers: block(serviceEventHandlers, {
      title: "Server actions and events",
    }),
    post_launch_hook: block(postLaunchHook, {
      title: "Update status on task action",
    }),
    user_handlers: block(userHandlers, { title: "Desktop actions" }),
    publish: block(publish, { title: "Publish plug-ins" }),
    custom_attributes: block(customAttributes, {
      title: "Custom attributes",
      scope: ["studio"],
    }),
  },
);

export type AddonSettings = z.infer<typeof addonSettings>;

/**
 * Parts of the settings that are read for themselves, by path. A wrong value in one switches off what reads
 * that part, and nothing else.
 */
export const slices = {
  service_settings: serviceSettings,
  event_server: eventServer,
  sync,
  custom_attributes: customAttributes,
  post_launch_hook: postLaunchHook,
  "service_event_handlers.prepare_project": prepareProject,
  "service_event_handlers.sync_from_ftrack": syncFromFtrack,
  "service_event_handlers.sync_users_from_ftrack": syncUsersFromFtrack,
  "service_event_handlers.sync_hier_entity_attributes":
    syncHierEntityAttributes,
  "service_event_handlers.clone_review_session": cloneReviewSession,
  "service_event_handlers.delete_ayon_entities": deleteAyonEntities,
  "service_event_handlers.thumbnail_updates": thumbnailUpdates,
  "service_event_handlers.status_task_to_parent": statusTaskToParent,
  "service_event_handlers.status_task_to_version": statusTaskToVersion,
  "service_event_handlers.status_version_to_task": statusVersionToTask,
  "service_event_handlers.first_version_status": firstVersionStatus,
  "service_event_handlers.next_task_update": nextTaskUpdate,
  "service_event_handlers.transfer_values_of_hierarchical_attributes":
    transferHierarchicalValues,
  "service_event_handlers.create_daily_lists": createDailyLists,
  "service_event_handlers.project_components_sizes": projectComponentsSizes,
  "service_event_handlers.sync_comments": syncComments,
  "service_event_handlers.multiple_notes": multipleNotes,
  "service_event_handlers.thumbnail_to_parent": thumbnailAction,
  "service_event_handlers.thumbnail_to_children": thumbnailAction,
  "service_event_handlers.sort_review": sortReview,
  "service_event_handlers.batch_task_create": batchTaskCreate,
  "service_event_handlers.create_project_structure": createProjectStructure,
  "service_event_handlers.why_not_in_ayon": whyNotInAyon,
  "service_event_handlers.missing_permissions": missingPermissions,
  "service_event_handlers.private_project_access": privateProjectAccess,
  "service_event_handlers.transmit_to_ftrack": transmitToFtrack,
  "user_handlers.create_update_attributes": createUpdateAttributes,
  "user_handlers.clean_hierarchical_attr": cleanHierarchicalAttr,
  "user_handlers.job_killer": jobKiller,
  "publish.CollectFtrackFamily": collectFtrackFamily,
} as const;

export type SliceKey = keyof typeof slices;
export type Slice<Key extends SliceKey> = z.infer<(typeof slices)[Key]>;
