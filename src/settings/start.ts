import type { Logger } from "../core/log.ts";
import {
  createCredentials,
  type CredentialsKeeper,
  type CredentialsOptions,
  type Reporter,
} from "./credentials.ts";
import type { Env } from "./env.ts";
import {
  createLiveSettings,
  type LiveSettings,
  type SettingsMessage,
} from "./live.ts";
import { createSettings, type Settings } from "./load.ts";
import { readRedisUrl, waitForRedisUrl, watchRedisUrl } from "./redis-url.ts";
import { createSecrets, type Secrets } from "./secrets.ts";
import type { SettingsSource } from "./source.ts";

/** Topics of AYON's websocket that say something about settings. */
export const SETTINGS_TOPICS = ["settings.changed", "bundle."] as const;

/** A connection to AYON's messages; `src/ayon/socket.ts` makes it. */
export interface Feed {
  isConnected(): boolean;
  close(): Promise<void>;
}

export interface FeedListener {
  readonly onMessage: (message: SettingsMessage) => void;
  readonly onConnect: () => void;
}

export interface StartOptions {
  readonly env: Env;
  readonly source: SettingsSource;
  /** Opens the feed for `SETTINGS_TOPICS`. */
  readonly listen: (listener: FeedListener) => Feed;
  readonly reporter: Reporter;
  readonly log: Logger;
  readonly pollMs?: number;
  readonly backoffMs?: NonNullable<CredentialsOptions["backoffMs"]>;
}

/** Everything that is set for this service, kept current until it is closed. */
export interface ServiceSettings extends Settings {
  readonly secrets: Secrets;
  readonly credentials: CredentialsKeeper;
  subscribe: LiveSettings["subscribe"];
  check: LiveSettings["check"];
  /** Whether the server tells about changes by itself at the moment. */
  isListening(): boolean;
  /** Null when neither environment nor settings have one. */
  redisUrl(): Promise<string | null>;
  /** Waits for one as long as it takes. */
  waitForRedisUrl(signal: AbortSignal): Promise<string>;
  /** Calls back once when another one is set than this. */
  watchRedisUrl(current: string, onChange: () => void): void;
  close(): Promise<void>;
}

/** While the server tells about changes by itself, they need not be looked for. */
const MAX_AGE_CONNECTED_MS = 60_000;
const MAX_AGE_ALONE_MS = 5_000;

/** Puts the parts together: settings, secrets, their changes, and the Ftrack credentials in them. */
export function startSettings(options: StartOptions): ServiceSettings {
  const { env, source, reporter, log } = options;
  let feed: Feed | null = null;
  const settings = createSettings(source, {
    maxAgeMs: () =>
      feed?.isConnected() === true ? MAX_AGE_CONNECTED_MS : MAX_AGE_ALONE_MS,
    onProblem: (problem) => {
      log.warn(
        { ...problem.subject, problem: problem.message },
        problem.code === "E_SETTINGS_IDLE" ? "Idle setting" : "Wrong setting",
      );
      void reporter.report(
        `setting ${String(problem.subject["path"])}`,
        problem.message,
      );
    },
  });
  const secrets = createSecrets(source);
  const live = createLiveSettings({
    settings,
    secrets,
    addon: env.addon,
    log,
    ...(options.pollMs === undefined ? {} : { pollMs: options.pollMs }),
  });
  feed = options.listen({
    onMessage: (message) => {
      live.onMessage(message);
    },
    onConnect: () => {
      live.onConnect();
    },
  });
  const credentials = createCredentials({
    env: env.ftrack,
    settings,
    secrets,
    live,
    reporter,
    log,
    ...(options.backoffMs === undefined
      ? {}
      : { backoffMs: options.backoffMs }),
  });
  const redis = {
    read: () => readRedisUrl(env.redis.url, settings, secrets),
    subscribe: (listener: () => void) => live.subscribe(listener),
    reporter,
    log,
  };
  return {
    ...settings,
    secrets,
    credentials,
    subscribe: (listener) => live.subscribe(listener),
    check: () => live.check(),
    isListening: () => feed.isConnected(),
    redisUrl: redis.read,
    waitForRedisUrl: (signal) => waitForRedisUrl(redis, signal),
    watchRedisUrl(current, onChange) {
      watchRedisUrl(redis, current, onChange);
    },
    async close() {
      credentials.close();
      await Promise.all([feed.close(), live.close()]);
    },
  };
}
