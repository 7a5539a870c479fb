import { beforeEach, describe, expect, it } from "vitest";
import { useAyonSandbox } from "../../../support/ayon-sandbox.ts";
import { makeShow } from "../../../support/ayon-show.ts";

const ayon = useAyonSandbox({ projects: [{ name: "demo", code: "dm" }] });

beforeEach(() => {
  ayon.sandbox.control.reset();
});

const put = (name: string, body: object = {}) =>
  ayon.put(`/api/users/${name}`, body);
const read = async (name: string) =>
  (await ayon.get(`/api/users/${name}`)).body;

async function loggedIn(
  name: string,
  password: string,
): Promise<Record<string, string>> {
  const { body } = await ayon.post("/api/auth/login", { name, password });
  return { authorization: `Bearer ${String(body.token)}`, "x-api-key": "" };
}

describe("users", () => {
  it("AY-40 are created once, whatever the case, and read without what is unset", async () => {
    const jane = {
      attrib: { fullName: "Jane", email: "j@x.test" },
      data: { ftrackId: "u1" },
      password: "secret",
    };
    expect(await put("jane.doe", jane)).toMatchObject({ status: 204 });
    expect(await put("jane.doe")).toMatchObject({
      status: 409,
      body: { code: 409, detail: "User already exists" },
    });
    expect(await put("Jane.Doe")).toMatchObject({
      status: 500,
      body: {
        code: 409,
        detail: "User with lower(name::text) 'jane.doe' already exists.",
      },
    });
    const body = await read("jane.doe");
    expect(body).toMatchObject({
      name: "jane.doe",
      attrib: { fullName: "Jane", email: "j@x.test" },
      data: {
        ftrackId: "u1",
        createdBy: "service",
        password: expect.any(String),
      },
      active: true,
      ownAttrib: ["email", "fullName"],
    });
    expect(JSON.stringify(body)).not.toContain("secret");
    for (const name of ["_x", "x", "a b", "é1"]) {
      expect((await put(encodeURIComponent(name))).status, name).toBe(400);
    }
    expect(await ayon.get("/api/users/ghost")).toMatchObject({
      status: 404,
      body: { code: 404, detail: "User ghost not found" },
    });
  });

  it("AY-40 are patched key by key, null taking one out", async () => {
    await put("jane.doe", {
      attrib: { fullName: "Jane", email: "j@x.test" },
      data: { a: 1, ftrackId: "u1" },
    });
    const patch = {
      attrib: { fullName: "J" },
      data: { ftrackId: null, b: 2 },
      active: false,
    };
    expect((await ayon.patch("/api/users/jane.doe", patch)).status).toBe(204);
    expect(await read("jane.doe")).toMatchObject({
      attrib: { fullName: "J", email: "j@x.test" },
      data: { a: 1, b: 2, updatedBy: "service" },
      active: false,
    });
    expect((await read("jane.doe")).data).not.toHaveProperty("ftrackId");
    expect((await ayon.patch("/api/users/ghost", {})).status).toBe(404);
  });

  it("AY-40 may be created with somebody's e-mail, but not change to it", async () => {
    await put("one", { attrib: { email: "same@x.test" } });
    expect(
      (await put("two2", { attrib: { email: "same@x.test" } })).status,
    ).toBe(204);
    await put("three", { attrib: { email: "other@x.test" } });
    expect(
      await ayon.patch("/api/users/three", {
        attrib: { email: "SAME@x.test" },
      }),
    ).toMatchObject({
      status: 409,
      body: { detail: "This email is already used by another user" },
    });
  });

  it("AY-40 get access by groups that exist, on projects that exist", async () => {
    await put("artist1", { password: "pw" });
    const as = await loggedIn("artist1", "pw");
    expect(await ayon.get("/api/projects/demo/folders", as)).toMatchObject({
      status: 403,
      body: { detail: "No access group assigned on this project" },
    });
    const accessGroups = [
      { project: "demo", accessGroups: ["artist", "nonsense"] },
      { project: "nope", accessGroups: ["artist"] },
    ];
    expect(
      (await ayon.patch("/api/users/artist1/accessGroups", { accessGroups }))
        .status,
    ).toBe(204);
    expect((await read("artist1")).data.accessGroups).toEqual({
      demo: ["artist"],
    });
    expect((await ayon.get("/api/projects/demo/folders", as)).status).toBe(200);
    expect(
      (await ayon.get("/api/accessGroups/_")).body
        .map((group: { name: string }) => group.name)
        .sort(),
    ).toEqual(["artist", "freelancer", "supervisor"]);
  });

  it("AY-40 leave all tasks when they go, and keep them under a new name", async () => {
    const show = await makeShow(ayon, "demo");
    const assignees = async () =>
      (await ayon.get(`/api/projects/demo/tasks/${show.task}`)).body.assignees;
    await put("goes");
    await put("stays");
    await ayon.patch(`/api/projects/demo/tasks/${show.task}`, {
      assignees: ["goes", "stays"],
    });
    expect(
      (await ayon.post("/api/users/stays/rename", { name: "renamed" })).status,
    ).toBe(204);
    expect(await assignees()).toEqual(["goes", "renamed"]);
    expect((await ayon.del("/api/users/goes")).status).toBe(204);
    expect(await assignees()).toEqual(["renamed"]);
    expect((await ayon.get("/api/users/goes")).status).toBe(404);
    expect((await ayon.get("/api/users/stays")).status).toBe(404);
  });

  it("AY-40 service users have a key of 32 letters and digits, and no password", async () => {
    const key = "A1".repeat(16);
    expect(
      (await put("svc", { data: { isService: true }, apiKey: key })).status,
    ).toBe(204);
    expect(
      (await ayon.get("/api/users/me", { "x-api-key": key })).body,
    ).toMatchObject({
      name: "svc",
      data: { isService: true, apiKeyPreview: "A1A1***A1A1" },
    });
    expect(
      await put("short", { data: { isService: true }, apiKey: "abc" }),
    ).toMatchObject({
      status: 500,
      body: { status: 500, detail: "" },
    });
    expect((await put("human", { apiKey: key })).status).toBe(400);
    expect(
      (await put("both", { data: { isService: true }, password: "x" })).status,
    ).toBe(400);
    const next = "b".repeat(32);
    expect(
      (await ayon.patch("/api/users/svc/password", { apiKey: next })).status,
    ).toBe(204);
    expect(
      (await ayon.get("/api/users/me", { "x-api-key": next })).body.name,
    ).toBe("svc");
    expect((await ayon.get("/api/users/me", { "x-api-key": key })).status).toBe(
      401,
    );
  });

  it("AY-40 have labelled keys besides, until they are deleted", async () => {
    await put("svc", { data: { isService: true } });
    const key = "c".repeat(32);
    expect(
      (await ayon.post("/api/users/svc/apikeys", { label: "ci", key })).status,
    ).toBe(200);
    expect(
      (await ayon.post("/api/users/svc/apikeys", { label: "ci", key })).status,
    ).toBe(400);
    const { body } = await ayon.get("/api/users/svc/apikeys");
    expect(body).toMatchObject([
      { label: "ci", preview: "cccc*****cccc", expires: null },
    ]);
    expect(body[0]).not.toHaveProperty("key");
    expect(
      (await ayon.get("/api/users/me", { "x-api-key": key })).body.name,
    ).toBe("svc");
    expect(
      (await ayon.del(`/api/users/svc/apikeys/${String(body[0].id)}`)).status,
    ).toBe(200);
    expect((await ayon.get("/api/users/svc/apikeys")).body).toEqual([]);
  });

  it("AY-40 change their own name and password, and nothing of others", async () => {
    await put("anybody", { password: "pw" });
    await put("other");
    const as = await loggedIn("anybody", "pw");
    const own = { attrib: { fullName: "Any Body" }, data: { isAdmin: true } };
    expect((await ayon.patch("/api/users/anybody", own, as)).status).toBe(204);
    expect(await read("anybody")).toMatchObject({
      attrib: { fullName: "Any Body" },
    });
    expect((await read("anybody")).data).not.toHaveProperty("isAdmin");
    expect((await ayon.patch("/api/users/other", own, as)).status).toBe(403);
    expect((await ayon.put("/api/users/more", {}, as)).status).toBe(403);
    expect((await ayon.get("/api/users/other", as)).body).toEqual({
      name: "other",
      attrib: { fullName: null },
    });
    expect(
      (await ayon.patch("/api/users/anybody/password", { password: "new" }, as))
        .status,
    ).toBe(204);
    expect(
      (await ayon.post("/api/auth/login", { name: "anybody", password: "pw" }))
        .status,
    ).toBe(403);
    expect(
      (await ayon.get("/api/users/me", await loggedIn("anybody", "new"))).body
        .name,
    ).toBe("anybody");
  });
});
