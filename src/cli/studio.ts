import { createAyonHttp, type AyonHttp } from "../ayon/http.ts";
import { createAyonReads } from "../ayon/reads.ts";
import { createSettingsSource } from "../ayon/settings-source.ts";
import { UnavailableError } from "../core/errors.ts";
import { silentLog } from "../core/log.ts";
import type { AyonReads, FtrackReads } from "../core/ports.ts";
import type { Reference } from "../core/reference.ts";
import { createFtrackReads } from "../ftrack/reads.ts";
import { createFtrackSession, type FtrackSession } from "../ftrack/session.ts";
import { createReference } from "../processor/reference/index.ts";
import { openDrainQueue, type DrainQueue } from "../queue/bell.ts";
import { makeJobs, openJobQueue } from "../queue/jobs.ts";
import { connect, type Connection } from "../queue/redis.ts";
import type { Jobs } from "../queue/types.ts";
import { readCredentials } from "../settings/credentials.ts";
import type { Env } from "../settings/env.ts";
import { createSettings, type Settings } from "../settings/load.ts";
import { readRedisUrl } from "../settings/redis-url.ts";
import { createSecrets, type Secrets } from "../settings/secrets.ts";
import { CliError, fixOf } from "./exit.ts";

const CONNECT_MS = 2_000;
const AYON_TIMEOUT_MS = 15_000;
const FTRACK_TIMEOUT_MS = 30_000;

/** The three systems behind a command; each is spoken to when it is first needed. */
export interface Studio {
  readonly env: Env;
  readonly ayon: AyonHttp;
  readonly ayonReads: AyonReads;
  readonly settings: Settings;
  readonly secrets: Secrets;
  /** @throws CliError when no Redis is named; UnavailableError when it does not answer. */
  redis(): Promise<Connection>;
  drains(): Promise<DrainQueue>;
  jobs(): Promise<Jobs>;
  /** @throws CliError when the credentials are not complete. */
  ftrack(): Promise<FtrackSession>;
  ftrackReads(): Promise<FtrackReads>;
  reference(): Promise<Reference>;
  close(): Promise<void>;
}

/** Opens nothing yet. */
export function openStudio(env: Env): Studio {
  const ayon = createAyonHttp({
    ...env.ayon,
    timeoutMs: Math.min(env.ayon.timeoutMs, AYON_TIMEOUT_MS),
    // A person waits: one more try, and then the truth.
    retries: { delaysMs: [300] },
  });
  const ayonReads = createAyonReads(ayon);
  const source = createSettingsSource(ayon, env.addon);
  const settings = createSettings(source, {
    maxAgeMs: () => Infinity,
    // Commands that show settings ask for their problems.
    onProblem: () => undefined,
  });
  const secrets = createSecrets(source);
  const closers: (() => Promise<unknown>)[] = [];

  const redis = once(async () => {
    const url = await readRedisUrl(env.redis.url, settings, secrets);
    if (url === null)
      throw new CliError("No Redis is named", {
        code: "E_REDIS_MISSING",
        exit: "config",
        fix: fixOf("E_REDIS_MISSING"),
      });
    const connection = connect(
      { url, prefix: env.redis.prefix },
      "eager",
      silentLog,
    );
    closers.push(() => connection.close());
    await untilReady(connection, url);
    return connection;
  });
  const drains = once(async () => {
    const queue = openDrainQueue(await redis(), silentLog);
    closers.unshift(() => queue.close());
    return queue;
  });
  const jobs = once(async () => {
    const connection = await redis();
    const queue = openJobQueue(connection, silentLog);
    closers.unshift(() => queue.close());
    return makeJobs(connection, queue);
  });
  const ftrack = once(async () => {
    const state = await readCredentials(env.ftrack, settings, secrets);
    if (state.kind === "missing")
      throw new CliError(
        `Ftrack credentials are not complete: ${state.missing.join(", ")} empty`,
        {
          code: "E_FTRACK_CREDENTIALS_MISSING",
          exit: "config",
          fix: "Fill them in on the settings page of the addon, or set FTRACK_SERVER, FTRACK_API_USER and FTRACK_API_KEY.",
        },
      );
    return createFtrackSession({
      credentials: state.credentials,
      log: silentLog,
      timeoutMs: FTRACK_TIMEOUT_MS,
    });
  });
  const ftrackReads = async (): Promise<FtrackReads> =>
    createFtrackReads({ session: await ftrack(), log: silentLog });
  const reference = once(async () => {
    const session = await ftrack();
    return createReference({
      ftrack: () => createFtrackReads({ session, log: silentLog }),
      ayon: ayonReads,
      apiUser: () => session.credentials.apiUser,
    });
  });

  return {
    ...{ env, ayon, ayonReads, settings, secrets },
    ...{ redis, drains, jobs, ftrack, ftrackReads, reference },
    async close() {
      for (const close of closers) await close();
      ayon.close();
    },
  };
}

/** The same promise each time. */
function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | null = null;
  return () => (opened ??= open());
}

async function untilReady({ client }: Connection, url: string): Promise<void> {
  if (client.status === "ready") return;
  let lastError: Error | null = null;
  const onError = (error: Error): void => {
    lastError = error;
  };
  client.on("error", onError);
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        const { hostname, port } = new URL(url);
        const why = lastError?.message ?? "no answer";
        reject(
          new UnavailableError(
            `Redis at ${hostname}:${port === "" ? "6379" : port} cannot be used: ${why}`,
            { code: "E_REDIS_UNAVAILABLE", system: "redis" },
          ),
        );
      }, CONNECT_MS);
      client.once("ready", () => {
        clearTimeout(timer);
        resolve();
      });
    });
  } finally {
    client.removeListener("error", onError);
  }
}
