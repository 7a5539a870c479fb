import { describe, expect, test } from "vitest";
import { ftrackId } from "../../../src/core/ids.ts";
import type { ObjectType } from "../../../src/core/reference.ts";
import {
  parseStructure,
  type StructureNode,
} from "../../../src/handlers/actions/project-structure/parse.ts";
import {
  planStructure,
  typeProblems,
  type ExistingFolder,
  type StructureFacts,
} from "../../../src/handlers/actions/project-structure/plan.ts";

/** "a:Library", "a/b": names from the top, and the type where one is named. */
function flat(nodes: readonly StructureNode[]): string[] {
  return nodes.flatMap((node) => [
    node.type === null ? node.path : `${node.path}:${node.type}`,
    ...flat(node.children),
  ]);
}

describe("the notation of a structure", () => {
  test.each<readonly [string, unknown, readonly string[]]>([
    ["nothing at all", {}, []],
    ["folders on disk only", { prod: {}, resources: { audio: {} } }, []],
    ["a mark", { "assets[ftrack]": {} }, ["assets"]],
    ["a mark with a type", { "a[ftrack.Asset Build]": {} }, ["a:Asset Build"]],
    ["blanks around", { "a [ ftrack.Shot ]": {} }, ["a:Shot"]],
    [
      "the project's root, and keys of the anatomy, which are no entities",
      {
        __project_root__: { "x[ftrack]": {} },
        "{root[work]}": { "{project[name]}": { "y[ftrack.Shot]": {} } },
      },
      ["x", "y:Shot"],
    ],
    [
      "what is above a mark, but not what is below",
      { resources: { "plates[ftrack.Sequence]": { raw: {} }, audio: {} } },
      ["resources", "resources/plates:Sequence"],
    ],
    [
      "other marks beside",
      { "a[render, ftrack.Shot]": {}, "b[render]": { "c[ftrack]": {} } },
      ["a:Shot", "b", "b/c"],
    ],
    [
      "lists and empty values, as the core addon takes them",
      { a: ["b[ftrack]", "c"], "d[ftrack]": null, "e[ftrack]": "" },
      ["a", "a/b", "d", "e"],
    ],
    [
      "one name twice, in any case of letters, as one entity",
      {
        shots: { "a[ftrack]": {} },
        "Shots[ftrack.Sequence]": { "b[ftrack]": {} },
      },
      ["shots:Sequence", "shots/a", "shots/b"],
    ],
    [
      "names that mean something to the language",
      JSON.parse('{"__proto__[ftrack]": {"constructor[ftrack]": {}}}'),
      ["__proto__", "__proto__/constructor"],
    ],
  ])("understands %s", (_name, structure, expected) => {
    const parsed = parseStructure(JSON.stringify(structure));
    expect(parsed.problems).toEqual([]);
    expect(flat(parsed.nodes)).toEqual(expected);
  });

  test.each<readonly [string, RegExp]>([
    ["{", /^It is no JSON/],
    ["3", /^The structure is 3 where/],
    ['{"a": {"b": 3}}', /^“a\/b” is 3 where/],
    ['{"a": ["b", {}]}', /^“a” is a list of something else/],
    ['{"a[ftrack.]": {}}', /^“a\[ftrack\.\]” has a mark/],
    ['{"a[ftrack": {}}', /^“a\[ftrack” has a mark/],
    ['{"a[ftrackk.Shot]": {}}', /^“a\[ftrackk\.Shot\]” has a mark/],
    ['{"x": {"[ftrack]": {}}}', /^“x\/\[ftrack\]” has no name/],
    ['{"a/b[ftrack]": {}}', /^“a\/b\[ftrack\]” holds a slash/],
    [
      '{"a[ftrack.Shot]": {}, "A[ftrack.Folder]": {}}',
      /^“a” stands there as Shot and as Folder\.$/,
    ],
    [`${'{"a":'.repeat(60)}{}${"}".repeat(60)}`, /goes too deep/],
  ])("refuses %s, and names the node", (text, problem) => {
    const { nodes, problems } = parseStructure(text);
    expect(nodes).toEqual([]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(problem);
  });
});

const id = ftrackId;

function objectType(name: string, isLeaf = false): ObjectType {
  return {
    ...{ id: id(name), name, sort: null, isLeaf },
    ...{ isStatusable: false, isTypeable: false },
  };
}

const objectTypes = [
  ...["Folder", "Sequence", "Shot", "Asset Build"].map((t) => objectType(t)),
  objectType("Task", true),
];

function facts(
  structure: object,
  existing: readonly ExistingFolder[] = [],
): StructureFacts {
  const { nodes } = parseStructure(JSON.stringify(structure));
  return {
    ...{ jobId: "job", nodes, objectTypes, offered: [], existing },
    project: { id: id("P"), fullName: "show" },
  };
}

function folder(name: string, parent: string, type = "Folder"): ExistingFolder {
  return {
    ...{ id: id(`${parent}-${name}`), name },
    ...{ parentId: id(parent), typeId: id(type) },
  };
}

describe("the types of a structure", () => {
  test.each<readonly [object, readonly RegExp[]]>([
    [{ "a[ftrack]": {}, "b[ftrack.assetbuild]": {} }, []],
    [
      { "a[ftrack.Library]": {} },
      [/“a” is to be a Library, a type that Ftrack/],
    ],
    [{ a: { "b[ftrack.Task]": {} } }, [/“a\/b” is to be a Task, which is no/]],
    [{ "a[ftrack.Shot]": {} }, [/“a” is to be a Shot.* the project's schema/]],
  ])("of %j: %j", (structure, problems) => {
    const { nodes } = facts(structure);
    const offered = ["Folder", "Asset Build", "Task"].map(id);
    const found = typeProblems(nodes, { objectTypes, offered });
    expect(found).toHaveLength(problems.length);
    for (const [i, problem] of problems.entries())
      expect(found[i]).toMatch(problem);
  });
});

describe("what is missing of a structure", () => {
  const structure = {
    "assets[ftrack]": { "chars[ftrack.Asset Build]": {} },
    "shots[ftrack.Sequence]": {},
  };

  test("is created, parents first, each with what it needs", () => {
    const { changes, kept } = planStructure(facts(structure));
    expect(changes.map((c) => [c.subject.path, c.entityType])).toEqual([
      ["show/assets", "Folder"],
      ["show/assets/chars", "AssetBuild"],
      ["show/shots", "Sequence"],
    ]);
    const [assets, chars, shots] = changes;
    expect(chars?.needs).toEqual([assets?.id]);
    expect(chars?.data["parent_id"]).toBe(assets?.id);
    expect(shots?.needs).toBeUndefined();
    expect(shots?.data).toMatchObject({
      ...{ name: "shots", parent_id: "P", project_id: "P" },
      object_type_id: "Sequence",
    });
    expect(kept).toBe(0);
  });

  test("is only that: what is there stays, in any case of letters and of any type", () => {
    const plan = planStructure(
      facts(structure, [folder("Assets", "P"), folder("shots", "P")]),
    );
    expect(plan.changes.map((c) => c.data["parent_id"])).toEqual(["P-Assets"]);
    expect(plan.kept).toBe(2);
    expect(plan.notes).toEqual([
      "“shots” is there, as Folder, not as Sequence.",
    ]);
    expect(plan.lines).toEqual([
      { depth: 0, name: "assets", type: "Folder", isNew: false },
      { depth: 1, name: "chars", type: "Asset Build", isNew: true },
      { depth: 0, name: "shots", type: "Folder", isNew: false },
    ]);
  });

  test("is the same for a second start of the job, and nothing for another job", () => {
    const first = planStructure(facts(structure));
    const made = first.changes.map((change): ExistingFolder => ({
      id: change.id as ExistingFolder["id"],
      name: String(change.data["name"]),
      parentId: id(String(change.data["parent_id"])),
      typeId: id(String(change.data["object_type_id"])),
    }));
    expect(planStructure(facts(structure, made)).changes).toEqual(
      first.changes,
    );
    const other = { ...facts(structure, made), jobId: "another" };
    expect(planStructure(other)).toMatchObject({ changes: [], kept: 3 });
  });
});
