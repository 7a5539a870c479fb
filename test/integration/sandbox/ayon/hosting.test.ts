import { strToU8, zipSync } from "fflate";
import { beforeEach, describe, expect, it, vi } from "vitest";
import defaultSettings from "../../../../addon/server/default_settings.json" with { type: "json" };
import { addonZip } from "../../../../scripts/addon/zip.ts";
import {
  useAyonSandbox,
  type Loose,
  type Reply,
} from "../../../support/ayon-sandbox.ts";

const ayon = useAyonSandbox();

beforeEach(() => {
  ayon.sandbox.control.reset();
});

const beat = (services: string[] = [], hostname = "worker01"): Promise<Reply> =>
  ayon.post("/api/hosts/heartbeat", {
    hostname,
    health: { cpu: 12.5, mem: 40 },
    services,
  });

const spawn = (name: string, change: object = {}): Promise<Reply> =>
  ayon.put(`/api/services/${name}`, {
    addonName: "ftrack",
    addonVersion: "1.0.0",
    service: "leecher",
    hostname: "worker01",
    config: { env: { A: "1" }, image: "ignored" },
    ...change,
  });

const admin = async (): Promise<Record<string, string>> => {
  const login = await ayon.post("/api/auth/login", {
    name: "admin",
    password: "admin",
  });
  return {
    authorization: `Bearer ${String(login.body.token)}`,
    "x-api-key": "",
  };
};

describe("hosts and services", () => {
  it("AY-39 a host learns only what it should run, and tells what runs", async () => {
    expect(await beat()).toMatchObject({ status: 200, body: { services: [] } });
    expect(await beat([], "worker02")).toMatchObject({ status: 200 });
    expect((await spawn("two")).status).toBe(204);
    expect((await spawn("one", { service: "processor" })).status).toBe(204);
    expect((await spawn("elsewhere", { hostname: "worker02" })).status).toBe(
      204,
    );
    expect(
      (await ayon.patch("/api/services/two", { shouldRun: false })).status,
    ).toBe(204);
    const { body } = await beat(["one"]);
    expect(body.services).toMatchObject([
      {
        name: "one",
        hostname: "worker01",
        addonName: "ftrack",
        addonVersion: "1.0.0",
        service: "processor",
        shouldRun: true,
        isRunning: true,
        lastSeenDelta: expect.closeTo(0, 0),
        data: {
          env: { A: "1" },
          volumes: null,
          ports: null,
          memLimit: null,
          user: null,
          storagePath: null,
        },
      },
    ]);
    expect(body.services[0].lastSeen).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+$/);
    expect((await ayon.get("/api/services")).body.services).toMatchObject([
      { name: "elsewhere", isRunning: false, lastSeen: null },
      { name: "one", isRunning: true },
      { name: "two", isRunning: false, shouldRun: false },
    ]);
    await beat([]);
    expect((await ayon.get("/api/services")).body.services[1]).toMatchObject({
      isRunning: false,
    });
    expect((await ayon.get("/api/hosts")).body).toMatchObject({
      hosts: [
        { name: "worker01", health: { cpu: 12.5, mem: 40 } },
        { name: "worker02" },
      ],
    });
  });

  it("AY-39 only services have hearts to beat", async () => {
    const reply = await ayon.post(
      "/api/hosts/heartbeat",
      { hostname: "h", health: { cpu: 1, mem: 1 }, services: [] },
      await admin(),
    );
    expect(reply).toMatchObject({
      status: 403,
      body: { code: 403, detail: "Only services have hearts to beat" },
    });
  });

  it("AY-39 the image is taken from the addon at the spawn and stays; env is replaced whole", async () => {
    const putAddon = (image: string): void => {
      ayon.sandbox.control.putAddon({
        name: "hosted",
        version: "2.0.0",
        services: { worker: { image } },
      });
    };
    const service = async () =>
      (await ayon.get("/api/services")).body.services[0];
    putAddon("org/worker:1");
    await beat();
    const hosted = {
      addonName: "hosted",
      addonVersion: "2.0.0",
      service: "worker",
    };
    expect((await spawn("w", hosted)).status).toBe(204);
    expect((await service()).data).toMatchObject({
      image: "org/worker:1",
      env: { A: "1" },
    });
    putAddon("org/worker:2");
    const patch = {
      image: "org/worker:3",
      env: { B: "2" },
      memLimit: "1g",
      config: { user: "1000" },
    };
    expect((await ayon.patch("/api/services/w", patch)).status).toBe(204);
    expect((await service()).data).toEqual({
      image: "org/worker:1",
      env: { B: "2" },
      memLimit: "1g",
      user: "1000",
      volumes: null,
      ports: null,
      storagePath: null,
    });
    expect((await ayon.del("/api/services/w")).status).toBe(204);
    expect((await ayon.del("/api/services/w")).status).toBe(204);
    expect(
      (await ayon.patch("/api/services/w", { shouldRun: true })).status,
    ).toBe(404);
  });

  it("AY-39 refuses what it does not know, and a second service of the name with a 500 that says 409", async () => {
    expect(await spawn("early")).toMatchObject({
      status: 500,
      body: { code: 409, error: "foreign-key-violation" },
    });
    await beat();
    expect((await spawn("s")).status).toBe(204);
    expect(await spawn("s")).toMatchObject({
      status: 500,
      body: { code: 409, error: "unique-violation", path: "[PUT] /services/s" },
    });
    for (const change of [
      { addonName: "nope" },
      { addonVersion: "9.9.9" },
      { service: "nope" },
    ]) {
      expect(await spawn("x", change)).toMatchObject({ status: 404 });
    }
    expect(
      (await ayon.put("/api/services/y", { addonName: "ftrack" })).status,
    ).toBe(400);
  });

  it("guards spawning and changing", async () => {
    await ayon.put("/api/users/plain", { password: "plain", data: {} });
    const login = await ayon.post("/api/auth/login", {
      name: "plain",
      password: "plain",
    });
    const as = {
      authorization: `Bearer ${String(login.body.token)}`,
      "x-api-key": "",
    };
    expect((await ayon.get("/api/services", as)).status).toBe(200);
    expect((await ayon.put("/api/services/s", {}, as)).status).toBe(403);
    expect((await ayon.patch("/api/services/s", {}, as)).status).toBe(403);
    expect((await ayon.del("/api/services/s", as)).status).toBe(403);
  });
});

function zipOf(files: Record<string, string>): Uint8Array {
  return zipSync(
    Object.fromEntries(
      Object.entries(files).map(([path, text]) => [path, strToU8(text)]),
    ),
  );
}

describe("installing an addon", () => {
  const packagePy = `
# Made up for this test
name = "demo_addon"
title = 'Demo addon'
version = "1.2.3"
services = {
    "leecher": {"image": f"org/{name}-leecher:{version}"},
    "processor": {"image": "org/demo-processor:7"},
}
client_dir = None
`;

  async function install(zip: Uint8Array): Promise<Reply> {
    const response = await fetch(`${ayon.sandbox.url}/api/addons/install`, {
      method: "POST",
      headers: {
        "x-api-key": ayon.sandbox.apiKey,
        "content-type": "application/octet-stream",
      },
      body: Buffer.from(zip),
    });
    return {
      status: response.status,
      body: await response.json(),
      headers: response.headers,
    };
  }

  const versions = async () => {
    const { body } = await ayon.get("/api/addons?details=true");
    return body.addons.find(
      (addon: { name: string }) => addon.name === "demo_addon",
    )?.versions;
  };

  it("AY-38 reads name, version, services and settings from the zip, and needs a restart", async () => {
    const defaults = { enabled: true, service: { api_key: "key" } };
    const zip = zipOf({
      "package.py": packagePy,
      "server/__init__.py": "",
      "server/default_settings.json": JSON.stringify(defaults),
    });
    const { status, body } = await install(zip);
    expect(status).toBe(200);
    await vi.waitFor(async () => {
      expect(
        (await ayon.get(`/api/events/${String(body.eventId)}`)).body,
      ).toMatchObject({
        topic: "addon.install",
        status: "finished",
        summary: { name: "demo_addon", version: "1.2.3" },
      });
    });
    expect((await ayon.get("/api/addons/install")).body).toMatchObject({
      items: [
        { addonName: "demo_addon", addonVersion: "1.2.3", status: "finished" },
      ],
      restartRequired: true,
    });
    expect(await versions()).toBeUndefined();
    const settings = "/api/addons/demo_addon/1.2.3/settings";
    expect((await ayon.get(settings)).status).toBe(404);
    expect((await ayon.post("/api/system/restart")).status).toBe(204);
    await vi.waitFor(async () => {
      expect(await versions()).toMatchObject({
        "1.2.3": {
          hasSettings: true,
          isBroken: false,
          services: {
            leecher: { image: "org/demo_addon-leecher:1.2.3" },
            processor: { image: "org/demo-processor:7" },
          },
        },
      });
    });
    expect((await ayon.get(settings)).body).toEqual(defaults);
    expect((await ayon.get("/api/addons/install")).body.restartRequired).toBe(
      false,
    );
  });

  it("AY-38 overwrites an existing version at once, and keeps its settings", async () => {
    ayon.sandbox.control.putAddon({
      name: "demo_addon",
      version: "1.2.3",
      settings: { a: 1 },
    });
    expect((await install(zipOf({ "package.py": packagePy }))).status).toBe(
      200,
    );
    await vi.waitFor(async () => {
      expect(await versions()).toMatchObject({
        "1.2.3": { services: { leecher: {} } },
      });
    });
    expect(
      (await ayon.get("/api/addons/demo_addon/1.2.3/settings")).body,
    ).toEqual({ a: 1 });
  });

  it("AY-38 takes the addon of this repository", async () => {
    const { status } = await install(
      await addonZip({ name: "ftrack", version: "2.3.4", imagePrefix: "org/" }),
    );
    expect(status).toBe(200);
    ayon.sandbox.control.restart();
    await vi.waitFor(async () => {
      const { body } = await ayon.get("/api/addons/ftrack/2.3.4/settings");
      expect(body).toEqual(defaultSettings);
    });
    await beat();
    for (const service of ["leecher", "processor"]) {
      expect(
        (await spawn(service, { addonVersion: "2.3.4", service })).status,
      ).toBe(204);
    }
    const { body } = await ayon.get("/api/services");
    expect(body.services.map((row: Loose) => row.data.image)).toEqual([
      expect.stringMatching(/leecher:2\.3\.4$/),
      expect.stringMatching(/processor:2\.3\.4$/),
    ]);
  });

  it("refuses what is no addon with 409, and what is no zip with 500", async () => {
    expect(await install(zipOf({ "readme.txt": "hello" }))).toMatchObject({
      status: 409,
      body: { code: 409, detail: "Unsupported addon format" },
    });
    expect(await install(strToU8("no zip"))).toMatchObject({
      status: 500,
      body: {
        status: 500,
        detail: "zipfile.BadZipFile: File is not a zip file",
      },
    });
    expect(
      await install(zipOf({ "package.py": 'name = "x"\n' })),
    ).toMatchObject({ status: 409 });
  });
});
