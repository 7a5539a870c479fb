import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { silentMeter } from "../../../src/core/meter.ts";
import {
  startLeecherService,
  type LeecherService,
} from "../../../src/leecher/service.ts";
import { readEnv } from "../../../src/settings/env.ts";
import { startAyon, type Ayon } from "../../support/ayon.ts";
import { startHubServer, type HubServer } from "../../support/hub-server.ts";
import { memoryLog } from "../../support/memory-log.ts";
import { eventually, startRedis, type TestRedis } from "../../support/redis.ts";

let hub: HubServer;
let ayon: Ayon;
let redis: TestRedis;
let spool: string;

beforeAll(async () => {
  [hub, ayon, redis, spool] = await Promise.all([
    startHubServer({ heartbeatMs: 200 }),
    startAyon({ seed: "studio:0", addonSettings: {} }),
    startRedis(),
    mkdtemp(join(tmpdir(), "spool-")),
  ]);
});
afterAll(async () => {
  await Promise.all([hub.stop(), ayon[Symbol.asyncDispose](), redis.stop()]);
  await rm(spool, { recursive: true, force: true });
});

it("a hub that stays silent: connects anew, starts its thread anew, then gives the process up, and says each", async () => {
  const log = memoryLog();
  const given: string[] = [];
  let service: LeecherService | null = null;
  try {
    service = await startLeecherService({
      env: readEnv("leecher", {
        AYON_SERVER_URL: ayon.sandbox.url,
        AYON_API_KEY: ayon.sandbox.apiKey,
        AYON_ADDON_VERSION: "1.0.0",
        FTRACK_SERVER: hub.url,
        FTRACK_API_USER: "me",
        FTRACK_API_KEY: "0123456789-secret-key",
        REDIS_URL: redis.url,
        AYON_FTRACK_REDIS_PREFIX: redis.prefix,
        AYON_FTRACK_SPOOL_DIR: spool,
        AYON_FTRACK_OPS_PORT: "off",
      }),
      log,
      meter: silentMeter,
      signal: new AbortController().signal,
      hide: () => undefined,
      giveUp: (reason) => given.push(reason),
      timing: { canaryMs: 200, silentLimitMs: 4_000 },
    });
    const running = service;
    await eventually("live", () => running.health().hub.status === "live");
    expect(running.health()).toMatchObject({ silentMs: 0, isTooSilent: false });
    // Connections stay open, and nothing comes: no event, no canary, no heartbeat.
    hub.loopback = false;
    hub.heartbeats = false;
    await eventually("given up", () => given.length > 0);
    expect(given).toEqual(["the event hub stays silent"]);
    const health = running.health();
    expect(health.isTooSilent).toBe(true);
    expect(health.hub.kicks).toBeGreaterThan(0);
    expect(health.hub.restarts).toBeGreaterThan(0);
    const said = log.lines.map(({ message }) => message);
    expect(said).toContain("the event hub is silent; connecting anew");
    expect(said).toContain("the event hub is started anew");
  } finally {
    await service?.close(1_000);
  }
});
