import { describe, expect, it } from "vitest";
import { ftrackId } from "../../../src/core/ids.ts";
import {
  decideTaskToVersion,
  type TaskToVersionFacts,
  type TaskToVersionSettings,
} from "../../../src/handlers/statuses/task-to-version.ts";
import type { Transition } from "../../../src/handlers/statuses/transitions.ts";
import {
  skipDetails,
  skipReasons,
  statusWrites,
  unattributed,
} from "../../support/decisions.ts";
import { aSchema, statusesOf, statusId } from "../../support/statuses.ts";

const TASK = ftrackId("task");
const SERVICE = {
  id: ftrackId("u-service"),
  username: "service@studio.test",
  email: null,
  firstName: "",
  lastName: "",
  isActive: true,
};
const NAMES = ["Pending Review", "Approved", "Client Review", "On Hold"];
const DEFAULTS: TaskToVersionSettings = {
  mapping: [],
  asset_types_filter_type: "allow_list",
  asset_types: [],
};

/** "geo v2 mov:Ready": version 2 of asset geo, type mov, with that status; its id is "geo2". */
interface Row {
  readonly task?: string | null;
  readonly versions: readonly string[];
  readonly settings?: Partial<TaskToVersionSettings>;
  readonly offers?: readonly string[];
  /** Asset types that were read. */
  readonly types?: readonly string[];
  readonly actor?: Transition["actor"];
  readonly serviceUser?: typeof SERVICE | null;
  readonly writes?: Readonly<Record<string, string>>;
  readonly skips?: Readonly<Record<string, string>>;
}

const anna = { id: ftrackId("u-anna"), username: "anna@studio.test" };

function factsOf(row: Row): TaskToVersionFacts {
  return {
    statuses: statusesOf(...NAMES),
    schema: aSchema({ versions: row.offers ?? NAMES }),
    transitions: [
      {
        entityId: TASK,
        parentId: ftrackId("shot"),
        newStatusId: statusId("whatever the event says"),
        actor: row.actor ?? anna,
      },
    ],
    serviceUser: row.serviceUser === undefined ? SERVICE : row.serviceUser,
    tasks:
      row.task === null
        ? []
        : [
            {
              id: TASK,
              name: "anim",
              parentId: ftrackId("shot"),
              typeId: null,
              statusId:
                row.task === "" ? null : statusId(row.task ?? "Pending Review"),
              path: "show/shot/anim",
            },
          ],
    versions: row.versions.map((text) => {
      const [asset = "", number = "", rest = ""] = text.split(" ");
      const [type = "", status = ""] = rest.split(":");
      const version = Number(number.slice(1));
      return {
        id: ftrackId(`${asset}${version}`),
        version,
        statusId: statusId(status.replace("_", " ")),
        taskId: asset === "foreign" ? ftrackId("other") : TASK,
        assetType: type,
        path: `show/shot/${asset}/v${version}`,
      };
    }),
    assetTypes:
      row.types ??
      ((row.settings?.asset_types ?? []).length > 0 ? ["mov", "render"] : []),
  };
}

function decide(row: Row) {
  return decideTaskToVersion(factsOf(row), { ...DEFAULTS, ...row.settings });
}

const clientReview = {
  mapping: [{ name: "pending REVIEW", value: ["Nope", "client review"] }],
};

describe("status from a task to its latest versions", () => {
  it.each<[string, Row]>([
    [
      "HA-22 the service user's change",
      {
        actor: { id: SERVICE.id, username: null },
        versions: ["geo v1 mov:Approved"],
        skips: { task: "own-write" },
      },
    ],
    [
      "HA-22 told by name only",
      {
        actor: { id: null, username: "Service@studio.test" },
        versions: ["geo v1 mov:Approved"],
        skips: { task: "own-write" },
      },
    ],
    [
      "the id decides where there is one",
      {
        actor: { id: anna.id, username: SERVICE.username },
        versions: ["geo v1 mov:Approved"],
        writes: { geo1: "pending review" },
      },
    ],
    [
      "HA-23 nobody knows who",
      {
        actor: { id: null, username: null },
        versions: ["geo v1 mov:Approved"],
        skips: { task: "unknown-actor" },
      },
    ],
    [
      "somebody told by name only",
      {
        actor: { id: null, username: "anna@studio.test" },
        versions: ["geo v1 mov:Approved"],
        writes: { geo1: "pending review" },
      },
    ],
    [
      "HA-24 default settings: the same name",
      { versions: ["geo v1 mov:Approved"], writes: { geo1: "pending review" } },
    ],
    [
      "HA-25 the latest only",
      {
        versions: ["geo v1 mov:Approved", "geo v2 mov:Approved"],
        writes: { geo2: "pending review" },
      },
    ],
    [
      "HA-26 all that share the highest number",
      {
        versions: [
          "a v3 mov:Approved",
          "b v3 mov:Approved",
          "c v2 mov:Approved",
        ],
        writes: { a3: "pending review", b3: "pending review" },
      },
    ],
    [
      "HA-27 the first of the mapping that is available",
      {
        versions: ["geo v1 mov:Approved"],
        settings: clientReview,
        writes: { geo1: "client review" },
      },
    ],
    [
      "HA-28 else the same name",
      {
        versions: ["geo v1 mov:Approved"],
        settings: clientReview,
        offers: ["Pending Review"],
        writes: { geo1: "pending review" },
      },
    ],
    [
      "HA-29 nothing is available",
      {
        versions: ["geo v1 mov:Approved"],
        settings: clientReview,
        offers: ["Approved"],
        skips: { geo1: "no-matching-status" },
      },
    ],
    [
      "HA-30 named as the task already, but the mapping says otherwise",
      {
        versions: ["geo v1 mov:Pending_Review"],
        settings: clientReview,
        writes: { geo1: "client review" },
      },
    ],
    [
      "the version is so already",
      {
        versions: ["geo v1 mov:Pending_Review"],
        skips: { geo1: "already-set" },
      },
    ],
    [
      "HA-31 the version's status is outside the workflow, or unknown",
      {
        versions: ["geo v1 mov:Nirvana", "fx v1 mov:On_Hold"],
        offers: ["Pending Review"],
        writes: { geo1: "pending review", fx1: "pending review" },
      },
    ],
    [
      "HA-32 a version that is filtered out is not the latest",
      {
        versions: ["r v5 render:Approved", "m v4 mov:Approved"],
        settings: {
          asset_types_filter_type: "deny_list",
          asset_types: ["RENDER"],
        },
        writes: { m4: "pending review" },
      },
    ],
    [
      "an allow list keeps what is listed",
      {
        versions: ["r v5 render:Approved", "m v4 mov:Approved"],
        settings: { asset_types: ["mov"] },
        writes: { m4: "pending review" },
      },
    ],
    [
      "all versions are filtered out",
      {
        versions: ["r v5 render:Approved"],
        settings: { asset_types: ["mov"] },
        skips: { task: "type-not-listed" },
      },
    ],
    [
      "an empty deny list is no restriction",
      {
        versions: ["r v5 render:Approved"],
        settings: { asset_types_filter_type: "deny_list" },
        writes: { r5: "pending review" },
      },
    ],
    [
      "the task has no versions",
      { versions: [], skips: { task: "not-relevant" } },
    ],
    [
      "versions of other tasks stay",
      {
        versions: ["foreign v9 mov:Approved", "geo v1 mov:Approved"],
        writes: { geo1: "pending review" },
      },
    ],
    [
      "the task is gone",
      {
        task: null,
        versions: ["geo v1 mov:Approved"],
        skips: { task: "entity-gone" },
      },
    ],
    [
      "the task's status is unknown",
      {
        task: "Nirvana",
        versions: ["geo v1 mov:Approved"],
        skips: { task: "value-unreadable" },
      },
    ],
  ])("%s", (_, row) => {
    const decision = decide(row);
    expect(statusWrites(decision, "AssetVersion")).toEqual(row.writes ?? {});
    expect(skipReasons(decision)).toEqual(row.skips ?? {});
    expect(decision.issues).toEqual([]);
    expect(unattributed(decision, ["task"])).toEqual([]);
  });

  it("HA-33 an allow list of unknown types: nothing but a warning", () => {
    const decision = decide({
      versions: ["geo v1 mov:Approved"],
      settings: { asset_types: ["nope"] },
    });
    expect(statusWrites(decision, "AssetVersion")).toEqual({});
    expect(skipReasons(decision)).toEqual({ task: "type-not-listed" });
    expect(decision.issues).toEqual([
      {
        severity: "warning",
        rule: "asset-type-unknown",
        subject: { ftrackId: null, path: "nope", type: "AssetType" },
        detail: 'Ftrack has no asset type with the short name "nope".',
        fix: "Correct the list of asset types in the settings.",
      },
    ]);
  });

  it("without the service user nothing is done, and somebody is told", () => {
    const decision = decide({
      versions: ["geo v1 mov:Approved"],
      serviceUser: null,
    });
    expect(statusWrites(decision, "AssetVersion")).toEqual({});
    expect(skipReasons(decision)).toEqual({ task: "unknown-actor" });
    expect(decision.issues.map((i) => [i.severity, i.rule, i.subject])).toEqual(
      [
        [
          "error",
          "service-user-unknown",
          { ftrackId: null, path: "", type: "User" },
        ],
      ],
    );
    expect(decision.issues[0]?.detail).toBe(
      "The Ftrack user of this service cannot be found.",
    );
    expect(decision.issues[0]?.fix).toContain("user name in the settings");
  });

  it("an allow list is not checked where the types were not read", () => {
    const decision = decide({
      versions: ["geo v1 mov:Approved"],
      settings: { asset_types: ["nope"] },
      types: [],
    });
    expect(decision.issues).toEqual([]);
  });

  it("each task has its own versions", () => {
    const first = factsOf({ versions: ["geo v1 mov:Approved"] });
    const other = { ...first.tasks[0]!, id: ftrackId("other") };
    const facts = {
      ...first,
      tasks: [other, ...first.tasks],
      transitions: [
        ...first.transitions,
        { ...first.transitions[0]!, entityId: other.id },
      ],
    };
    const decision = decideTaskToVersion(facts, DEFAULTS);
    expect(statusWrites(decision, "AssetVersion")).toEqual({
      geo1: "pending review",
    });
    expect(skipReasons(decision)).toEqual({ other: "not-relevant" });
  });

  it("says in a skip what an administrator has to know", () => {
    const details = (row: Row) => skipDetails(decide(row));
    const versions = ["geo v1 mov:Approved"];
    expect(details({ versions, settings: clientReview, offers: [] })).toEqual([
      "AssetVersion show/shot/geo/v1: None of Nope, client review, Pending Review is a status of versions.",
    ]);
    expect(details({ versions: [] })).toEqual([
      "Task show/shot/anim: No version was made from the task.",
    ]);
    expect(
      details({ versions, settings: { asset_types: ["render"] } }),
    ).toEqual([
      "Task show/shot/anim: The asset types of its versions are left out in the settings.",
    ]);
    expect(details({ versions, task: "Nirvana" })).toEqual([
      "Task show/shot/anim: The task has an unknown status (nirvana).",
    ]);
    expect(details({ versions, task: "" })).toEqual([
      "Task show/shot/anim: The task has no status.",
    ]);
    expect(details({ versions, task: null })).toEqual([
      "Task task: The task is gone.",
    ]);
    expect(details({ versions, actor: { id: null, username: null } })).toEqual([
      "Task show/shot/anim: It is not known who changed the task.",
    ]);
    expect(
      details({ versions, actor: { id: SERVICE.id, username: null } }),
    ).toEqual(["Task show/shot/anim: This service changed the task."]);
  });
});
