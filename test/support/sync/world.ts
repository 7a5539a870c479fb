import { bindings } from "../../../src/core/attribute-mapping.ts";
import { ftrackId, projectName, type FtrackId } from "../../../src/core/ids.ts";
import type {
  AyonAttribute,
  AyonProject,
  AyonStatus,
  AyonUserRow,
} from "../../../src/core/ports.ts";
import type {
  FtrackUser,
  NamedRow,
  ObjectType,
  UserMap,
} from "../../../src/core/reference.ts";
import type { World } from "../../../src/handlers/sync/facts.ts";
import { aConfiguration, anAttribute } from "../reference-data.ts";

export const PROJECT = ftrackId("project");
export const TYPES = {
  shot: ftrackId("ot-shot"),
  sequence: ftrackId("ot-sequence"),
  task: ftrackId("ot-task"),
  milestone: ftrackId("ot-milestone"),
} as const;
export const TASK_TYPES = {
  anim: ftrackId("ty-anim"),
  comp: ftrackId("ty-comp"),
} as const;
export const STATUSES = {
  ready: ftrackId("st-ready"),
  progress: ftrackId("st-progress"),
  odd: ftrackId("st-odd"),
} as const;

export function ayonAttributes(): Map<string, AyonAttribute> {
  const list = [
    anAttribute("ftrackId", "string", {
      inherit: false,
      builtin: false,
      scope: ["project", "folder", "task", "version", "list"],
    }),
    anAttribute("ftrackPath", "string", { inherit: false, builtin: false }),
    anAttribute("fps", "float", { gt: 0 }),
    anAttribute("frameStart", "integer"),
    anAttribute("startDate", "datetime"),
    anAttribute("endDate", "datetime"),
    anAttribute("description", "string", { inherit: false }),
    anAttribute("priority", "string", {
      enum: [
        { value: "urgent", label: "Urgent" },
        { value: "high", label: "High" },
        { value: "normal", label: "Normal" },
        { value: "low", label: "Low" },
      ],
    }),
  ];
  return new Map(list.map((attribute) => [attribute.name, attribute]));
}

export const DEFINITIONS = {
  ayonId: aConfiguration("ca-ayon-id", "ayon_id", "text"),
  ayonPath: aConfiguration("ca-ayon-path", "ayon_path", "text"),
  syncFailed: aConfiguration("ca-failed", "ayon_sync_failed", "boolean", {
    default: false,
  }),
  listType: aConfiguration("ca-list-type", "ayon_list_type", "enumerator", {
    isHierarchical: false,
    entityType: "list",
  }),
  frameStart: aConfiguration("ca-frame", "frameStart", "number"),
  fps: aConfiguration("ca-fps", "fps", "text"),
} as const;

function status(name: string, scope: readonly string[]): AyonStatus {
  return {
    name,
    shortName: name.slice(0, 3).toUpperCase(),
    state: "not_started",
    icon: "",
    color: "#808080",
    scope,
  };
}

export function anAyonProject(): AyonProject {
  return {
    name: projectName("show"),
    code: "sh",
    active: true,
    library: false,
    folderTypes: ["Folder", "Shot", "Sequence"].map((name) => ({
      name,
      shortName: "",
      icon: "folder",
    })),
    taskTypes: ["Generic", "Animation"].map((name) => ({
      name,
      shortName: name.toLowerCase(),
      icon: "task_alt",
    })),
    statuses: [
      status("Not ready", [
        "folder",
        "task",
        "product",
        "version",
        "representation",
        "workfile",
      ]),
      status("In progress", ["folder", "task", "representation", "workfile"]),
    ],
    tags: [],
    linkTypes: [{ name: "breakdown|folder|folder", linkType: "breakdown" }],
    own: {},
    data: {},
  };
}

function aUserMap(): UserMap {
  const people: [string, string][] = [
    ["u-anna", "anna"],
    ["u-bob", "bob"],
  ];
  const ayonOf = new Map<FtrackId, AyonUserRow>();
  const ftrackOf = new Map<string, FtrackUser>();
  const ftrackUsers = new Map<FtrackId, FtrackUser>();
  for (const [id, name] of people) {
    const user: FtrackUser = {
      id: ftrackId(id),
      username: name,
      email: null,
      firstName: name,
      lastName: "",
      isActive: true,
    };
    ftrackUsers.set(user.id, user);
    ftrackOf.set(name, user);
    ayonOf.set(user.id, {
      name,
      active: true,
      email: null,
      fullName: null,
      isService: false,
      isAdmin: false,
      isManager: false,
      isGuest: false,
      accessGroups: {},
      defaultAccessGroups: [],
      data: {},
    });
  }
  return { ayonOf, ftrackOf, ftrackUsers, ayonUsers: [] };
}

export function aWorld(more: Partial<World> = {}): World {
  const attributes = ayonAttributes();
  function objectType(
    id: FtrackId,
    name: string,
  ): readonly [FtrackId, ObjectType] {
    return [
      id,
      {
        id,
        name,
        sort: 1,
        isLeaf: false,
        isStatusable: true,
        isTypeable: true,
      },
    ];
  }
  function named(id: FtrackId, name: string): readonly [FtrackId, NamedRow] {
    return [id, { id, name, sort: 1 }];
  }
  function ftrackStatus(
    id: FtrackId,
    name: string,
    state: string,
    sort: number,
  ) {
    return [
      id,
      { id, name, sort, color: "#112233", state, stateName: state },
    ] as const;
  }
  return {
    objectTypes: new Map([
      objectType(TYPES.shot, "Shot"),
      objectType(TYPES.sequence, "Sequence"),
      objectType(TYPES.task, "Task"),
      objectType(TYPES.milestone, "Milestone"),
    ]),
    taskTypes: new Map([
      named(TASK_TYPES.anim, "Animation"),
      named(TASK_TYPES.comp, "Compositing"),
    ]),
    statuses: new Map([
      ftrackStatus(STATUSES.ready, "Not ready", "NOT_STARTED", 1),
      ftrackStatus(STATUSES.progress, "In Progress", "IN_PROGRESS", 2),
      ftrackStatus(STATUSES.odd, "Odd", "STRANGE", 3),
    ]),
    priorities: new Map([
      named(ftrackId("pr-high"), "High"),
      named(ftrackId("pr-medium"), "Medium"),
      named(ftrackId("pr-none"), "None"),
    ]),
    schema: {
      id: ftrackId("schema"),
      objectTypes: [TYPES.shot, TYPES.sequence, TYPES.task, TYPES.milestone],
      taskTypes: [TASK_TYPES.anim, TASK_TYPES.comp],
      taskStatuses: [STATUSES.ready, STATUSES.progress],
      taskStatusOverrides: new Map(),
      versionStatuses: [STATUSES.ready],
      objectStatuses: new Map([
        [TYPES.shot, [STATUSES.ready, STATUSES.progress]],
      ]),
      objectTypesOf: new Map(),
    },
    attributes,
    bindings: bindings(
      {
        enabled: true,
        mapping: [
          {
            name: "frameStart",
            attr_type: "hierarchical",
            hierarchical: "frameStart",
            standard: [],
          },
          {
            name: "fps",
            attr_type: "hierarchical",
            hierarchical: "fps",
            standard: [],
          },
        ],
      },
      [DEFINITIONS.frameStart, DEFINITIONS.fps],
      [...attributes.values()],
      PROJECT,
    ),
    bookkeeping: DEFINITIONS,
    users: aUserMap(),
    ...more,
  };
}
