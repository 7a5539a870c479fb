import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { useHeardShow } from "../../../support/ftrack-show.ts";
import {
  create,
  openSession,
  post,
  remove,
  update,
  type Loose,
} from "../../../support/official-client.ts";
import { until } from "../../../support/until.ts";

const show = useHeardShow();

/** The parents of an item, as `entityType entity_type`. */
function chain(item: Loose): string[] {
  return item.parents.map(
    (p: Loose) => `${p.entityType as string} ${p.entity_type as string}`,
  );
}

describe("ftrack.update", () => {
  it("FP-16 tells of a whole batch at once", async () => {
    const s = randomUUID();
    const t = randomUUID();
    const { data } = await show.told([
      create("Sequence", { id: s, name: "sq", parent_id: show.project }),
      create("Task", { id: t, name: "t", parent_id: s }),
      update("Shot", show.shot, { description: "changed" }),
    ]);
    expect(
      data.entities.map((e: Loose) => [e.action, e.entity_type, e.entityId]),
    ).toEqual([
      ["add", "Sequence", s],
      ["add", "Task", t],
      ["update", "Shot", show.shot],
    ]);
    expect(new Set(data.parents)).toEqual(
      new Set([s, t, show.shot, show.project]),
    );
  });

  it("an update: legacy keys, old and new, parents from the entity to the project", async () => {
    const old = await show.id('Status where name is "Not started"');
    const next = await show.id('Status where name is "In progress"');
    const event = await show.told([
      update("Shot", show.shot, { status_id: next }),
    ]);
    expect(event).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      topic: "ftrack.update",
      target: "",
      sent: null,
      inReplyToEvent: null,
      source: expect.anything(),
      data: {
        entities: [
          {
            entity_type: "Shot",
            entityType: "task",
            objectTypeId: "bad911de-3bd6-47b9-8b46-3476e237cb36",
            entityId: show.shot,
            parentId: show.project,
            action: "update",
            keys: ["statusid"],
            changes: { statusid: { old, new: next } },
            parents: [
              {
                entityId: show.shot,
                entityType: "task",
                entity_type: "Shot",
                parentId: show.project,
              },
              {
                entityId: show.project,
                entityType: "show",
                entity_type: "Project",
                parentId: null,
              },
            ],
          },
        ],
        parents: [show.shot, show.project],
        user: { userid: expect.any(String), name: "Event Service" },
        pushToken: null,
        clientToken: null,
      },
    });
  });

  it("carries the tokens of the request and who sent it", async () => {
    const own = await openSession(show.sandbox, { clientToken: "my-token" });
    show.events.length = 0;
    await own.update(
      "Shot",
      [show.shot],
      { description: randomUUID() },
      { pushToken: "push" },
    );
    await until("event", () => show.events.length > 0);
    const [event] = show.events;
    expect(event.data).toMatchObject({
      clientToken: "my-token",
      pushToken: "push",
    });
    expect(event.source).toMatchObject({
      id: "my-token",
      clientToken: "my-token",
      user: { username: show.sandbox.apiUser, id: event.data.user.userid },
    });
    show.events.length = 0;
    await own.update("Shot", [show.shot], { description: randomUUID() });
    await until("event", () => show.events.length > 0);
    expect(show.events[0].data.pushToken).toBe("undefined");
  });

  it("a new task with all its columns", async () => {
    const task = randomUUID();
    const { data } = await show.told([
      create("Task", { id: task, name: "t", parent_id: show.shot }),
    ]);
    const [item] = data.entities;
    expect(item.keys).toEqual(
      expect.arrayContaining([
        "id",
        "taskid",
        "context_type",
        "name",
        "parent_id",
        "bid",
        "description",
        "startdate",
        "enddate",
        "statusid",
        "typeid",
        "priorityid",
        "isopen",
        "isrequirecomment",
        "object_typeid",
        "showid",
        "sort",
        "thumbid",
      ]),
    );
    expect(item.changes["taskid"]).toEqual({ old: null, new: task });
    expect(item.changes["showid"]).toEqual({ old: null, new: show.project });
  });

  it("a move, with whatever else changed", async () => {
    const folder = await show.make("Folder", {
      name: randomUUID(),
      parent_id: show.project,
    });
    const task = await show.make("Task", {
      name: "to move",
      parent_id: show.shot,
    });
    const { data } = await show.told([
      update("Task", task, { parent_id: folder, name: "moved" }),
    ]);
    expect(data.entities).toHaveLength(1);
    expect(data.entities[0]).toMatchObject({
      action: "move",
      parentId: folder,
      changes: {
        parent_id: { old: show.shot, new: folder },
        name: { old: "to move", new: "moved" },
      },
    });
  });

  it("a removal with an item for everything that went along", async () => {
    const folder = await show.make("Folder", {
      name: randomUUID(),
      parent_id: show.project,
    });
    const inner = await show.make("Shot", { name: "s", parent_id: folder });
    const task = await show.make("Task", { name: "t", parent_id: inner });
    const { data } = await show.told([remove("Folder", folder)]);
    expect(data.entities.map((e: Loose) => [e.action, e.entityId])).toEqual([
      ["remove", folder],
      ["remove", inner],
      ["remove", task],
    ]);
    const [, , item] = data.entities;
    expect(item.changes["name"]).toEqual({ old: "t", new: null });
    expect(item.parents.map((p: Loose) => p.entityId)).toEqual([
      task,
      inner,
      folder,
      show.project,
    ]);
    expect(item.parentId).toBe(inner);
  });

  it("nothing for a batch that changes nothing or fails", async () => {
    show.events.length = 0;
    await post(show.sandbox, [
      { action: "query", expression: "select id from Shot" },
    ]);
    await post(show.sandbox, [update("Shot", show.shot, { name: "sh" })]);
    await post(show.sandbox, [
      update("Shot", show.shot, { name: "other" }),
      remove("Shot", "none"),
    ]);
    await post(show.sandbox, [create("Scope", { name: "silent" })]);
    await show.told([update("Shot", show.shot, { description: randomUUID() })]);
    expect(show.events).toHaveLength(1);
  });

  it("the parents of what hangs on contexts", async () => {
    const anna = await show.id('User where username is "anna@studio.test"');
    const task = await show.make("Task", {
      name: randomUUID(),
      parent_id: show.shot,
    });
    const asset = await show.make("Asset", {
      name: "a",
      context_id: show.shot,
    });
    const version = await show.make("AssetVersion", { asset_id: asset });
    const category = await show.id('ListCategory where name is "Default"');
    const list = await show.make("TypedContextList", {
      name: "l",
      project_id: show.project,
      category_id: category,
    });
    const other = await show.make("Shot", {
      name: randomUUID(),
      parent_id: show.project,
    });
    const role = await show.id(
      'UserSecurityRole where user.username is "anna@studio.test"',
    );
    const cases: [string, Loose, string[]][] = [
      [
        "Appointment",
        { context_id: task, resource_id: anna, type: "assignment" },
        ["appointment Appointment", "task Task", "task Shot", "show Project"],
      ],
      [
        "AssetVersion",
        { asset_id: asset },
        [
          "assetversion AssetVersion",
          "asset Asset",
          "task Shot",
          "show Project",
        ],
      ],
      [
        "Note",
        { content: "n", parent_id: version },
        [
          "note Note",
          "assetversion AssetVersion",
          "asset Asset",
          "task Shot",
          "show Project",
        ],
      ],
      [
        "ListObject",
        { list_id: list, entity_id: show.shot },
        ["listobject ListObject", "list TypedContextList", "show Project"],
      ],
      [
        "TypedContextLink",
        { from_id: show.shot, to_id: other },
        ["dependency TypedContextLink", "task Shot", "show Project"],
      ],
      [
        "UserSecurityRoleProject",
        { user_security_role_id: role, project_id: show.project },
        [
          "userroleproject UserSecurityRoleProject",
          "auth_userrole UserSecurityRole",
          "user User",
          "show Project",
        ],
      ],
      [
        "Metadata",
        { parent_id: show.shot, key: "k", value: "v" },
        ["meta Metadata", "task Shot", "show Project"],
      ],
    ];
    for (const [type, data, parents] of cases) {
      const event = await show.told([create(type, data)]);
      expect(event.data.entities, type).toHaveLength(1);
      expect(chain(event.data.entities[0]), type).toEqual(parents);
    }
  });

  it.each([
    ["Appointment", ["type", "context_id", "resource_id"]],
    ["TypedContextLink", ["from_id", "to_id"]],
    ["ListObject", ["listid", "entityid"]],
    [
      "Note",
      ["noteid", "text", "userid", "parent_id", "parent_type", "project_id"],
    ],
    [
      "AssetVersion",
      [
        "versionid",
        "version",
        "assetid",
        "taskid",
        "statusid",
        "ispublished",
        "userid",
      ],
    ],
    ["UserSecurityRoleProject", ["user_role_id", "project_id"]],
    [
      "Project",
      [
        "id",
        "showid",
        "name",
        "fullname",
        "startdate",
        "private",
        "projectschemeid",
        "status",
      ],
    ],
    ["User", ["id", "userid", "username", "firstname", "isactive"]],
  ])("legacy keys of %s", async (type, keys) => {
    const anna = await show.id('User where username is "ben@studio.test"');
    const schema = await show.id("ProjectSchema");
    const asset = await show.make("Asset", {
      name: randomUUID(),
      context_id: show.shot,
    });
    const other = await show.make("Shot", {
      name: randomUUID(),
      parent_id: show.project,
    });
    const list = await show.make("TypedContextList", {
      name: "l",
      project_id: show.project,
    });
    const role = await show.id(
      'UserSecurityRole where user.username is "ben@studio.test"',
    );
    const data: Loose = {
      Appointment: { context_id: other, resource_id: anna, type: "assignment" },
      TypedContextLink: { from_id: show.shot, to_id: other },
      ListObject: { list_id: list, entity_id: show.shot },
      Note: { content: "n", parent_id: show.shot },
      AssetVersion: { asset_id: asset },
      UserSecurityRoleProject: {
        user_security_role_id: role,
        project_id: show.project,
      },
      Project: {
        name: randomUUID(),
        full_name: randomUUID(),
        project_schema_id: schema,
      },
      User: { username: randomUUID() },
    };
    const event = await show.told([create(type, data[type])]);
    expect(event.data.entities[0].keys).toEqual(expect.arrayContaining(keys));
    expect(event.data.entities[0].keys).not.toContain("secret");
  });
});
