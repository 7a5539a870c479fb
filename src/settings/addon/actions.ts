import {
  action,
  enabled,
  eventRoles,
  MANAGERS,
  MANAGERS_OLD,
  roles,
} from "./common.ts";
import { flag, model, text, texts } from "./define.ts";

/** Settings of the admin actions and of the handlers that go with them. */

export const SKIP_LINKS = "< Skip >";

export const prepareProject = action(MANAGERS_OLD);

export const syncFromFtrack = model(
  { name: "SyncFromFtrack" },
  {
    enabled: enabled(),
    sync_versions: flag(false, {
      title: "Statuses of versions",
      description:
        "A full synchronisation brings the statuses of versions over too. Slow on large projects.",
    }),
    sync_link_type: text(SKIP_LINKS, {
      title: "Link type",
      description:
        "Bring links between folders over as AYON links of this type.",
      choices: "folder-link-types",
    }),
    role_list: roles(MANAGERS_OLD),
  },
);

export const syncUsersFromFtrack = model(
  { name: "SyncUsersFromFtrack" },
  {
    enabled: enabled(),
    role_list: roles(MANAGERS_OLD),
    change_roles: flag(false, {
      title: "Change the rank of existing users",
      description:
        "Make existing AYON users administrator, manager or artist after their Ftrack roles. Off: only new users get a rank.",
      isOwn: true,
    }),
    follow_events: flag(false, {
      title: "Follow changes of users",
      description:
        "Create and change AYON users as soon as a user is added or changed in Ftrack.",
      isOwn: true,
    }),
  },
);

export const syncHierEntityAttributes = model(
  { name: "SyncHierEntityAttributes" },
  {
    enabled: enabled(),
    interest_entity_types: texts(["Shot", "Asset Build"], {
      title: "Entity types",
      description: "Types of entities whose two attributes are kept equal.",
    }),
    interest_attributes: texts(["frameStart", "frameEnd"], {
      title: "Attributes",
      description:
        "Keys that exist as hierarchical attribute and as attribute of the entity type.",
    }),
    action_enabled: flag(true, { title: "Offer the action" }),
    role_list: roles(MANAGERS),
    materialize_on_create: flag(false, {
      title: "Write inherited values on new entities",
      description:
        "Give a new entity a hierarchical value of its own, equal to the inherited one. Later changes above it then no longer reach it.",
      isOwn: true,
    }),
    event_role_list: eventRoles(),
  },
);

export const cloneReviewSession = action(MANAGERS);

/** The existing addon meant these roles and shipped an empty list, which offers deletion to everybody. */
export const deleteAyonEntities = action(MANAGERS);

export const transferHierarchicalValues = model(
  { name: "TransferHierarchicalValues", isGroup: true },
  { enabled: enabled(), role_list: roles(MANAGERS_OLD) },
);

export const projectComponentsSizes = model(
  { name: "ProjectComponentsSizes" },
  {
    enabled: flag(true, { title: "Enabled", scope: ["studio"] }),
    role_list: roles(MANAGERS),
  },
);

export const syncComments = model(
  {
    name: "SyncComments",
    description: "Brings notes on versions and tasks to AYON as comments.",
    isOwn: true,
  },
  { enabled: enabled(), event_role_list: eventRoles() },
);

export const privateProjectAccess = model(
  {
    name: "PrivateProjectAccess",
    description:
      "Gives and takes access to AYON projects as users are added to private Ftrack projects or removed from them.",
    isOwn: true,
  },
  { enabled: enabled() },
);

/** Notes on versions are for everybody who reviews. */
export const multipleNotes = action([]);

/** Who misses the actions is told why, whoever it is. */
export const missingPermissions = action([]);

/** Whoever misses something may ask why. */
export const whyNotInAyon = action([]);

/** Versions give their thumbnails upwards by themselves, too, whoever made them. */
export const thumbnailAction = action([]);

export const sortReview = action(MANAGERS);

/** The service may create tasks where the one who clicks may not. */
export const batchTaskCreate = action(MANAGERS);

export const createProjectStructure = action(MANAGERS);
