import { beforeEach, describe, expect, it } from "vitest";
import {
  freshId,
  useAyonSandbox,
  type Loose,
} from "../../../support/ayon-sandbox.ts";
import { makeShow, type Show } from "../../../support/ayon-show.ts";

const ayon = useAyonSandbox({ seed: "demo" });
const base = "/api/projects/demo_show";
const FIELDS = `activityId activityType body activityData createdAt updatedAt entityId entityType entityName
  referenceType tags files { id name mime } author { name }`;
let show: Show;

beforeEach(async () => {
  ayon.sandbox.control.reset();
  show = await makeShow(ayon, "demo_show");
});

const comment = (
  body: string,
  more: object = {},
  headers: Record<string, string> = {},
) =>
  ayon.post(
    `${base}/task/${show.task}/activities`,
    { activityType: "comment", body, ...more },
    headers,
  );

async function feed(args = ""): Promise<Loose[]> {
  const data = await ayon.graphql(
    `query F($p: String!) { project(name: $p) { activities(${args}activityTypes: ["comment"], first: 50) { edges { node { ${FIELDS} } } } } }`,
    { p: "demo_show" },
  );
  return data.project.activities.edges.map((edge: Loose) => edge.node);
}

describe("comments", () => {
  it("AY-40 are by the caller, or by whom a service speaks for", async () => {
    expect((await comment("mine")).status).toBe(201);
    const novice = { "x-as-user": "novice" };
    await ayon.put("/api/users/novice", { attrib: {}, data: {} });
    const refused = await comment("hers", {}, novice);
    expect(refused).toMatchObject({
      status: 403,
      body: { code: 403, detail: "No access group assigned on this project" },
    });
    await ayon.patch("/api/users/novice/accessGroups", {
      accessGroups: [{ project: "demo_show", accessGroups: ["artist"] }],
    });
    expect((await comment("hers", {}, novice)).status).toBe(201);
    expect(
      (await feed()).map(({ body, author }) => [body, author.name]),
    ).toEqual([
      ["mine", "service"],
      ["hers", "novice"],
    ]);
  });

  it("AY-40 have at most 2000 characters", async () => {
    expect((await comment("é".repeat(1999) + "😀")).status).toBe(201);
    const long = await comment("x".repeat(2001));
    expect(long).toMatchObject({
      status: 400,
      body: { code: 400, detail: "Comment body is too long" },
    });
    const [kept] = await feed();
    const patch = await ayon.patch(
      `${base}/activities/${String(kept.activityId)}`,
      { body: "y".repeat(2001) },
    );
    expect(patch.status).toBe(400);
  });

  it("AY-40 keep a given id, a given time and data, and are found by GraphQL", async () => {
    const id = freshId();
    const made = await comment(
      "Look, [Bob](user:bob) at [sh](folder:" + show.shot + ")",
      {
        id,
        timestamp: "2024-01-01T02:00:00+02:00",
        data: { ftrackId: "n1", author: "forged" },
        tags: ["vfx"],
      },
    );
    expect(made).toMatchObject({ status: 201, body: { id } });
    const nodes = await feed(`activityIds: ["${id}"], `);
    expect(
      nodes.map((n) => [
        n.referenceType,
        n.entityType,
        n.entityId ?? n.entityName,
      ]),
    ).toEqual([
      ["origin", "task", show.task],
      ["author", "user", "service"],
      ["mention", "user", "bob"],
      ["mention", "folder", show.shot],
      ["relation", "version", show.version],
      ["relation", "folder", show.shot],
    ]);
    expect(nodes[0]).toMatchObject({
      activityId: id,
      activityType: "comment",
      createdAt: "2024-01-01T00:00:00+00:00",
      tags: ["vfx"],
      author: { name: "service" },
      files: [],
    });
    expect(JSON.parse(nodes[0].activityData as string)).toMatchObject({
      author: "service",
      ftrackId: "n1",
      origin: {
        id: show.task,
        type: "task",
        subtype: "Animation",
        name: "anim",
      },
    });
    expect(await comment("again", { id })).toMatchObject({
      status: 500,
      body: {
        code: 409,
        error: "unique-violation",
        path: `[POST] /projects/demo_show/task/${show.task}/activities`,
      },
    });
    const mentions = await feed('referenceTypes: ["mention"], ');
    expect(mentions.map((n) => n.entityType)).toEqual(["user", "folder"]);
    await ayon.patch(`${base}/activities/${id}`, { body: "[V](user:dave)" });
    expect(
      (await feed('referenceTypes: ["mention"], ')).map(
        (n) => n.entityId ?? n.entityName,
      ),
    ).toEqual(["bob", show.shot, "dave"]);
  });

  it("AY-40 show at what is related to their entity, by reference", async () => {
    await ayon.patch(`${base}/tasks/${show.task}`, { assignees: ["anna"] });
    await ayon.post(`${base}/versions/${show.version}/activities`, {
      activityType: "comment",
      body: "on the version",
    });
    const at = (type: string, id: string): Promise<Loose[]> =>
      feed(`entityType: "${type}", entityIds: ["${id}"], `);
    for (const [type, id, reference] of [
      ["version", show.version, "origin"],
      ["task", show.task, "relation"],
      ["folder", show.shot, "relation"],
    ] as const)
      expect(await at(type, id), type).toMatchObject([
        { body: "on the version", referenceType: reference },
      ]);
    expect(
      (await feed('referenceTypes: ["relation"], ')).map((n) => n.entityName),
    ).toEqual([null, "service", null, "anna"]);
  });

  it("AY-40 are changed and deleted by their author or an admin alone", async () => {
    const anna = { "x-as-user": "anna" };
    const { id } = (await comment("mine")).body;
    const path = `${base}/activities/${String(id)}`;
    expect(await ayon.patch(path, { body: "hers" }, anna)).toMatchObject({
      status: 403,
      body: { detail: "You are not the owner, you cannot modify the comment" },
    });
    expect((await ayon.del(path, anna)).status).toBe(403);
    expect(
      (await ayon.patch(path, { body: "edited", tags: ["t"], data: { k: 1 } }))
        .status,
    ).toBe(204);
    const [node] = await feed();
    expect(node).toMatchObject({ body: "edited", tags: ["t"] });
    expect(Date.parse(node.updatedAt as string)).toBeGreaterThanOrEqual(
      Date.parse(node.createdAt as string),
    );
    const hers = (await comment("hers", {}, anna)).body.id as string;
    expect(
      (await ayon.patch(`${base}/activities/${hers}`, { body: "service may" }))
        .status,
    ).toBe(204);
    expect((await ayon.del(path)).status).toBe(204);
    expect((await ayon.del(path)).status).toBe(404);
    expect((await feed()).map((n) => n.activityId)).toEqual([hers]);
  });

  it("AY-40 may be put on anything, singular or plural, but nothing unknown", async () => {
    for (const [type, id] of [
      ["folders", show.shot],
      ["folder", show.shot],
      ["versions", show.version],
    ] as const) {
      const reply = await ayon.post(`${base}/${type}/${id}/activities`, {
        activityType: "comment",
        body: "x",
      });
      expect(reply.status).toBe(201);
    }
    const gone = await ayon.post(`${base}/tasks/${freshId()}/activities`, {
      activityType: "comment",
      body: "x",
    });
    expect(gone.status).toBe(404);
    expect((await comment("x", { activityType: "nonsense" })).status).toBe(400);
    const lists = await ayon.post(`${base}/lists/${show.task}/activities`, {
      activityType: "comment",
      body: "x",
    });
    expect(lists.status).toBe(400);
  });

  it("AY-40 carry files, and lose them", async () => {
    const response = await fetch(`${ayon.sandbox.url}${base}/files`, {
      method: "POST",
      headers: {
        "x-api-key": ayon.sandbox.apiKey,
        "x-file-name": "a.png",
        "content-type": "image/png",
      },
      body: "bytes",
    });
    const { id: file } = (await response.json()) as { id: string };
    const { id } = (await comment("see", { files: [file] })).body;
    expect((await feed())[0].files).toEqual([
      { id: file, name: "a.png", mime: "image/png" },
    ]);
    await ayon.patch(`${base}/activities/${String(id)}`, { files: [] });
    expect((await feed())[0].files).toEqual([]);
  });

  it("AY-40 tell of themselves by events", async () => {
    const { id } = (await comment("said")).body;
    await ayon.patch(`${base}/activities/${String(id)}`, { body: "edited" });
    await ayon.del(`${base}/activities/${String(id)}`);
    const { body } = await ayon.post("/api/query", {
      entity: "event",
      filter: {
        conditions: [{ key: "topic", operator: "like", value: "activity.%" }],
      },
    });
    expect(body.map((event: Loose) => event.topic)).toEqual([
      "activity.deleted",
      "activity.updated",
      "activity.created",
    ]);
    expect(body[2]).toMatchObject({
      project: "demo_show",
      summary: {
        activity_id: id,
        activity_type: "comment",
        references: [
          {
            entity_id: show.task,
            entity_type: "task",
            reference_type: "origin",
          },
          {
            entity_id: show.version,
            entity_type: "version",
            reference_type: "relation",
          },
          {
            entity_id: show.shot,
            entity_type: "folder",
            reference_type: "relation",
          },
        ],
      },
    });
  });

  it("AY-40 come in bulk, one by one, each failure a 500", async () => {
    const one = (await comment("one")).body.id as string;
    const operations = [
      {
        type: "create",
        data: {
          entityType: "task",
          entityId: show.task,
          activityType: "comment",
          body: "new",
        },
      },
      { type: "update", activityId: one, data: { body: "edited" } },
      { type: "delete", activityId: freshId() },
      { type: "update", data: { body: "no id" } },
    ];
    const path = `${base}/operations/activities`;
    const { status, body } = await ayon.post(path, {
      operations,
      canFail: true,
    });
    expect({ status, success: body.success }).toEqual({
      status: 200,
      success: false,
    });
    expect(body.operations).toMatchObject([
      { success: true, activityId: expect.any(String) },
      { success: true, activityId: one },
      { success: false, status: 500, detail: expect.any(String) },
      {
        success: false,
        status: 500,
        detail: "Activity ID is required for update operation",
      },
    ]);
    expect((await feed()).map((n) => n.body)).toEqual(["edited", "new"]);
    const stopped = await ayon.post(path, { operations: operations.slice(2) });
    expect(stopped.body.operations).toHaveLength(1);
  });
});

describe("reactions and watchers", () => {
  const anna = { "x-as-user": "anna" };

  it("AY-40 a reaction counts once a person, and may be taken back", async () => {
    const { id } = (await comment("nice")).body;
    const path = `${base}/activities/${String(id)}/reactions`;
    const react = (headers = {}) =>
      ayon.post(path, { reaction: "like" }, headers);
    expect(await react()).toMatchObject({ status: 201, body: null });
    expect(await react()).toMatchObject({
      status: 400,
      body: { code: 400, detail: "Already reacted" },
    });
    expect((await react(anna)).status).toBe(201);
    expect((await ayon.del(`${path}/like`)).status).toBe(204);
    const [node] = await feed();
    expect(JSON.parse(node.activityData as string).reactions).toMatchObject([
      { reaction: "like", userName: "anna", fullName: "Anna Artist" },
    ]);
    const none = `${base}/activities/${freshId()}/reactions`;
    expect((await ayon.post(none, { reaction: "like" })).status).toBe(404);
  });

  it("AY-40 whoever comments watches; a service does not", async () => {
    const path = `${base}/tasks/${show.task}/watchers`;
    const watchers = async (): Promise<unknown> =>
      (await ayon.get(path)).body.watchers;
    await comment("by the service");
    expect(await watchers()).toEqual([]);
    await comment("hers", {}, anna);
    await comment("hers again", {}, anna);
    expect(await watchers()).toEqual(["anna"]);
    expect((await ayon.post(path, { watchers: ["bob"] })).status).toBe(204);
    expect(await watchers()).toEqual(["bob"]);
    await comment("seen by Bob");
    expect(await feed('referenceTypes: ["watching"], ')).toMatchObject([
      { body: "hers again", entityName: "anna" },
      { body: "seen by Bob", entityName: "bob" },
    ]);
  });
});
