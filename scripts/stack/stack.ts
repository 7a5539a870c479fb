/**
 * The whole thing as separate processes on free ports: a local Ftrack, a local AYON, Redis, the services. For
 * the demo, the benches and the tests of whole services.
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { RedisOptions } from "../../sandbox/redis.ts";
import type { Child } from "./child.ts";
import { startStackRedis, type StackRedis } from "./redis.ts";
import { startAyon, startFtrack, type Ayon, type Ftrack } from "./sandboxes.ts";
import { startService, type Service, type ServiceKind } from "./service.ts";

const ROOT = join(import.meta.dirname, "../..");

export interface StackOptions {
  /** Of both sandboxes. @defaultValue a studio with an empty show, and the attributes of the synchronisation */
  readonly seed?: string;
  readonly redis?: RedisOptions;
  /** Told when a part answers, and after how long. */
  readonly onStart?: (name: string, ms: number) => void;
  /** Ends everything as soon as it aborts, also while it starts. */
  readonly signal?: AbortSignal;
}

export interface Stack {
  readonly ftrack: Ftrack;
  readonly ayon: Ayon;
  readonly redis: StackRedis;
  /** Variables of the services. */
  readonly env: Readonly<Record<string, string>>;
  readonly dir: string;
  /** Starts a service and resolves when it is ready. */
  start(
    kind: ServiceKind,
    options?: { readonly name?: string; readonly env?: Record<string, string> },
  ): Promise<Service>;
  /** All processes that were started and have not been ended. */
  processes(): readonly Child[];
  /** Ends everything, services first, and removes what it wrote. Never throws. */
  stop(): Promise<void>;
}

/** Builds the services when they are not up to date, and starts everything but them. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const { seed = "studio:0+ayon", onStart, signal } = options;
  const dir = await mkdtemp(join(tmpdir(), "aff-stack-"));
  const services: Child[] = [];
  const sandboxes: Child[] = [];
  let redis: StackRedis | null = null;

  async function stop(): Promise<void> {
    signal?.removeEventListener("abort", onAbort);
    for (const part of [services, sandboxes])
      await Promise.all(part.map((child) => child.end()));
    // Somebody else's server may have gone away with what we would remove there.
    await redis?.stop().catch(() => undefined);
    await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  }
  const onAbort = (): void => void stop();
  async function timed<T>(name: string, started: Promise<T>): Promise<T> {
    const startedAt = performance.now();
    const answer = await started;
    onStart?.(name, performance.now() - startedAt);
    return answer;
  }

  try {
    signal?.throwIfAborted();
    signal?.addEventListener("abort", onAbort);
    const [ftrackProcess, ftrackStart] = startFtrack(seed);
    const [ayonProcess, ayonStart] = startAyon(seed);
    sandboxes.push(ftrackProcess, ayonProcess);
    const [ftrack, ayon, running] = await allOf([
      timed(ftrackProcess.name, ftrackStart),
      timed(ayonProcess.name, ayonStart),
      timed("Redis", startStackRedis(options.redis ?? {})).then((started) => {
        redis = started;
        return started;
      }),
      promisify(execFile)(process.execPath, [join(ROOT, "scripts/build.mjs")], {
        ...(signal !== undefined && { signal }),
      }),
    ]);
    const env = {
      AYON_SERVER_URL: ayon.url,
      AYON_API_KEY: ayon.apiKey,
      FTRACK_SERVER: ftrack.url,
      FTRACK_API_USER: ftrack.apiUser,
      FTRACK_API_KEY: ftrack.apiKey,
      REDIS_URL: running.url,
      AYON_FTRACK_REDIS_PREFIX: running.prefix,
      AYON_FTRACK_SPOOL_DIR: join(dir, "spool"),
    };
    return {
      ftrack,
      ayon,
      redis: running,
      env,
      dir,
      start(kind, { name = `ftrack-${kind}`, env: more = {} } = {}) {
        const [child, ready] = startService({
          ...{ kind, name, cwd: dir },
          env: { ...env, ...more },
        });
        services.push(child);
        return timed(name, ready);
      },
      processes: () =>
        [...services, ...sandboxes].filter((child) => child.isRunning()),
      stop,
    };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

/** As `Promise.all`, but waits for all to end before it fails, so that nothing starts behind our back. */
async function allOf<T extends readonly unknown[]>(all: {
  [K in keyof T]: Promise<T[K]>;
}): Promise<T> {
  await Promise.allSettled(all);
  return Promise.all(all);
}
