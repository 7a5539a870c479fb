import { setTimeout as sleep } from "node:timers/promises";
import type { Arena } from "./arena.ts";
import {
  redisVictim,
  serviceVictim,
  strike,
  type Fault,
  type Victim,
} from "./faults.ts";
import type { Instance } from "./rig.ts";
import { startLoad } from "./shows.ts";
import type { Findings } from "./verdict.ts";

export interface SoakOptions {
  readonly minutes: number;
  /** Edits per second over all shows. */
  readonly rate: number;
  readonly signal?: AbortSignal;
  /** Told what happens. */
  readonly say: (text: string) => void;
}

/** Memory of one service, in megabytes of resident set. */
export interface Memory {
  readonly service: string;
  /** How long the process that was at work last had lived. */
  readonly minutes: number;
  /** Medians of the first, second, third and last quarter of that life; its start is not in them. */
  readonly quarters: readonly number[];
  readonly most: number;
}

export interface SoakResult {
  readonly minutes: number;
  readonly edits: number;
  /** Events the queue took, and those of them that have an outcome: read along, none left out. */
  readonly events: { readonly accepted: number; readonly settled: number };
  readonly faults: Readonly<Record<string, number>>;
  readonly findings: Findings;
  /** After the last edit, until AYON showed all that Ftrack does; null when it did not within five minutes. */
  readonly catchUpSeconds: number | null;
  readonly memory: readonly Memory[];
}

const PAUSE_MS = { least: 15_000, more: 15_000 };
const LASTS_MS = { least: 1_000, more: 11_000 };
const SAMPLE_MS = 10_000;
/** Loading modules and the first requests are no measure of growth. */
const START_MS = 60_000;
const CATCH_UP_MS = 300_000;

interface Target {
  readonly name: string;
  readonly victim: Victim;
  readonly faults: readonly Fault[];
}

/** Lets people work for a while, while now this and now that breaks. */
export async function soak(
  { rig, shows, judge }: Arena,
  options: SoakOptions,
): Promise<SoakResult> {
  const { minutes, rate, signal, say } = options;
  const since = new Date();
  const startedAt = performance.now();
  const endsAt = startedAt + minutes * 60_000;
  const load = startLoad(shows, rate);
  const memory = watchMemory(rig.instances);
  const counts: Record<string, number> = {};
  try {
    for (;;) {
      const pauseMs = somewhere(PAUSE_MS);
      const leftMs = endsAt - performance.now();
      // The last fault is over well before the end.
      if (leftMs < pauseMs + 30_000) {
        await sleep(Math.max(0, leftMs), undefined, { signal });
        break;
      }
      await sleep(pauseMs, undefined, { signal });
      const isLate = leftMs < minutes * 30_000;
      const target = oneOf(targetsOf(rig, isLate));
      const fault = oneOf(target.faults);
      const name = `${target.name}: ${fault}`;
      counts[name] = (counts[name] ?? 0) + 1;
      say(
        `  ${Math.round((performance.now() - startedAt) / 1000)} s, ${load.edits()} edits: ${name}`,
      );
      const { restarted } = await strike({
        ...{ fault, victim: target.victim, lastsMs: somewhere(LASTS_MS) },
        letGo: () => undefined,
      });
      await restarted;
    }
  } finally {
    await load.stop();
    memory.stop();
  }
  const stoppedAt = performance.now();
  const catchUpSeconds = await sameWithin(CATCH_UP_MS);
  const findings = await judge.findings(since);
  return {
    minutes: (stoppedAt - startedAt) / 60_000,
    edits: load.edits(),
    events: judge.events(),
    faults: counts,
    findings,
    catchUpSeconds,
    memory: memory.report(),
  };

  async function sameWithin(ms: number): Promise<number | null> {
    for (;;) {
      const isSame =
        (await judge.isQuiet()) && (await judge.differences()).length === 0;
      const waitedMs = performance.now() - stoppedAt;
      if (isSame) return waitedMs / 1000;
      if (waitedMs > ms) return null;
      await sleep(500);
    }
  }
}

/**
 * One processor is never ended, and the leecher no more in the second half, so that there are long lives whose
 * memory can be looked at.
 */
function targetsOf(
  rig: Arena["rig"],
  isSecondHalf: boolean,
): readonly Target[] {
  const [ended, spared] = rig.processors;
  const passing = ["freeze", "network cut"] as const;
  const all = ["kill -9", "SIGTERM", ...passing] as const;
  const service = (
    instance: Instance | undefined,
    faults: readonly Fault[],
  ): Target[] =>
    instance === undefined
      ? []
      : [{ name: instance.name, victim: serviceVictim(instance), faults }];
  return [
    ...service(rig.leecher, isSecondHalf ? passing : all),
    ...service(ended, all),
    ...service(spared, passing),
    { name: "redis", victim: redisVictim(rig), faults: all },
  ];
}

function somewhere({ least, more }: typeof PAUSE_MS): number {
  return least + Math.random() * more;
}

function oneOf<T>(all: readonly T[]): T {
  const found = all[Math.floor(Math.random() * all.length)];
  if (found === undefined) throw new TypeError("Nothing to choose from");
  return found;
}

interface Sample {
  readonly pid: number;
  readonly at: number;
  readonly megabytes: number;
}

function watchMemory(instances: readonly Instance[]): {
  stop(): void;
  report(): readonly Memory[];
} {
  const samples = new Map<Instance, Sample[]>(instances.map((i) => [i, []]));
  const timer = setInterval(() => {
    for (const [instance, list] of samples)
      void residentMegabytes(instance).then((megabytes) => {
        const { pid } = instance.service();
        if (megabytes !== null)
          list.push({ pid, at: performance.now(), megabytes });
      });
  }, SAMPLE_MS);
  return {
    stop() {
      clearInterval(timer);
    },
    report: () =>
      instances.map((instance) => {
        const { pid } = instance.service();
        const all = samples.get(instance) ?? [];
        const life = all.filter((sample) => sample.pid === pid);
        const bornAt = life[0]?.at ?? 0;
        const grown = life.filter(({ at }) => at - bornAt > START_MS);
        return {
          service: instance.name,
          minutes: ((life.at(-1)?.at ?? 0) - bornAt) / 60_000,
          quarters: quartersOf(grown.map(({ megabytes }) => megabytes)),
          most: Math.max(0, ...all.map(({ megabytes }) => megabytes)),
        };
      }),
  };
}

const RESIDENT =
  /^ayon_ftrack_process_resident_memory_bytes(?:\{[^}]*\})? ([\d.e+]+)$/m;

/** As the service itself says; null when it does not answer. */
async function residentMegabytes(instance: Instance): Promise<number | null> {
  try {
    const { url } = instance.service();
    const response = await fetch(`${url}/metrics`, {
      signal: AbortSignal.timeout(SAMPLE_MS / 2),
    });
    const [, bytes] = RESIDENT.exec(await response.text()) ?? [];
    return bytes === undefined ? null : Number(bytes) / 1e6;
  } catch {
    return null; // it is frozen, or being started anew
  }
}

function quartersOf(values: readonly number[]): readonly number[] {
  const size = Math.ceil(values.length / 4);
  return [0, 1, 2, 3].flatMap((i) => {
    const part = values.slice(i * size, (i + 1) * size).sort((a, b) => a - b);
    return part[Math.floor(part.length / 2)] ?? [];
  });
}
