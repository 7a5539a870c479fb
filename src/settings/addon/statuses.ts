import { z } from "zod";
import { enabled, eventRoles, namedTexts } from "./common.ts";
import {
  choice,
  fieldNotes,
  flag,
  model,
  rows,
  text,
  texts,
  whole,
} from "./define.ts";

/** Settings of the rules that answer to changes of statuses and thumbnails in Ftrack. */

const parentRow = model(
  { name: "ParentStatusRow" },
  {
    // A row without a new status could do nothing: it has no default.
    new_status: z
      .string()
      .register(fieldNotes, { title: "New status of the parent" }),
    task_statuses: texts([], { title: "Statuses of a task" }),
  },
);

export const statusTaskToParent = model(
  { name: "StatusTaskToParent", isGroup: true },
  {
    enabled: enabled(),
    parent_object_types: texts(["Shot", "Asset Build"], {
      title: "Object types of the parent",
      description: "Parents of other types are left alone. Empty: all are.",
    }),
    parent_status_match_all_task_statuses: rows(
      namedTexts,
      [{ name: "Completed", value: ["Approved", "Omitted"] }],
      {
        title: "When all tasks match",
        description:
          "The first row in which the statuses of all tasks below the parent stand gives the parent its status.",
      },
    ),
    parent_status_by_task_status: rows(
      parentRow,
      [
        {
          new_status: "In Progress",
          task_statuses: [
            "in progress",
            "change requested",
            "retake",
            "pending review",
          ],
        },
      ],
      {
        title: "When one task matches",
        description:
          "Looked at when no row above matches: the first row in which the status of a changed task stands.",
      },
    ),
    event_role_list: eventRoles(),
  },
);

const FILTERS = [
  { value: "allow_list", label: "Only these" },
  { value: "deny_list", label: "All but these" },
] as const;

function versionFilter(value: "allow_list" | "deny_list") {
  return {
    asset_types_filter_type: choice(value, FILTERS, {
      title: "Asset types: which",
    }),
    asset_types: texts([], {
      title: "Asset types",
      description: "Short names of asset types. Empty: no restriction.",
    }),
  };
}

const candidates = {
  title: "Status mapping",
  description:
    "Name: the status that was set. Values: statuses to set on the other side, the first available one is taken. Without a row, the status of the same name is set.",
  uniqueBy: "name",
} as const;

export const statusTaskToVersion = model(
  { name: "StatusTaskToVersion", isGroup: true },
  {
    enabled: enabled(),
    mapping: rows(namedTexts, [], candidates),
    ...versionFilter("allow_list"),
    event_role_list: eventRoles(),
  },
);

export const statusVersionToTask = model(
  { name: "StatusVersionToTask", isGroup: true },
  {
    enabled: enabled(),
    mapping: rows(namedTexts, [], candidates),
    ...versionFilter("deny_list"),
    event_role_list: eventRoles(),
  },
);

const firstVersionRow = model(
  { name: "FirstVersionRow", layout: "expanded", isOwn: true },
  {
    key: choice(
      "task",
      [
        { value: "task", label: "Name of the task" },
        { value: "task_type", label: "Type of the task" },
        { value: "asset_type", label: "Asset type (short name)" },
      ],
      { title: "Compare" },
    ),
    name: text("", { title: "With" }),
    status: text("", { title: "Status of the version" }),
  },
);

export const firstVersionStatus = model(
  {
    name: "FirstVersionStatus",
    description: "Gives the first version of an asset a status of its own.",
    isGroup: true,
    isOwn: true,
  },
  {
    enabled: enabled(false),
    status: text("", {
      title: "Status",
      description:
        "Status of a first version for which no row fits. Empty: it is left as it is.",
    }),
    mapping: rows(firstVersionRow, [], {
      title: "Status by task or asset type",
      description: "The first row that fits counts.",
    }),
    event_role_list: eventRoles(),
  },
);

const nextTaskRow = model(
  { name: "NextTaskRow", layout: "expanded" },
  {
    name: z.string().register(fieldNotes, { title: "From status" }),
    value: z.string().register(fieldNotes, { title: "To status" }),
  },
);

export const nextTaskUpdate = model(
  { name: "NextTaskUpdate", isGroup: true },
  {
    enabled: enabled(),
    mapping: rows(nextTaskRow, [{ name: "Not Ready", value: "Ready" }], {
      title: "Statuses of the next task",
      uniqueBy: "name",
    }),
    ignored_statuses: texts(["Omitted"], {
      title: "Ignored statuses",
      description:
        "A task in one of these counts as done and is never changed.",
    }),
    name_sorting: flag(false, {
      title: "From task to task by name",
      description:
        "On: the next task by type and name gets its status. Off: all tasks of the next type do, once all of this type are done.",
    }),
    event_role_list: eventRoles(),
  },
);

export const thumbnailUpdates = model(
  {
    name: "ThumbnailUpdates",
    description: "Copies the thumbnail of a version up the hierarchy.",
  },
  {
    enabled: enabled(),
    levels: whole(1, 0, {
      title: "Levels",
      description:
        "How many levels above the asset get the thumbnail. The task of the version gets it too. 0: none does.",
    }),
    event_role_list: eventRoles(),
  },
);

export const postLaunchHook = model(
  {
    name: "PostLaunchHook",
    description:
      "Changes the status of a task when an action is launched on it. Rows are tried from top to bottom. The status `__any__` stands for every current status; the new status `__ignore__` leaves the task as it is. A row below one for `__any__` never counts, which holds for the last two of the shipped rows: move them up to use them.",
  },
  {
    enabled: enabled(),
    mapping: rows(
      model(
        { name: "PostLaunchRow" },
        {
          name: text("", { title: "New status" }),
          value: texts([], { title: "Current statuses" }),
        },
      ),
      [
        { name: "In Progress", value: ["__any__"] },
        { name: "Ready", value: ["Not Ready"] },
        { name: "__ignore__", value: ["in progress", "omitted", "on hold"] },
      ],
      { title: "Statuses", uniqueBy: "name" },
    ),
    run_on_server: flag(true, {
      title: "Also for launches from Ftrack",
      description:
        "Answer to actions launched in Ftrack on the event server too, not only in the launcher of the artist.",
      isOwn: true,
    }),
    action_identifiers: texts(["ayon_app.*"], {
      title: "Actions that count",
      description:
        "Identifiers of actions; `*` stands for anything. Actions of this service never count.",
      isOwn: true,
    }),
    event_role_list: eventRoles(),
  },
);
