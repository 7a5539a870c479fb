import { describe, expect, it } from "vitest";
import { ftrackId, type FtrackId } from "../../../src/core/ids.ts";
import type { AyonStatus } from "../../../src/core/ports.ts";
import type { FtrackStatus } from "../../../src/core/reference.ts";
import { syncOnce } from "../../support/sync/cycle.ts";
import {
  aContext,
  aModel,
  aNode,
  aTask,
  focusOn,
  type Model,
} from "../../support/sync/model.ts";
import {
  anAyonProject,
  aWorld,
  STATUSES,
  TASK_TYPES,
  TYPES,
} from "../../support/sync/world.ts";

function names(list: readonly { readonly name: string }[]): string[] {
  return list.map((entry) => entry.name);
}
function projectIssues(model: Model): string[] {
  return syncOnce(model).decision.issues.map((issue) => issue.rule);
}
function withStatuses(...statuses: readonly FtrackStatus[]): Model {
  const world = aWorld();
  return aModel([], [], {
    world: {
      ...world,
      statuses: new Map(statuses.map((status) => [status.id, status])),
      schema: {
        ...world.schema,
        objectStatuses: new Map(),
        taskStatuses: statuses.map((s) => s.id),
        versionStatuses: [],
      },
    },
  });
}
function aStatus(name: string, more: Partial<FtrackStatus> = {}): FtrackStatus {
  return {
    id: ftrackId(name),
    name,
    sort: 1,
    color: "#112233",
    state: "DONE",
    stateName: "Done",
    ...more,
  };
}

describe("types", () => {
  it("ES-17, ES-18 unknown ones are added before they are used", () => {
    const world = aWorld();
    const asset = ftrackId("ot-asset");
    const model = aModel(
      [
        aContext("f", "sh", { objectTypeId: asset }),
        aTask("t", "comp", "f", { typeId: TASK_TYPES.comp }),
      ],
      [],
      {
        world: {
          ...world,
          objectTypes: new Map([
            ...world.objectTypes,
            [
              asset,
              {
                id: asset,
                name: "Asset Build",
                sort: 5,
                isLeaf: false,
                isStatusable: true,
                isTypeable: true,
              },
            ],
          ]),
        },
      },
    );
    const { decision, results } = syncOnce(model, { focus: focusOn("f", "t") });
    expect(decision.changes.map((c) => c.kind)).toEqual([
      "ayon.project.update",
      "ayon.operation",
      "ayon.operation",
    ]);
    expect(results.map((r) => r.status)).toEqual([
      "applied",
      "applied",
      "applied",
    ]);
    expect(names(model.project.folderTypes)).toEqual([
      "Folder",
      "Shot",
      "Sequence",
      "Asset Build",
    ]);
    expect(names(model.project.taskTypes)).toEqual([
      "Generic",
      "Animation",
      "Compositing",
    ]);
  });

  it("FS-4 neither Task nor Milestone becomes a folder type", () => {
    const model = aModel();
    syncOnce(model);
    expect(names(model.project.folderTypes)).toEqual([
      "Folder",
      "Shot",
      "Sequence",
    ]);
  });

  it("FS-5 a full sync brings the case of names in line, and entities follow", () => {
    const project = anAyonProject();
    const model = aModel(
      [aContext("f", "sh")],
      [aNode("n", "sh", "f", { type: "shot" })],
      {
        project: {
          ...project,
          folderTypes: [
            { name: "shot", shortName: "s", icon: "mine", color: "#123456" },
          ],
        },
      },
    );
    syncOnce(model);
    expect(model.project.folderTypes[0]).toEqual({
      name: "Shot",
      shortName: "s",
      icon: "mine",
      color: "#123456",
    });
    expect([...model.nodes.values()][0]?.type).toBe("Shot");
  });

  it("after an event the case of a known type is left alone", () => {
    const project = anAyonProject();
    const model = aModel([aContext("f", "sh")], [], {
      project: {
        ...project,
        folderTypes: [{ name: "shot", shortName: "s", icon: "mine" }],
      },
    });
    const { decision } = syncOnce(model, { focus: focusOn("f") });
    expect(decision.changes.map((c) => c.kind)).toEqual(["ayon.operation"]);
    expect([...model.nodes.values()][0]?.type).toBe("shot");
  });

  it("FS-6 AYON's own types stay, and the report lists them", () => {
    const model = aModel(
      [],
      [aNode("n", "lib", null, { type: "Folder", active: false })],
    );
    expect(projectIssues(model)).toEqual([
      "type-only-in-ayon",
      "type-only-in-ayon",
    ]);
    expect(names(model.project.folderTypes)).toContain("Folder");
  });

  it("FS-7 a type in use outside the schema is added, with a warning", () => {
    const world = aWorld();
    const model = aModel(
      [
        aContext("f", "sh"),
        aTask("t", "comp", "f", { typeId: TASK_TYPES.comp }),
      ],
      [],
      {
        world: {
          ...world,
          schema: { ...world.schema, taskTypes: [TASK_TYPES.anim] },
        },
      },
    );
    expect(projectIssues(model)).toContain("type-outside-schema");
    expect(names(model.project.taskTypes)).toContain("Compositing");
  });

  it("FS-8 a new task type has Ftrack's name and a short name of its own", () => {
    const world = aWorld();
    const roto = ftrackId("ty-roto");
    const model = aModel([], [], {
      world: {
        ...world,
        taskTypes: new Map([
          [roto, { id: roto, name: "Roto / Paint", sort: 1 }],
        ]),
        schema: { ...world.schema, taskTypes: [roto] },
      },
      project: {
        ...anAyonProject(),
        taskTypes: [{ name: "Other", shortName: "rotopaint", icon: "x" }],
      },
    });
    syncOnce(model);
    expect(model.project.taskTypes).toEqual([
      { name: "Other", shortName: "rotopaint", icon: "x" },
      { name: "Roto / Paint", shortName: "rotopaint2", icon: "task_alt" },
    ]);
  });
});

describe("statuses", () => {
  it("FS-9 have the scope of what uses them", () => {
    const model = aModel();
    syncOnce(model);
    const scopes = new Map(
      model.project.statuses.map((s) => [s.name, [...s.scope].sort()]),
    );
    expect(scopes.get("Not ready")).toEqual([
      "folder",
      "product",
      "representation",
      "task",
      "version",
      "workfile",
    ]);
    expect(scopes.get("In Progress")).toEqual([
      "folder",
      "representation",
      "task",
      "workfile",
    ]);
  });

  it.each<[string, string, AyonStatus["state"], string[]]>([
    ["NOT_STARTED", "Not Started", "not_started", []],
    ["IN_PROGRESS", "In Progress", "in_progress", []],
    ["DONE", "Done", "done", []],
    ["BLOCKED", "Blocked", "blocked", []],
    ["STRANGE", "Strange", "not_started", ["status-state-unknown"]],
  ])("FS-10 of the state %s", (state, stateName, expected, rules) => {
    const model = withStatuses(aStatus("Mine", { state, stateName }));
    const issues = projectIssues(model).filter((rule) =>
      rule.startsWith("status"),
    );
    expect(model.project.statuses[0]).toMatchObject({
      name: "Mine",
      state: expected,
    });
    expect(issues).toEqual(rules);
  });

  it("FS-11 of Ftrack come first, highest last in its order; AYON's own stay, with icons and short names", () => {
    const project = anAyonProject();
    const icon = { ...project.statuses[1]!, icon: "star", shortName: "IPX" };
    const model = aModel([], [], {
      project: {
        ...project,
        statuses: [{ ...icon, name: "Own" }, project.statuses[0]!, icon],
      },
    });
    syncOnce(model);
    expect(names(model.project.statuses)).toEqual([
      "In Progress",
      "Not ready",
      "Own",
    ]);
    expect(model.project.statuses[0]).toMatchObject({
      icon: "star",
      shortName: "IPX",
    });
  });

  it("a wrong colour is replaced, with a remark", () => {
    const model = withStatuses(aStatus("Mine", { color: "red" }));
    expect(projectIssues(model)).toContain("status-color-invalid");
    expect(model.project.statuses[0]).toMatchObject({ color: "#808080" });
  });

  it("two of Ftrack whose names are one to AYON share an entry", () => {
    const model = withStatuses(
      aStatus("In-Progress", { sort: 2 }),
      aStatus("in progress"),
    );
    syncOnce(model);
    expect(names(model.project.statuses)).toEqual(["In-Progress", "Not ready"]);
  });

  it("ES-49 an unknown one is added before it is used; nothing is dropped", () => {
    const model = aModel(
      [aContext("f", "sh", { statusId: STATUSES.odd })],
      [aNode("n", "sh", "f")],
    );
    syncOnce(model, { focus: focusOn("f") });
    expect(names(model.project.statuses)).toEqual([
      "Not ready",
      "In progress",
      "Odd",
    ]);
    expect([...model.nodes.values()][0]?.status).toBe("Odd");
  });

  it("ES-49 one out of scope is widened first, and keeps its name", () => {
    const project = anAyonProject();
    const narrow = { ...project.statuses[1]!, scope: ["task"] };
    const model = aModel(
      [aContext("f", "sh", { statusId: STATUSES.progress })],
      [aNode("n", "sh", "f")],
      {
        project: { ...project, statuses: [project.statuses[0]!, narrow] },
      },
    );
    syncOnce(model, { focus: focusOn("f") });
    expect(model.project.statuses[1]).toMatchObject({ name: "In progress" });
    expect(model.project.statuses[1]?.scope).toContain("folder");
    expect([...model.nodes.values()][0]?.status).toBe("In progress");
  });

  it("one that Ftrack does not know any more is reported", () => {
    const model = aModel(
      [aContext("f", "sh", { statusId: ftrackId("st-gone") })],
      [aNode("n", "sh", "f")],
    );
    const { decision } = syncOnce(model, { focus: focusOn("f") });
    expect(decision.issues.map((issue) => issue.rule)).toEqual([
      "status-unknown",
    ]);
  });
});

it("a task of an unknown type gets the project's first, with a warning", () => {
  const model = aModel([
    aContext("f", "sh"),
    aTask("t", "x", "f", { typeId: null }),
  ]);
  const { decision } = syncOnce(model, { focus: focusOn("f", "t") });
  expect(decision.issues.map((issue) => issue.rule)).toEqual(["type-unknown"]);
  const types: [string, FtrackId][] = [...model.nodes.values()].map((n) => [
    n.type,
    n.own["ftrackId"] as FtrackId,
  ]);
  expect(types).toContainEqual(["Generic", "t"]);
});

it("FS-3 a second full sync has nothing to say about the project", () => {
  const model = aModel([
    aContext("f", "sh", {
      statusId: STATUSES.odd,
      objectTypeId: TYPES.sequence,
    }),
  ]);
  syncOnce(model);
  expect(syncOnce(model).decision.changes).toEqual([]);
});
