import { describe, expect, it } from "vitest";
import { ftrackId } from "../../../src/core/ids.ts";
import {
  decideNextTask,
  type NextTaskSettings,
} from "../../../src/handlers/statuses/next-task.ts";
import {
  causes,
  skipDetails,
  skipReasons,
  statusWrites,
  unattributed,
} from "../../support/decisions.ts";
import { nextTaskFacts, type NextTaskScene } from "../../support/next-task.ts";

const DEFAULTS: NextTaskSettings = {
  mapping: [{ name: "Not Ready", value: "Ready" }],
  ignored_statuses: ["Omitted"],
  name_sorting: false,
};

interface Row extends NextTaskScene {
  readonly settings?: Partial<NextTaskSettings>;
  readonly writes?: Readonly<Record<string, string>>;
  readonly skips?: Readonly<Record<string, string>>;
}

function decide(row: Row) {
  return decideNextTask(nextTaskFacts(row), { ...DEFAULTS, ...row.settings });
}

const byName = { name_sorting: true };

describe("status of the next task", () => {
  it.each<[string, Row]>([
    [
      "HA-58 a sibling of the type is not done",
      {
        tasks: [
          "*s1 modeling m1:Approved",
          "s1 modeling m2:Ready",
          "s1 rigging r1:Not Ready",
        ],
      },
    ],
    [
      "HA-58 all of the type are done",
      {
        tasks: [
          "s1 modeling m1:Approved",
          "*s1 modeling m2:Done",
          "s1 rigging r1:Not Ready",
        ],
        writes: { r1: "ready" },
      },
    ],
    [
      "HA-59 an ignored sibling counts as done",
      {
        tasks: [
          "*s1 modeling m1:Done",
          "s1 modeling m2:Omitted",
          "s1 rigging r1:Not Ready",
        ],
        writes: { r1: "ready" },
      },
    ],
    [
      "HA-60 a type that is finished is passed over",
      {
        tasks: [
          "*s1 modeling m1:Done",
          "s1 rigging r1:Done",
          "s1 rigging r2:Omitted",
          "s1 lighting l1:Not Ready",
        ],
        writes: { l1: "ready" },
      },
    ],
    [
      "all tasks of the next type, and of no type behind it",
      {
        tasks: [
          "*s1 modeling m1:Done",
          "s1 rigging r1:Not Ready",
          "s1 rigging r2:Not Ready",
          "s1 lighting l1:Not Ready",
        ],
        writes: { r1: "ready", r2: "ready" },
      },
    ],
    [
      "of the next type, those that are done or ignored stay",
      {
        tasks: [
          "*s1 modeling m1:Done",
          "s1 rigging r1:Not Ready",
          "s1 rigging r2:Approved",
          "s1 rigging r3:Omitted",
        ],
        writes: { r1: "ready" },
        skips: { r2: "not-relevant", r3: "ignored-by-rule" },
      },
    ],
    [
      "an unfinished type before does not matter",
      {
        tasks: [
          "s1 modeling m1:Ready",
          "*s1 rigging r1:Done",
          "s1 lighting l1:Not Ready",
        ],
        writes: { l1: "ready" },
      },
    ],
    [
      "a type behind opens the gate anew",
      {
        tasks: [
          "*s1 modeling m1:Done",
          "s1 rigging r1:In Progress",
          "*s1 lighting l1:Done",
        ],
        skips: { r1: "no-mapping-row" },
      },
    ],
    [
      "the order is that of the studio, not of the names",
      {
        tasks: [
          "*s1 modeling m1:Done",
          "s1 lighting l1:Not Ready",
          "s1 rigging r1:Not Ready",
        ],
        sorts: { lighting: 0.5 },
        writes: { l1: "ready" },
      },
    ],
    [
      "types of equal order go by name",
      {
        tasks: [
          "*s1 lighting l1:Done",
          "s1 modeling m1:Not Ready",
          "s1 rigging r1:Not Ready",
        ],
        sorts: { modeling: 1, rigging: 1, lighting: 1 },
        writes: { m1: "ready" },
      },
    ],
    [
      "a type without order neither blocks nor follows",
      {
        tasks: [
          "*s1 modeling m1:Done",
          "s1 unsorted x1:Not Ready",
          "s1 rigging r1:Not Ready",
        ],
        writes: { r1: "ready" },
      },
    ],
    [
      "HA-61 the new status is none of done tasks",
      {
        tasks: ["*s1 modeling m1:In Progress", "s1 rigging r1:Not Ready"],
        skips: { m1: "not-relevant" },
      },
    ],
    [
      "it was done, and is not any more",
      {
        tasks: ["*s1 modeling m1:Done/Ready", "s1 rigging r1:Not Ready"],
        skips: { m1: "superseded" },
      },
    ],
    [
      "HA-62 no row for the next task's status",
      {
        tasks: ["*s1 modeling m1:Done", "s1 rigging r1:Ready"],
        skips: { r1: "no-mapping-row" },
      },
    ],
    [
      "rows and ignored statuses in any case",
      {
        tasks: [
          "*s1 modeling m1:Done",
          "s1 modeling m2:Omitted",
          "s1 rigging r1:Not Ready",
        ],
        settings: {
          mapping: [{ name: "NOT ready", value: "rEADY" }],
          ignored_statuses: ["omitted"],
        },
        writes: { r1: "ready" },
      },
    ],
    [
      "a task without a status is unfinished, and has no row",
      {
        tasks: ["*s1 modeling m1:Done", "s1 rigging r1:"],
        skips: { r1: "no-mapping-row" },
      },
    ],
    [
      "a row that changes nothing",
      {
        tasks: ["*s1 modeling m1:Done", "s1 rigging r1:Ready"],
        settings: { mapping: [{ name: "Ready", value: "Ready" }] },
        skips: { r1: "already-set" },
      },
    ],
    [
      "HA-63 by name: one after the other",
      {
        tasks: [
          "*s1 modeling a:Done",
          "s1 modeling c:Not Ready",
          "s1 modeling b:Not Ready",
        ],
        settings: byName,
        writes: { b: "ready" },
      },
    ],
    [
      "by name: from type to type",
      {
        tasks: [
          "*s1 modeling z:Done",
          "s1 modeling a:Not Ready",
          "s1 rigging b:Not Ready",
        ],
        settings: byName,
        writes: { b: "ready" },
      },
    ],
    [
      "by name: ignored tasks and those of the event are passed over",
      {
        tasks: [
          "*s1 modeling a:Done",
          "s1 modeling b:Omitted",
          "*s1 modeling c:Done",
          "s1 modeling d:Not Ready",
        ],
        settings: byName,
        writes: { d: "ready" },
      },
    ],
    [
      "by name: the chain stops at a task that is done",
      {
        tasks: [
          "*s1 modeling a:Done",
          "s1 modeling b:Done",
          "s1 modeling c:Not Ready",
        ],
        settings: byName,
        skips: { b: "not-relevant" },
      },
    ],
    [
      "by name: the last one has no next",
      {
        tasks: ["s1 modeling a:Not Ready", "*s1 modeling b:Done"],
        settings: byName,
      },
    ],
    [
      "HA-64 every parent of the event",
      {
        tasks: [
          "*s1 modeling m1:Done",
          "s1 rigging r1:Not Ready",
          "*s2 modeling m2:Done",
          "s2 rigging r2:Not Ready",
          "s3 rigging r3:Not Ready",
        ],
        writes: { r1: "ready", r2: "ready" },
      },
    ],
    [
      "HA-65 what is not available for one type does not stop the others",
      {
        tasks: [
          "*s1 modeling m1:Done",
          "s1 rigging r1:Not Ready",
          "*s2 modeling m2:Done",
          "s2 lighting l2:Not Ready",
        ],
        overrides: { rigging: ["Approved"] },
        writes: { l2: "ready" },
        skips: { r1: "status-not-available" },
      },
    ],
  ])("%s", (_, row) => {
    const decision = decide(row);
    expect(statusWrites(decision, "Task")).toEqual(row.writes ?? {});
    expect(skipReasons(decision)).toEqual(row.skips ?? {});
    expect(decision.issues).toEqual([]);
    const ids = nextTaskFacts(row).transitions.map((t) => t.entityId);
    expect(unattributed(decision, ids)).toEqual([]);
  });

  it("HA-6 a task that is gone does not stop the others", () => {
    const facts = nextTaskFacts({
      tasks: ["*s1 modeling m1:Done", "s1 rigging r1:Not Ready"],
    });
    const gone = { ...facts.transitions[0]!, entityId: ftrackId("gone") };
    const decision = decideNextTask(
      { ...facts, transitions: [gone, ...facts.transitions] },
      DEFAULTS,
    );
    expect(statusWrites(decision, "Task")).toEqual({ r1: "ready" });
    expect(skipReasons(decision)).toEqual({ gone: "entity-gone" });
    expect(skipDetails(decision)).toEqual(["Task gone: The task is gone."]);
  });

  it("says in a skip what an administrator has to know", () => {
    const details = (row: Row) => skipDetails(decide(row));
    expect(
      details({ tasks: ["*s1 modeling m1:Done", "s1 rigging r1:Ready"] }),
    ).toEqual(["Task show/s1/r1: No row says what follows Ready."]);
    expect(details({ tasks: ["*s1 modeling m1:Ready"] })).toEqual([
      "Task show/s1/m1: Ready is no status of done tasks.",
    ]);
    expect(details({ tasks: ["*s1 modeling m1:Done/Ready"] })).toEqual([
      "Task show/s1/m1: It is Ready by now.",
    ]);
    expect(
      details({
        tasks: ["*s1 modeling m1:Done", "s1 rigging r1:Not Ready"],
        offers: [],
      }),
    ).toEqual([
      'Task show/s1/r1: "Ready" is not among the statuses of this type of task.',
    ]);
    expect(
      details({
        tasks: [
          "*s1 modeling m1:Done",
          "s1 rigging r1:Omitted",
          "s1 rigging r2:Approved",
          "s1 rigging r3:Not Ready",
        ],
      }),
    ).toEqual([
      "Task show/s1/r1: Omitted is left alone.",
      "Task show/s1/r2: It is next, and Approved already.",
    ]);
  });

  it("tells of each task which ones led to it", () => {
    const facts = nextTaskFacts({
      tasks: [
        "*s1 modeling m1:Done",
        "s1 modeling m2:Done",
        "s1 rigging r1:Not Ready",
        "*s2 modeling m3:Done",
        "s2 rigging r2:Not Ready",
      ],
    });
    expect(causes(decideNextTask(facts, DEFAULTS))).toEqual({
      r1: ["m1"],
      r2: ["m3"],
    });
  });

  it("a repeated event does not move a task on along a chain of rows", () => {
    const facts = nextTaskFacts({
      tasks: ["*s1 modeling m1:Done", "s1 rigging r1:Ready"],
    });
    const settings = {
      ...DEFAULTS,
      mapping: [{ name: "Ready", value: "In Progress" }],
    };
    const repeated = { ...facts, justMoved: new Set([ftrackId("r1")]) };
    expect(statusWrites(decideNextTask(facts, settings), "Task")).toEqual({
      r1: "in progress",
    });
    const decision = decideNextTask(repeated, settings);
    expect(skipReasons(decision)).toEqual({ r1: "already-set" });
    expect(decision.skips[0]?.detail).toBe("It has just become Ready.");
  });
});
