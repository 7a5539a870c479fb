import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { applyOperations } from "../../../src/ayon/operations.ts";
import { ftrackId } from "../../../src/core/ids.ts";
import type { AyonOperation } from "../../../src/core/change.ts";
import { ask, type Ayon, startAyon } from "../../support/ayon.ts";
import { anOperation, newId } from "../../support/ayon-operations.ts";
import {
  type ScriptedHttp,
  type SeenRequest,
  startScriptedHttp,
} from "../../support/scripted-http.ts";
import { createAyonReads } from "../../../src/ayon/reads.ts";
import { forwardTo } from "../../support/scripted-http.ts";

let ayon: Ayon;
let proxy: ScriptedHttp;
let seen: SeenRequest[];

const ids = {
  seq: newId(),
  shot: newId(),
  plain: newId(),
  comp: newId(),
  anim: newId(),
  product: newId(),
  version: newId(),
};

function create(
  entityType: AyonOperation["entityType"],
  entityId: AyonOperation["entityId"],
  data: object,
): AyonOperation {
  return anOperation(`c${entityId}`, {
    op: "create",
    entityType,
    entityId,
    data: data as AyonOperation["data"],
  });
}

beforeAll(async () => {
  ayon = await startAyon();
  await ask(ayon.http, "PATCH", "/api/projects/demo", {
    attrib: { ftrackId: "ft-project", fps: 24 },
  });
  const results = await applyOperations(ayon.http, ayon.project, [
    create("folder", ids.seq, {
      name: "sq01",
      folderType: "Sequence",
      attrib: { fps: 30, ftrackId: "ft-seq" },
    }),
    create("folder", ids.shot, {
      name: "sh010",
      label: "Shot 10",
      folderType: "Shot",
      parentId: ids.seq,
      attrib: { ftrackId: "ft-shot", frameEnd: 1100 },
      tags: ["hero"],
      data: { ftrackAttributes: { x: 1 } },
    }),
    create("folder", ids.plain, { name: "plain", folderType: "Asset" }),
    create("task", ids.comp, {
      name: "comp",
      taskType: "Compositing",
      folderId: ids.shot,
      assignees: ["anna"],
      attrib: { ftrackId: "ft-comp" },
    }),
    create("task", ids.anim, {
      name: "anim",
      taskType: "Animation",
      folderId: ids.shot,
    }),
    create("product", ids.product, {
      name: "renderMain",
      productType: "render",
      folderId: ids.shot,
    }),
    create("version", ids.version, {
      version: 1,
      productId: ids.product,
      taskId: ids.comp,
      attrib: { ftrackId: "ft-version", comment: "hi" },
    }),
  ]);
  expect(results.map((r) => r.status)).toEqual(Array(7).fill("applied"));
  proxy = await startScriptedHttp();
  proxy.answer(forwardTo(ayon.sandbox.url));
  ({ seen } = proxy);
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await ayon[Symbol.asyncDispose]();
});

/** Reads through a door that counts the requests. */
function counted() {
  seen.length = 0;
  return createAyonReads(ayon.client({ serverUrl: proxy.url }));
}

describe("stamps", () => {
  it("say in one request when each entity was written, archived ones too", async () => {
    const before = await counted().stamps(ayon.project, ["folders", "tasks"]);
    expect(seen).toHaveLength(1);
    expect([...before.keys()].sort()).toEqual(
      [ids.seq, ids.shot, ids.plain, ids.comp, ids.anim].sort(),
    );
    await ask(ayon.http, "PATCH", `/api/projects/demo/tasks/${ids.anim}`, {
      active: false,
    });
    const after = await ayon.reads.stamps(ayon.project, ["folders", "tasks"]);
    expect(after.size).toBe(before.size);
    const changed = [...after].filter(([id, at]) => before.get(id) !== at);
    expect(changed.map(([id]) => id)).toEqual([ids.anim]);
    await ask(ayon.http, "PATCH", `/api/projects/demo/tasks/${ids.anim}`, {
      active: true,
    });
    const versions = await ayon.reads.stamps(ayon.project, ["versions"]);
    expect([...versions.keys()]).toEqual([ids.version]);
  });
});

describe("select", () => {
  it("reads a whole selection in one request", async () => {
    const found = await counted().select(ayon.project, {
      folders: [
        { ftrackIds: [ftrackId("ft-shot"), ftrackId("nobody")] },
        { parentIds: [null] },
        { paths: ["/sq01"] },
      ],
      tasks: [{ folderIds: [ids.shot] }, { ids: [ids.comp] }],
      products: [{ folderIds: [ids.shot] }],
      versions: [
        { ftrackIds: [ftrackId("ft-version")] },
        { taskIds: [ids.comp] },
      ],
    });
    expect(seen).toHaveLength(1);
    expect(found.folders.map((f) => f.name).sort()).toEqual([
      "plain",
      "sh010",
      "sq01",
    ]);
    expect(found.tasks.map((t) => t.name).sort()).toEqual(["anim", "comp"]);
    expect(found.products.map((p) => p.name)).toEqual(["renderMain"]);
    expect(found.versions).toHaveLength(1);
  });

  it("gives every part of a folder and a task", async () => {
    const { folders, tasks, versions } = await ayon.reads.select(ayon.project, {
      folders: [{ ids: [ids.shot] }],
      tasks: [{ ids: [ids.comp] }],
      versions: [{ ids: [ids.version] }],
    });
    expect(folders).toEqual([
      {
        id: ids.shot,
        name: "sh010",
        label: "Shot 10",
        status: "Not ready",
        active: true,
        tags: ["hero"],
        thumbnailId: null,
        path: "/sq01/sh010",
        own: { ftrackId: "ft-shot", frameEnd: 1100 },
        data: { ftrackAttributes: { x: 1 } },
        folderType: "Shot",
        parentId: ids.seq,
      },
    ]);
    expect(tasks[0]).toMatchObject({
      name: "comp",
      taskType: "Compositing",
      folderId: ids.shot,
      assignees: ["anna"],
      own: { ftrackId: "ft-comp" },
      path: "/sq01/sh010/comp",
    });
    expect(versions[0]).toMatchObject({
      version: 1,
      productId: ids.product,
      taskId: ids.comp,
      own: { ftrackId: "ft-version", comment: "hi" },
    });
  });

  it("does not take a folder without link for the project, whose ftrackId it seems to inherit", async () => {
    const { folders } = await ayon.reads.select(ayon.project, {
      folders: [{ ftrackIds: [ftrackId("ft-project")] }],
    });
    expect(folders).toEqual([]);
  });

  it("joins the filters of one part by `and`", async () => {
    const { tasks } = await ayon.reads.select(ayon.project, {
      tasks: [{ folderIds: [ids.shot], ftrackIds: [ftrackId("ft-comp")] }],
    });
    expect(tasks.map((t) => t.name)).toEqual(["comp"]);
  });

  it("finds nothing for an empty list, and asks nobody", async () => {
    const found = await counted().select(ayon.project, {
      folders: [{ ids: [] }],
      tasks: [],
      versions: [{ productIds: [ids.product], taskIds: [] }],
    });
    expect(found).toEqual({
      folders: [],
      tasks: [],
      products: [],
      versions: [],
    });
    expect(seen).toHaveLength(0);
  });

  it("passes values with quotes and backslashes as values", async () => {
    const odd = ftrackId(`x' or 1=1 "\\`);
    const found = await ayon.reads.select(ayon.project, {
      folders: [{ ftrackIds: [odd] }, { paths: [`/a'b`] }],
      versions: [{ ftrackIds: [odd] }],
    });
    expect(found.folders).toEqual([]);
    expect(found.versions).toEqual([]);
  });

  it("tells an unknown project", async () => {
    const asked = ayon.reads.select("nope" as typeof ayon.project, {
      folders: "all",
    });
    await expect(asked).rejects.toMatchObject({
      code: "E_AYON_NOT_FOUND",
      retry: "never",
    });
  });

  it("reads a project of several pages, folders and tasks side by side", async () => {
    const http = ayon.http;
    await ask(http, "POST", "/api/projects", { name: "large", code: "lg" });
    const large = "large" as typeof ayon.project;
    const root = newId();
    const count = 2_100;
    const tasks = Array.from({ length: count }, (_, n) =>
      anOperation(`t${n}`, {
        op: "create",
        entityType: "task",
        entityId: newId(),
        data: { name: `t${n}`, taskType: "Generic", folderId: root },
      }),
    );
    const folder = create("folder", root, { name: "a", folderType: "Asset" });
    const results = await applyOperations(http, large, [folder, ...tasks]);
    expect(results.every((r) => r.status === "applied")).toBe(true);
    const found = await counted().select(large, {
      folders: "all",
      tasks: "all",
    });
    expect(found.folders).toHaveLength(1);
    expect(new Set(found.tasks.map((t) => t.id)).size).toBe(count);
    expect(seen).toHaveLength(3);
  });
});

describe("other reads", () => {
  it("tells which folders hold versions, themselves or below them", async () => {
    const found = await ayon.reads.foldersWithVersions(ayon.project, [
      ids.seq,
      ids.shot,
      ids.plain,
    ]);
    expect(found).toEqual(new Set([ids.seq, ids.shot]));
  });

  it("reads a project with its own values, by a name in any case", async () => {
    const project = await ayon.reads.project("DEMO");
    expect(project).toMatchObject({
      name: "demo",
      code: "dm",
      active: true,
      own: { ftrackId: "ft-project", fps: 24 },
    });
    expect(project!.statuses[0]).toMatchObject({ name: "Not ready" });
    expect(project!.folderTypes.map((t) => t.name)).toContain("Shot");
  });

  it.each(["nope", "not a name!", "../users/me", ""])(
    "knows no project %j",
    async (name) => {
      expect(await ayon.reads.project(name)).toBeNull();
    },
  );

  it("lists projects, attributes and users", async () => {
    expect(await ayon.reads.projects()).toContainEqual({
      name: "demo",
      code: "dm",
      active: true,
    });
    const attributes = await ayon.reads.attributes();
    expect(attributes.find((a) => a.name === "ftrackId")).toMatchObject({
      type: "string",
      inherit: false,
      builtin: false,
      scope: ["project", "folder", "task", "version", "list"],
    });
    expect(attributes.find((a) => a.name === "priority")?.enum).toContainEqual({
      value: "normal",
      label: "Normal",
    });
    const users = await ayon.reads.users();
    expect(users.filter((u) => u.isService)).toHaveLength(1);
  });

  it("reads one user without the hashes of its credentials", async () => {
    const service = (await ayon.reads.users()).find((u) => u.isService);
    const user = await ayon.reads.user(service!.name);
    expect(user).toMatchObject({ name: service!.name, isService: true });
    expect(JSON.stringify(user)).not.toMatch(/apiKey|password/i);
    expect(await ayon.reads.user("nobody.here")).toBeNull();
  });
});
