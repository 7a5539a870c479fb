import { describe, expect, it } from "vitest";
import { ftrackId } from "../../../src/core/ids.ts";
import {
  decideVersionToTask,
  type VersionToTaskFacts,
  type VersionToTaskSettings,
} from "../../../src/handlers/statuses/version-to-task.ts";
import {
  skipDetails,
  skipReasons,
  statusWrites,
  unattributed,
} from "../../support/decisions.ts";
import { aSchema, statusesOf, statusId } from "../../support/statuses.ts";

const NAMES = ["Ready", "Pending Review", "Approved", "Done", "Retake"];
const DEFAULTS: VersionToTaskSettings = {
  mapping: [],
  asset_types_filter_type: "deny_list",
  asset_types: [],
};

/**
 * "v1 anim mov:Approved": version v1 of task anim, type mov, got that status. "-" is no task, "roto" has a
 * type with its own workflow.
 */
interface Row {
  readonly got: readonly string[];
  readonly gone?: readonly string[];
  readonly echo?: readonly string[];
  /** Version → status it has by now, when that is not the one it got. */
  readonly now?: Readonly<Record<string, string>>;
  readonly task?: string;
  readonly settings?: Partial<VersionToTaskSettings>;
  readonly offers?: readonly string[];
  readonly writes?: Readonly<Record<string, string>>;
  readonly skips?: Readonly<Record<string, string>>;
}

function decide(row: Row) {
  const parsed = row.got.map((text) => {
    const [id = "", task = "", rest = ""] = text.split(" ");
    const [type = "", status = ""] = rest.split(":");
    return { id: ftrackId(id), task, type, status: status.replace("_", " ") };
  });
  const facts: VersionToTaskFacts = {
    statuses: statusesOf(...NAMES),
    schema: aSchema({
      tasks: row.offers ?? NAMES,
      overrides: { roto: ["Ready", "Retake"] },
    }),
    transitions: parsed.map(({ id, status }) => ({
      entityId: id,
      parentId: ftrackId("asset"),
      newStatusId: statusId(status),
      actor: { id: null, username: null },
      isEcho: row.echo?.includes(id) ?? false,
    })),
    versions: parsed
      .filter(({ id }) => row.gone?.includes(id) !== true)
      .map(({ id, task, type, status }) => ({
        id,
        version: 1,
        statusId: statusId(row.now?.[id] ?? status),
        taskId: task === "-" ? null : ftrackId(task),
        assetType: type,
        path: `show/shot/geo/${id}`,
        task:
          task === "-"
            ? null
            : {
                id: ftrackId(task),
                name: task,
                parentId: ftrackId("shot"),
                typeId: ftrackId(task),
                statusId: statusId(row.task ?? "Ready"),
                path: `show/shot/${task}`,
              },
      })),
  };
  return decideVersionToTask(facts, { ...DEFAULTS, ...row.settings });
}

const approvedIsDone = { mapping: [{ name: "Approved", value: ["Done"] }] };

describe("status from a version to its task", () => {
  it.each<[string, Row]>([
    [
      "HA-35 the same name",
      { got: ["v1 anim mov:Approved"], writes: { anim: "approved" } },
    ],
    [
      "HA-36 a row goes first",
      {
        got: ["v1 anim mov:Approved"],
        settings: approvedIsDone,
        writes: { anim: "done" },
      },
    ],
    [
      "HA-36 the same name where the row's status is not available",
      {
        got: ["v1 anim mov:Approved"],
        settings: approvedIsDone,
        offers: ["Approved"],
        writes: { anim: "approved" },
      },
    ],
    [
      "HA-37 the task type's own workflow lacks it",
      {
        got: ["v1 roto mov:Approved"],
        skips: { roto: "status-not-available" },
      },
    ],
    [
      "the task type's own workflow has it",
      { got: ["v1 roto mov:Retake"], writes: { roto: "retake" } },
    ],
    [
      "HA-39 a version without a task does not stop the others",
      {
        got: ["v1 - mov:Approved", "v2 anim mov:Approved"],
        writes: { anim: "approved" },
        skips: { v1: "no-task" },
      },
    ],
    [
      "HA-40 a filtered type does not stop the others",
      {
        got: ["v1 anim wip:Approved", "v2 comp mov:Approved"],
        settings: { asset_types: ["WIP"] },
        writes: { comp: "approved" },
        skips: { v1: "type-not-listed" },
      },
    ],
    [
      "an empty allow list is no restriction",
      {
        got: ["v1 anim mov:Approved"],
        settings: { asset_types_filter_type: "allow_list" },
        writes: { anim: "approved" },
      },
    ],
    [
      "HA-41 a row's name in another case",
      {
        got: ["v1 anim mov:Approved"],
        settings: { mapping: [{ name: "aPPROVED", value: ["dONE"] }] },
        writes: { anim: "done" },
      },
    ],
    [
      "HA-42 the task is so already",
      {
        got: ["v1 anim mov:Approved"],
        task: "Approved",
        skips: { anim: "already-set" },
      },
    ],
    [
      "HA-43 the echo of the rule from tasks to versions",
      {
        got: ["v1 anim mov:Approved"],
        settings: approvedIsDone,
        echo: ["v1"],
        skips: { v1: "own-write" },
      },
    ],
    [
      "the last of several versions of one task",
      {
        got: [
          "v1 anim mov:Approved",
          "v2 anim mov:Retake",
          "v3 comp mov:Approved",
        ],
        writes: { anim: "retake", comp: "approved" },
        skips: { anim: "superseded" },
      },
    ],
    [
      "a last one that leads nowhere does not take the others back",
      {
        got: ["v1 anim mov:Approved", "v2 - mov:Retake"],
        writes: { anim: "approved" },
        skips: { v2: "no-task" },
      },
    ],
    [
      "the version has moved on: its own event follows",
      {
        got: ["v1 anim mov:Approved"],
        now: { v1: "Retake" },
        skips: { v1: "superseded" },
      },
    ],
    [
      "HA-6 a version that is gone does not stop the others",
      {
        got: ["v1 anim mov:Approved", "v2 comp mov:Approved"],
        gone: ["v1"],
        writes: { comp: "approved" },
        skips: { v1: "entity-gone" },
      },
    ],
    [
      "a status nobody knows",
      {
        got: ["v1 anim mov:Nirvana"],
        skips: { v1: "value-unreadable" },
      },
    ],
  ])("%s", (_, row) => {
    const decision = decide(row);
    expect(statusWrites(decision, "Task")).toEqual(row.writes ?? {});
    expect(skipReasons(decision)).toEqual(row.skips ?? {});
    expect(decision.issues).toEqual([]);
    const ids = row.got.map((text) => text.split(" ", 1)[0]!);
    expect(unattributed(decision, ids)).toEqual([]);
  });

  it("says in a skip what an administrator has to know", () => {
    const details = (row: Row) => skipDetails(decide(row));
    const version = "AssetVersion show/shot/geo/v1";
    expect(
      details({ got: ["v1 roto mov:Approved"], settings: approvedIsDone }),
    ).toEqual([
      "Task show/shot/roto: None of Done, Approved is a status of this type of task.",
    ]);
    expect(
      details({
        got: ["v1 anim mov:Approved", "v2 anim mov:Retake"],
        now: { v1: "Done" },
      }),
    ).toEqual([`${version}: The version has changed again, to Done.`]);
    expect(
      details({ got: ["v1 anim mov:Approved", "v2 anim mov:Retake"] }),
    ).toEqual(["Task show/shot/anim: A later version decides."]);
    expect(details({ got: ["v1 anim x:Nirvana"] })).toEqual([
      `${version}: The version has an unknown status (nirvana).`,
    ]);
    expect(details({ got: ["v1 anim x:Done"], gone: ["v1"] })).toEqual([
      "AssetVersion v1: The version is gone.",
    ]);
    expect(details({ got: ["v1 - x:Done"] })).toEqual([
      `${version}: The version belongs to no task.`,
    ]);
    expect(details({ got: ["v1 anim x:Done"], echo: ["v1"] })).toEqual([
      `${version}: The version follows its task.`,
    ]);
    expect(
      details({ got: ["v1 anim x:Done"], settings: { asset_types: ["x"] } }),
    ).toEqual([
      `${version}: Versions of type "x" are left out in the settings.`,
    ]);
  });
});
