import { beforeEach, describe, expect, it } from "vitest";
import { freshId, useAyonSandbox } from "../../../support/ayon-sandbox.ts";
import { create, createFolder, update } from "../../../support/ayon-wire.ts";

const ayon = useAyonSandbox({
  seed: "demo",
  projects: [{ name: "demo", code: "dm" }],
});
const base = "/api/projects/demo";

const status = async (path: string): Promise<number> =>
  (await ayon.get(`${base}/${path}`)).status;

let n = 0;
/** A name no other test uses. */
const name = (): string => `f${(n += 1)}`;

beforeEach(() => {
  ayon.sandbox.control.clearFaults();
});

describe("a batch", () => {
  it("AY-20 keeps its order: a whole tree in one call, and a child before its parent fails", async () => {
    const parent = createFolder(name());
    const child = createFolder(name(), { parentId: parent.entityId });
    const task = create("task", {
      name: "comp",
      taskType: "Compositing",
      folderId: child.entityId,
    });
    const done = await ayon.operations("demo", [parent, child, task]);
    expect(done.success).toBe(true);
    expect(done.operations).toHaveLength(3);
    expect(done.operations[2]).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      type: "create",
      entityType: "task",
      entityId: task.entityId,
      success: true,
      status: 201,
      errorCode: null,
      detail: null,
    });
    const orphan = createFolder(name(), { parentId: freshId() });
    expect(
      (await ayon.operations("demo", [orphan])).operations[0],
    ).toMatchObject({
      status: 409,
      errorCode: "foreign-key-violation",
      entityId: orphan.entityId,
    });
  });

  it.each([
    [
      "a duplicate name",
      (taken: string) => createFolder(taken),
      "unique-violation",
      409,
    ],
    [
      "an unknown status",
      () => createFolder(name(), { status: "Nope" }),
      "foreign-key-violation",
      409,
    ],
    [
      "an empty status",
      (_: string, id: string) => update(id, { status: null }),
      "not-null-violation",
      400,
    ],
  ])(
    "AY-21 is undone after %s, although the earlier operation reports success",
    async (_what, failing, errorCode, code) => {
      const taken = name();
      const existing = createFolder(taken);
      await ayon.operations("demo", [existing]);
      const first = createFolder(name());
      const last = createFolder(name());
      const answer = await ayon.operations("demo", [
        first,
        failing(taken, existing.entityId),
        last,
      ]);
      expect(answer.success).toBe(false);
      expect(answer.operations).toHaveLength(2);
      expect(answer.operations).toMatchObject([
        { success: true, status: 201 },
        { success: false, status: code, errorCode },
      ]);
      expect(await status(`folders/${first.entityId}`)).toBe(404);
      expect(await status(`folders/${last.entityId}`)).toBe(404);
    },
  );

  it.each([
    ["an invalid name", () => createFolder("-x"), 400, "invalid_data"],
    [
      "a wrong attribute type",
      () => createFolder(name(), { attrib: { fps: "fast" } }),
      400,
      "invalid_data",
    ],
    ["a missing entity", () => update(freshId(), {}), 404, "not-found"],
    ["a malformed id", () => update("zz", {}), 500, null],
    [
      "missing data",
      () => ({ type: "create", entityType: "folder" }),
      500,
      null,
    ],
  ])(
    "AY-21 stays committed after %s, without an event",
    async (_what, failing, code, errorCode) => {
      const first = createFolder(name());
      const answer = await ayon.operations("demo", [
        first,
        failing(),
        createFolder(name()),
      ]);
      expect(answer).toMatchObject({ success: false });
      expect(answer.operations).toHaveLength(2);
      expect(answer.operations[1]).toMatchObject({
        success: false,
        status: code,
        errorCode,
      });
      expect(await status(`folders/${first.entityId}`)).toBe(200);
      await ayon.sandbox.control.settled();
      const told = await ayon.post("/api/query", {
        entity: "event",
        filter: {
          conditions: [
            { key: "summary/entityId", operator: "eq", value: first.entityId },
          ],
        },
      });
      expect(told.body).toEqual([]);
    },
  );

  it("AY-21 explains invalid data as pydantic does, and other failures in the server's words", async () => {
    const one = async (operation: object): Promise<string> =>
      (await ayon.operations("demo", [operation])).operations[0].detail;
    expect(await one(createFolder("a b"))).toBe(
      "Invalid data provided: 1 validation error for FolderPostModel\nname\n" +
        '  string does not match regex "^[a-zA-Z0-9_]([a-zA-Z0-9_\\.\\-]*[a-zA-Z0-9_])?$" ' +
        "(type=value_error.str.regex; pattern=^[a-zA-Z0-9_]([a-zA-Z0-9_\\.\\-]*[a-zA-Z0-9_])?$)",
    );
    const folder = createFolder(name());
    await ayon.operations("demo", [folder]);
    expect(
      await one(
        update(folder.entityId, { attrib: { resolutionWidth: 50_000 } }),
      ),
    ).toBe(
      "Invalid data provided: 1 validation error for FolderPatchModel\nattrib -> resolutionWidth\n" +
        "  ensure this value is less than 50000 (type=value_error.number.not_lt; limit_value=50000)",
    );
    expect(await one({ type: "create", entityType: "folder" })).toBe(
      "data is required for create",
    );
    expect(await one(update("zz", {}))).toBe("Invalid entity ID zz");
  });

  it("AY-22 with canFail commits each by itself and reports all", async () => {
    const taken = name();
    const [first, clash, last] = [
      createFolder(taken),
      createFolder(taken),
      createFolder(name()),
    ];
    const answer = await ayon.operations("demo", [first, clash, last], {
      canFail: true,
    });
    expect(answer.success).toBe(false);
    expect(
      answer.operations.map((o: { success: boolean }) => o.success),
    ).toEqual([true, false, true]);
    expect(await status(`folders/${first.entityId}`)).toBe(200);
    expect(await status(`folders/${last.entityId}`)).toBe(200);
  });

  it("AY-22 turns the first failure into an error of the request with raiseOnError, and keeps nothing", async () => {
    const first = createFolder(name());
    const missing = freshId();
    const raised = await ayon.post(`${base}/operations`, {
      operations: [first, update(missing, {})],
      raiseOnError: true,
    });
    expect(raised).toMatchObject({
      status: 404,
      body: { code: 404, detail: `Entity ${missing} not found` },
    });
    expect(await status(`folders/${first.entityId}`)).toBe(404);
    const duplicate = await ayon.post(`${base}/operations`, {
      operations: [createFolder("same_name"), createFolder("same_name")],
      raiseOnError: true,
    });
    expect(duplicate).toMatchObject({
      status: 409,
      body: {
        detail: "Folder with lower(name::text) 'same_name' already exists.",
      },
    });
  });

  it("AY-23 refuses two updates or deletes of one entity, and one without an id, as a whole", async () => {
    const id = freshId();
    const send = (operations: object[]) =>
      ayon.post(`${base}/operations`, { operations });
    const remove = { type: "delete", entityType: "folder", entityId: id };
    for (const pair of [
      [update(id, {}), update(id, {})],
      [update(id, {}), remove],
    ]) {
      expect(await send(pair)).toMatchObject({
        status: 400,
        body: { detail: `Duplicate operation for folder ${id}` },
      });
    }
    expect(
      await send([{ type: "update", entityType: "folder", data: {} }]),
    ).toMatchObject({
      status: 400,
      body: { detail: "entity_id is required for update/delete" },
    });
    expect(
      (await send([createFolder(name(), {}, id), update(id, { label: "L" })]))
        .body.success,
    ).toBe(true);
    expect(
      (await send([{ type: "upsert", entityType: "folder" }])).body.errors,
    ).toMatchObject([
      { loc: ["body", "operations", 0, "type"], type: "value_error.const" },
    ]);
    expect((await send([])).body).toEqual({ operations: [], success: true });
  });

  it("AY-25 lets a service write as another user, who needs an access group", async () => {
    const folder = createFolder(name());
    const task = create("task", {
      name: "t",
      taskType: "Art",
      folderId: folder.entityId,
    });
    await ayon.operations("demo", [folder, task]);
    const asUser = (user: string) =>
      ayon.post(`${base}/operations`, {
        operations: [
          { ...update(task.entityId, { label: user }, "task"), asUser: user },
        ],
      });
    expect(await asUser("ghost")).toMatchObject({
      status: 404,
      body: { detail: "User ghost not found" },
    });
    expect((await asUser("admin")).body.success).toBe(true);
    expect(
      (await ayon.get(`${base}/tasks/${task.entityId}`)).body.updatedBy,
    ).toBe("admin");
    expect((await asUser("anna")).body.success).toBe(true);
    await ayon.put("/api/users/stranger", {});
    expect((await asUser("stranger")).body.operations[0]).toMatchObject({
      status: 403,
      errorCode: "forbidden",
      detail: "No access group assigned on this project",
    });
    const forbidden = await ayon.call(
      "POST",
      `${base}/operations`,
      { operations: [{ ...update(task.entityId, {}, "task"), asUser: "bob" }] },
      { "x-as-user": "anna" },
    );
    expect(forbidden.status).toBe(403);
  });

  it("AY-26 cannot update a task whose folder is made in the same request, unless the trap is off", async () => {
    const batch = () => {
      const folder = createFolder(name());
      const task = create("task", {
        name: "t",
        taskType: "Art",
        folderId: folder.entityId,
      });
      return [folder, task, update(task.entityId, { label: "L" }, "task")];
    };
    const answer = await ayon.operations("demo", batch());
    expect(answer.operations[2]).toMatchObject({
      success: false,
      status: 500,
      errorCode: null,
      detail: "'parent_id'",
    });
    // Neither can it be read, until a request with folders succeeds.
    const task = answer.operations[1].entityId;
    expect(await status(`tasks/${String(task)}`)).toBe(500);
    const listed = await ayon.graphql(
      `{project(name:"demo"){tasks(ids:["${String(task)}"]){edges{node{id}}}}}`,
    );
    expect(listed.project.tasks.edges).toEqual([]);
    await ayon.operations("demo", [createFolder(name())]);
    expect(await status(`tasks/${String(task)}`)).toBe(200);
    ayon.sandbox.control.switches({ inheritanceTrap: false });
    expect((await ayon.operations("demo", batch())).success).toBe(true);
    ayon.sandbox.control.switches({ inheritanceTrap: true });
  });

  it("counts an empty update as an update, and gives a new thumbnail a new hash", async () => {
    const folder = createFolder(name());
    await ayon.operations("demo", [folder]);
    const before = (await ayon.get(`${base}/folders/${folder.entityId}`)).body;
    await ayon.operations("demo", [update(folder.entityId, {})]);
    const after = (await ayon.get(`${base}/folders/${folder.entityId}`)).body;
    expect(after.updatedAt > before.updatedAt).toBe(true);
    await ayon.operations("demo", [
      update(folder.entityId, { thumbnailId: null }),
    ]);
    expect(
      (await ayon.get(`${base}/folders/${folder.entityId}`)).body.data
        .thumbnailHash,
    ).toMatch(/^[0-9a-f]{6}$/);
  });
});
