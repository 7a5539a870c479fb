import { beforeAll, describe, expect, it } from "vitest";
import { useAyonSandbox } from "../../../support/ayon-sandbox.ts";
import { entityCalls } from "../../../support/ayon-wire.ts";

const ayon = useAyonSandbox({ projects: [{ name: "demo", code: "dm" }] });
const base = "/api/projects/demo";

const { folder, read } = entityCalls(ayon, base);

describe("changing", () => {
  it("AY-17 frees the name of what is inactive, refuses to wake it, and still lists it", async () => {
    const first = await folder({ name: "twice" });
    await ayon.patch(`${base}/folders/${first}`, { active: false });
    await folder({ name: "twice" });
    expect(
      await ayon.patch(`${base}/folders/${first}`, { active: true }),
    ).toMatchObject({
      status: 409,
      body: { detail: "Folder with lower(name::text) 'twice' already exists." },
    });
    const list = (await ayon.get(`${base}/folders`)).body.folders;
    expect(
      list.filter((f: { name: string }) => f.name === "twice"),
    ).toHaveLength(2);
  });

  it("AY-8 merges data on one level, allows null for a label, refuses it for status and tags", async () => {
    const id = await folder({
      name: "nulls",
      label: "L",
      data: { a: { x: 1 }, b: 2 },
    });
    const patch = (data: object) => ayon.patch(`${base}/folders/${id}`, data);
    expect((await patch({ data: { a: { y: 2 }, b: null } })).status).toBe(204);
    expect((await read("folders", id)).data).toEqual({ a: { y: 2 } });
    expect((await patch({ label: null })).status).toBe(204);
    for (const key of ["status", "tags"]) {
      expect(await patch({ [key]: null })).toMatchObject({
        status: 409,
        body: { detail: `Missing required field: ${key}` },
      });
    }
    const before = (await read("folders", id)).updatedAt;
    expect((await patch({})).status).toBe(204);
    expect((await read("folders", id)).updatedAt > before).toBe(true);
  });

  describe("a folder with published versions", () => {
    let top: string, shot: string, target: string;
    beforeAll(async () => {
      top = await folder({ name: "published" });
      shot = await folder({ name: "sh", folderType: "Shot", parentId: top });
      target = await folder({ name: "target" });
      const product = (
        await ayon.post(`${base}/products`, {
          name: "main",
          folderId: shot,
          productType: "render",
        })
      ).body.id;
      await ayon.post(`${base}/versions`, { version: 1, productId: product });
    });

    it.each([
      ["name", { name: "renamed" }],
      ["folder_type", { folderType: "Asset" }],
      ["parent_id", { parentId: null }],
    ])(
      "AY-18 keeps its %s, and so do the folders above",
      async (word, patch) => {
        const detail = `Cannot change ${word} of a folder with published versions`;
        expect(
          await ayon.patch(`${base}/folders/${shot}`, patch),
        ).toMatchObject({ status: 403, body: { code: 403, detail } });
        if (word !== "parent_id")
          expect(
            (await ayon.patch(`${base}/folders/${top}`, patch)).body.detail,
          ).toBe(detail);
        // What does not change anything is no change.
        expect(
          (
            await ayon.patch(`${base}/folders/${shot}`, {
              name: "sh",
              status: "Approved",
            })
          ).status,
        ).toBe(204);
      },
    );

    it("AY-18 gives in to an operation with force, and never to a move below itself", async () => {
      const update = (data: object, force: boolean) =>
        ayon.operations("demo", [
          { type: "update", entityType: "folder", entityId: shot, data, force },
        ]);
      expect(
        (await update({ name: "sh2" }, false)).operations[0],
      ).toMatchObject({ status: 403, errorCode: "forbidden" });
      expect((await update({ name: "sh2" }, true)).success).toBe(true);
      expect((await update({ parentId: target }, true)).success).toBe(true);
      expect((await read("folders", shot)).path).toBe("/target/sh2");
      expect(
        (await ayon.patch(`${base}/folders/${target}`, { parentId: target }))
          .body.detail,
      ).toMatch(/published versions/);
      const plain = await folder({ name: "plain" });
      const below = await folder({ name: "below2", parentId: plain });
      expect(
        await ayon.patch(`${base}/folders/${plain}`, { parentId: plain }),
      ).toMatchObject({
        status: 400,
        body: { detail: "Folder cannot be its own parent" },
      });
      expect(
        (await ayon.patch(`${base}/folders/${plain}`, { parentId: below })).body
          .detail,
      ).toBe("Folder cannot be moved to one of its descendants");
    });

    it("AY-19 refuses to be deleted without force, and then takes everything along but the events", async () => {
      const refused = await ayon.del(`${base}/folders/${shot}`);
      expect(refused).toMatchObject({
        status: 409,
        body: { detail: "Unable to delete a folder with products or tasks." },
      });
      const inBatch = await ayon.operations("demo", [
        { type: "delete", entityType: "folder", entityId: shot },
      ]);
      expect(inBatch.operations[0]).toMatchObject({
        status: 409,
        errorCode: "delete-folder-with-children",
      });
      expect(
        (await ayon.del(`${base}/folders/${shot}?force=true`)).status,
      ).toBe(204);
      expect((await ayon.get(`${base}/folders/${shot}`)).status).toBe(404);
      expect((await ayon.get(`${base}/stats`)).body.counts.versions).toBe(0);
    });
  });

  it("AY-19 deletes subfolders and tasks with a folder, telling of the folder alone", async () => {
    const top = await folder({ name: "doomed" });
    const child = await folder({ name: "child", parentId: top });
    const task = (
      await ayon.post(`${base}/tasks`, {
        name: "t",
        taskType: "Art",
        folderId: child,
      })
    ).body.id;
    expect((await ayon.del(`${base}/folders/${top}`)).status).toBe(204);
    for (const path of [`folders/${child}`, `tasks/${String(task)}`]) {
      expect((await ayon.get(`${base}/${path}`)).status).toBe(404);
    }
    const events = await ayon.post("/api/query", {
      entity: "event",
      filter: {
        conditions: [
          { key: "topic", operator: "like", value: "entity.%.deleted" },
        ],
      },
    });
    const told = events.body.map(
      (e: { summary: { entityId: string } }) => e.summary.entityId,
    );
    expect(told).toContain(top);
    expect(told).not.toContain(child);
    expect(told).not.toContain(task);
  });

  it("keeps the versions of a deleted task, and one hero version to a product", async () => {
    const parent = await folder({ name: "heroes" });
    const task = (
      await ayon.post(`${base}/tasks`, {
        name: "t",
        taskType: "Art",
        folderId: parent,
      })
    ).body.id;
    const product = (
      await ayon.post(`${base}/products`, {
        name: "p",
        folderId: parent,
        productType: "render",
      })
    ).body.id;
    const make = (version: number) =>
      ayon.post(`${base}/versions`, {
        version,
        productId: product,
        taskId: task,
      });
    const first = (await make(1)).body.id;
    expect((await make(1)).body.detail).toMatch(
      /^Version with product_id, version '.*, 1' already exists\.$/,
    );
    const hero = (await make(-1)).body.id;
    expect((await read("versions", hero)).path).toBe("/heroes/p/HERO");
    expect((await make(-2)).body).toEqual({
      code: 409,
      detail: "Hero version already exists.",
    });
    await ayon.del(`${base}/tasks/${String(task)}`);
    expect(await read("versions", first)).not.toHaveProperty("taskId");
  });
});
