import { randomUUID } from "node:crypto";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { Redis } from "ioredis";
import { startAyonSandbox } from "../sandbox/ayon/index.ts";
import {
  startFtrackSandbox,
  type FtrackSandbox,
} from "../sandbox/ftrack/index.ts";
import { startStackRedis } from "../scripts/stack/redis.ts";
import { startService } from "../scripts/stack/service.ts";
import { makeKeys } from "../src/queue/keys.ts";
import { count } from "./lib/numbers.ts";
import { statusChange } from "./lib/status-change.ts";
import { watchProcess } from "./lib/usage.ts";
import type { Figure, Part } from "./part.ts";

const ROOT = join(import.meta.dirname, "..");
const RATE = 1_500;
const SECONDS = 30;
const BURST = 30_000;
const PROJECTS = 20;
const TOO_LATE_MS = 300_000;
const RATE_BUDGET = "≥ 1,500 events/s";
const MEMORY_BUDGET = "≤ 120 MB, flat";

interface Rig {
  readonly pid: number;
  readonly client: Redis;
  readonly prefix: string;
  readonly ftrack: FtrackSandbox;
  readonly projects: readonly string[];
}

/** A local Ftrack in this process: its events are put in without a request for each. */
export const intake: Part = {
  name: "intake",
  title: "Intake",
  about: `The leecher, from the event hub into Redis: status changes of ${PROJECTS} projects, 2 KB each. First
${count(RATE)} a second for ${SECONDS} s, then ${count(BURST)} as fast as the local Ftrack sends them, then the steady
flow again. Memory is the process' whole resident set, with about 44 MB of Node's own program file.`,
  async run() {
    await promisify(execFile)(process.execPath, [
      join(ROOT, "scripts/build.mjs"),
    ]);
    const dir = await mkdtemp(join(tmpdir(), "bench-"));
    const [ftrack, ayon, redis] = await Promise.all([
      startFtrackSandbox(),
      startAyonSandbox({ seed: "studio:0", addonSettings: {} }),
      startStackRedis({ appendonly: true }),
    ]);
    const client = new Redis(redis.url);
    const [child, ready] = startService({
      ...{ kind: "leecher", name: "leecher", cwd: dir },
      env: {
        AYON_SERVER_URL: ayon.url,
        AYON_API_KEY: ayon.apiKey,
        AYON_ADDON_VERSION: "1.0.0",
        FTRACK_SERVER: ftrack.url,
        FTRACK_API_USER: ftrack.apiUser,
        FTRACK_API_KEY: ftrack.apiKey,
        REDIS_URL: redis.url,
        AYON_FTRACK_REDIS_PREFIX: redis.prefix,
        AYON_FTRACK_SPOOL_DIR: join(dir, "spool"),
      },
    });
    try {
      await ready;
      const { pid } = child;
      const projects = Array.from({ length: PROJECTS }, () => randomUUID());
      const rig = { pid, client, prefix: redis.prefix, ftrack, projects };
      return [
        ...(await phase("steady", rig, RATE * SECONDS, RATE)),
        ...(await phase("burst", rig, BURST, Infinity)),
        ...(await phase("steady again", rig, RATE * 10, RATE)),
      ];
    } finally {
      await child.end();
      client.disconnect();
      await Promise.all([ftrack.stop(), ayon.stop(), redis.stop()]);
      await rm(dir, { recursive: true, force: true });
    }
  },
};

async function phase(
  name: string,
  rig: Rig,
  total: number,
  perSecond: number,
): Promise<Figure[]> {
  const base = await countInRedis(rig);
  const watch = await watchProcess(rig.pid);
  const begun = performance.now();
  const fedIn = await feed(rig, total, perSecond);
  while ((await countInRedis(rig)) - base < total) {
    if (performance.now() - begun > TOO_LATE_MS)
      throw new Error(`${name}: events are missing`);
    await sleep(5);
  }
  const took = (performance.now() - begun) / 1000;
  const { samples, maxMb, cpuPercent } = await watch.stop();
  const isBurst = perSecond === Infinity;
  return [
    {
      what: `${name}: sent`,
      measured: count(total / fedIn, "events/s"),
    },
    {
      what: `${name}: taken`,
      measured: count(total / took, "events/s"),
      ...(isBurst ? { budget: RATE_BUDGET } : {}),
    },
    {
      what: `${name}: last one sent → last one in Redis`,
      measured: count((took - fedIn) * 1000, "ms"),
    },
    {
      what: `${name}: memory at first → at last, most`,
      measured: `${count(third(samples, 0))} → ${count(third(samples, 2))}, ${count(maxMb)} MB`,
      budget: MEMORY_BUDGET,
    },
    { what: `${name}: of one core`, measured: `${count(cpuPercent)} %` },
  ];
}

/** Mean of the first (0) or the last (2) third. */
function third(samples: readonly number[], which: 0 | 2): number {
  const size = Math.ceil(samples.length / 3);
  const part = which === 0 ? samples.slice(0, size) : samples.slice(-size);
  return part.reduce((a, b) => a + b, 0) / part.length;
}

async function countInRedis(rig: Rig): Promise<number> {
  const keys = makeKeys(rig.prefix);
  const pipeline = rig.client.pipeline();
  for (const id of rig.projects) pipeline.xlen(keys.project(id).inbox);
  const replies = (await pipeline.exec()) ?? [];
  return replies.reduce((sum, [, n]) => sum + Number(n), 0);
}

/** Sends events at a rate; returns the seconds it took. */
async function feed(
  { ftrack, projects }: Rig,
  total: number,
  perSecond: number,
): Promise<number> {
  const begun = performance.now();
  const elapsed = (): number => (performance.now() - begun) / 1000;
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, Math.ceil(elapsed() * perSecond));
    for (; sent < due; sent += 1) {
      const data = statusChange(projects[sent % projects.length] ?? "");
      await ftrack.control.inject({ topic: "ftrack.update", data });
    }
    await sleep(5);
  }
  return elapsed();
}
