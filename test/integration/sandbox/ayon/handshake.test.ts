import { describe, expect, it } from "vitest";
import { useAyonSandbox } from "../../../support/ayon-sandbox.ts";

const ayon = useAyonSandbox();

describe("handshake", () => {
  it("AY-1 goes through the five steps of the official client", async () => {
    const { apiKey } = ayon.sandbox;
    expect((await ayon.get("/", { "x-api-key": "" })).status).toBe(200);
    const info = await ayon.get("/api/info", { "x-api-key": "" });
    expect(info.body.version).toMatch(/^\d+\.\d+\.\d+/);
    const bearer = await ayon.get("/api/users/me", {
      "x-api-key": "",
      authorization: `Bearer ${apiKey}`,
    });
    expect(bearer.status).toBe(401);
    const me = await ayon.get("/api/users/me");
    expect(me).toMatchObject({
      status: 200,
      body: { name: "service", data: { isService: true } },
    });
    expect((await ayon.get("/api/attributes")).body.attributes).toHaveLength(
      32,
    );
  });

  it("AY-2 answers on the root, and tells strangers the version but no user", async () => {
    const root = await ayon.get("/", { "x-api-key": "" });
    expect(root.status).toBe(200);
    const anonymous = await ayon.get("/api/info", { "x-api-key": "" });
    expect(anonymous.body).not.toHaveProperty("user");
    const known = await ayon.get("/api/info");
    expect(known.body).toMatchObject({ user: { name: "service" }, sites: [] });
    expect(
      known.body.attributes.map((a: { name: string }) => a.name),
    ).toContain("ftrackId");
  });

  it("has nothing for the launcher to install, and says so", async () => {
    expect((await ayon.get("/api/desktop/installers")).body).toEqual({
      installers: [],
    });
    expect((await ayon.get("/api/desktop/dependencyPackages")).body).toEqual({
      packages: [],
    });
  });

  it("AY-3 refuses without a key, and with a wrong one", async () => {
    const missing = await ayon.get("/api/users/me", { "x-api-key": "" });
    expect(missing).toMatchObject({
      status: 401,
      body: { code: 401, detail: "Access token is missing" },
    });
    const wrong = { "x-api-key": "nobody-has-this-key" };
    expect((await ayon.get("/api/users/me", wrong)).body).toEqual({
      code: 401,
      detail: "Invalid API key",
    });
    expect((await ayon.get("/api/users/me", wrong)).body.detail).toBe(
      "Invalid session",
    );
  });

  it("AY-3 takes the key as a scheme of its own, and as a token once it has a session", async () => {
    const { apiKey } = ayon.sandbox;
    const scheme = { "x-api-key": "", authorization: `ApiKey ${apiKey}` };
    expect((await ayon.get("/api/users/me", scheme)).body.name).toBe("service");
    const inQuery = await ayon.get(`/api/users/me?token=${apiKey}`, {
      "x-api-key": "",
    });
    expect(inQuery.body.name).toBe("service");
  });

  it("AY-4 lets services alone act as somebody else", async () => {
    const asAdmin = await ayon.get("/api/users/me", { "x-as-user": "admin" });
    expect(asAdmin.body.name).toBe("admin");
    const login = await ayon.post("/api/auth/login", {
      name: "admin",
      password: "admin",
    });
    const token = {
      "x-api-key": "",
      authorization: `Bearer ${String(login.body.token)}`,
    };
    expect(login.body.token).toMatch(/^[0-9a-f]{64}$/);
    const ignored = await ayon.get("/api/users/me", {
      ...token,
      "x-as-user": "service",
    });
    expect(ignored.body.name).toBe("admin");
    const unknown = await ayon.get("/api/users/me", { "x-as-user": "ghost" });
    expect(unknown).toMatchObject({
      status: 500,
      body: "Internal Server Error",
    });
    const wrong = await ayon.post("/api/auth/login", {
      name: "admin",
      password: "no",
    });
    expect(wrong).toMatchObject({
      status: 403,
      body: { detail: "Invalid login/password combination" },
    });
  });

  it("AY-5 answers 400 with errors for a bad request and 404 with the path for an unknown route", async () => {
    const bad = await ayon.post("/api/projects", { name: "x" });
    expect(bad).toMatchObject({
      status: 400,
      body: {
        code: 400,
        detail: "Request validation error in [POST] /api/projects",
        path: "/api/projects",
        traceback: "code: field required",
        errors: [
          {
            loc: ["body", "code"],
            msg: "field required",
            type: "value_error.missing",
          },
        ],
      },
    });
    const unknown = await ayon.get("/api/nope?x=1");
    expect(unknown).toMatchObject({
      status: 404,
      body: {
        code: 404,
        detail: "API endpoint /api/nope not found",
        path: "/api/nope",
      },
    });
  });
});
