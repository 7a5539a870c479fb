import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { writeFtrack } from "../../src/ftrack/writes/writes.ts";
import {
  startFtrackSandbox,
  type FtrackSandbox,
} from "../../sandbox/ftrack/index.ts";
import { startAyon, type Ayon } from "../support/ayon.ts";
import { connectTo, type Connection } from "../support/ftrack.ts";
import { shotIn } from "../support/ftrack-changes.ts";
import { entitiesIn } from "../support/leecher.ts";
import {
  eventually,
  itWithOwnServer,
  startRedis,
  type TestRedis,
} from "../support/redis.ts";
import {
  startService,
  type ServiceProcess,
} from "../support/service-process.ts";

let ftrack: FtrackSandbox;
let ayon: Ayon;
let redis: TestRedis;
let to: Connection;
let project: string;
let spoolDir: string;
const running = new Set<ServiceProcess>();

beforeAll(async () => {
  [ftrack, ayon, redis] = await Promise.all([
    startFtrackSandbox(),
    startAyon({ seed: "studio:0", addonSettings: {} }),
    startRedis({ appendonly: true }),
  ]);
  to = connectTo(ftrack);
});
afterAll(async () => {
  await Promise.all([ftrack.stop(), ayon[Symbol.asyncDispose](), redis.stop()]);
});
beforeEach(async () => {
  project = await to.project();
  spoolDir = await mkdtemp(join(tmpdir(), "spool-"));
});
afterEach(async () => {
  for (const one of running) {
    await one.end("SIGKILL");
    expect(one.output()).not.toContain(ftrack.apiKey);
    expect(one.output()).not.toContain(ayon.sandbox.apiKey);
  }
  running.clear();
  await rm(spoolDir, { recursive: true, force: true });
  await redis.clear();
});

function environment(): Record<string, string> {
  return {
    AYON_SERVER_URL: ayon.sandbox.url,
    AYON_API_KEY: ayon.sandbox.apiKey,
    AYON_ADDON_VERSION: "1.0.0",
    FTRACK_SERVER: ftrack.url,
    FTRACK_API_USER: ftrack.apiUser,
    FTRACK_API_KEY: ftrack.apiKey,
    REDIS_URL: redis.url,
    AYON_FTRACK_REDIS_PREFIX: redis.prefix,
    AYON_FTRACK_SPOOL_DIR: spoolDir,
    AYON_FTRACK_OPS_PORT: "0",
    AYON_FTRACK_LOG_FORMAT: "json",
  };
}

async function start(): Promise<ServiceProcess> {
  const service = startService("leecher", environment());
  running.add(service);
  await eventually("it is ready", () => service.ready(), 30_000);
  return service;
}

async function shots(count: number): Promise<string[]> {
  const made = Array.from({ length: count }, () => shotIn(project));
  for (const shot of made) await writeFtrack(to.session, to.log, [shot]);
  return made.map((s) => s.id);
}

async function received(ids: readonly string[]): Promise<void> {
  await eventually("all events are in Redis", async () => {
    const seen = new Set(await entitiesIn(redis, project));
    return ids.every((id) => seen.has(id));
  });
}

it("takes events, tells its metrics, and ends on SIGTERM within 8 s with exit 0", async () => {
  const service = await start();
  const ids = await shots(20);
  await received(ids);
  expect(await entitiesIn(redis, project, "hub")).toEqual(ids);
  const metrics = await (await fetch(`${await service.url()}/metrics`)).text();
  expect(metrics).toMatch(
    /ayon_ftrack_hub_events_total\{[^}]*what="kept"[^}]*\} 2\d/,
  );
  expect(metrics).toMatch(/ayon_ftrack_hub_live\{[^}]*\} 1/);
  const begun = performance.now();
  expect(await service.end("SIGTERM")).toBe(0);
  expect(performance.now() - begun).toBeLessThan(8000);
});

it("killed in the middle of a storm: nothing is lost", async () => {
  const first = await start();
  const before = await shots(5);
  await received(before);
  const storm = shots(60);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await first.end("SIGKILL")).toBeNull();
  const during = await storm;
  const missed = await shots(5);
  await start();
  await received([...before, ...during, ...missed]);
});

itWithOwnServer(
  "Redis away, then killed with events on disk: the next process brings them in",
  async () => {
    const first = await start();
    await received(await shots(2));
    await redis.kill();
    const spooled = await shots(10);
    await eventually("they are on disk", () =>
      first.output().includes("using disk"),
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    await first.end("SIGKILL");
    await redis.restart();
    await start();
    await received(spooled);
  },
);

it("AYON is no concern of it: away before the start and ever after", async () => {
  const service = startService("leecher", {
    ...environment(),
    // Nobody listens there.
    AYON_SERVER_URL: "http://127.0.0.1:9",
  });
  running.add(service);
  await eventually("it is ready", () => service.ready(), 30_000);
  await received(await shots(5));
  expect(await service.end("SIGTERM")).toBe(0);
});

it("a wrong key: said, not shown, and it waits for another", async () => {
  const wrong = startService("leecher", {
    ...environment(),
    FTRACK_API_KEY: "wrong-key-0123456789",
  });
  running.add(wrong);
  await eventually(
    "it says so",
    () => wrong.output().includes("E_FTRACK_CREDENTIALS"),
    30_000,
  );
  expect(await wrong.ready()).toBe(false);
  expect(wrong.output()).not.toContain("wrong-key-0123456789");
  expect(await wrong.end("SIGTERM")).toBe(0);
});
