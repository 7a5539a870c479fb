import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { addonZip } from "../../../scripts/addon/zip.ts";
import { addonSettings } from "../../../src/settings/addon.ts";
import { useAyonSandbox } from "../../support/ayon-sandbox.ts";
import {
  type FakeAsh,
  type Image,
  startFakeAsh,
} from "../../support/fake-ash.ts";

const VERSION = "2.0.0-test+1";
const LEECHER = "ayon-ftrack-events-leecher:2.0.0-test-1";
const PROCESSOR = "ayon-ftrack-events-processor:2.0.0-test-1";

const ayon = useAyonSandbox();

/** Installs an addon the way an administrator does. */
async function install(name: string): Promise<void> {
  const zip = await addonZip({ name, version: VERSION, imagePrefix: "" });
  const response = await fetch(`${ayon.sandbox.url}/api/addons/install`, {
    method: "POST",
    headers: { "x-api-key": ayon.sandbox.apiKey },
    body: Buffer.from(zip),
  });
  const { eventId } = (await response.json()) as { eventId: string };
  await vi.waitFor(async () => {
    const { body } = await ayon.get(`/api/events/${eventId}`);
    expect(body.status).toBe("finished");
  });
  await ayon.post("/api/system/restart");
  await vi.waitFor(async () => {
    const { status } = await ayon.get(
      `/api/addons/${name}/${VERSION}/settings`,
    );
    expect(status).toBe(200);
  });
}

const node = (code: string): Image => ({
  command: [process.execPath, "-e", code],
});
const STAYS = node(
  `process.on("SIGTERM", () => process.exit(0)); console.log(JSON.stringify(process.env)); setInterval(() => {}, 1e6)`,
);

describe("the addon's archive on a server", () => {
  beforeAll(async () => {
    await install("ftrack");
    await install("ftrack_services");
  });

  it("brings its services and the settings' defaults", async () => {
    const { body } = await ayon.get("/api/addons?details=true");
    const addon = body.addons.find(
      (a: { name: string }) => a.name === "ftrack",
    );
    expect(addon.versions[VERSION].services).toEqual({
      leecher: { image: LEECHER },
      processor: { image: PROCESSOR },
      redis: { image: expect.stringContaining("valkey") as unknown },
    });
    const settings = await ayon.get(`/api/addons/ftrack/${VERSION}/settings`);
    expect(settings.body).toEqual(addonSettings.parse({}));
  });

  it("brings, under another name, only what the existing addon lacks", async () => {
    const { body } = await ayon.get(
      `/api/addons/ftrack_services/${VERSION}/settings`,
    );
    expect(body.service_settings).toEqual({ redis_url: "" });
    expect(body).not.toHaveProperty("ftrack_server");
  });

  describe("and its services on a host", () => {
    let ash: FakeAsh;
    afterEach(async () => {
      await ash[Symbol.asyncDispose]();
      const { body } = await ayon.get("/api/services");
      for (const { name } of body.services as { name: string }[])
        await ayon.del(`/api/services/${name}`);
    });

    async function host(images: Record<string, Image>): Promise<void> {
      ash = startFakeAsh({
        serverUrl: ayon.sandbox.url,
        apiKey: ayon.sandbox.apiKey,
        images,
        pollMs: 50,
        graceMs: 300,
      });
      await ash.beat();
    }

    const spawn = (name: string, service: string, env = {}) =>
      ayon.put(`/api/services/${name}`, {
        addonName: "ftrack",
        addonVersion: VERSION,
        service,
        hostname: ash.hostname,
        config: { env },
      });
    const isRunning = async (name: string): Promise<boolean> =>
      (await ayon.get("/api/services")).body.services.find(
        (s: { name: string }) => s.name === name,
      ).isRunning;

    it("start with what the host gives them and what the administrator adds, and stop in peace", async () => {
      await host({ [LEECHER]: STAYS, [PROCESSOR]: STAYS });
      await spawn("fes-leecher", "leecher", { REDIS_URL: "redis://r:6379" });
      await spawn("fes-processor-a", "processor");
      await spawn("fes-processor-b", "processor");
      await ash.beat();
      await ash.beat();
      expect(await isRunning("fes-processor-b")).toBe(true);
      const leecher = ash.running("fes-leecher");
      await expect.poll(() => leecher?.output() ?? "").toContain("\n");
      const seen = JSON.parse(leecher?.output() ?? "") as object;
      expect(seen).toEqual({
        AYON_SERVER_URL: ayon.sandbox.url,
        AYON_API_KEY: ayon.sandbox.apiKey,
        AYON_ADDON_NAME: "ftrack",
        AYON_ADDON_VERSION: VERSION,
        AYON_SERVICE_NAME: "fes-leecher",
        REDIS_URL: "redis://r:6379",
      });
      await ayon.patch("/api/services/fes-leecher", { shouldRun: false });
      await ash.beat();
      expect(await leecher?.ended).toEqual({
        code: 0,
        signal: null,
        wasKilled: false,
      });
      expect(ash.running("fes-processor-a")).toBeDefined();
    });

    it("are left alone when their variables change, and come back when they end", async () => {
      await host({ [LEECHER]: STAYS });
      await spawn("fes-leecher", "leecher");
      await ash.beat();
      const first = ash.running("fes-leecher");
      await ayon.patch("/api/services/fes-leecher", { env: { A: "1" } });
      await ash.beat();
      expect(ash.running("fes-leecher")?.pid).toBe(first?.pid);
      process.kill(first?.pid ?? 0, "SIGKILL");
      await first?.ended;
      await expect.poll(() => ash.running("fes-leecher")?.env["A"]).toBe("1");
    });

    it("are killed when they do not stop in time", async () => {
      await host({
        [LEECHER]: node(
          `process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1e6)`,
        ),
      });
      await spawn("fes-leecher", "leecher");
      await ash.beat();
      const stubborn = ash.running("fes-leecher");
      await expect.poll(() => stubborn?.output()).toBe("up\n");
      await ayon.del("/api/services/fes-leecher");
      await ash.beat();
      expect(await stubborn?.ended).toMatchObject({
        signal: "SIGKILL",
        wasKilled: true,
      });
    });

    it("go on while the server is away", async () => {
      await host({ [LEECHER]: STAYS });
      await spawn("fes-leecher", "leecher");
      await ash.beat();
      const { pid } = ash.running("fes-leecher") ?? {};
      const refusing = ayon.sandbox.control.refuse(200);
      await ash.beat();
      expect(ash.running("fes-leecher")?.pid).toBe(pid);
      await refusing;
      await ash.beat();
      expect(ash.running("fes-leecher")?.pid).toBe(pid);
      expect(ash.started).toHaveLength(1);
    });
  });
});
