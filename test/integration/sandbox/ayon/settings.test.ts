import { beforeEach, describe, expect, it } from "vitest";
import { useAyonSandbox } from "../../../support/ayon-sandbox.ts";

const DEFAULTS = {
  enabled: true,
  service: { ftrack_api_key: "key", attempts: 3 },
  projects_only: ["a", "b"],
  free: {},
};

const ayon = useAyonSandbox({
  projects: [{ name: "demo", code: "dm" }],
  addonSettings: DEFAULTS,
});
const addon = "/api/addons/ftrack/1.0.0";

beforeEach(() => {
  ayon.sandbox.control.reset();
});

const read = async (path: string) => (await ayon.get(`${addon}/${path}`)).body;

describe("settings of an addon", () => {
  it("AY-38 come bare, in snake case, without any bundle, and in variants nobody knows", async () => {
    expect(await ayon.get(`${addon}/settings`)).toMatchObject({
      status: 200,
      body: DEFAULTS,
    });
    expect(await read("settings?variant=production")).toEqual(DEFAULTS);
    expect(await read("settings?variant=some_dev_bundle")).toEqual(DEFAULTS);
    expect(await read("settings/demo")).toEqual(DEFAULTS);
  });

  it("AY-38 store differences: of the studio by variant, of a project above them", async () => {
    const post = async (path: string, body: object): Promise<void> => {
      expect((await ayon.post(`${addon}/${path}`, body)).status).toBe(204);
    };
    await post("settings?variant=production", {
      ...DEFAULTS,
      service: { ftrack_api_key: "mine", attempts: 3 },
    });
    const production = {
      ...DEFAULTS,
      service: { ftrack_api_key: "mine", attempts: 3 },
    };
    expect(await read("rawOverrides?variant=production")).toEqual({
      service: { ftrack_api_key: "mine" },
    });
    expect(await read("settings")).toEqual(production);
    expect(await read("settings?variant=staging")).toEqual(DEFAULTS);
    expect(await read("settings/demo")).toEqual(production);

    const project = { ...production, projects_only: ["c"], enabled: false };
    await post("settings/demo", project);
    expect(await read("rawOverrides/demo")).toEqual({
      projects_only: ["c"],
      enabled: false,
    });
    expect(await read("settings/demo")).toEqual(project);
    expect(await read("settings/demo?variant=staging")).toEqual(DEFAULTS);
    expect(await read("settings")).toEqual(production);

    await post("settings", { service: { attempts: "7" } });
    expect(await read("settings"), "keys left out mean defaults").toEqual({
      ...DEFAULTS,
      service: { ftrack_api_key: "key", attempts: 7 },
    });
    expect((await ayon.del(`${addon}/overrides`)).status).toBe(204);
    expect(await read("settings")).toEqual(DEFAULTS);
    expect(await read("settings/demo")).toMatchObject({
      enabled: false,
      projects_only: ["c"],
    });
  });

  it("AY-38 take raw overrides unchecked, and show of them what the defaults know", async () => {
    const raw = {
      service: { attempts: 5, unknown: 1 },
      other: true,
      enabled: "maybe",
    };
    expect((await ayon.put(`${addon}/rawOverrides`, raw)).status).toBe(204);
    expect(await read("rawOverrides")).toEqual(raw);
    expect(await read("settings")).toEqual({
      ...DEFAULTS,
      enabled: "maybe",
      service: { ftrack_api_key: "key", attempts: 5 },
    });
    expect(
      (await ayon.put(`${addon}/rawOverrides/demo`, { projects_only: [] }))
        .status,
    ).toBe(204);
    expect(await read("settings/demo")).toMatchObject({
      projects_only: [],
      service: { attempts: 5 },
    });
  });

  it("AY-38 refuse wrong kinds with a list of errors", async () => {
    expect(
      await ayon.post(`${addon}/settings`, { service: { attempts: "many" } }),
    ).toMatchObject({
      status: 400,
      body: {
        code: 400,
        detail: "Invalid settings",
        errors: [{ loc: ["service", "attempts"] }],
      },
    });
    expect(await read("settings")).toEqual(DEFAULTS);
  });

  it.each([
    [
      "settings of an unknown version",
      "/api/addons/ftrack/9.9.9/settings",
      404,
    ],
    ["settings of an unknown addon", "/api/addons/nope/1.0.0/settings", 404],
    ["settings of an unknown project", `${addon}/settings/nope`, 404],
    ["an addon without settings", "/api/addons/plain/1.0.0/settings", 200],
    [
      "an addon without settings in a project",
      "/api/addons/plain/1.0.0/settings/demo",
      404,
    ],
  ])("AY-38 answer for %s", async (_what, path, status) => {
    ayon.sandbox.control.putAddon({ name: "plain", version: "1.0.0" });
    const reply = await ayon.get(path);
    expect(reply.status).toBe(status);
    if (status === 200) expect(reply.body).toEqual({});
    else
      expect(reply.body).toMatchObject({
        code: 404,
        detail: expect.any(String),
      });
  });

  it("AY-38 keep what comes when the defaults tell no form", async () => {
    ayon.sandbox.control.putAddon({
      name: "loose",
      version: "1.0.0",
      settings: {},
    });
    const path = "/api/addons/loose/1.0.0/settings";
    expect((await ayon.get(path)).body).toEqual({});
    const sent = { a: { b: 1, c: [2] } };
    expect((await ayon.post(path, sent)).status).toBe(204);
    expect((await ayon.get(path)).body).toEqual(sent);
    await ayon.post(`${path}/demo`, { a: { b: 9 } });
    expect((await ayon.get(`${path}/demo`)).body).toEqual({
      a: { b: 9, c: [2] },
    });
  });

  it("AY-38 read another version's overrides with `as`", async () => {
    ayon.sandbox.control.putAddon({
      name: "ftrack",
      version: "2.0.0",
      settings: { enabled: false },
    });
    await ayon.put("/api/addons/ftrack/2.0.0/rawOverrides", { enabled: true });
    expect((await ayon.get("/api/addons/ftrack/2.0.0/settings")).body).toEqual({
      enabled: true,
    });
    expect(await read("settings?as=2.0.0")).toEqual({ enabled: true });
  });
});

describe("settings of a bundle", () => {
  const bundle = (name: string, more: object = {}) =>
    ayon.post("/api/bundles?force=true", {
      name,
      addons: { ftrack: "1.0.0", gone: "1.0.0", none: null },
      installerVersion: null,
      dependencyPackages: {},
      ...more,
    });

  it("AY-38 are those of the production or staging bundle, or of one by name", async () => {
    const none = await ayon.get("/api/settings");
    expect(none).toMatchObject({
      status: 404,
      body: { code: 404, detail: "Bundle not found", status_code: 404 },
    });
    expect((await bundle("B1", { isProduction: true })).status).toBe(201);
    await ayon.put(`${addon}/rawOverrides`, { enabled: false });
    const { body } = await ayon.get("/api/settings?variant=production");
    expect(body).toMatchObject({
      bundleName: "B1",
      inheritedAddons: [],
      addons: [
        {
          name: "ftrack",
          version: "1.0.0",
          hasSettings: true,
          hasStudioOverrides: true,
          settings: { ...DEFAULTS, enabled: false },
          siteSettings: {},
          isBroken: false,
        },
        { name: "gone", version: "1.0.0", hasSettings: false, settings: {} },
      ],
    });
    expect((await ayon.get("/api/settings?variant=staging")).status).toBe(404);
    expect(
      (await ayon.get("/api/settings?bundle_name=B1&summary=true")).body
        .addons[0],
    ).toMatchObject({
      hasSettings: true,
      settings: {},
    });
    await ayon.put(`${addon}/rawOverrides/demo`, { projects_only: ["z"] });
    const project = await ayon.get("/api/settings?project_name=demo");
    expect(project.body).toMatchObject({
      projectName: "demo",
      addons: [
        {
          hasProjectOverrides: true,
          settings: { projects_only: ["z"], enabled: false },
        },
        {},
      ],
    });
    expect((await ayon.get("/api/settings?project_name=nope")).status).toBe(
      404,
    );
  });

  it("AY-40 take addons that are there, unless forced", async () => {
    const addons = { ftrack: "9.9.9" };
    expect(
      await ayon.post("/api/bundles", { name: "B", addons }),
    ).toMatchObject({
      status: 400,
      body: {
        code: 400,
        detail: "Failed to validate bundle: ftrack: ftrack 9.9.9 is not active",
      },
    });
    expect((await bundle("B", { addons })).status).toBe(201);
    const check = (version: string) =>
      ayon.post("/api/bundles/check", {
        name: "C",
        addons: { ftrack: version },
      });
    expect((await check("9.9.9")).body).toMatchObject({
      success: false,
      issues: [{ severity: "error", addon: "ftrack" }],
    });
    expect((await check("1.0.0")).body).toEqual({ success: true, issues: [] });
  });

  it("AY-40 hand the production flag on, and tell of bundles", async () => {
    await bundle("B1", { isProduction: true });
    await bundle("B2", { isProduction: true, isStaging: true });
    expect(await bundle("B1")).toMatchObject({
      status: 500,
      body: {
        code: 409,
        error: "unique-violation",
        detail: "Bundle with name 'B1' already exists.",
      },
    });
    expect((await ayon.get("/api/bundles")).body).toMatchObject({
      bundles: [
        { name: "B2", isProduction: true },
        { name: "B1", isProduction: false, addons: { ftrack: "1.0.0" } },
      ],
      productionBundle: "B2",
      stagingBundle: "B2",
      devBundles: [],
    });
    expect(
      (await ayon.patch("/api/bundles/B2", { isArchived: true })).status,
    ).toBe(400);
    expect(
      (
        await ayon.patch("/api/bundles/B1", {
          isArchived: true,
          addons: { gone: null },
        })
      ).status,
    ).toBe(204);
    expect((await ayon.get("/api/bundles")).body.bundles).toHaveLength(1);
    expect(
      (await ayon.get("/api/bundles?archived=true")).body.bundles[1].addons,
    ).not.toHaveProperty("gone");
    expect((await ayon.patch("/api/bundles/nope", {})).status).toBe(404);
    expect((await ayon.del("/api/bundles/B1")).status).toBe(204);
    expect((await ayon.get("/api/addons")).body.addons[0]).toMatchObject({
      name: "ftrack",
      productionVersion: "1.0.0",
      stagingVersion: "1.0.0",
    });
  });
});

describe("secrets", () => {
  it("AY-38 are listed with values for admins, by name, but those that begin with _", async () => {
    for (const name of ["zeta", "alpha", "_hidden"]) {
      expect(
        (await ayon.put(`/api/secrets/${name}`, { name, value: `v-${name}` }))
          .status,
      ).toBe(204);
    }
    expect((await ayon.get("/api/secrets")).body).toEqual([
      { name: "alpha", value: "v-alpha" },
      { name: "zeta", value: "v-zeta" },
    ]);
    expect((await ayon.get("/api/secrets/_hidden")).body).toEqual({
      name: "_hidden",
      value: "v-_hidden",
    });
    expect(await ayon.get("/api/secrets/none")).toMatchObject({
      status: 404,
      body: { code: 404, detail: "Not found" },
    });
    await ayon.put("/api/users/boss", {
      password: "boss",
      data: { isManager: true },
    });
    const login = await ayon.post("/api/auth/login", {
      name: "boss",
      password: "boss",
    });
    const as = {
      authorization: `Bearer ${String(login.body.token)}`,
      "x-api-key": "",
    };
    expect((await ayon.get("/api/secrets", as)).body).toEqual([
      { name: "alpha" },
      { name: "zeta" },
    ]);
    expect((await ayon.get("/api/secrets/alpha", as)).status).toBe(403);
    expect((await ayon.del("/api/secrets/alpha")).status).toBe(204);
    expect((await ayon.get("/api/secrets/alpha")).status).toBe(404);
    expect(
      (await ayon.put("/api/secrets/bad name", { value: "x" })).status,
    ).toBe(400);
  });
});
