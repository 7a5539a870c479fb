import { describe, expect, it } from "vitest";
import { freshId, useAyonSandbox } from "../../../support/ayon-sandbox.ts";
import { entityCalls } from "../../../support/ayon-wire.ts";

const ayon = useAyonSandbox({ projects: [{ name: "demo", code: "dm" }] });
const base = "/api/projects/demo";

const { folder, read } = entityCalls(ayon, base);

describe("creating", () => {
  it("AY-10 takes an id of the client, and refuses duplicates and unknown references in documented words", async () => {
    const id = freshId();
    expect(await folder({ id, name: "assets", folderType: "Folder" })).toBe(id);
    const dashed = `${id.slice(0, 8)}-${id.slice(8, 12)}-${id.slice(12, 16)}-${id.slice(16, 20)}-${id.slice(20)}`;
    const nobody = "6b019ff6e66411f198db02fc00000001";
    const table: [object, string][] = [
      [{ id, name: "other" }, `Folder with id '${dashed}' already exists.`],
      [
        { name: "ASSETS" },
        "Folder with lower(name::text) 'assets' already exists.",
      ],
      [
        { name: "x", folderType: "Nope" },
        `folder_type 'Nope' is not present in table "folder_types".`,
      ],
      [
        { name: "x", status: "Nope" },
        `status 'Nope' is not present in table "statuses".`,
      ],
      [
        { name: "x", parentId: nobody },
        `parent_id '6b019ff6-e664-11f1-98db-02fc00000001' is not present in table "folders".`,
      ],
      [
        { name: "x", thumbnailId: nobody },
        `thumbnail_id '6b019ff6-e664-11f1-98db-02fc00000001' is not present in table "thumbnails".`,
      ],
    ];
    for (const [data, detail] of table) {
      expect(await ayon.post(`${base}/folders`, data)).toMatchObject({
        status: 409,
        body: { code: 409, detail },
      });
    }
    await folder({ name: "child", parentId: id });
    expect(
      (await ayon.post(`${base}/folders`, { name: "Child", parentId: id })).body
        .detail,
    ).toBe(
      `Folder with parent_id, lower(name::text) '${dashed}, child' already exists.`,
    );
  });

  it.each([
    [{ name: "with space" }, "name", "value_error.str.regex"],
    [{ name: "-dash" }, "name", "value_error.str.regex"],
    [{ name: "ok", label: "it's" }, "label", "value_error.str.regex"],
    [{ name: "ok", label: "a;b" }, "label", "value_error.str.regex"],
    [{ name: "ok", parentId: "zz" }, "parentId", "value_error.str.regex"],
    [{ label: "no name" }, "name", "value_error.missing"],
    [{ name: null }, "name", "type_error.none.not_allowed"],
    [{ name: { a: 1 } }, "name", "type_error.str"],
    [{ name: "ok", tags: "x" }, "tags", "type_error.list"],
    [{ name: "ok", active: "maybe" }, "active", "type_error.bool"],
  ])("AY-11 refuses %j", async (data, field, type) => {
    const { status, body } = await ayon.post(`${base}/folders`, data);
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([{ loc: ["body", field], type }]);
  });

  it("AY-16 needs a folder and a known type for a task; assignees are any text", async () => {
    const parent = await folder({ name: "tasks" });
    const make = (data: object) =>
      ayon.post(`${base}/tasks`, {
        name: "comp",
        taskType: "Compositing",
        ...data,
      });
    expect((await make({})).body).toEqual({
      code: 409,
      detail: "Missing required field: folder_id",
    });
    expect(
      (await make({ folderId: parent, taskType: "Nope" })).body.detail,
    ).toBe(`task_type 'Nope' is not present in table "task_types".`);
    expect((await make({ folderId: freshId() })).body.detail).toMatch(
      /^folder_id '.*' is not present in table "folders"\.$/,
    );
    const made = await make({
      folderId: parent,
      assignees: ["ghost", "nobody at all"],
    });
    expect(made.status).toBe(201);
    const task = await read("tasks", made.body.id);
    expect(task).toMatchObject({
      path: "/tasks/comp",
      assignees: ["ghost", "nobody at all"],
      status: "Not ready",
    });
    expect(task).not.toHaveProperty("createdBy");
    expect(
      (await make({ folderId: parent, name: "COMP" })).body.detail,
    ).toMatch(
      /^Task with folder_id, lower\(name::text\) '.*, comp' already exists\.$/,
    );
    expect(
      (
        await ayon.post(`${base}/tasks/${String(made.body.id)}/assign`, {
          mode: "add",
          users: ["anna"],
        })
      ).status,
    ).toBe(204);
    expect((await read("tasks", made.body.id)).assignees).toContain("anna");
  });
});

describe("reading", () => {
  it("AY-12 leaves nulls out, begins paths with a slash, and lists folders without one", async () => {
    const parent = await folder({ name: "seq", folderType: "Sequence" });
    const child = await folder({
      name: "sh010",
      folderType: "Shot",
      parentId: parent,
    });
    await ayon.post(`${base}/tasks`, {
      name: "comp",
      taskType: "Compositing",
      folderId: child,
    });
    const body = await read("folders", child);
    expect(body).toMatchObject({
      path: "/seq/sh010",
      hasVersions: false,
      createdBy: "service",
      data: {},
      active: true,
    });
    for (const key of ["label", "thumbnailId"])
      expect(body).not.toHaveProperty(key);
    expect(await read("folders", parent)).not.toHaveProperty("parentId");
    const list = (await ayon.get(`${base}/folders?attrib=true`)).body.folders;
    const item = list.find((f: { id: string }) => f.id === child);
    expect(item).toMatchObject({
      path: "seq/sh010",
      parents: ["seq"],
      hasTasks: true,
      taskNames: ["comp"],
      hasChildren: false,
      label: null,
      ownAttrib: [],
      thumbnailHash: child.slice(-6),
    });
    expect(item.attrib.fps).toBe(25);
    for (const key of ["data", "active"]) expect(item).not.toHaveProperty(key);
    const plain = (await ayon.get(`${base}/folders`)).body.folders;
    expect(plain[0]).not.toHaveProperty("attrib");
    const tree = (await ayon.get(`${base}/hierarchy`)).body.hierarchy;
    expect(
      tree.find((f: { id: string }) => f.id === parent).children[0],
    ).toMatchObject({ name: "sh010", label: "sh010" });
    const flat = (await ayon.get(`${base}/hierarchy?types=Shot`)).body
      .hierarchy;
    expect(flat.map((f: { name: string }) => f.name)).toEqual(["sh010"]);
  });

  it("tells a missing entity from a malformed id", async () => {
    const id = freshId();
    expect((await ayon.get(`${base}/folders/${id}`)).body).toEqual({
      code: 404,
      detail: `Entity ${id} not found`,
    });
    expect(
      (await ayon.get(`${base}/folders/6b03a116-e664-11f1-b309-02fc00000001`))
        .body.errors,
    ).toMatchObject([
      {
        loc: ["path", "folder_id"],
        type: "value_error.any_str.max_length",
        ctx: { limit_value: 32 },
      },
    ]);
    expect((await ayon.get(`${base}/folders/${"G".repeat(32)}`)).status).toBe(
      400,
    );
  });
});

describe("attributes", () => {
  it("AY-13 ignores unknown names, refuses wrong types, coerces numbers, and enforces bounds but zero", async () => {
    const id = await folder({
      name: "typed",
      attrib: {
        nope: 1,
        frameStart: "1005",
        frameEnd: 1100.7,
        fps: -1,
        priority: "super",
      },
    });
    expect((await read("folders", id)).attrib).toMatchObject({
      frameStart: 1005,
      frameEnd: 1100,
      fps: -1,
      priority: "super",
    });
    expect((await read("folders", id)).attrib).not.toHaveProperty("nope");
    const patch = (attrib: object) =>
      ayon.patch(`${base}/folders/${id}`, { attrib });
    expect((await patch({ frameStart: "abc" })).body.errors[0].type).toBe(
      "type_error.integer",
    );
    expect(
      (await patch({ resolutionWidth: 50_000 })).body.errors[0],
    ).toMatchObject({
      msg: "ensure this value is less than 50000",
      type: "value_error.number.not_lt",
      ctx: { limit_value: 50_000 },
    });
    expect((await patch({ startDate: "2024-01-02T03:04:05Z" })).status).toBe(
      204,
    );
    expect((await read("folders", id)).attrib.startDate).toBe(
      "2024-01-02T03:04:05+00:00",
    );
    expect((await patch({ startDate: "yesterday" })).body.errors[0].type).toBe(
      "value_error.datetime",
    );
  });

  it("AY-14 inherits from project to folder to task; ownAttrib names own values; null unsets", async () => {
    await ayon.patch(base, { attrib: { fps: 30, ftrackId: "project" } });
    const parent = await folder({
      name: "inherit",
      attrib: { frameEnd: 1200, ftrackId: "parent", description: "d" },
    });
    const child = await folder({
      name: "below",
      parentId: parent,
      attrib: { clipIn: 0 },
    });
    const task = (
      await ayon.post(`${base}/tasks`, {
        name: "t",
        taskType: "Art",
        folderId: child,
        attrib: { ftrackId: "t" },
      })
    ).body.id;
    expect(await read("tasks", task)).toMatchObject({
      ownAttrib: ["ftrackId"],
      attrib: { fps: 30, frameEnd: 1200, clipIn: 0, ftrackId: "t" },
    });
    const below = await read("folders", child);
    expect(below.ownAttrib).toEqual(["clipIn"]);
    for (const key of ["ftrackId", "description"])
      expect(below.attrib).not.toHaveProperty(key);
    await ayon.patch(`${base}/folders/${parent}`, {
      attrib: { frameEnd: null },
    });
    expect((await read("tasks", task)).attrib.frameEnd).toBe(1001);
    await ayon.patch(`${base}/folders/${child}`, { attrib: {} });
    expect((await read("folders", child)).attrib.clipIn).toBe(0);
    const product = (
      await ayon.post(`${base}/products`, {
        name: "p",
        folderId: child,
        productType: "render",
      })
    ).body.id;
    expect((await read("products", product)).attrib).toEqual({});
  });

  it("AY-15 stores a new attribute only after a restart, unless the trap is off", async () => {
    const definition = {
      position: 90,
      scope: ["folder"],
      data: { type: "string", title: "Mine" },
    };
    expect((await ayon.put("/api/attributes/myAttr", definition)).status).toBe(
      204,
    );
    expect((await ayon.put("/api/attributes/my_attr", definition)).status).toBe(
      400,
    );
    expect((await ayon.get("/api/attributes/myAttr")).body).toMatchObject({
      builtin: false,
      data: { inherit: true, gt: null },
    });
    const id = await folder({ name: "later", attrib: { myAttr: "lost" } });
    expect((await read("folders", id)).attrib).not.toHaveProperty("myAttr");
    expect((await ayon.get("/api/system/restartRequired")).body).toEqual({
      required: false,
      reason: null,
    });
    ayon.sandbox.control.clock({ advanceMs: 2100 });
    expect((await ayon.get("/api/system/restartRequired")).body).toEqual({
      required: true,
      reason: "Restart the server to apply the attribute changes.",
    });
    expect((await ayon.post("/api/system/restart")).status).toBe(204);
    await expect
      .poll(
        async () =>
          (await ayon.get("/api/system/restartRequired")).body.required,
      )
      .toBe(false);
    await ayon.patch(`${base}/folders/${id}`, { attrib: { myAttr: "kept" } });
    expect((await read("folders", id)).attrib.myAttr).toBe("kept");

    ayon.sandbox.control.switches({ attributeBootTrap: false });
    await ayon.put("/api/attributes/atOnce", definition);
    await ayon.patch(`${base}/folders/${id}`, { attrib: { atOnce: "x" } });
    expect((await read("folders", id)).attrib.atOnce).toBe("x");
    ayon.sandbox.control.switches({ attributeBootTrap: true });
  });
});
