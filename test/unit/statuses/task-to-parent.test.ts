import { describe, expect, it } from "vitest";
import { ftrackId } from "../../../src/core/ids.ts";
import {
  decideTaskToParent,
  type Parent,
  type TaskToParentFacts,
  type TaskToParentSettings,
} from "../../../src/handlers/statuses/task-to-parent.ts";
import type { Task } from "../../../src/handlers/statuses/rows.ts";
import {
  causes,
  skipDetails,
  skipReasons,
  statusWrites,
  unattributed,
} from "../../support/decisions.ts";
import { aSchema, statusesOf, statusId } from "../../support/statuses.ts";

const NAMES = [
  "Ready",
  "In Progress",
  "Retake",
  "Pending Review",
  "Approved",
  "Omitted",
  "Completed",
];
const DEFAULTS: TaskToParentSettings = {
  parent_object_types: ["Shot", "Asset Build"],
  parent_status_match_all_task_statuses: [
    { name: "Completed", value: ["Approved", "Omitted"] },
  ],
  parent_status_by_task_status: [
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
};

/** "shot:Ready" is a task below the shot; a leading "*" says that its status has just changed. */
interface Row {
  readonly tasks: readonly string[];
  readonly parents?: Readonly<Record<string, Partial<Parent>>>;
  readonly settings?: Partial<TaskToParentSettings>;
  readonly offers?: Readonly<Record<string, readonly string[]>>;
  /** What the writes are about; Shot by default. */
  readonly type?: string;
  readonly writes?: Readonly<Record<string, string>>;
  readonly skips?: Readonly<Record<string, string>>;
}

function decide(row: Row) {
  const tasks = row.tasks.map((text, i): Task & { isChanged: boolean } => {
    const [parent = "", status = ""] = text.replace("*", "").split(":");
    return {
      id: ftrackId(`t${i}`),
      name: `t${i}`,
      parentId: ftrackId(parent),
      typeId: null,
      statusId: status === "" ? null : statusId(status),
      path: `show/${parent}/t${i}`,
      isChanged: text.startsWith("*"),
    };
  });
  const parents = row.parents ?? { shot: {} };
  const facts: TaskToParentFacts = {
    statuses: statusesOf(...NAMES),
    schema: aSchema({
      objects: row.offers ?? { shot: NAMES, build: NAMES, sequence: NAMES },
    }),
    changed: tasks
      .filter((t) => t.isChanged)
      .map((t) => ({ taskId: t.id, parentId: t.parentId! })),
    parents: Object.entries(parents).map(([id, more]) => ({
      id: ftrackId(id),
      entityType: "Shot",
      objectTypeId: ftrackId("shot"),
      statusId: statusId("Ready"),
      path: `show/${id}`,
      ...more,
    })),
    tasks,
    objectTypes: ["Shot", "Asset Build", "Sequence"].map((name) => ({
      id: ftrackId(name.toLowerCase().split(" ").at(-1)!),
      name,
      sort: null,
      isLeaf: false,
      isStatusable: true,
      isTypeable: false,
    })),
  };
  return decideTaskToParent(facts, { ...DEFAULTS, ...row.settings });
}

const build = {
  entityType: "AssetBuild",
  objectTypeId: ftrackId("build"),
};
const sequence = {
  entityType: "Sequence",
  objectTypeId: ftrackId("sequence"),
};
const rows = [
  {
    new_status: "Retake",
    task_statuses: ["Retake"],
  },
  { new_status: "In Progress", task_statuses: ["In Progress"] },
];

describe("status from tasks to their parent", () => {
  it.each<[string, Row]>([
    [
      "HA-10 no object types, nothing happens",
      {
        tasks: ["*shot:Retake"],
        settings: { parent_object_types: [] },
        skips: { shot: "type-not-listed" },
      },
    ],
    [
      "HA-11 all tasks match",
      {
        tasks: ["shot:Approved", "*shot:Omitted"],
        writes: { shot: "completed" },
      },
    ],
    [
      "HA-12 one does not",
      {
        tasks: ["*shot:Approved", "shot:Ready"],
        skips: { shot: "no-mapping-row" },
      },
    ],
    [
      "HA-13 a single one matches",
      {
        tasks: ["*shot:Retake", "shot:Ready"],
        writes: { shot: "in progress" },
      },
    ],
    [
      "HA-14 whatever the case",
      {
        tasks: ["*b1:In Progress"],
        parents: { b1: build },
        settings: {
          parent_object_types: ["asset BUILD"],
          parent_status_by_task_status: [
            { new_status: "COMPLETED", task_statuses: ["IN PROGRESS"] },
          ],
        },
        type: "AssetBuild",
        writes: { b1: "completed" },
      },
    ],
    [
      "HA-15 the parent's type is not listed",
      {
        tasks: ["*sq:Retake"],
        parents: { sq: sequence },
        skips: { sq: "type-not-listed" },
      },
    ],
    [
      "HA-16 the first row that fits a changed task, whatever the order of the tasks",
      {
        tasks: ["*shot:In Progress", "*shot:Retake"],
        settings: { parent_status_by_task_status: rows },
        writes: { shot: "retake" },
      },
    ],
    [
      "single rows look at changed tasks only",
      {
        tasks: ["shot:Retake", "*shot:Ready"],
        skips: { shot: "no-mapping-row" },
      },
    ],
    [
      "rows for all look at every task",
      {
        tasks: ["shot:Approved", "*shot:Approved"],
        writes: { shot: "completed" },
      },
    ],
    [
      "HA-17 a row for all wins over one for a single task",
      {
        tasks: ["*shot:Approved"],
        settings: {
          parent_status_by_task_status: [
            { new_status: "Retake", task_statuses: ["Approved"] },
          ],
        },
        writes: { shot: "completed" },
      },
    ],
    [
      "the first of several rows for all",
      {
        tasks: ["*shot:Approved"],
        settings: {
          parent_status_match_all_task_statuses: [
            { name: "Retake", value: [] },
            { name: "Approved", value: ["Ready", "Approved"] },
            { name: "Completed", value: ["Approved"] },
          ],
        },
        writes: { shot: "approved" },
      },
    ],
    [
      "HA-18 a status the type does not offer is not replaced by another row's",
      {
        tasks: ["*shot:Approved"],
        offers: { shot: ["Ready", "In Progress"] },
        settings: {
          parent_status_by_task_status: [
            { new_status: "In Progress", task_statuses: ["Approved"] },
          ],
        },
        skips: { shot: "status-not-available" },
      },
    ],
    [
      "a type without any statuses",
      {
        tasks: ["*shot:Approved"],
        offers: {},
        skips: { shot: "status-not-available" },
      },
    ],
    [
      "HA-19 the parent is so already",
      {
        tasks: ["*shot:Approved"],
        parents: { shot: { statusId: statusId("Completed") } },
        skips: { shot: "already-set" },
      },
    ],
    [
      "HA-64 every parent of the event",
      {
        tasks: ["*a:Retake", "*b:Approved", "*c:Ready"],
        parents: { a: {}, b: {}, c: {} },
        writes: { a: "in progress", b: "completed" },
        skips: { c: "no-mapping-row" },
      },
    ],
    [
      "HA-6 a parent that is gone does not stop the others",
      {
        tasks: ["*gone:Retake", "*shot:Retake"],
        writes: { shot: "in progress" },
        skips: { gone: "entity-gone" },
      },
    ],
    [
      "a task without a status matches nothing",
      {
        tasks: ["*shot:", "shot:Approved"],
        skips: { shot: "no-mapping-row" },
      },
    ],
    [
      "no rows at all",
      {
        tasks: ["*shot:Approved"],
        settings: {
          parent_status_match_all_task_statuses: [],
          parent_status_by_task_status: [],
        },
        skips: { shot: "no-mapping-row" },
      },
    ],
  ])("%s", (_, row) => {
    const decision = decide(row);
    expect(statusWrites(decision, row.type ?? "Shot")).toEqual(
      row.writes ?? {},
    );
    expect(skipReasons(decision)).toEqual(row.skips ?? {});
    expect(decision.issues).toEqual([]);
    const changed = row.tasks.flatMap((t, i) =>
      t.startsWith("*") ? [`t${i}`] : [],
    );
    expect(unattributed(decision, changed)).toEqual([]);
  });

  it("the changed task has left the parent, which is empty now", () => {
    const facts = {
      statuses: statusesOf(...NAMES),
      schema: aSchema({ objects: { shot: NAMES } }),
      changed: [{ taskId: ftrackId("t"), parentId: ftrackId("shot") }],
      parents: [
        {
          id: ftrackId("shot"),
          entityType: "Shot",
          objectTypeId: ftrackId("shot"),
          statusId: null,
          path: "show/shot",
        },
      ],
      tasks: [],
      objectTypes: [
        {
          id: ftrackId("shot"),
          name: "Shot",
          sort: null,
          isLeaf: false,
          isStatusable: true,
          isTypeable: false,
        },
      ],
    };
    const decision = decideTaskToParent(facts, DEFAULTS);
    expect(skipReasons(decision)).toEqual({ shot: "no-task" });
    expect(skipDetails(decision)).toEqual([
      "Shot show/shot: There is no task below it any more.",
    ]);
  });

  it("HA-21 an unknown object type is reported, the others work", () => {
    const decision = decide({
      tasks: ["*shot:Retake"],
      settings: { parent_object_types: ["Shotgun", "shot"] },
    });
    expect(statusWrites(decision, "Shot")).toEqual({ shot: "in progress" });
    expect(decision.issues).toEqual([
      {
        severity: "warning",
        rule: "object-type-unknown",
        subject: { ftrackId: null, path: "Shotgun", type: "ObjectType" },
        detail: 'Ftrack has no object type "Shotgun".',
        fix: "Correct the list of object types in the settings; the others work.",
      },
    ]);
  });

  it("writes to the parent's own type, and only if its status still stands", () => {
    const decision = decide({
      tasks: ["*b1:Retake"],
      parents: { b1: build },
    });
    expect(decision.changes).toEqual([
      {
        id: "status-b1",
        kind: "ftrack.update",
        subject: {
          ftrackId: "b1",
          path: "show/b1",
          type: "AssetBuild",
          because: ["t0"],
        },
        entityType: "AssetBuild",
        entityId: "b1",
        data: { status_id: "in progress" },
        expects: { status_id: "ready" },
      },
    ]);
  });

  it("tells of each parent which tasks led to its status", () => {
    const tasks = ["*a:Retake", "a:Retake", "*b:Retake", "*a:Retake"];
    const decision = decide({ tasks, parents: { a: {}, b: {} } });
    expect(causes(decision)).toEqual({ a: ["t0", "t3"], b: ["t2"] });
  });

  it("says in a skip what an administrator has to know", () => {
    const details = (row: Row) => skipDetails(decide(row));
    expect(details({ tasks: ["*shot:Approved", "shot:Ready"] })).toEqual([
      "Shot show/shot: No row fits tasks that are Approved, Ready.",
    ]);
    expect(details({ tasks: ["*shot:Approved"], offers: {} })).toEqual([
      'Shot show/shot: "Completed" is not among the statuses of Shot.',
    ]);
    expect(
      details({ tasks: ["*sq:Retake"], parents: { sq: sequence } }),
    ).toEqual([
      "Sequence show/sq: Sequence is not among the listed object types.",
    ]);
    expect(
      details({
        tasks: ["*shot:Approved"],
        parents: { shot: { statusId: statusId("Completed") } },
      }),
    ).toEqual(["Shot show/shot: It already is Completed."]);
    expect(details({ tasks: ["*gone:Approved"] })).toEqual([
      "TypedContext gone: The parent is no folder, or is gone.",
    ]);
    expect(
      details({
        tasks: ["*shot:Approved"],
        settings: { parent_object_types: [] },
      }),
    ).toEqual(["TypedContext shot: The list of object types is empty."]);
  });
});
