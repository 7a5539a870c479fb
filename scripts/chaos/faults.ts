import { setTimeout as sleep } from "node:timers/promises";
import type { Instance, Rig } from "./rig.ts";

export const faults = ["kill -9", "SIGTERM", "freeze", "network cut"] as const;
export type Fault = (typeof faults)[number];

/** What can be hit. */
export interface Victim {
  kill(): Promise<void>;
  /** Ends it as a service host does. */
  end(): Promise<void>;
  restart(): Promise<void>;
  freeze(): void;
  thaw(): void;
  cut(): void;
  heal(): void;
}

/** AYON's service host kills after 10 s; the services promise 8. */
const MOST_SHUTDOWN_MS = 8_000;

export function serviceVictim(instance: Instance): Victim {
  const links = Object.values(instance.links);
  const signal = (name: NodeJS.Signals): void => {
    process.kill(instance.service().pid, name);
  };
  return {
    async kill() {
      await instance.service().end("SIGKILL");
    },
    async end() {
      const startedAt = performance.now();
      const code = await instance.service().end("SIGTERM");
      const ms = performance.now() - startedAt;
      if (code !== 0 || ms > MOST_SHUTDOWN_MS)
        throw new Error(
          `${instance.name} ended with ${String(code)} after ${Math.round(ms)} ms`,
        );
    },
    restart: () => instance.restart(),
    freeze: () => {
      signal("SIGSTOP");
    },
    thaw: () => {
      signal("SIGCONT");
    },
    cut() {
      for (const link of links) link.cut("silent");
    },
    heal() {
      for (const link of links) link.heal();
    },
  };
}

/** Cut off from all services. */
export function redisVictim({ redis, instances }: Rig): Victim {
  return {
    kill: () => redis.kill(),
    end: () => redis.end(),
    restart: () => redis.restart(),
    freeze: () => {
      redis.freeze();
    },
    thaw: () => {
      redis.thaw();
    },
    cut() {
      for (const { links } of instances) links.redis.cut("silent");
    },
    heal() {
      for (const { links } of instances) links.redis.heal();
    },
  };
}

export interface Blow {
  readonly fault: Fault;
  readonly victim: Victim;
  /** How long a freeze or a cut lasts. */
  readonly lastsMs: number;
  /** Called once the victim is hit: what it was held at goes on now, or with `false` is forgotten. */
  readonly letGo: (isHeard: boolean) => void;
}

/** A blow that is over: since when recovery counts, and the process that is being started anew. */
export interface Struck {
  readonly from: number;
  readonly restarted: Promise<void>;
}

/** Hits the victim. Resolves when the fault is over. */
export async function strike(blow: Blow): Promise<Struck> {
  const { fault, victim, lastsMs, letGo } = blow;
  const struckAt = performance.now();
  switch (fault) {
    case "kill -9": {
      const ended = victim.kill();
      letGo(false);
      await ended;
      return { from: struckAt, restarted: victim.restart() };
    }
    case "SIGTERM": {
      const ended = victim.end();
      letGo(true);
      await ended;
      return { from: struckAt, restarted: victim.restart() };
    }
    case "freeze":
      victim.freeze();
      letGo(true);
      await sleep(lastsMs);
      victim.thaw();
      break;
    case "network cut":
      victim.cut();
      letGo(false);
      await sleep(lastsMs);
      victim.heal();
  }
  return { from: performance.now(), restarted: Promise.resolve() };
}
