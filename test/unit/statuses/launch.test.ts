import { describe, expect, it } from "vitest";
import type { ChangeResult } from "../../../src/core/change.ts";
import { ftrackId } from "../../../src/core/ids.ts";
import { deadRows, type LaunchRow } from "../../../src/core/launch-rows.ts";
import {
  concludeLaunch,
  decideLaunch,
  launchOf,
  matchesPattern,
  type LaunchFacts,
  type LaunchSettings,
} from "../../../src/handlers/statuses/launch.ts";
import {
  skipDetails,
  skipReasons,
  statusWrites,
} from "../../support/decisions.ts";
import { anEvent } from "../../support/events.ts";
import { aSchema, statusesOf, statusId } from "../../support/statuses.ts";

const DEFAULT_ROWS: readonly LaunchRow[] = [
  { name: "In Progress", value: ["__any__"] },
  { name: "Ready", value: ["Not Ready"] },
  { name: "__ignore__", value: ["in progress", "omitted", "on hold"] },
];
const NAMES = [
  "Not Ready",
  "Ready",
  "In Progress",
  "Omitted",
  "On Hold",
  "Retake",
];
const MAYA = "ayon_app.maya/2026";

function launchEvent(data: Record<string, unknown>) {
  return anEvent([], {
    topic: "ftrack.action.launch",
    data: {
      entities: undefined,
      actionIdentifier: MAYA,
      selection: [{ entityId: "t", entityType: "task" }],
      ...data,
    },
  });
}

describe("the start of an action", () => {
  it.each([
    ["on a task", {}, ["t"]],
    ["HA-56 a form that is sent in", { values: { a: 1 } }, null],
    ["HA-56 an empty form that is sent in", { values: {} }, null],
    ["values that are null", { values: null }, ["t"]],
    [
      "an action of this service",
      { actionIdentifier: "sync.from.ftrack.to.ayon" },
      null,
    ],
    [
      "HA-57 on a project",
      { selection: [{ entityId: "p", entityType: "show" }] },
      null,
    ],
    [
      "on several things, some of them odd",
      {
        selection: [
          null,
          { entityId: "v", entityType: "assetversion" },
          { entityId: "t1", entityType: "Task" },
          { entityId: 3, entityType: "task" },
          { entityId: "t2", entityType: "task" },
        ],
      },
      ["t1", "t2"],
    ],
    ["on nothing", { selection: [] }, null],
    ["without a selection", { selection: undefined }, null],
    ["without an identifier", { actionIdentifier: undefined }, null],
  ])("%s", (_, data, selected) => {
    expect(launchOf(launchEvent(data))?.selected ?? null).toEqual(selected);
  });
});

describe("patterns of identifiers", () => {
  it.each([
    ["ayon_app.*", MAYA, true],
    ["ayon_app.*", "ayon_app.", true],
    ["ayon_app.*", "my.ayon_app.maya", false],
    ["*", "anything", true],
    ["AYON_APP.*", MAYA, true],
    ["exact", "exact", true],
    ["exact", "exactly", false],
    ["*maya*", MAYA, true],
    ["*maya*2026", MAYA, true],
    ["*maya*2025", MAYA, false],
    ["*2026*maya", MAYA, false],
    ["a*a", "a", false],
    ["a*a", "aa", true],
    ["a*b*b", "ab", false],
    ["a*x*b", "ab", false],
    ["*a*b", "ab", true],
    ["a*b*b", "abb", true],
    [".*", MAYA, false],
    ["", "", true],
  ])("%s and %s", (pattern, identifier, fits) => {
    expect(matchesPattern(pattern, identifier)).toBe(fits);
  });
});

interface Row {
  readonly status: string;
  readonly rows?: readonly LaunchRow[];
  readonly identifiers?: readonly string[];
  readonly offers?: readonly string[];
  readonly isOff?: boolean;
  readonly missing?: boolean;
  readonly write?: string;
  readonly skip?: string;
}

function factsOf(row: Row): LaunchFacts {
  const task = {
    id: ftrackId("t"),
    name: "anim",
    parentId: ftrackId("shot"),
    typeId: ftrackId("animation"),
    statusId: statusId(row.status),
    path: "show/shot/anim",
  };
  return {
    justMoved: new Set(),
    statuses: statusesOf(...NAMES),
    schema: aSchema({ tasks: row.offers ?? NAMES }),
    launches: [{ actionIdentifier: MAYA, selected: [task.id] }],
    tasks: row.missing === true ? [] : [task],
  };
}

function settingsOf(row: Row): LaunchSettings {
  return {
    mapping: row.rows ?? DEFAULT_ROWS,
    action_identifiers: row.identifiers ?? ["ayon_app.*"],
    run_on_server: row.isOff !== true,
  };
}

const readyFirst: readonly LaunchRow[] = [
  { name: "Ready", value: ["Not Ready"] },
  { name: "In Progress", value: ["__any__"] },
];
const ignoreFirst: readonly LaunchRow[] = [
  { name: "__IGNORE__", value: ["On Hold"] },
  ...readyFirst,
];

describe("status of a task on which work starts", () => {
  it.each<[string, Row]>([
    ["HA-50 defaults", { status: "Not Ready", write: "in progress" }],
    ["HA-53 defaults: any wins", { status: "On Hold", write: "in progress" }],
    ["defaults: Ready", { status: "Ready", write: "in progress" }],
    ["defaults: Omitted", { status: "Omitted", write: "in progress" }],
    ["defaults: so already", { status: "In Progress", skip: "already-set" }],
    [
      "HA-51 the first row that fits",
      { status: "Not Ready", rows: readyFirst, write: "ready" },
    ],
    [
      "HA-51 the next one for other statuses",
      { status: "Retake", rows: readyFirst, write: "in progress" },
    ],
    [
      "HA-52 a row that leaves it alone, in any case",
      { status: "ON HOLD", rows: ignoreFirst, skip: "ignored-by-rule" },
    ],
    [
      "HA-54 an unknown status is passed over",
      {
        status: "Ready",
        rows: [{ name: "Nope", value: ["__ANY__"] }, ...DEFAULT_ROWS],
        write: "in progress",
      },
    ],
    [
      "HA-54 a status that is not available is passed over",
      {
        status: "Not Ready",
        rows: readyFirst,
        offers: ["In Progress"],
        write: "in progress",
      },
    ],
    [
      "HA-54 a row that leaves it alone ends the walk there too",
      {
        status: "Not Ready",
        rows: [
          { name: "Nope", value: ["Not Ready"] },
          { name: "__ignore__", value: ["Not Ready"] },
          { name: "Ready", value: ["Not Ready"] },
        ],
        skip: "ignored-by-rule",
      },
    ],
    [
      "nothing is available",
      { status: "Not Ready", offers: ["Retake"], skip: "status-not-available" },
    ],
    [
      "HA-55 no row fits",
      {
        status: "Retake",
        rows: [{ name: "Ready", value: ["Not Ready"] }],
        skip: "no-mapping-row",
      },
    ],
    ["no rows", { status: "Retake", rows: [], skip: "no-mapping-row" }],
    [
      "a status nobody knows is still any",
      { status: "Nirvana", write: "in progress" },
    ],
    [
      "the action does not count",
      {
        status: "Not Ready",
        identifiers: ["houdini.*"],
        skip: "not-relevant",
      },
    ],
    [
      "no action counts",
      { status: "Not Ready", identifiers: [], skip: "not-relevant" },
    ],
    [
      "the server is not to answer",
      { status: "Not Ready", isOff: true, skip: "not-relevant" },
    ],
    [
      "HA-57 what was selected is a Shot, or of another project",
      { status: "Not Ready", missing: true, skip: "not-relevant" },
    ],
  ])("%s", (_, row) => {
    const decision = decideLaunch(factsOf(row), settingsOf(row));
    expect(statusWrites(decision, "Task")).toEqual(
      row.write === undefined ? {} : { t: row.write },
    );
    expect(skipReasons(decision)).toEqual(
      row.skip === undefined ? {} : { t: row.skip },
    );
  });

  it("a repeated event does not move a task on along a chain of rows", () => {
    const row = { status: "Ready", rows: readyFirst };
    const repeated = { ...factsOf(row), justMoved: new Set([ftrackId("t")]) };
    const decision = decideLaunch(repeated, settingsOf(row));
    expect(decision.changes).toEqual([]);
    expect(skipReasons(decision)).toEqual({ t: "already-set" });
    expect(decision.skips[0]?.detail).toBe("It has just become Ready.");
  });

  it("each task has its own status", () => {
    const facts = factsOf({ status: "Ready" });
    const [task] = facts.tasks;
    const held = {
      ...task!,
      id: ftrackId("held"),
      statusId: statusId("On Hold"),
    };
    const launches = [
      { actionIdentifier: MAYA, selected: [held.id, task!.id] },
    ];
    const decision = decideLaunch(
      { ...facts, tasks: [task!, held], launches },
      settingsOf({ status: "", rows: ignoreFirst }),
    );
    expect(statusWrites(decision, "Task")).toEqual({ t: "in progress" });
    expect(skipReasons(decision)).toEqual({ held: "ignored-by-rule" });
  });

  it("several starts of one task make one write", () => {
    const facts = factsOf({ status: "Ready" });
    const other = {
      actionIdentifier: "other",
      selected: [ftrackId("t"), ftrackId("x")],
    };
    const launches = [other, ...facts.launches, ...facts.launches, other];
    const decision = decideLaunch(
      { ...facts, launches },
      settingsOf({ status: "Ready" }),
    );
    expect(decision.changes).toHaveLength(1);
    expect(skipReasons(decision)).toEqual({ x: "not-relevant" });
  });

  it("says in a skip what an administrator has to know", () => {
    const details = (row: Row) =>
      skipDetails(decideLaunch(factsOf(row), settingsOf(row)));
    expect(details({ status: "Retake", rows: [] })).toEqual([
      "Task show/shot/anim: No row starts from Retake.",
    ]);
    expect(
      details({ status: "Not Ready", rows: readyFirst, offers: [] }),
    ).toEqual([
      "Task show/shot/anim: None of Ready, In Progress is a status of this type of task.",
    ]);
    expect(details({ status: "On Hold", rows: ignoreFirst })).toEqual([
      "Task show/shot/anim: On Hold is left alone.",
    ]);
    expect(details({ status: "Ready", identifiers: [] })).toEqual([
      `TypedContext t: Action ${MAYA} does not count.`,
    ]);
    expect(details({ status: "Ready", missing: true })).toEqual([
      "TypedContext t: What was selected is no task of this project.",
    ]);
  });
});

describe("HA-54 where Ftrack refuses the status", () => {
  const result = (more: Partial<ChangeResult>): ChangeResult => ({
    changeId: "status-t",
    status: "failed",
    error: { code: "E", message: "", transient: false },
    ...more,
  });
  const row = { status: "Not Ready", rows: readyFirst };

  it.each<[string, ChangeResult, Record<string, string>]>([
    ["the next row is tried", result({}), { t: "in progress" }],
    ["not when it worked", result({ status: "applied" }), {}],
    ["not when somebody was faster", result({ status: "conflict" }), {}],
    [
      "not when Ftrack did not answer",
      result({ error: { code: "E", message: "", transient: true } }),
      {},
    ],
    ["not for another change", result({ changeId: "other" }), {}],
  ])("%s", (_, outcome, writes) => {
    const decision = concludeLaunch(factsOf(row), settingsOf(row), [outcome]);
    expect(statusWrites(decision, "Task")).toEqual(writes);
  });

  it("without a word of why", () => {
    const { error, ...bare } = result({});
    expect(error).toBeDefined();
    const decision = concludeLaunch(factsOf(row), settingsOf(row), [bare]);
    expect(statusWrites(decision, "Task")).toEqual({ t: "in progress" });
  });

  it("gives up below the last row", () => {
    const last = { status: "Retake", rows: readyFirst };
    const decision = concludeLaunch(factsOf(last), settingsOf(last), [
      result({}),
    ]);
    expect(decision.changes).toEqual([]);
    expect(skipReasons(decision)).toEqual({ t: "no-mapping-row" });
  });
});

describe("HA-53 rows that can never decide", () => {
  it.each<[string, LaunchRow[], string[]]>([
    [
      "below a row for any",
      [...DEFAULT_ROWS],
      [
        '"Ready" stands below a row for __any__, which takes every status.',
        '"__ignore__" stands below a row for __any__, which takes every status.',
      ],
    ],
    ["in a good order", [...ignoreFirst], []],
    [
      "all its statuses are taken above",
      [
        { name: "A", value: ["x"] },
        { name: "B", value: ["Y", "z"] },
        { name: "C", value: ["X", "y"] },
        { name: "D", value: ["x", "new"] },
      ],
      ['"C" stands below rows that take all its statuses.'],
    ],
    ["an empty row", [{ name: "A", value: [] }], ['"A" lists no status.']],
  ])("%s", (_, rows, reasons) => {
    expect(deadRows(rows).map((d) => d.reason)).toEqual(reasons);
  });
});
