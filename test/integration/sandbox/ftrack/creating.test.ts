import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { useShow } from "../../../support/ftrack-show.ts";
import {
  create,
  post,
  row,
  rows,
  type Loose,
} from "../../../support/official-client.ts";

const show = useShow("empty+ayon");

describe("creating", () => {
  it("FP-16 a project, a shot and a task in one batch, with ids and references of the client", async () => {
    const [p, s, t] = [randomUUID(), randomUUID(), randomUUID()];
    const { body } = await post(show.sandbox, [
      create("Project", {
        id: p,
        name: p,
        full_name: p,
        project_schema_id: show.schema,
      }),
      create("Shot", {
        id: s,
        name: "s",
        parent: { __entity_type__: "Project", id: p },
      }),
      create("Task", { id: t, name: "t", parent_id: s }),
    ]);
    expect(body.map((r: Loose) => r.data.id)).toEqual([p, s, t]);
    expect(
      await row(
        show.sandbox,
        `select project_id, parent_id from Task where id is "${t}"`,
      ),
    ).toMatchObject({ project_id: p, parent_id: s });
  });

  it("FP-18 without an id gives one; with an id that exists fails", async () => {
    const { data }: Loose = await show.session.create("Task", {
      name: "own id",
      parent_id: show.shot,
    });
    expect(data.id).toMatch(/^[0-9a-f-]{36}$/);
    await expect(
      show.session.create("Task", {
        id: data.id,
        name: "again",
        parent_id: show.shot,
      }),
    ).rejects.toThrow("Duplicate entry");
  });

  it("fills what the server decides", async () => {
    const id = await show.task();
    const found = await row(
      show.sandbox,
      `select context_type, project_id, bid, status.name, priority.name, type_id, created_at, created_by.username, object_type.name from Task where id is "${id}"`,
    );
    expect(found).toMatchObject({
      context_type: "task",
      project_id: show.project,
      bid: 0,
      status: { name: "Not started" },
      priority: { name: "None" },
      type_id: expect.any(String),
      created_at: { __type__: "datetime" },
      created_by: { username: show.sandbox.apiUser },
      object_type: { name: "Task" },
    });
  });

  it("numbers versions and knows the latest", async () => {
    const asset = await show.make("Asset", {
      name: "a",
      context_id: show.shot,
    });
    const first = await show.make("AssetVersion", { asset_id: asset });
    const second = await show.make("AssetVersion", { asset_id: asset });
    const found = await rows(
      show.sandbox,
      `select version, is_latest_version, user.username, asset.latest_version.version, link from AssetVersion where id in ("${first}", "${second}") order by version`,
    );
    expect(found.map((v) => [v["version"], v["is_latest_version"]])).toEqual([
      [1, false],
      [2, true],
    ]);
    expect(found[0]).toMatchObject({
      user: { username: show.sandbox.apiUser },
      asset: { latest_version: { version: 2 } },
    });
    expect(found[0]?.["link"].at(-1)).toEqual({
      id: first,
      name: "a v001",
      type: "AssetVersion",
    });
  });

  it("a note knows what it is on; a reply inherits it and moves the thread", async () => {
    const id = await show.task();
    const note = await show.make("Note", {
      content: "hello",
      parent_id: id,
      author: {
        __entity_type__: "User",
        id: (
          await row(
            show.sandbox,
            `select id from User where username is "${show.sandbox.apiUser}"`,
          )
        )["id"],
      },
    });
    const reply = await show.make("Note", {
      content: "re",
      in_reply_to_id: note,
    });
    expect(
      await row(
        show.sandbox,
        `select parent_id, parent_type, project_id, in_reply_to.content, author.username from Note where id is "${reply}"`,
      ),
    ).toMatchObject({
      parent_id: id,
      parent_type: "Task",
      project_id: show.project,
      in_reply_to: { content: "hello" },
      author: { username: show.sandbox.apiUser },
    });
  });

  it.each([
    [
      "an unknown attribute",
      "Task",
      { parent_id: "$shot", nonsense: 1 },
      "ValidationError",
      "no attribute nonsense",
    ],
    [
      "a wrong type",
      "Task",
      { parent_id: "$shot", bid: "much" },
      "ValidationError",
      "must be of type number",
    ],
    [
      "a choice there is not",
      "Job",
      { status: "later" },
      "ValidationError",
      "one of queued, running, done, failed",
    ],
    [
      "a parent there is not",
      "Task",
      { name: "x", parent_id: randomUUID() },
      "ValidationError",
      "names nothing",
    ],
    ["no parent", "Task", { name: "x" }, "ValidationError", "needs a parent"],
    [
      "no name",
      "Task",
      { name: null, parent_id: "$shot" },
      "ValidationError",
      "needs name",
    ],
    [
      "an abstract type",
      "Context",
      { name: "x" },
      "ValidationError",
      "only its subtypes",
    ],
    [
      "a type there is not",
      "Nonsense",
      {},
      "ValidationError",
      "no entity type",
    ],
    [
      "a computed attribute",
      "Task",
      { parent_id: "$shot", link: [] },
      "ValidationError",
      "computed",
    ],
    [
      "a row of the log",
      "Event",
      { id: 1 },
      "PermissionError",
      "by the server only",
    ],
    [
      "a value through a dense view",
      "ContextCustomAttributeValue",
      {},
      "ValidationError",
      "only updated",
    ],
    [
      "a second user of a name",
      "User",
      { username: "ANNA@studio.test".toLowerCase() },
      "DuplicateEntryError",
      "Duplicate User",
    ],
    [
      "an assignment to nobody",
      "Appointment",
      { context_id: "$shot", type: "assignment" },
      "ValidationError",
      "needs resource_id",
    ],
  ])("refuses %s", async (_what, type, data, exception, content) => {
    const filled = JSON.parse(
      JSON.stringify(data).replaceAll("$shot", show.shot),
    );
    expect(await show.attempt(create(type, filled))).toMatchObject({
      exception,
      content: expect.stringContaining(content),
    });
  });

  it("refuses a second context of a type and name under a parent; case and type make a difference", async () => {
    const parent = await show.make("Folder", {
      name: "names",
      parent_id: show.project,
    });
    await show.make("Shot", { name: "sh010", parent_id: parent });
    expect(
      await show.attempt(create("Shot", { name: "sh010", parent_id: parent })),
    ).toMatchObject({ exception: "ValidationError" });
    await show.make("Shot", { name: "SH010", parent_id: parent });
    await show.make("Task", { name: "sh010", parent_id: parent });
    await show.sandbox.control.behaviour({ uniqueNames: false });
    await show.make("Shot", { name: "sh010", parent_id: parent });
    await show.sandbox.control.behaviour({ uniqueNames: true });
  });

  it("puts nothing below a task", async () => {
    const leaf = await show.task();
    expect(
      (await show.attempt(create("Task", { name: "x", parent_id: leaf })))
        .content,
    ).toContain("cannot have children");
  });
});
