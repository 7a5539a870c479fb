import { createErrorReporter } from "../ayon/events.ts";
import { createAyonHttp } from "../ayon/http.ts";
import { createSettingsSource } from "../ayon/settings-source.ts";
import { connectAyonSocket } from "../ayon/socket.ts";
import { toError } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import type { Meter } from "../core/meter.ts";
import type { FtrackCredentials } from "../ftrack/credentials.ts";
import type { IntakeState } from "../queue/types.ts";
import { ownVersion } from "../ops/version.ts";
import type { Env } from "../settings/env.ts";
import { SETTINGS_TOPICS, startSettings } from "../settings/start.ts";
import {
  startLeecher,
  type Leecher,
  type LeecherDeps,
  type LeecherHealth,
} from "./leecher.ts";
import { openQueueSide } from "./queue-side.ts";

export interface LeecherServiceOptions {
  readonly env: Env;
  readonly log: Logger;
  readonly meter: Meter;
  /** Ends the start before AYON and the credentials are there. */
  readonly signal: AbortSignal;
  /** Told every secret that becomes known, so that no log line shows it. */
  readonly hide: (secret: string) => void;
  /** Ends the process, to be started anew. */
  readonly giveUp: (reason: string) => void;
  readonly timing?: LeecherDeps["timing"] & {
    /** @defaultValue 10 min */
    readonly silentLimitMs?: number;
  };
}

/** A hub that was silent for so long is not mended from within. */
const SILENT_LIMIT_MS = 10 * 60_000;

export interface LeecherService {
  health(): LeecherHealth & {
    readonly isRedisConnected: boolean;
    /** True when nothing is left but to begin anew. */
    readonly isTooSilent: boolean;
    readonly intake: IntakeState;
  };
  /** Takes no more events, makes durable what is in hand, lets go of everything. */
  close(deadlineMs: number): Promise<void>;
}

/**
 * Starts a leecher: learns from AYON where Ftrack and Redis are, waiting as long as it takes, then listens.
 * From then on it needs AYON no more, and Redis need not be there.
 *
 * @throws UnavailableError `E_SPOOL_LOCKED`; the signal's reason.
 */
export async function startLeecherService(
  options: LeecherServiceOptions,
): Promise<LeecherService> {
  const { env, log, meter, signal, hide } = options;
  const http = createAyonHttp(env.ayon);
  const settings = startSettings({
    env,
    source: createSettingsSource(http, env.addon),
    listen: (listener) =>
      connectAyonSocket(http, { topics: SETTINGS_TOPICS, ...listener, log }),
    reporter: createErrorReporter(http, { log }),
    log,
  });
  const { credentials } = settings;
  const first = await credentials.wait(signal);
  hide(first.apiKey);
  const url = await settings.waitForRedisUrl(signal);
  settings.watchRedisUrl(url, () => {
    options.giveUp("another address of Redis is set");
  });
  const closing = new AbortController();
  let leecher: Leecher | null = null;
  const queue = await openQueueSide({
    redis: { url, prefix: env.redis.prefix },
    spool: env.spool,
    log,
    meter,
    onLoss: () => leecher?.catchUp("redis"),
  });
  const running = startLeecher({
    ...queue,
    credentials: first,
    log,
    meter,
    onRefused: (used, reason) => void renew(used, reason),
    onLive: () => {
      credentials.accepted();
    },
    ...(options.timing === undefined ? {} : { timing: options.timing }),
  });
  leecher = running;
  credentials.watch(use);
  queue.announce({
    name: env.ayon.serviceName,
    version: ownVersion(),
    state: () => {
      const { hub, silentMs, isBehind } = running.health();
      if (hub.status !== "live")
        return `hub ${hub.status} for ${Math.round(silentMs / 1000)} s`;
      return isBehind ? "listens, catches up" : "listens";
    },
  });

  function use(next: FtrackCredentials): void {
    hide(next.apiKey);
    running.replaceCredentials(next);
  }

  let isRenewing = false;
  /** Administrators are told; other credentials, or the same after a pause, are tried. */
  async function renew(used: FtrackCredentials, reason: string): Promise<void> {
    if (isRenewing) return;
    isRenewing = true;
    try {
      await credentials.refused(used, reason);
      use(await credentials.wait(closing.signal));
    } catch (error) {
      if (!closing.signal.aborted)
        log.error({ err: toError(error) }, "no other credentials for Ftrack");
    } finally {
      isRenewing = false;
    }
  }

  const { silentLimitMs = SILENT_LIMIT_MS } = options.timing ?? {};
  const isTooSilent = (): boolean => running.health().silentMs > silentLimitMs;
  const silence = setInterval(
    () => {
      if (!isTooSilent()) return;
      clearInterval(silence);
      options.giveUp("the event hub stays silent");
    },
    Math.min(10_000, silentLimitMs),
  );

  return {
    health: () => ({
      ...running.health(),
      isTooSilent: isTooSilent(),
      isRedisConnected: queue.isConnected(),
      intake: queue.intake.state(),
    }),
    async close(deadlineMs) {
      clearInterval(silence);
      closing.abort();
      await running.stop();
      await Promise.all([queue.close(deadlineMs), settings.close()]);
    },
  };
}
