import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type AyonHttp, createAyonHttp } from "../../../src/ayon/http.ts";
import { createSettingsSource } from "../../../src/ayon/settings-source.ts";
import {
  json,
  type ScriptedHttp,
  startScriptedHttp,
} from "../../support/scripted-http.ts";

const THEIRS = {
  enabled: true,
  service_settings: { username: "FTRACK_USER", api_key: "FTRACK_KEY" },
  service_event_handlers: { next_task_update: { enabled: false } },
};
const OURS = {
  service_settings: { redis_url: "REDIS" },
  service_event_handlers: {
    next_task_update: { event_role_list: ["Artist"] },
    first_version_status: { enabled: true, mapping: [] },
  },
};
const BOTH = {
  enabled: true,
  service_settings: {
    username: "FTRACK_USER",
    api_key: "FTRACK_KEY",
    redis_url: "REDIS",
  },
  service_event_handlers: {
    next_task_update: { enabled: false, event_role_list: ["Artist"] },
    first_version_status: { enabled: true, mapping: [] },
  },
};

let server: ScriptedHttp;
let http: AyonHttp;

beforeAll(async () => {
  server = await startScriptedHttp();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});
beforeEach((context) => {
  server.seen.length = 0;
  http = createAyonHttp({
    serverUrl: server.url,
    apiKey: "0123456789abcdef0123456789abcdef",
    serviceName: "ftrack processor",
    timeoutMs: 5_000,
    retries: { delaysMs: [], longestWaitMs: 100 },
  });
  context.onTestFinished(() => {
    http.close();
  });
});

const source = () =>
  createSettingsSource(http, {
    name: "ftrack",
    version: "1.6.4",
    variant: "staging",
    beside: { name: "ftrack_services", version: "2.0.0" },
  });

/** Answers by address, since the two requests go out together. */
function serve(answers: Readonly<Record<string, readonly [number, unknown]>>) {
  server.answer((response, request) => {
    const [status, body] = answers[request.url.split("?")[0] ?? ""] ?? [
      404,
      { code: 404, detail: "Not found" },
    ];
    json(status, body)(response, request);
  });
}

describe("settings of the existing addon with ours beside it", () => {
  it("are one, for the studio and for a project", async () => {
    const at = (path: string) => ({
      [`/api/addons/ftrack/1.6.4/settings${path}`]: [200, THEIRS] as const,
      [`/api/addons/ftrack_services/2.0.0/settings${path}`]: [
        200,
        OURS,
      ] as const,
    });
    serve({ ...at(""), ...at("/demo") });
    expect(await source().studio()).toEqual(BOTH);
    expect(await source().project("demo")).toEqual(BOTH);
    expect(server.seen.map(({ url }) => url.split("?")[1])).toEqual(
      Array.from({ length: 4 }, () => "variant=staging"),
    );
  });

  it("are the existing ones while ours is not installed", async () => {
    serve({ "/api/addons/ftrack/1.6.4/settings": [200, THEIRS] });
    expect(await source().studio()).toEqual(THEIRS);
  });

  it("do not hide that the existing ones are missing or ours fail", async () => {
    serve({ "/api/addons/ftrack_services/2.0.0/settings": [200, OURS] });
    await expect(source().studio()).rejects.toMatchObject({
      code: "E_ADDON_MISSING",
    });
    serve({
      "/api/addons/ftrack/1.6.4/settings": [200, THEIRS],
      "/api/addons/ftrack_services/2.0.0/settings": [503, { code: 503 }],
    });
    await expect(source().studio()).rejects.toMatchObject({
      code: "E_AYON_UNAVAILABLE",
    });
  });
});
