import { Redis, type RedisOptions } from "ioredis";
import { ConfigError } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import { makeKeys, type Keys } from "./keys.ts";
import { defineScripts } from "./scripts.ts";

/** Where Redis is, and the prefix of every key. */
export interface RedisAddress {
  /** `redis://[user:password@]host:port[/db]`, `rediss://…` for TLS, `unix:///path`. */
  readonly url: string;
  readonly prefix?: string;
}

/** A connection with the names of the keys. */
export interface Connection {
  readonly client: Redis;
  readonly keys: Keys;
  close(): Promise<void>;
}

/**
 * How a connection behaves while Redis is away. `eager`: commands fail at once, or after two seconds
 * without an answer, so that the caller can turn to the disk. `patient`: commands wait for Redis to return.
 */
export type Temper = "eager" | "patient";

export const EAGER_TIMEOUT_MS = 2000;

/** A link that has died without a word is noticed after this long. Longer than any blocking call of BullMQ. */
const DEAD_LINK_MS = 30_000;

type Options = Omit<RedisOptions, "replyMapping">;

const TEMPER: Record<Temper, Options> = {
  eager: {
    commandTimeout: EAGER_TIMEOUT_MS,
    connectTimeout: EAGER_TIMEOUT_MS,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    // With `null` and no re-send, commands in flight at a reconnect would never settle.
    maxRetriesPerRequest: 0,
  },
  patient: { maxRetriesPerRequest: null, socketTimeout: DEAD_LINK_MS },
};

/** @throws ConfigError `E_REDIS_URL`; the text does not repeat the URL, which may hold a password. */
export function parseRedisUrl(url: string): Options {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const known = ["redis:", "rediss:", "unix:"];
  if (parsed === null || !known.includes(parsed.protocol)) {
    throw new ConfigError(
      "The Redis URL must look like redis://host:port, rediss://host:port or unix:///path",
      { code: "E_REDIS_URL", system: "redis" },
    );
  }
  const login = {
    ...(parsed.username !== "" && {
      username: decodeURIComponent(parsed.username),
    }),
    ...(parsed.password !== "" && {
      password: decodeURIComponent(parsed.password),
    }),
  };
  if (parsed.protocol === "unix:") {
    return { ...login, path: decodeURIComponent(parsed.pathname) };
  }
  const db = Number(parsed.pathname.slice(1) || "0");
  if (!Number.isInteger(db) || db < 0) {
    throw new ConfigError("The database in the Redis URL must be a number", {
      code: "E_REDIS_URL",
      system: "redis",
    });
  }
  return {
    ...login,
    host: parsed.hostname.replace(/^\[|\]$/g, "") || "127.0.0.1",
    port: parsed.port === "" ? 6379 : Number(parsed.port),
    db,
    ...(parsed.protocol === "rediss:" && { tls: {} }),
  };
}

/** Opens a connection. Never throws for a Redis that is away: it connects as soon as it can. */
export function connect(
  address: RedisAddress,
  temper: Temper,
  log: Logger,
): Connection {
  const client = new Redis({
    ...parseRedisUrl(address.url),
    ...TEMPER[temper],
    retryStrategy: (times) => Math.min(50 * times, 1000),
    // After a failover the old address may lead to a replica: ask the name service again.
    reconnectOnError: (error) => error.message.startsWith("READONLY"),
  });
  defineScripts(client);
  let wasUp = true;
  client.on("error", (error: Error) => {
    if (wasUp) log.warn({ err: error }, "redis connection lost");
    wasUp = false;
  });
  client.on("ready", () => {
    if (!wasUp) log.info({}, "redis connection is back");
    wasUp = true;
  });
  return {
    client,
    keys: makeKeys(address.prefix),
    async close() {
      // `quit` waits for commands in flight, but would hang while Redis is away.
      if (client.status === "ready") {
        await Promise.race([
          client.quit().catch(() => undefined /* closed meanwhile */),
          new Promise((resolve) => setTimeout(resolve, 500)),
        ]);
      }
      client.disconnect();
    },
  };
}
