import { describe, expect, it } from "vitest";
import { freshId, useAyonSandbox } from "../../../support/ayon-sandbox.ts";
import { create } from "../../../support/ayon-wire.ts";

const ayon = useAyonSandbox();
const names = (list: { name: string }[]): string[] =>
  list.map((item) => item.name);

describe("projects", () => {
  it("AY-6 creates with null, lists, reads without regard to case, and refuses a second of the name or code", async () => {
    expect((await ayon.get("/api/projects")).body).toEqual({
      detail: "No projects",
      count: 0,
      projects: [],
    });
    const created = await ayon.post("/api/projects", {
      name: "Alpha",
      code: "al",
    });
    expect(created).toMatchObject({ status: 201, body: null });
    for (const body of [
      { name: "Alpha", code: "x1" },
      { name: "ALPHA", code: "x2" },
      { name: "other", code: "AL" },
    ]) {
      expect(await ayon.post("/api/projects", body)).toMatchObject({
        status: 409,
        body: { code: 409, detail: "Project Alpha (al) already exists" },
      });
    }
    expect((await ayon.get("/api/projects/aLPHa")).body.name).toBe("Alpha");
    expect((await ayon.get("/api/projects/Nope")).body.detail).toBe(
      "Project nope not found",
    );
    const list = (await ayon.get("/api/projects?active=true&length=10")).body;
    expect(list).toMatchObject({ detail: "Showing 1 of 1 projects", count: 1 });
    expect(list.projects[0]).toMatchObject({
      name: "Alpha",
      code: "al",
      active: true,
      pinned: false,
    });
  });

  it("AY-6 answers a name that is no schema name with an unrelated 500, and ignores data in the body", async () => {
    const dashed = await ayon.post("/api/projects", {
      name: "a-b",
      code: "ab",
    });
    expect(dashed.status).toBe(500);
    expect(dashed.body.detail).toContain("InFailedSQLTransactionError");
    await ayon.post("/api/projects", {
      name: "short",
      code: "s",
      data: { a: 1 },
    });
    expect((await ayon.get("/api/projects/short")).body).toMatchObject({
      code: "s",
      data: {},
    });
  });

  it("AY-7 gives the built-in lists in order, and a default status by scope", async () => {
    await ayon.post("/api/projects", { name: "builtin", code: "bi" });
    const project = (await ayon.get("/api/projects/builtin")).body;
    expect(names(project.folderTypes)).toEqual([
      "Folder",
      "Library",
      "Asset",
      "Episode",
      "Sequence",
      "Shot",
    ]);
    expect(names(project.taskTypes)).toHaveLength(16);
    expect(names(project.taskTypes).slice(-2)).toEqual(["Roto", "Matchmove"]);
    expect(
      project.statuses.map((s: { shortName: string }) => s.shortName),
    ).toEqual(["NRD", "RDY", "PRG", "RVW", "APP", "HLD", "OMT"]);
    expect(names(project.linkTypes)).toEqual([
      "generative|version|version",
      "breakdown|folder|folder",
      "reference|version|version",
      "template|folder|folder",
    ]);
    expect(project.attrib).toMatchObject({
      priority: "normal",
      fps: 25,
      frameStart: 1001,
    });
    expect(project.ownAttrib.slice(0, 3)).toEqual(["fps", "clipIn", "clipOut"]);

    const [folder, product] = [freshId(), freshId()];
    const made = [
      create("folder", { name: "a" }, folder),
      create(
        "product",
        { name: "p", folderId: folder, productType: "render" },
        product,
      ),
      create("version", { version: 1, productId: product }),
    ];
    const lost = create("representation", {
      name: "exr",
      versionId: "0".repeat(32),
    });
    const done = await ayon.operations("builtin", [...made, lost]);
    expect(done.operations.at(-1)).toMatchObject({
      success: false,
      errorCode: "foreign-key-violation",
    });
    const kept = await ayon.operations("builtin", made);
    const version = (
      await ayon.get(
        `/api/projects/builtin/versions/${String(kept.operations[2].entityId)}`,
      )
    ).body;
    expect(version).toMatchObject({
      status: "Pending review",
      author: "service",
      path: "/a/p/v001",
    });
    expect(
      (await ayon.get(`/api/projects/builtin/folders/${folder}`)).body,
    ).toMatchObject({
      status: "Not ready",
      folderType: "Folder",
    });
    expect(
      (await ayon.get(`/api/projects/builtin/products/${product}`)).body,
    ).toMatchObject({
      status: "Not ready",
      productBaseType: "render",
    });
  });

  it("AY-8 replaces lists, renames by original_name, and merges data with null as delete", async () => {
    await ayon.post("/api/projects", { name: "patched", code: "pa" });
    const folder = await ayon.post("/api/projects/patched/folders", {
      name: "a",
    });
    const { statuses } = (await ayon.get("/api/projects/patched")).body;
    const renamed = statuses.map((s: { name: string }) =>
      s.name === "Not ready"
        ? { ...s, name: "Waiting", original_name: "Not ready" }
        : s,
    );
    const patch = await ayon.patch("/api/projects/patched", {
      statuses: [...renamed, { name: "Čau/lidi" }],
      data: { a: 1, b: { c: 2 } },
      label: "Patched",
    });
    expect(patch).toMatchObject({ status: 204, body: "" });
    const project = (await ayon.get("/api/projects/patched")).body;
    expect(project.statuses[0]).toMatchObject({
      name: "Waiting",
      shortName: "NRD",
    });
    expect(project.statuses[0]).not.toHaveProperty("original_name");
    expect(project.statuses.at(-1)).toEqual({ name: "Čau/lidi" });
    expect(
      (
        await ayon.get(
          `/api/projects/patched/folders/${String(folder.body.id)}`,
        )
      ).body.status,
    ).toBe("Waiting");
    await ayon.patch("/api/projects/patched", {
      data: { a: null, b: { d: 3 } },
    });
    expect((await ayon.get("/api/projects/patched")).body).toMatchObject({
      data: { b: { d: 3 } },
      label: "Patched",
    });
    // The camelCase spelling is not known: this deletes "Waiting" and adds another.
    const camel = await ayon.patch("/api/projects/patched", {
      taskTypes: [{ name: "Animate", originalName: "Animation" }],
    });
    expect(camel.status).toBe(204);
    expect((await ayon.get("/api/projects/patched")).body.taskTypes).toEqual([
      { name: "Animate" },
    ]);
  });

  it("AY-8 merges attributes: null removes, unknown names are ignored, a wrong type is refused", async () => {
    await ayon.post("/api/projects", { name: "attribs", code: "at" });
    await ayon.patch("/api/projects/attribs", {
      attrib: { fps: "30", nope: 1, ftrackId: "p1" },
    });
    const project = (await ayon.get("/api/projects/attribs")).body;
    expect(project.attrib).toMatchObject({ fps: 30, ftrackId: "p1" });
    expect(project.attrib).not.toHaveProperty("nope");
    await ayon.patch("/api/projects/attribs", { attrib: { fps: null } });
    expect(
      (await ayon.get("/api/projects/attribs")).body.ownAttrib,
    ).not.toContain("fps");
    const wrong = await ayon.patch("/api/projects/attribs", {
      attrib: { fps: "fast" },
    });
    expect(wrong).toMatchObject({
      status: 400,
      body: {
        traceback: "attrib.fps: value is not a valid float",
        errors: [{ loc: ["body", "attrib", "fps"], type: "type_error.float" }],
      },
    });
  });

  it.each([
    ["a status in use", { statuses: [{ name: "Other", state: "done" }] }],
    ["a folder type in use", { folderTypes: [{ name: "Other" }] }],
    [
      "a status twice in different case",
      { statuses: [{ name: "Not ready" }, { name: "not ready" }] },
    ],
  ])(
    "AY-9 refuses to drop %s with a 5xx and changes nothing",
    async (_what, patch) => {
      await ayon.post("/api/projects", { name: "used", code: "us" });
      await ayon.post("/api/projects/used/folders", {
        name: "a",
        folderType: "Shot",
      });
      const before = (await ayon.get("/api/projects/used")).body;
      const refused = await ayon.patch("/api/projects/used", patch);
      expect(refused.status).toBe(500);
      expect(refused.body.detail).toContain("InFailedSQLTransactionError");
      expect((await ayon.get("/api/projects/used")).body).toEqual(before);
    },
  );

  it("AY-9 refuses an empty list of statuses with an assertion", async () => {
    await ayon.post("/api/projects", { name: "used", code: "us" });
    expect(
      await ayon.patch("/api/projects/used", { statuses: [] }),
    ).toMatchObject({
      status: 500,
      body: {
        detail: "Project must have at least one status",
        status: 500,
        user: "service",
      },
    });
  });

  it("deletes a project with all that is in it, and renames one", async () => {
    await ayon.post("/api/projects", { name: "gone", code: "go" });
    const folder = await ayon.post("/api/projects/gone/folders", { name: "a" });
    expect(
      (await ayon.post("/api/projects/gone/rename", { name: "kept" })).status,
    ).toBe(204);
    expect(
      (await ayon.get(`/api/projects/kept/folders/${String(folder.body.id)}`))
        .status,
    ).toBe(200);
    expect(
      (await ayon.get("/api/projects/kept/stats")).body.counts.folders,
    ).toBe(1);
    expect((await ayon.del("/api/projects/kept")).status).toBe(204);
    expect((await ayon.get("/api/projects/kept")).status).toBe(404);
    await ayon.post("/api/projects", { name: "kept", code: "go" });
    expect(
      (await ayon.get("/api/projects/kept/stats")).body.counts.folders,
    ).toBe(0);
  });

  it("serves the built-in preset and a project's anatomy in snake case", async () => {
    const preset = (await ayon.get("/api/anatomy/presets/__builtin__")).body;
    expect(Object.keys(preset).sort()).toEqual([
      "attributes",
      "entity_naming",
      "folder_types",
      "link_types",
      "product_base_types",
      "roots",
      "statuses",
      "tags",
      "task_types",
      "templates",
    ]);
    const created = await ayon.post("/api/projects", {
      name: "fromanatomy",
      code: "fa",
      anatomy: {
        ...preset,
        folder_types: [{ name: "Box" }],
        attributes: { fps: 12 },
      },
    });
    expect(created.status).toBe(201);
    const project = (await ayon.get("/api/projects/fromanatomy")).body;
    expect(project.folderTypes).toEqual([
      { name: "Box", shortName: "", color: "#cccccc", icon: "folder" },
    ]);
    expect(project.attrib).toMatchObject({ fps: 12, frameEnd: 1001 });
    const anatomy = (await ayon.get("/api/projects/fromanatomy/anatomy")).body;
    expect(anatomy.folder_types[0]).toMatchObject({
      name: "Box",
      original_name: "Box",
    });
    expect(anatomy.roots).toEqual(preset.roots);
    const roots = "/api/projects/fromanatomy/siteRoots?platform=windows";
    expect((await ayon.get(roots)).body).toEqual({ work: "C:/projects" });
  });
});
