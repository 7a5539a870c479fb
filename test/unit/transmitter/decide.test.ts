import { describe, expect, it } from "vitest";
import type { AyonChange } from "../../../src/core/ayon-event.ts";
import { ayonId, ftrackId } from "../../../src/core/ids.ts";
import { decideTransmission } from "../../../src/handlers/transmitter/decide.ts";
import type {
  Source,
  Target,
  TransmitterFacts,
  TransmitterSettings,
} from "../../../src/handlers/transmitter/facts.ts";
import { aPerson } from "../../support/people.ts";
import { aSchema, statusesOf, statusId } from "../../support/statuses.ts";

const NAMES = ["Ready", "In Progress", "Approved", "Done"];
const BOTH = { statuses: true, assignees: true };

type Kind = AyonChange["entityType"];
const TYPES: Record<Kind, string> = {
  folder: "Shot",
  task: "Task",
  version: "AssetVersion",
};

interface Row {
  readonly kind?: Kind;
  /** In AYON now, and in Ftrack. */
  readonly ayon?: string;
  readonly ftrack?: string | null;
  /** Names of assignees before and after each event; "?" when AYON does not say. */
  readonly events?: readonly string[];
  readonly assignees?: readonly string[];
  readonly assigned?: readonly string[];
  /** Type of the task; "roto" has a workflow of its own. */
  readonly type?: string;
  readonly link?: null;
  readonly missing?: "ayon" | "ftrack";
  readonly settings?: Partial<TransmitterSettings>;
  /** What is written, and why not. */
  readonly does: readonly string[];
}

function listOf(text: string): string[] | null {
  return text === "?" ? null : text.split(",").filter((name) => name !== "");
}

/** `a>a,b`: Anna was assigned and Ben came. */
function changesOf({ kind = "task", events }: Row): AyonChange[] {
  const base = { entityType: kind, entityId: ayonId("ayon") };
  if (events === undefined)
    return [
      {
        ...base,
        eventId: "e0",
        field: "status",
        oldValue: null,
        newValue: null,
      },
    ];
  return events.map((text, i) => {
    const [before = "", after = ""] = text.split(">");
    return {
      ...base,
      eventId: `e${String(i)}`,
      field: "assignees",
      oldValue: listOf(before),
      newValue: listOf(after),
    };
  });
}

function decide(row: Row): string[] {
  const { kind = "task", ayon = "Ready", ftrack = "Ready" } = row;
  const source: Source = {
    ayonId: ayonId("ayon"),
    entityType: kind,
    path: "/shot/anim",
    status: ayon,
    assignees: row.assignees ?? [],
    ftrackId: row.link === null ? null : ftrackId("it"),
  };
  const target: Target = {
    id: ftrackId("it"),
    entityType: TYPES[kind],
    objectTypeId: kind === "version" ? null : ftrackId(TYPES[kind]),
    typeId: kind === "task" ? ftrackId(row.type ?? "anim") : null,
    statusId: ftrack === null ? null : statusId(ftrack),
    path: "show/shot/anim",
  };
  const facts: TransmitterFacts = {
    changes: changesOf(row),
    sources: new Map(row.missing === "ayon" ? [] : [[source.ayonId, source]]),
    targets: new Map(row.missing === "ftrack" ? [] : [[target.id, target]]),
    assignments: (row.assigned ?? []).map((name, i) => ({
      id: ftrackId(`row${String(i)}`),
      taskId: target.id,
      userId: ftrackId(`id-${name}`),
    })),
    users: {
      ftrackOf: new Map(["a", "b"].map((name) => [name, aPerson(name)])),
    },
    statuses: statusesOf(...NAMES),
    schema: aSchema({
      tasks: ["Ready", "In Progress", "Approved"],
      versions: ["Ready", "Approved"],
      overrides: { roto: ["Ready"] },
      objects: { Shot: ["Ready", "Done"] },
    }),
  };
  const decision = decideTransmission(facts, { ...BOTH, ...row.settings });
  expect(decision.issues).toEqual([]);
  const ids = decision.changes.map((change) => change.id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { subject } of [...decision.changes, ...decision.skips])
    expect(subject.ayonId).toBe("ayon");
  return [
    ...decision.changes.map((change) => {
      if (change.kind === "ftrack.update")
        return `${change.entityType} ${String(change.data["status_id"])} after ${String(change.expects?.["status_id"])}`;
      if (change.kind === "ftrack.create")
        return `+${String(change.data["resource_id"])} on ${String(change.data["context_id"])} as ${String(change.data["type"])}`;
      return change.kind === "ftrack.delete"
        ? `-${change.entityType} ${change.key.join()}`
        : change.kind;
    }),
    ...decision.skips.map((skip) => skip.reason),
  ];
}

describe("statuses from AYON", () => {
  it.each<[string, Row]>([
    [
      "HA-84 a task gets the status of the same name, in any case",
      { ayon: "APPROVED", does: ["Task approved after ready"] },
    ],
    [
      "HA-84 a shot",
      { kind: "folder", ayon: "Done", does: ["Shot done after ready"] },
    ],
    [
      "HA-84 a version",
      {
        kind: "version",
        ayon: "Approved",
        does: ["AssetVersion approved after ready"],
      },
    ],
    [
      "HA-84 one that has no status yet",
      { ayon: "Ready", ftrack: null, does: ["Task ready after null"] },
    ],
    [
      "HA-84 not what its type does not offer",
      { kind: "folder", ayon: "Approved", does: ["status-not-available"] },
    ],
    [
      "HA-84 not what the task type's own workflow lacks",
      { type: "roto", ayon: "Approved", does: ["status-not-available"] },
    ],
    [
      "HA-84 not what Ftrack does not know",
      { ayon: "Elsewhere", does: ["status-not-available"] },
    ],
    ["HA-84 the echo finds it done", { does: ["already-set"] }],
    ["what is not linked", { link: null, does: ["not-linked"] }],
    ["what is gone from AYON", { missing: "ayon", does: ["entity-gone"] }],
    ["what is gone from Ftrack", { missing: "ftrack", does: ["entity-gone"] }],
    [
      "what is switched off",
      {
        ayon: "Approved",
        settings: { statuses: false },
        does: ["switched-off"],
      },
    ],
  ])("%s", (_title, row) => {
    expect(decide(row)).toEqual(row.does);
  });
});

describe("assignees from AYON", () => {
  it.each<[string, Row]>([
    [
      "HA-85 who comes is assigned",
      {
        events: [">a"],
        assignees: ["a"],
        does: ["+id-a on it as assignment"],
      },
    ],
    [
      "HA-85 who is assigned already is not assigned again",
      {
        events: [">a"],
        assignees: ["a"],
        assigned: ["a"],
        does: ["already-set"],
      },
    ],
    [
      "HA-85 the same event twice",
      {
        events: [">a", ">a"],
        assignees: ["a"],
        does: ["+id-a on it as assignment"],
      },
    ],
    [
      "who goes is taken off, with every row there is",
      {
        events: ["a>"],
        assigned: ["a", "a"],
        does: ["-Appointment row0", "-Appointment row1"],
      },
    ],
    ["who goes and was not there", { events: ["a>"], does: ["already-set"] }],
    [
      "who was not touched stays as he is",
      {
        events: ["b>b,a"],
        assignees: ["a", "b"],
        does: ["+id-a on it as assignment"],
      },
    ],
    [
      "one comes, one goes",
      {
        events: ["b>a"],
        assignees: ["a"],
        assigned: ["b"],
        does: ["+id-a on it as assignment", "-Appointment row0"],
      },
    ],
    [
      "what was taken back meanwhile",
      { events: [">a"], assignees: [], does: ["superseded"] },
    ],
    [
      "the last of several events decides",
      {
        events: [">a", "a>"],
        assigned: ["a"],
        does: ["-Appointment row0"],
      },
    ],
    [
      "nobody in Ftrack",
      { events: [">zoe"], assignees: ["zoe"], does: ["not-linked"] },
    ],
    [
      "without AYON's audit trail everybody who is there now is assigned, and nobody taken off",
      {
        events: ["?>?"],
        assignees: ["a"],
        assigned: ["b"],
        does: ["+id-a on it as assignment"],
      },
    ],
    [
      "what is switched off",
      {
        events: [">a"],
        assignees: ["a"],
        settings: { assignees: false },
        does: ["switched-off"],
      },
    ],
  ])("%s", (_title, row) => {
    expect(decide(row).toSorted()).toEqual(row.does.toSorted());
  });

  it("HA-85: a second try of the same event makes the same Appointment", () => {
    const ids = [1, 2].map(() =>
      decide({ events: [">a"], assignees: ["a"], does: [] }),
    );
    expect(ids[0]).toEqual(ids[1]);
  });
});
