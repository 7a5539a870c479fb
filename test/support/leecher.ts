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
import type { FtrackSandbox } from "../../sandbox/ftrack/index.ts";
import { memoryLog } from "./memory-log.ts";
import { eventually, type TestRedis } from "./redis.ts";

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
