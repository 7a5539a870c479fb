import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  envelope as envelopeSchema,
  type Envelope,
} from "../../src/core/envelope.ts";
import { silentMeter } from "../../src/core/meter.ts";
import {
  startLeecher,
  type Leecher,
  type LeecherDeps,
} from "../../src/leecher/leecher.ts";
import { openQueueSide, type QueueSide } from "../../src/leecher/queue-side.ts";
import { makeKeys, partitionName } from "../../src/queue/keys.ts";
import type { GapReport } from "../../src/queue/gaps.ts";
import { writeFtrack } from "../../src/ftrack/writes/writes.ts";
import {
  startFtrackSandbox,
  type FtrackSandbox,
} from "../../sandbox/ftrack/index.ts";
import { connectTo, type Connection } from "./ftrack.ts";
import { shotIn } from "./ftrack-changes.ts";
import { memoryLog } from "./memory-log.ts";
import { eventually, startRedis, type TestRedis } from "./redis.ts";

/** A leecher with its queue, between a sandbox and a Redis. */
export interface LeecherRig {
  readonly leecher: Leecher;
  readonly queue: QueueSide;
  readonly log: ReturnType<typeof memoryLog>;
  readonly spoolDir: string;
  live(): Promise<void>;
  stop(options?: { readonly keepSpool?: boolean }): Promise<void>;
}

export interface RigOptions {
  readonly timing?: LeecherDeps["timing"];
  readonly spoolDir?: string;
  readonly credentials?: LeecherDeps["credentials"];
  readonly onRefused?: LeecherDeps["onRefused"];
}

export async function startRig(
  sandbox: FtrackSandbox,
  redis: TestRedis,
  options: RigOptions = {},
): Promise<LeecherRig> {
  const log = memoryLog();
  const spoolDir =
    options.spoolDir ?? (await mkdtemp(join(tmpdir(), "leecher-")));
  const queue = await openQueueSide({
    redis: { url: redis.url, prefix: redis.prefix },
    spool: { dir: spoolDir, maxBytes: 50_000_000 },
    log,
    meter: silentMeter,
    onLoss: () => {
      leecher.catchUp("redis");
    },
  });
  const { url: serverUrl, apiUser, apiKey } = sandbox;
  const leecher = startLeecher({
    ...queue,
    credentials: options.credentials ?? { serverUrl, apiUser, apiKey },
    log,
    meter: silentMeter,
    timing: {
      canaryMs: 300,
      catchUpMs: 3_600_000,
      aliveMs: 100,
      retryMs: 50,
      loginMs: 200,
      ...options.timing,
    },
    ...(options.onRefused === undefined
      ? {}
      : { onRefused: options.onRefused }),
  });
  return {
    leecher,
    queue,
    log,
    spoolDir,
    live: () =>
      eventually(
        "the hub is live",
        () => leecher.health().hub.status === "live",
      ),
    async stop({ keepSpool = false } = {}) {
      await leecher.stop();
      await queue.close(2_000);
      if (!keepSpool) await rm(spoolDir, { recursive: true, force: true });
    },
  };
}

/** What waits in the inbox of a project, oldest first. */
export async function inboxOf(
  redis: TestRedis,
  projectId: string | null,
): Promise<Envelope[]> {
  const key = makeKeys(redis.prefix).project(partitionName(projectId)).inbox;
  const entries = await redis.client.xrange(key, "-", "+");
  return entries.map(([, fields]) => {
    const at = fields.indexOf("p");
    return envelopeSchema.parse(JSON.parse(fields[at + 1] ?? ""));
  });
}

/** Ids of all entities that events in the inbox are about. */
export async function entitiesIn(
  redis: TestRedis,
  projectId: string | null,
  via?: Envelope["via"],
): Promise<string[]> {
  const all = await inboxOf(redis, projectId);
  return all
    .filter((e) => via === undefined || e.via === via)
    .flatMap((e) => {
      const data = e.event["data"] as { entities?: { entityId: string }[] };
      return (data.entities ?? []).map((x) => x.entityId);
    });
}

/** A sandbox, a Redis and a project, with leechers that are stopped after each test. */
export interface LeecherWorld {
  sandbox: FtrackSandbox;
  redis: TestRedis;
  to: Connection;
  /** A new project per test. */
  project: string;
  /** Starts a leecher and waits until it is live and has caught up. */
  start(options?: RigOptions): Promise<LeecherRig>;
  /** Ends a leecher before the test does. */
  end(rig: LeecherRig): Promise<void>;
  /** To be ended after the test; those that were started here are among them. */
  readonly rigs: Set<LeecherRig>;
  /** Writes shots, one transaction each; returns their ids. */
  shots(count: number): Promise<string[]>;
  /** Waits until events about all the entities are in the project's inbox. */
  received(ids: readonly string[], via?: Envelope["via"]): Promise<void>;
  /** Gap reports, newest first. */
  ledger(rig: LeecherRig): Promise<readonly GapReport[]>;
}

export function leecherWorld(): LeecherWorld {
  const rigs = new Set<LeecherRig>();
  const world = {
    rigs,
    async start(options) {
      const rig = await startRig(world.sandbox, world.redis, options);
      rigs.add(rig);
      await rig.live();
      await rig.leecher.caughtUp();
      return rig;
    },
    async end(rig) {
      rigs.delete(rig);
      await rig.stop();
    },
    async shots(count) {
      const made = Array.from({ length: count }, () => shotIn(world.project));
      for (const shot of made) {
        const { session, log } = world.to;
        const [result] = await writeFtrack(session, log, [shot]);
        expect(result?.status).toBe("applied");
      }
      return made.map((s) => s.id);
    },
    async received(ids, via) {
      await eventually(`${ids.length} entities in the inbox`, async () => {
        const { redis, project } = world;
        const seen = new Set(await entitiesIn(redis, project, via));
        return ids.every((id) => seen.has(id));
      });
    },
    ledger: (rig) => rig.queue.gaps.list(),
  } as LeecherWorld;
  beforeAll(async () => {
    [world.sandbox, world.redis] = await Promise.all([
      startFtrackSandbox(),
      startRedis({ appendonly: true }),
    ]);
    world.to = connectTo(world.sandbox);
  });
  beforeEach(async () => {
    world.project = await world.to.project();
  });
  afterEach(async () => {
    for (const rig of rigs) {
      await rig.stop();
      expect(rig.log.text()).not.toContain(world.sandbox.apiKey);
    }
    rigs.clear();
    await world.sandbox.control.clearFaults();
    await world.redis.clear();
  });
  afterAll(async () => {
    await Promise.all([world.sandbox.stop(), world.redis.stop()]);
  });
  return world;
}
