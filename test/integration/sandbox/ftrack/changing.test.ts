import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { useShow } from "../../../support/ftrack-show.ts";
import {
  openSession,
  post,
  row,
  rows,
  update,
  type Loose,
} from "../../../support/official-client.ts";

const show = useShow();

describe("changing", () => {
  it("FP-19 plain values, references by id and by stub, and to null", async () => {
    const id = await show.task();
    const status = (
      await row(show.sandbox, 'select id from Status where name is "Approved"')
    )["id"];
    const type = (
      await row(show.sandbox, 'select id from Type where name is "FX"')
    )["id"];
    await show.session.update("Task", [id], {
      description: "d",
      bid: 1.5,
      status_id: status,
    });
    await post(show.sandbox, [
      update("Task", id, {
        type: { __entity_type__: "Type", id: type },
        start_date: {
          __type__: "datetime",
          value: "2026-05-01T10:00:00+02:00",
        },
      }),
    ]);
    expect(
      await row(
        show.sandbox,
        `select description, bid, status.name, type.name, start_date from Task where id is "${id}"`,
      ),
    ).toMatchObject({
      description: "d",
      bid: 1.5,
      status: { name: "Approved" },
      type: { name: "FX" },
      start_date: { __type__: "datetime", value: "2026-05-01T08:00:00" },
    });
    const { data }: Loose = await show.session.update("Task", [id], {
      start_date: null,
    });
    expect(data).toMatchObject({ id, start_date: null });
  });

  it.each([
    ["2026-01-02T03:04:05", "2026-01-02T03:04:05"],
    ["2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05"],
    ["2026-01-02T03:04:05+00:00", "2026-01-02T03:04:05"],
    ["2026-01-02T03:04:05-05:30", "2026-01-02T08:34:05"],
    ["2026-01-02", "2026-01-02T00:00:00"],
  ])("takes the moment %s", async (sent, kept) => {
    const id = await show.task({
      end_date: { __type__: "datetime", value: sent },
    });
    expect(
      (
        await row(show.sandbox, `select end_date from Task where id is "${id}"`)
      )["end_date"].value,
    ).toBe(kept);
  });

  it("answers what changed, the key and the system projections", async () => {
    const id = await show.task();
    const { body } = await post(show.sandbox, [
      update("Task", [id], { name: "renamed", __entity_type__: "Task" }),
    ]);
    expect(body).toEqual([
      {
        action: "update",
        data: {
          __entity_type__: "Task",
          id,
          name: "renamed",
          context_type: "task",
          object_type_id: expect.any(String),
          project_id: show.project,
        },
      },
    ]);
  });

  it.each([
    ["type_id", "Shot"],
    ["status_id", "Sequence"],
    ["bid", "Shot"],
    ["created_at", "Task"],
    ["id", "Task"],
  ])("refuses to change the immutable %s of a %s", async (name, type) => {
    const id = await show.make(type, {
      name: randomUUID(),
      parent_id: type === "Task" ? show.shot : show.project,
    });
    const other: Loose = {
      type_id: (
        await row(show.sandbox, 'select id from Type where name is "FX"')
      )["id"],
      status_id: (
        await row(
          show.sandbox,
          'select id from Status where name is "Approved"',
        )
      )["id"],
      bid: 77,
      created_at: { __type__: "datetime", value: "2001-01-01T00:00:00" },
      id: randomUUID(),
    };
    expect(
      await show.attempt(update(type, id, { [name]: other[name] })),
    ).toMatchObject({
      exception: "ValidationError",
      content: expect.stringContaining("immutable"),
    });
  });

  it("moves a context with all below it into another project", async () => {
    const other = await show.make("Project", {
      name: "other",
      full_name: "Other",
      project_schema_id: show.schema,
    });
    const folder = await show.make("Folder", {
      name: "moving",
      parent_id: show.project,
    });
    const inner = await show.make("Shot", { name: "inner", parent_id: folder });
    const asset = await show.make("Asset", {
      name: "inner",
      context_id: inner,
    });
    await post(show.sandbox, [update("Folder", folder, { parent_id: other })]);
    expect(
      (
        await row(
          show.sandbox,
          `select project_id from Shot where id is "${inner}"`,
        )
      )["project_id"],
    ).toBe(other);
    expect(
      (
        await row(
          show.sandbox,
          `select project_id from Asset where id is "${asset}"`,
        )
      )["project_id"],
    ).toBe(other);
    expect(
      (await show.attempt(update("Folder", folder, { parent_id: inner })))
        .content,
    ).toContain("below itself");
  });

  it("writes the history of statuses", async () => {
    const id = await show.task();
    const status = async (name: string): Promise<string> =>
      (
        await row(show.sandbox, `select id from Status where name is "${name}"`)
      )["id"];
    await show.session.update("Task", [id], {
      status_id: await status("In progress"),
    });
    await show.session.update("Task", [id], {
      status_id: await status("Approved"),
    });
    const changes = await rows(
      show.sandbox,
      `select from_status.name, status.name, user.username, parent_type from TypedContextStatusChange where parent_id is "${id}"`,
    );
    expect(
      changes.map((c) => [
        c["from_status"].name,
        c["status"].name,
        c["user"].username,
      ]),
    ).toEqual([
      ["Not started", "In progress", show.sandbox.apiUser],
      ["In progress", "Approved", show.sandbox.apiUser],
    ]);
  });

  it("refuses statuses the project does not offer, in strict mode", async () => {
    const id = await show.task();
    const completed = (
      await row(show.sandbox, 'select id from Status where name is "Completed"')
    )["id"];
    await show.sandbox.control.behaviour({ strictMembership: true });
    const refused = await show.attempt(
      update("Task", id, { status_id: completed }),
    );
    await show.sandbox.control.behaviour({ strictMembership: false });
    expect(refused.exception).toBe("ValidationError");
    await show.session.update("Task", [id], { status_id: completed });
  });

  it("FP-20 works out what a full list of members adds and removes", async () => {
    const id = await show.make("Shot", {
      name: "members",
      parent_id: show.project,
    });
    const [a, b] = [
      await show.make("Scope", { name: "A" }),
      await show.make("Scope", { name: "B" }),
    ];
    const scopes = async (...ids: string[]): Promise<string[]> => {
      await post(show.sandbox, [
        update("Shot", id, {
          scopes: ids.map((s) => ({ __entity_type__: "Scope", id: s })),
        }),
      ]);
      const found = await row(
        show.sandbox,
        `select scopes.name from Shot where id is "${id}"`,
      );
      return found["scopes"].map((s: Loose) => s.name).sort();
    };
    expect(await scopes(a, b)).toEqual(["A", "B"]);
    expect(await scopes(a, b)).toEqual(["A", "B"]);
    expect(await scopes(b)).toEqual(["B"]);
    expect(await scopes()).toEqual([]);
  });

  it("FP-29 ensure creates, then updates", async () => {
    const name = randomUUID();
    const first: Loose = await show.session.ensure(
      "Task",
      { name, parent_id: show.shot, description: "one" },
      ["name", "parent_id"],
    );
    const second: Loose = await show.session.ensure(
      "Task",
      { name, parent_id: show.shot, description: "two" },
      ["name", "parent_id"],
    );
    expect(second.id).toBe(first.id);
    expect(
      (
        await row(
          show.sandbox,
          `select description from Task where id is "${first.id as string}"`,
        )
      )["description"],
    ).toBe("two");
  });

  it("only administrators write the set-up of the studio", async () => {
    const anna = await openSession(show.sandbox, {
      username: "anna@studio.test",
    });
    await expect(anna.create("Status", { name: "Mine" })).rejects.toMatchObject(
      { name: "ServerPermissionDeniedError" },
    );
    const id = await show.task();
    await anna.update("Task", [id], { description: "but tasks, yes" });
  });
});

describe("deleting", () => {
  it("FP-23 takes everything below along", async () => {
    const folder = await show.make("Folder", {
      name: "doomed",
      parent_id: show.project,
    });
    const inner = await show.make("Shot", { name: "s", parent_id: folder });
    const work = await show.make("Task", { name: "t", parent_id: inner });
    const asset = await show.make("Asset", { name: "a", context_id: inner });
    const version = await show.make("AssetVersion", {
      asset_id: asset,
      task_id: work,
    });
    const user = (
      await row(
        show.sandbox,
        'select id from User where username is "anna@studio.test"',
      )
    )["id"];
    const assignment = await show.make("Appointment", {
      context_id: work,
      resource_id: user,
      type: "assignment",
    });
    const note = await show.make("Note", { content: "n", parent_id: work });
    const { data } = await show.session.delete("Folder", [folder]);
    expect(data).toBe(true);
    for (const [type, id] of [
      ["Folder", folder],
      ["Shot", inner],
      ["Task", work],
      ["Asset", asset],
      ["AssetVersion", version],
      ["Appointment", assignment],
      ["Note", note],
    ] as const)
      expect(
        await rows(show.sandbox, `select id from ${type} where id is "${id}"`),
        type,
      ).toEqual([]);
    expect(
      await rows(
        show.sandbox,
        `select id from User where id is "${user as string}"`,
      ),
    ).toHaveLength(1);
    await expect(show.session.delete("Folder", [folder])).rejects.toThrow(
      "There is no Folder",
    );
  });

  it("clears references that can do without", async () => {
    const work = await show.task();
    const asset = await show.make("Asset", {
      name: "kept",
      context_id: show.shot,
    });
    const version = await show.make("AssetVersion", {
      asset_id: asset,
      task_id: work,
    });
    await show.session.delete("Task", [work]);
    expect(
      (
        await row(
          show.sandbox,
          `select task_id from AssetVersion where id is "${version}"`,
        )
      )["task_id"],
    ).toBeNull();
  });
});
