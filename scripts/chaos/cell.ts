import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import {
  redisVictim,
  serviceVictim,
  strike,
  type Fault,
  type Victim,
} from "./faults.ts";
import { labelOf, taking, type Point, type WirePoint } from "./points.ts";
import { until, type Instance, type Rig } from "./rig.ts";
import { startLoad, type Show } from "./shows.ts";
import type { Findings, Judge } from "./verdict.ts";

export interface CellOptions {
  /** Edits per second over all shows. */
  readonly rate: number;
  /** How long a freeze or a cut lasts: by default longer than a processor may hold a project without a word. */
  readonly lastsMs: number;
}

export const DEFAULT_CELL: CellOptions = { rate: 24, lastsMs: 10_000 };

export interface Cell {
  readonly point: string;
  readonly fault: Fault;
  readonly findings: Findings;
  /** From the blow, or the end of the freeze or cut, until AYON shows what Ftrack does and nothing waits. */
  readonly recoverySeconds: number;
  readonly edits: number;
  /** What the services said last. */
  readonly tails: readonly string[];
}

const MEET_MS = 30_000;
const RECOVER_MS = 60_000;
/** People go on working for so long before and after the blow. */
const LEAD_MS = 500;
const TRAIL_MS = 1_500;

const TAIL_LINES = 40;

/** Where a victim was met. */
interface Meeting {
  readonly victim: Victim;
  readonly letGo: (isHeard: boolean) => void;
  /** Ends what was arranged for the meeting. */
  readonly after: () => void | Promise<void>;
}

/** Brings one fault down at one point, under load, and says what became of it. */
export async function runCell(
  rig: Rig,
  shows: readonly Show[],
  judge: Judge,
  point: Point,
  fault: Fault,
  options: CellOptions = DEFAULT_CELL,
): Promise<Cell> {
  const since = new Date();
  const isIdle = point.name === "idle";
  const begin = () => startLoad(shows, options.rate);
  let load = isIdle ? null : begin();
  try {
    await sleep(LEAD_MS);
    const { victim, letGo, after } = await meet(rig, point);
    load ??= begin();
    const trail = sleep(TRAIL_MS);
    const { from, restarted } = await strike({
      ...{ fault, victim, letGo, lastsMs: options.lastsMs },
    });
    // Nobody waits for it yet.
    restarted.catch(() => undefined);
    if (fault === "kill -9" || fault === "SIGTERM") await trail;
    await load.stop();
    await recovered(judge);
    const recoverySeconds = (performance.now() - from) / 1000;
    await restarted;
    await after();
    return {
      point: labelOf(point),
      fault,
      findings: await judge.findings(since),
      recoverySeconds,
      edits: load.edits(),
      tails: rig.instances.map(
        (instance) =>
          `${instance.name}:\n${instance.service().tail(TAIL_LINES)}`,
      ),
    };
  } finally {
    await load?.stop();
  }
}

/** Waits until both sides are the same and nothing waits, or the time is over: then the findings tell. */
async function recovered(judge: Judge): Promise<void> {
  const limit = performance.now() + RECOVER_MS;
  while (performance.now() < limit) {
    const isDone =
      (await judge.isQuiet()) && (await judge.differences()).length === 0;
    if (isDone) return;
    await sleep(50);
  }
}

async function meet(rig: Rig, point: Point): Promise<Meeting> {
  if ("server" in point) return meetOnWire(rig, point);
  switch (point.name) {
    case "spooled":
      return meetSpooled(rig);
    case "aof-rewrite":
      return meetRewrite(rig);
    default:
      return meetRedis(rig, point.name === "intake");
  }
}

/** Holds the first service of the kind that comes to the point. */
async function meetOnWire(rig: Rig, point: WirePoint): Promise<Meeting> {
  const candidates = rig.instances.filter(({ kind }) => kind === point.of);
  const traps = candidates.map((instance) => {
    const trap = instance.links[point.server].trap(point.place);
    return { instance, trap };
  });
  try {
    // New connections to Ftrack are what makes a leecher read the log.
    if (point.name === "catching-up")
      await rig.stack.ftrack.control.dropSockets({ how: "cut" });
    const met = await first(
      traps.map(({ instance, trap }) => trap.sprung.then(() => instance)),
      `${labelOf(point)} is not met`,
    );
    const [own, others] = [
      traps.filter(({ instance }) => instance === met),
      traps.filter(({ instance }) => instance !== met),
    ];
    for (const { trap } of others) trap.release(true);
    return {
      victim: serviceVictim(met),
      letGo: (isHeard) => {
        for (const { trap } of own) trap.release(isHeard);
      },
      after: () => undefined,
    };
  } catch (thrown) {
    for (const { trap } of traps) trap.release(true);
    throw thrown;
  }
}

async function first(
  sprung: readonly Promise<Instance>[],
  what: string,
): Promise<Instance> {
  const over = new AbortController();
  const late = sleep(MEET_MS, null, { signal: over.signal });
  const met = await Promise.race([...sprung, late]);
  over.abort();
  late.catch(() => undefined /* somebody was met */);
  if (met === null) throw new Error(what);
  return met;
}

/** Redis is out of the leecher's reach, and stays so until the fault is over. */
async function meetSpooled(rig: Rig): Promise<Meeting> {
  const { links } = rig.leecher;
  links.redis.cut("refused");
  await until("events on disk", async () => (await rig.spooled()) > 0, MEET_MS);
  const victim = serviceVictim(rig.leecher);
  return {
    victim: {
      ...victim,
      // It is ready only when it reaches Redis; but it starts without.
      async restart() {
        const ready = victim.restart();
        await sleep(LEAD_MS);
        links.redis.heal();
        await ready;
      },
      thaw() {
        victim.thaw();
        links.redis.heal();
      },
    },
    letGo: () => undefined,
    after: () => undefined,
  };
}

async function meetRedis(rig: Rig, isTaking: boolean): Promise<Meeting> {
  const victim = redisVictim(rig);
  if (!isTaking)
    return { victim, letGo: () => undefined, after: () => undefined };
  return { ...(await meetOnWire(rig, taking)), victim };
}

/** Makes the rewriting last, so that the blow falls into it. */
async function meetRewrite(rig: Rig): Promise<Meeting> {
  const client = new Redis(rig.stack.redis.url);
  try {
    // Microseconds per key.
    await client.config("SET", "rdb-key-save-delay", "50000");
    await client.bgrewriteaof();
    await until(
      "Redis rewrites its log",
      async () =>
        (await client.info("persistence")).includes(
          "aof_rewrite_in_progress:1",
        ),
      MEET_MS,
    );
  } finally {
    client.disconnect();
  }
  return {
    victim: redisVictim(rig),
    letGo: () => undefined,
    async after() {
      const again = new Redis(rig.stack.redis.url);
      await again.config("SET", "rdb-key-save-delay", "0");
      again.disconnect();
    },
  };
}
