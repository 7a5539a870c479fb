import { describe, expect, it } from "vitest";
import { ftrackId } from "../../../src/core/ids.ts";
import {
  decideFirstVersion,
  isFirstVersion,
  type FirstVersionFacts,
  type FirstVersionSettings,
} from "../../../src/handlers/statuses/first-version.ts";
import {
  skipDetails,
  skipReasons,
  statusWrites,
} from "../../support/decisions.ts";
import { anEvent, taskStatus, versionStatus } from "../../support/events.ts";
import { aSchema, statusesOf, statusId } from "../../support/statuses.ts";

const NAMES = ["Pending Review", "Pending Conform", "Approved"];

function created(version: unknown, taskid: unknown, action = "add") {
  return versionStatus("v", null, "pending review", {
    action,
    changes: {
      version: { old: null, new: version },
      taskid: { old: null, new: taskid },
    },
  });
}

describe("a first version", () => {
  it.each([
    ["HA-44 number 1 with a task", created(1, "t"), true],
    ["a number as text", created("1", "t"), true],
    ["HA-45 number 2", created(2, "t"), false],
    ["number 10", created("10", "t"), false],
    ["HA-46 without a task", created(1, null), false],
    ["an empty task", created(1, ""), false],
    [
      "no word of a task",
      { ...created(1, "t"), changes: { version: { old: null, new: 1 } } },
      false,
    ],
    ["changed, not created", created(1, "t", "update"), false],
    ["no number", versionStatus("v", null, "a"), false],
    ["a task", taskStatus("t", null, "a", { action: "add" }), false],
    ["something else", { ...created(1, "t"), entityType: "asset" }, false],
  ])("%s", (_, item, isFirst) => {
    const [entity] = anEvent([item]).entities;
    expect(isFirstVersion(entity!)).toBe(isFirst);
  });
});

interface Row {
  readonly settings: Partial<FirstVersionSettings>;
  /** Status in the event, and status now. */
  readonly createdAs?: string | null;
  readonly now?: string;
  readonly task?: string;
  readonly taskType?: string;
  readonly gone?: boolean;
  readonly offers?: readonly string[];
  readonly write?: string;
  readonly skip?: string;
  readonly detail?: string;
}

function factsOf(row: Row, also: readonly string[]): FirstVersionFacts {
  const createdAs =
    row.createdAs === undefined ? "Pending Review" : row.createdAs;
  return {
    statuses: statusesOf(...NAMES),
    schema: aSchema({ versions: row.offers ?? NAMES }),
    created: ["v", ...also].map((id) => ({
      id: ftrackId(id),
      statusId: createdAs === null ? null : statusId(createdAs),
    })),
    versions: (row.gone === true ? also : ["v", ...also]).map((id) => ({
      id: ftrackId(id),
      version: 1,
      statusId: statusId(row.now ?? createdAs ?? "Pending Review"),
      taskId: ftrackId("t"),
      assetType: "mov",
      path: `show/shot/geo/${id}`,
      taskName: row.task ?? "comp main",
      taskType: row.taskType ?? "Compositing",
    })),
  };
}

function decide(row: Row, also: readonly string[] = []) {
  return decideFirstVersion(factsOf(row, also), {
    status: "",
    mapping: [],
    ...row.settings,
  });
}

const conform = { status: "Pending Conform" };
const byType = {
  mapping: [
    { key: "task_type" as const, name: "compositing", status: "Approved" },
  ],
};

describe("status of a first version", () => {
  it.each<[string, Row]>([
    [
      "HA-44 the one that is set",
      { settings: conform, write: "pending conform" },
    ],
    [
      "a row that fits the task type goes before it",
      { settings: { ...conform, ...byType }, write: "approved" },
    ],
    [
      "HA-47 a row for another task type",
      {
        settings: byType,
        taskType: "Lighting",
        skip: "no-mapping-row",
        detail: 'show/shot/geo/v: No row fits the task "comp main".',
      },
    ],
    [
      "the status for all where no row fits",
      {
        settings: { ...conform, ...byType },
        taskType: "Lighting",
        write: "pending conform",
      },
    ],
    [
      "a row by the task's name",
      {
        settings: {
          mapping: [{ key: "task", name: "Comp Main", status: "approved" }],
        },
        write: "approved",
      },
    ],
    [
      "a row by the asset type",
      {
        settings: {
          mapping: [{ key: "asset_type", name: "MOV", status: "Approved" }],
        },
        write: "approved",
      },
    ],
    [
      "the first of several rows",
      {
        settings: {
          mapping: [
            { key: "task", name: "comp main", status: "Pending Conform" },
            { key: "task_type", name: "Compositing", status: "Approved" },
          ],
        },
        write: "pending conform",
      },
    ],
    [
      "rows that are not filled in are passed over",
      {
        settings: {
          ...conform,
          mapping: [
            { key: "task", name: "", status: "Approved" },
            { key: "task", name: "comp main", status: "" },
          ],
        },
        task: "comp main",
        write: "pending conform",
      },
    ],
    [
      "an unreadable task fits no empty row",
      {
        settings: {
          ...conform,
          mapping: [{ key: "task", name: "", status: "Approved" }],
        },
        task: "",
        write: "pending conform",
      },
    ],
    [
      "HA-48 the status is none of versions",
      {
        settings: { status: "Nope" },
        skip: "status-not-available",
        detail:
          'show/shot/geo/v: "Nope" is not among the statuses of versions.',
      },
    ],
    [
      "HA-49 nothing is set up",
      {
        settings: {},
        skip: "no-mapping-row",
        detail: "v: No status of first versions is set.",
      },
    ],
    [
      "it is so already",
      {
        settings: conform,
        createdAs: "Pending Conform",
        skip: "already-set",
        detail: "show/shot/geo/v: It already is Pending Conform.",
      },
    ],
    [
      "a repeated event finds it set",
      { settings: conform, now: "Pending Conform", skip: "already-set" },
    ],
    [
      "somebody has changed it since",
      {
        settings: conform,
        now: "Approved",
        skip: "superseded",
        detail:
          "show/shot/geo/v: Somebody has changed it already, to Approved.",
      },
    ],
    [
      "the event did not say with what status",
      {
        settings: conform,
        createdAs: null,
        now: "Approved",
        write: "pending conform",
      },
    ],
    [
      "the version is gone",
      {
        settings: conform,
        gone: true,
        skip: "entity-gone",
        detail: "v: The version is gone.",
      },
    ],
  ])("%s", (_, row) => {
    const decision = decide(row);
    expect(statusWrites(decision, "AssetVersion")).toEqual(
      row.write === undefined ? {} : { v: row.write },
    );
    expect(skipReasons(decision)).toEqual(
      row.skip === undefined ? {} : { v: row.skip },
    );
    if (row.detail !== undefined)
      expect(skipDetails(decision)).toEqual([`AssetVersion ${row.detail}`]);
  });

  it("HA-48 one version does not stop the next", () => {
    const decision = decide({ settings: conform, gone: true }, ["w"]);
    expect(skipReasons(decision)).toEqual({ v: "entity-gone" });
    expect(statusWrites(decision, "AssetVersion")).toEqual({
      w: "pending conform",
    });
  });

  it("each version has its own names", () => {
    const facts = factsOf({ settings: {} }, ["w"]);
    const [first, second] = facts.versions;
    const decision = decideFirstVersion(
      { ...facts, versions: [first!, { ...second!, taskName: "roto" }] },
      {
        status: "",
        mapping: [{ key: "task", name: "roto", status: "Approved" }],
      },
    );
    expect(statusWrites(decision, "AssetVersion")).toEqual({ w: "approved" });
  });
});
