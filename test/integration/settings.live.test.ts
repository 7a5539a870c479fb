import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from "vitest";
import { createErrorReporter } from "../../src/ayon/events.ts";
import { createSettingsSource } from "../../src/ayon/settings-source.ts";
import { connectAyonSocket } from "../../src/ayon/socket.ts";
import { silentLog } from "../../src/core/log.ts";
import { addonSettings } from "../../src/settings/addon.ts";
import { readEnv } from "../../src/settings/env.ts";
import {
  type ServiceSettings,
  SETTINGS_TOPICS,
  startSettings,
} from "../../src/settings/start.ts";
import type { SettingsChange } from "../../src/settings/live.ts";
import { ask, type Ayon, startAyon } from "../support/ayon.ts";

const NEXT = "service_event_handlers.next_task_update";
let ayon: Ayon;
let running: ServiceSettings[];

beforeAll(async () => {
  ayon = await startAyon({
    addonVersion: "1.0.0",
    addonSettings: {
      ...addonSettings.parse({}),
      ftrack_server: "http://127.0.0.1:1",
    },
  });
});
afterAll(async () => {
  await ayon[Symbol.asyncDispose]();
});
beforeEach(() => {
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((s) => s.close()));
  ayon.sandbox.control.clearFaults();
  await put(null, {});
  await put("demo", {});
});

/** Stores overrides, as an administrator does. */
async function put(project: string | null, overrides: object): Promise<void> {
  const path = `/api/addons/ftrack/1.0.0/rawOverrides${project === null ? "" : `/${project}`}`;
  await ask(ayon.http, "PUT", `${path}?variant=production`, overrides);
}

function start(pollMs = 60_000, withSocket = true): ServiceSettings {
  const http = ayon.client({ retries: { delaysMs: [] } });
  const env = readEnv("processor", {
    AYON_SERVER_URL: ayon.sandbox.url,
    AYON_API_KEY: ayon.sandbox.apiKey,
    AYON_ADDON_VERSION: "1.0.0",
  });
  const settings = startSettings({
    env,
    source: createSettingsSource(http, env.addon),
    listen: (listener) =>
      withSocket
        ? connectAyonSocket(http, {
            topics: SETTINGS_TOPICS,
            log: silentLog,
            backoffMs: 20,
            ...listener,
          })
        : { isConnected: () => true, close: () => Promise.resolve() },
    reporter: createErrorReporter(http, { log: silentLog }),
    log: silentLog,
    pollMs,
    backoffMs: { first: 60_000, longest: 60_000 },
  });
  running.push(settings);
  return settings;
}

function changes(settings: ServiceSettings): SettingsChange[] {
  const heard: SettingsChange[] = [];
  settings.subscribe((change) => heard.push(change));
  return heard;
}

async function levels(settings: ServiceSettings): Promise<number> {
  const project = await settings.project("demo");
  return project.read("service_event_handlers.thumbnail_updates").levels;
}

const withLevels = (n: number): object => ({
  service_event_handlers: { thumbnail_updates: { levels: n } },
});

describe("settings of a running service", () => {
  it("are read with defaults of ours for what an older addon does not have", async () => {
    const settings = start();
    const project = await settings.project("demo");
    expect(project.isEnabled).toBe(true);
    expect(project.read("sync").published_policy).toBe("report");
    expect(project.handler(NEXT).kind).toBe("on");
    expect(await settings.redisUrl()).toBeNull();
  });

  it("HA-9: are in force with the next question after the server's message", async () => {
    const settings = start();
    const heard = changes(settings);
    expect(await levels(settings)).toBe(1);
    await expect.poll(() => settings.isListening()).toBe(true);
    await put("demo", withLevels(3));
    await expect
      .poll(() => heard)
      .toContainEqual({
        project: "demo",
        what: "settings",
      });
    expect(await levels(settings)).toBe(3);
  });

  it("of another addon or variant do not concern us", async () => {
    const settings = start();
    await levels(settings);
    await expect.poll(() => settings.isListening()).toBe(true);
    const heard = changes(settings);
    await ask(
      ayon.http,
      "PUT",
      "/api/addons/ftrack/1.0.0/rawOverrides?variant=staging",
      withLevels(5),
    );
    await put(null, withLevels(2));
    await expect.poll(() => heard.length).toBeGreaterThan(0);
    expect(await levels(settings)).toBe(2);
    expect(heard.filter((c) => c.what === "settings")).toHaveLength(1);
  });

  it("are found changed after messages were lost with their connection", async () => {
    const settings = start();
    expect(await levels(settings)).toBe(1);
    await expect.poll(() => settings.isListening()).toBe(true);
    const heard = changes(settings);
    ayon.sandbox.control.addFault({ kind: "reset", path: "/api/users/me" });
    ayon.sandbox.control.dropSockets();
    await put(null, withLevels(4));
    ayon.sandbox.control.clearFaults();
    await expect.poll(() => heard.length).toBeGreaterThan(0);
    expect(await levels(settings)).toBe(4);
  });

  it("are looked for where no message comes at all", async () => {
    const settings = start(25, false);
    expect(await levels(settings)).toBe(1);
    const heard = changes(settings);
    await put(null, withLevels(6));
    await expect
      .poll(() => heard)
      .toContainEqual({
        project: null,
        what: "settings",
      });
    expect(await levels(settings)).toBe(6);
  });

  it("switch off the one handler that has a wrong value, and say so in AYON", async () => {
    await put("demo", {
      service_event_handlers: {
        next_task_update: { mapping: [{ name: 5, value: "x" }] },
      },
    });
    const settings = start();
    const project = await settings.project("demo");
    expect(project.handler(NEXT).kind).toBe("wrong");
    expect(
      project.handler("service_event_handlers.thumbnail_updates").kind,
    ).toBe("on");
    await expect
      .poll(async () => JSON.stringify(await logErrors()))
      .toContain("mapping/0/name in the settings of demo is 5");
  });

  it("survive a restart of AYON that takes a while", async () => {
    const settings = start(25);
    expect(await levels(settings)).toBe(1);
    await expect.poll(() => settings.isListening()).toBe(true);
    const back = ayon.sandbox.control.refuse(300);
    await expect.poll(() => settings.isListening()).toBe(false);
    await back;
    await put("demo", withLevels(7));
    await expect.poll(() => levels(settings), { timeout: 5_000 }).toBe(7);
  });
});

describe("Ftrack credentials", () => {
  it("are waited for, reported once, and taken as soon as settings and secrets are there", async () => {
    const settings = start();
    const stop = new AbortController();
    const waiting = settings.credentials.wait(stop.signal);
    await expect
      .poll(async () => JSON.stringify(await logErrors()))
      .toContain("service_settings/api_key empty");
    await ask(ayon.http, "PUT", "/api/secrets/ftrack_key", {
      name: "ftrack_key",
      value: "s3cr3t",
    });
    await put(null, {
      service_settings: { username: "bot", api_key: "ftrack_key" },
    });
    expect(await waiting).toEqual({
      serverUrl: "http://127.0.0.1:1",
      apiUser: "bot",
      apiKey: "s3cr3t",
    });
  });

  it("are exchanged when a secret is rotated", async () => {
    await put(null, {
      service_settings: { username: "bot", api_key: "ftrack_key" },
    });
    const settings = start(25);
    await settings.credentials.wait(new AbortController().signal);
    const heard: string[] = [];
    settings.credentials.watch((c) => heard.push(c.apiKey));
    await ask(ayon.http, "PUT", "/api/secrets/ftrack_key", {
      name: "ftrack_key",
      value: "rotated",
    });
    await expect.poll(() => heard).toEqual(["rotated"]);
  });
});

async function logErrors(): Promise<unknown> {
  const conditions = [{ key: "topic", operator: "eq", value: "log.error" }];
  return ask(ayon.http, "POST", "/api/query", {
    entity: "event",
    filter: { operator: "and", conditions },
  });
}
