import { setTimeout as sleep } from "node:timers/promises";
import { ConfigError, ServiceError, toError } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import type { Reporter } from "./credentials.ts";
import type { Settings } from "./load.ts";
import type { Secrets } from "./secrets.ts";

/**
 * Address of Redis: the environment's, else that of the settings, which may name a secret; null when neither
 * has one.
 *
 * @throws what the settings' source throws; ConfigError `E_SETTINGS`, `E_REDIS_URL`.
 */
export async function readRedisUrl(
  fromEnv: string | null,
  settings: Settings,
  secrets: Secrets,
): Promise<string | null> {
  if (fromEnv !== null) return fromEnv;
  const studio = await settings.studio();
  const url = await secrets.resolve(studio.read("service_settings").redis_url);
  if (url === "") return null;
  if (!/^rediss?:\/\/[^/]/.test(url) || !URL.canParse(url))
    throw new ConfigError(
      "service_settings/redis_url neither names a secret nor is an address such as redis://host:6379/0",
      { code: "E_REDIS_URL", system: "redis" },
    );
  return url;
}

export interface RedisUrlOptions {
  readonly read: () => Promise<string | null>;
  /** Calls back when settings or secrets have changed. */
  readonly subscribe: (listener: () => void) => () => void;
  readonly reporter: Reporter;
  readonly log: Logger;
  readonly pauseMs?: number;
}

export const NO_REDIS = "redis-missing";
export const WRONG_REDIS = "redis-wrong-address";

/** All three ways; an event's description has room for 250 characters. */
const WAYS =
  "No Redis: set REDIS_URL in the service's variables, or the setting service_settings/redis_url (a secret or redis://host:6379/0), or run the addon's service redis and put its address into that setting";

const PAUSE_MS = 10_000;

/**
 * The address, once there is one: administrators are told once what to do, and a change of the settings ends
 * the wait at once. Nothing exits for want of it, since a service host would only start it anew.
 *
 * @throws the signal's reason, and what is no ServiceError.
 */
export async function waitForRedisUrl(
  options: RedisUrlOptions,
  signal: AbortSignal,
): Promise<string> {
  const { reporter, pauseMs = PAUSE_MS } = options;
  let changed = new AbortController();
  const unsubscribe = options.subscribe(() => {
    changed.abort();
  });
  try {
    for (;;) {
      signal.throwIfAborted();
      changed = new AbortController();
      const url = await look(options);
      if (url !== null) {
        reporter.clear(NO_REDIS);
        reporter.clear(WRONG_REDIS);
        return url;
      }
      const woken = AbortSignal.any([changed.signal, signal]);
      await sleep(pauseMs, undefined, { signal: woken }).catch(
        // Something changed, or the end: the loop looks which.
        () => undefined,
      );
    }
  } finally {
    unsubscribe();
  }
}

/**
 * Calls back once when another address is set than the one in use. Connections and what is known of the queue
 * belong to one Redis: a service that hears this ends, and is started again by its host.
 *
 * @returns a function that ends the watch.
 */
export function watchRedisUrl(
  options: Pick<RedisUrlOptions, "read" | "subscribe" | "log">,
  current: string,
  onChange: () => void,
): () => void {
  const unsubscribe = options.subscribe(() => {
    options.read().then(
      (url) => {
        // None at all is what a slip of the hand leaves behind: the old one goes on working.
        if (url === null || url === current) return;
        unsubscribe();
        onChange();
      },
      (thrown: unknown) => {
        options.log.warn(
          { err: toError(thrown) },
          "The address of Redis cannot be read",
        );
      },
    );
  });
  return unsubscribe;
}

async function look({
  read,
  reporter,
  log,
}: RedisUrlOptions): Promise<string | null> {
  try {
    const url = await read();
    if (url === null) {
      log.warn({}, "No Redis is named");
      await reporter.report(NO_REDIS, WAYS);
    }
    return url;
  } catch (thrown) {
    if (!(thrown instanceof ServiceError)) throw thrown;
    log.warn({ code: thrown.code }, "The address of Redis cannot be read yet");
    if (thrown instanceof ConfigError)
      await reporter.report(WRONG_REDIS, thrown.message);
    return null;
  }
}
