import { beforeEach, describe, expect, it } from "vitest";
import { useAyonSandbox, type Loose } from "../../../support/ayon-sandbox.ts";
import { makeShow, type Show } from "../../../support/ayon-show.ts";

const ayon = useAyonSandbox({ seed: "demo" });
const project = "demo_show";
let show: Show;

beforeEach(async () => {
  ayon.sandbox.control.reset();
  show = await makeShow(ayon, project);
  await ayon.sandbox.control.settled();
});

const INHERITED = {
  clipIn: 1,
  clipOut: 1,
  fps: 25,
  frameEnd: 1001,
  frameStart: 1001,
  handleEnd: 0,
  handleStart: 0,
  pixelAspect: 1,
  priority: "normal",
  resolutionHeight: 1080,
  resolutionWidth: 1920,
};

async function nodes(
  field: string,
  args: string,
  fields = "id name",
): Promise<Loose[]> {
  const data = await ayon.graphql(
    `query Q($projectName: String!) { project(name: $projectName) {
       ${field}${args === "" ? "" : `(${args})`} { edges { node { ${fields} } } } } }`,
    { projectName: project },
  );
  return data.project[field].edges.map((edge: Loose) => edge.node);
}

describe("entities", () => {
  it("AY-37 answers the official client's question for folders, by path", async () => {
    await ayon.patch(`/api/projects/${project}/folders/${show.shot}`, {
      attrib: { frameEnd: 1100, ftrackId: "f1" },
      data: { key: [1] },
      tags: ["t"],
    });
    const { project: answer } = await ayon.graphql(
      `query FoldersQuery($projectName: String!, $folderPaths: [String!]) {
         project(name: $projectName) { folders(paths: $folderPaths, first: 300) {
           edges { node { path active hasProducts name tags ownAttrib folderType allAttrib status data id
             parentId label thumbnailId } }
           pageInfo { endCursor hasNextPage } } } }`,
      { projectName: project, folderPaths: ["/seq/sh010"] },
    );
    const [{ node }] = answer.folders.edges;
    expect(node).toMatchObject({
      path: "/seq/sh010",
      active: true,
      hasProducts: true,
      name: "sh010",
      tags: ["t"],
      ownAttrib: ["frameEnd", "ftrackId"],
      folderType: "Shot",
      status: "Not ready",
      data: '{"key":[1]}',
      id: show.shot,
      parentId: show.sequence,
      label: null,
      thumbnailId: null,
    });
    expect(JSON.parse(node.allAttrib as string)).toEqual({
      ...INHERITED,
      frameEnd: 1100,
      ftrackId: "f1",
    });
    expect(answer.folders.pageInfo).toMatchObject({ hasNextPage: false });
  });

  it("AY-37 answers the official client's question for tasks and versions", async () => {
    await ayon.patch(`/api/projects/${project}/tasks/${show.task}`, {
      assignees: ["anna", "bob"],
    });
    const [task] = await nodes(
      "tasks",
      "first: 300",
      "active folderId name tags taskType ownAttrib allAttrib status assignees id data label thumbnailId folder { path }",
    );
    expect(task).toMatchObject({
      active: true,
      folderId: show.shot,
      name: "anim",
      taskType: "Animation",
      ownAttrib: [],
      assignees: ["anna", "bob"],
      data: null,
      folder: { path: "/seq/sh010" },
    });
    expect(JSON.parse(task.allAttrib as string)).toEqual(INHERITED);
    const [version] = await nodes(
      "versions",
      "first: 300",
      "version name tags createdAt updatedAt allAttrib status taskId data id author productId active thumbnailId",
    );
    expect(version).toMatchObject({
      version: 1,
      name: "v001",
      allAttrib: "{}",
      status: "Pending review",
      taskId: show.task,
      author: "service",
      productId: show.product,
    });
    expect(version.createdAt).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+\+00:00$/);
  });

  it("AY-37 lets ownAttrib depend on the order of the fields, unless the trap is off", async () => {
    await ayon.patch(`/api/projects/${project}/folders/${show.shot}`, {
      attrib: { fps: 24 },
    });
    const own = async (fields: string): Promise<string[]> =>
      (await nodes("folders", `ids: ["${show.shot}"]`, fields))[0].ownAttrib;
    expect(await own("ownAttrib allAttrib")).toEqual(["fps"]);
    const all = Object.keys(INHERITED).sort();
    expect([...(await own("allAttrib ownAttrib"))].sort()).toEqual(all);
    expect([...(await own("attrib { fps } ownAttrib"))].sort()).toEqual(all);
    ayon.sandbox.control.switches({ ownAttribTrap: false });
    expect(await own("allAttrib ownAttrib")).toEqual(["fps"]);
  });

  it("AY-37 nests what belongs together", async () => {
    const [folder] = await nodes(
      "folders",
      `ids: ["${show.shot}"]`,
      `parents parent { name } childCount taskCount totalVersionCount
       attrib { fps priority } tasks { edges { node { name versions { edges { node { name } } } } } }
       products { edges { node { name latestVersion { id } featuredVersion { id } versionList { version } } } }`,
    );
    expect(folder).toEqual({
      parents: ["seq"],
      parent: { name: "seq" },
      childCount: 0,
      taskCount: 1,
      totalVersionCount: 1,
      attrib: { fps: 25, priority: "normal" },
      tasks: {
        edges: [
          {
            node: {
              name: "anim",
              versions: { edges: [{ node: { name: "v001" } }] },
            },
          },
        ],
      },
      products: {
        edges: [
          {
            node: {
              name: "animMain",
              latestVersion: { id: show.version },
              featuredVersion: { id: show.version },
              versionList: [{ version: 1 }],
            },
          },
        ],
      },
    });
  });
});

describe("filters", () => {
  function filter(key: string, operator: string, value: unknown): string {
    return `filter: ${JSON.stringify(JSON.stringify({ conditions: [{ key, operator, value }] }))}`;
  }

  function fps(text: string): string {
    return `attributes: [{name: "fps", values: ["${text}"]}]`;
  }
  function taskFilter(type: string): string {
    return filter("taskType", "eq", type).replace("filter", "taskFilter");
  }

  it.each<[string, string, string]>([
    ["ids", filter("id", "in", []), "cannot determine type of empty array"],
    [
      "attributes",
      filter("attrib.ftrackId", "in", []),
      "cannot determine type of empty array",
    ],
    [
      "values of an attribute",
      'attributes: [{name: "ftrackId", values: []}]',
      'syntax error at or near ")"',
    ],
    [
      "a name that is none",
      'name: "sh%"',
      "Name 'sh%' does not match regex '^[a-zA-Z0-9_]([a-zA-Z0-9_\\.\\-]*[a-zA-Z0-9_])?$'",
    ],
    ["an order", 'sortBy: "path"', "Invalid sort_by value: path"],
    ["an operator", filter("name", "is", 1), "Unsupported operator: is"],
  ])(
    "AY-37 fails by an empty or wrong list of %s",
    async (_what, args, why) => {
      const { body } = await ayon.post("/graphql", {
        query: `{ project(name: "${project}") { folders(${args}) { edges { node { id } } } } }`,
      });
      expect(body).toMatchObject({ data: null, errors: [{ message: why }] });
    },
  );

  it("AY-37 finds what was synchronised by its Ftrack id", async () => {
    const set = (kind: string, id: string, ftrackId: string) =>
      ayon.patch(`/api/projects/${project}/${kind}/${id}`, {
        attrib: { ftrackId },
      });
    await set("folders", show.shot, "ft-shot");
    await set("tasks", show.task, "ft-task");
    await set("versions", show.version, "ft-version");
    const where = (value: string): string =>
      `attributes: [{name: "ftrackId", values: ["${value}", "other"]}]`;
    expect(await nodes("tasks", where("ft-task"))).toEqual([
      { id: show.task, name: "anim" },
    ]);
    expect(await nodes("folders", where("ft-shot"))).toEqual([
      { id: show.shot, name: "sh010" },
    ]);
    expect(
      await nodes("versions", filter("attrib.ftrackId", "in", ["ft-version"])),
    ).toEqual([{ id: show.version, name: "v001" }]);
    expect(
      await nodes("folders", filter("attrib.ftrackId", "eq", "ft-shot")),
    ).toHaveLength(1);
    expect(await nodes("folders", where("nobody"))).toEqual([]);
  });

  it("AY-37 finds by an ancestor's Ftrack id what has none of its own", async () => {
    await ayon.patch(`/api/projects/${project}/folders/${show.sequence}`, {
      attrib: { ftrackId: "ft-seq" },
    });
    const where = 'attributes: [{name: "ftrackId", values: ["ft-seq"]}]';
    expect((await nodes("folders", where)).map((n) => n.name)).toEqual([
      "seq",
      "sh010",
    ]);
    expect((await nodes("tasks", where)).map((n) => n.name)).toEqual(["anim"]);
    // Nothing of it is the task's: whoever finds it so has to look.
    const [task] = await nodes("tasks", where, "ownAttrib allAttrib");
    expect(task.ownAttrib).toEqual([]);
    expect(JSON.parse(task.allAttrib as string)).not.toHaveProperty("ftrackId");
  });

  it.each<[string, string, string[]]>([
    ["parentIds with root", 'parentIds: ["root"]', ["seq"]],
    ["parentId", 'parentId: "root"', ["seq"]],
    ["a name, in whatever case", 'name: "SH010"', ["sh010"]],
    ["a float's text", fps("25.0"), ["seq", "sh010"]],
    ["what is no float's text", fps("25"), []],
    ["its tasks", taskFilter("Animation"), ["sh010"]],
    ["tasks it has not", taskFilter("Roto"), []],
    ["names", 'names: ["sh010", "nope"]', ["sh010"]],
    ["folder types", 'folderTypes: ["Sequence"]', ["seq"]],
    ["a path by expression", 'pathEx: "^/seq/.*"', ["sh010"]],
    ["having tasks", "hasTasks: true", ["sh010"]],
    ["having no children", "hasChildren: false", ["sh010"]],
    ["having products", "hasProducts: true", ["sh010"]],
    ["links it has not", "hasLinks: ANY", []],
    ["words", 'search: "seq 010"', ["sh010"]],
    ["statuses", 'statuses: ["Not ready"]', ["seq", "sh010"]],
    ["an empty list", "ids: []", []],
    ["another empty list", "paths: []", []],
    ["nothing", "", ["seq", "sh010"]],
    ["sorting", 'sortBy: "name", last: 5', ["sh010", "seq"]],
  ])("AY-37 filters folders by %s", async (_what, args, names) => {
    expect((await nodes("folders", args)).map((n) => n.name)).toEqual(names);
  });

  it("AY-37 filters tasks, products and versions", async () => {
    await ayon.patch(`/api/projects/${project}/tasks/${show.task}`, {
      assignees: ["anna"],
      tags: ["x"],
    });
    const found = async (field: string, args: string): Promise<number> =>
      (await nodes(field, args)).length;
    const cases: [string, string, number][] = [
      ["tasks", `folderIds: ["${show.shot}"]`, 1],
      ["tasks", `folderIds: ["${show.sequence}"]`, 0],
      [
        "tasks",
        `folderIds: ["${show.sequence}"], includeFolderChildren: true`,
        1,
      ],
      ["tasks", 'taskTypes: ["Animation"], assignees: ["anna"]', 1],
      ["tasks", 'assignees: ["anna", "bob"]', 0],
      ["tasks", 'assigneesAny: ["anna", "bob"]', 1],
      ["tasks", 'tags: ["x"]', 1],
      ["tasks", filter("status", "ne", "Not ready"), 0],
      [
        "products",
        `folderIds: ["${show.shot}"], productTypes: ["animation"]`,
        1,
      ],
      ["products", 'namesCi: ["ANIMMAIN"]', 1],
      ["versions", `productIds: ["${show.product}"]`, 1],
      ["versions", `taskIds: ["${show.task}"], latestOnly: true`, 1],
      ["versions", "version: 2", 0],
      ["versions", "heroOnly: true", 0],
      [
        "tasks",
        filter("name", "eq", "sh010").replace("filter", "folderFilter"),
        1,
      ],
      ["products", taskFilter("Animation"), 1],
      ["products", taskFilter("Roto"), 0],
      ["versions", taskFilter("Animation"), 1],
      [
        "versions",
        filter("productType", "eq", "render").replace(
          "filter",
          "productFilter",
        ),
        0,
      ],
    ];
    for (const [field, args, count] of cases)
      expect(await found(field, args), args).toBe(count);
  });

  it("AY-37 still lists what is inactive", async () => {
    await ayon.patch(`/api/projects/${project}/folders/${show.shot}`, {
      active: false,
    });
    expect(await nodes("folders", "", "name active")).toEqual([
      { name: "seq", active: true },
      { name: "sh010", active: false },
    ]);
  });
});
