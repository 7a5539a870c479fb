import { beforeEach, describe, expect, it } from "vitest";
import {
  freshId,
  useAyonSandbox,
  type Loose,
} from "../../../support/ayon-sandbox.ts";
import { makeShow, type Show } from "../../../support/ayon-show.ts";

const ayon = useAyonSandbox({ projects: [{ name: "demo", code: "dm" }] });
const base = "/api/projects/demo";
let show: Show;

beforeEach(async () => {
  ayon.sandbox.control.reset();
  show = await makeShow(ayon, "demo");
});

describe("entity lists", () => {
  const create = (label: string, more: object = {}) =>
    ayon.post(`${base}/lists`, {
      label,
      entityType: "version",
      entityListType: "review-session",
      attrib: { ftrackId: "rs1" },
      items: [{ entityId: show.version }],
      ...more,
    });
  const read = async (id: string) =>
    (await ayon.get(`${base}/lists/${id}`)).body;

  it("AY-40 have a label of their own in the project", async () => {
    const made = await create("L1");
    expect(made).toMatchObject({
      status: 201,
      body: {
        entityListType: "review-session",
        entityType: "version",
        label: "L1",
        count: 1,
      },
    });
    expect(await create("L1")).toMatchObject({
      status: 500,
      body: {
        code: 409,
        error: "unique-violation",
        detail: "Entity_list with label 'L1' already exists.",
        path: "[POST] /projects/demo/lists",
      },
    });
    expect(await read(made.body.id as string)).toMatchObject({
      label: "L1",
      attrib: { ftrackId: "rs1" },
      data: { count: 1 },
      owner: "service",
      accessLevel: 30,
      items: [
        {
          entityId: show.version,
          position: 0,
          folderPath: "seq/sh010",
          createdBy: "service",
        },
      ],
    });
    const bare = await ayon.get(
      `${base}/lists/${String(made.body.id)}?metadata_only=true`,
    );
    expect(bare.body.items).toEqual([]);
    const other = (await create("L2")).body.id as string;
    expect(
      await ayon.patch(`${base}/lists/${other}`, { label: "L1" }),
    ).toMatchObject({ status: 500 });
    expect(
      (
        await ayon.patch(`${base}/lists/${other}`, {
          label: "L3",
          attrib: { x: 1 },
        })
      ).status,
    ).toBe(204);
    expect(await read(other)).toMatchObject({
      label: "L3",
      attrib: { ftrackId: "rs1", x: 1 },
    });
  });

  it("AY-40 take items at a place, and replace, merge or delete them", async () => {
    const versions = [show.version, freshId(), freshId()];
    await ayon.operations(
      "demo",
      [2, 3].map((version) => ({
        type: "create",
        entityType: "version",
        entityId: versions[version - 1],
        data: { version, productId: show.product },
      })),
    );
    const id = (await create("L")).body.id as string;
    const path = `${base}/lists/${id}/items`;
    const entities = async () =>
      (await read(id)).items.map(
        (item: Loose) => versions.indexOf(item.entityId) + 1,
      );
    expect(await ayon.post(path, { entityId: versions[1] })).toMatchObject({
      status: 201,
      body: null,
    });
    await ayon.post(path, { entityId: versions[2], position: 0 });
    expect(await entities()).toEqual([3, 1, 2]);

    const [third, first] = (await read(id)).items;
    const merge = [
      { id: first.id, data: { note: 1 } },
      { entityId: versions[1] },
    ];
    expect(
      await ayon.patch(path, { mode: "merge", items: merge }),
    ).toMatchObject({ status: 200, body: null });
    expect(await entities()).toEqual([3, 1, 2, 2]);
    expect((await read(id)).items[1].data).toEqual({ note: 1 });
    await ayon.patch(path, { mode: "delete", items: [{ id: third.id }] });
    expect(await entities()).toEqual([1, 2, 2]);
    expect((await ayon.del(`${path}/${String(first.id)}`)).status).toBe(200);
    expect((await ayon.del(`${path}/${String(first.id)}`)).status).toBe(404);
    await ayon.patch(path, {
      items: [{ entityId: versions[2] }, { entityId: versions[0] }],
    });
    expect(await entities()).toEqual([3, 1]);
    expect((await ayon.get(`${base}/lists/${id}/entities`)).body).toEqual({
      entityType: "version",
      entityIds: [versions[2], versions[0]],
    });
    expect((await ayon.post(path, { entityId: freshId() })).status).toBe(404);
  });

  it("AY-40 are read by GraphQL, with JSON as text", async () => {
    const id = (await create("L", { data: { ftrackId: "d" } })).body
      .id as string;
    const { project } = await ayon.graphql(
      `{ project(name: "demo") { entityLists(ids: ["${id}"], first: 300) {
           edges { node { id label entityListType entityType allAttrib data attributes count owner active
             items { edges { entityId position data node { id name } } } } }
           pageInfo { hasNextPage } } } }`,
    );
    const [{ node }] = project.entityLists.edges;
    expect(node).toMatchObject({
      id,
      label: "L",
      count: 1,
      owner: "service",
      active: true,
    });
    expect([
      JSON.parse(node.allAttrib as string),
      JSON.parse(node.attributes as string),
    ]).toEqual([{ ftrackId: "rs1" }, []]);
    expect(JSON.parse(node.data as string)).toMatchObject({ ftrackId: "d" });
    expect(node.items.edges).toMatchObject([
      {
        entityId: show.version,
        position: 0,
        data: "{}",
        node: { id: show.version, name: "v001" },
      },
    ]);
  });

  it("AY-40 may define attributes of their own", async () => {
    const attributes = [{ name: "grade", data: { type: "string" } }];
    const plain = (await create("plain")).body.id as string;
    const graded = (await create("graded", { data: { attributes } })).body
      .id as string;
    const read = async (id: string): Promise<unknown> =>
      (await ayon.get(`${base}/lists/${id}/attributes`)).body;
    expect(await read(plain)).toEqual([]);
    expect(await read(graded)).toEqual(attributes);
  });

  it("AY-40 are deleted, telling of it under the database's names", async () => {
    const id = (await create("L")).body.id as string;
    expect((await ayon.del(`${base}/lists/${id}`)).status).toBe(204);
    expect((await ayon.get(`${base}/lists/${id}`)).status).toBe(404);
    const { body } = await ayon.post("/api/query", {
      entity: "event",
      filter: {
        conditions: [
          { key: "topic", operator: "like", value: "entity_list.%" },
        ],
      },
    });
    expect(body).toMatchObject([
      {
        topic: "entity_list.deleted",
        summary: { id, entity_list_type: "review-session", count: 1 },
      },
      { topic: "entity_list.created" },
    ]);
  });

  it("AY-40 stand in folders", async () => {
    const folder = await ayon.post(`${base}/entityListFolders`, {
      label: "Dailies",
    });
    const entityListFolderId = folder.body.id as string;
    const id = (await create("L", { entityListFolderId })).body.id as string;
    expect(await read(id)).toMatchObject({ entityListFolderId });
    expect(
      (await ayon.get(`${base}/entityListFolders`)).body.folders,
    ).toMatchObject([
      {
        id: entityListFolderId,
        label: "Dailies",
        position: 0,
        owner: "service",
        data: { color: null },
      },
    ]);
    const again = await ayon.post(`${base}/entityListFolders`, {
      label: "Dailies",
    });
    expect(again).toMatchObject({
      status: 409,
      body: { detail: "Folder with the given ID already exists" },
    });
    const path = `${base}/entityListFolders/${entityListFolderId}`;
    const change = { label: "Weeklies", data: { color: "#112233" } };
    expect((await ayon.patch(path, change)).status).toBe(204);
    expect(
      (await ayon.get(`${base}/entityListFolders`)).body.folders,
    ).toMatchObject([change]);
    expect((await ayon.del(path)).status).toBe(204);
    expect((await ayon.del(path)).status).toBe(404);
  });
});
