import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { it } from "vitest";
import {
  clearRedis,
  findRedisBinary,
  startLocalRedis,
  type LocalRedis,
  type RedisOptions,
} from "../../sandbox/redis.ts";

/**
 * Without a server binary (only REDIS_URL) tests share that server, each under a prefix of its own, and
 * those that kill, freeze or fill it cannot run.
 */
export const redisBinary: string | null = findRedisBinary();

if (redisBinary === null) {
  process.stderr.write(
    "\n*** No redis-server binary: tests that kill, freeze or fill Redis are SKIPPED. ***\n",
  );
}

/** `it` for tests that need a server of their own. */
export const itWithOwnServer = it.skipIf(redisBinary === null);

export interface TestRedis extends Omit<LocalRedis, "dir"> {
  readonly dir: string | null;
  /** Prefix for the keys of this test; the server may be shared. */
  readonly prefix: string;
  /** A client, closed by `stop`. */
  readonly client: Redis;
  config(name: string, value: string): Promise<void>;
  /** Removes everything under the prefix. */
  clear(): Promise<void>;
}

export async function startRedis(
  options: RedisOptions = {},
): Promise<TestRedis> {
  const prefix = `t${randomBytes(4).toString("hex")}`;
  const own =
    redisBinary === null ? null : await startLocalRedis(redisBinary, options);
  const url = own?.url ?? process.env["REDIS_URL"];
  if (url === undefined || url === "") {
    throw new Error("No Redis: run npm test, or set REDIS_SERVER_BIN");
  }
  const client = new Redis(url, {
    maxRetriesPerRequest: null,
    retryStrategy: () => 50,
  });
  client.on("error", () => undefined /* tests take the server away */);
  const clear = (): Promise<void> => clearRedis(url, prefix);
  return {
    ...(own ?? sharedServer(url)),
    prefix,
    client,
    clear,
    async config(name, value) {
      await client.config("SET", name, value);
    },
    async stop() {
      if (own === null) await clear();
      client.disconnect();
      await own?.stop();
    },
  };
}

function sharedServer(
  url: string,
): Omit<LocalRedis, "dir"> & { readonly dir: null } {
  const impossible = (): never => {
    throw new Error("needs a server of its own: use itWithOwnServer");
  };
  return {
    url,
    dir: null,
    kill: impossible,
    end: impossible,
    freeze: impossible,
    thaw: impossible,
    restart: impossible,
    stop: impossible,
  };
}

/** Awaits a condition; fails with its words when it does not come true. */
export async function eventually(
  words: string,
  isTrue: () => boolean | Promise<boolean>,
  withinMs = 15_000,
): Promise<void> {
  const until = performance.now() + withinMs;
  while (!(await isTrue())) {
    if (performance.now() > until) throw new Error(`never: ${words}`);
    await sleep(10);
  }
}
