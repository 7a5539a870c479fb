import { toError } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import type { Meter } from "../core/meter.ts";
import type { FtrackCredentials } from "../ftrack/credentials.ts";
import {
  startHub,
  type Gap,
  type HubHealth,
} from "../ftrack/hub/supervisor.ts";
import { createFtrackReads } from "../ftrack/reads.ts";
import { createFtrackSession } from "../ftrack/session.ts";
import type { GapLedger } from "../queue/gaps.ts";
import type { DeadLetters, Intake, Jobs, KeyValue } from "../queue/types.ts";
import { askForAudits } from "./audits.ts";
import { createCatchUp } from "./catch-up.ts";
import { createReceiver } from "./intake.ts";
import { typeNames, type TypeNames } from "./refresh.ts";
import { startRunner } from "./runner.ts";

export interface LeecherDeps {
  readonly credentials: FtrackCredentials;
  readonly intake: Pick<Intake, "put" | "state">;
  readonly deadLetters: Pick<DeadLetters, "add">;
  readonly jobs: Pick<Jobs, "submit">;
  readonly store: KeyValue;
  readonly gaps: GapLedger;
  readonly log: Logger;
  readonly meter: Meter;
  /** Told when Ftrack refuses the credentials, so that others can be looked for. */
  readonly onRefused?: (credentials: FtrackCredentials, reason: string) => void;
  /** Told each time the hub has become live: the credentials work. */
  readonly onLive?: () => void;
  readonly timing?: {
    readonly canaryMs?: number;
    readonly catchUpMs?: number;
    /** How often it is noted that events flow. @defaultValue 15 s */
    readonly aliveMs?: number;
    /** How often the API is asked while the hub is not live: only it tells refused credentials. @defaultValue 10 s */
    readonly loginMs?: number;
    readonly retryMs?: number;
    readonly auditAfterMs?: number;
  };
}

export interface LeecherHealth {
  readonly hub: HubHealth;
  /** True while a gap is not caught up with yet. */
  readonly isBehind: boolean;
  /** Milliseconds since the hub was last live; 0 while it is. */
  readonly silentMs: number;
}

export interface Leecher {
  health(): LeecherHealth;
  replaceCredentials(credentials: FtrackCredentials): void;
  /** Events may be missing since then: read Ftrack's log. */
  catchUp(reason: "redis" | "regular"): void;
  /** Resolves when no catch-up waits or runs. */
  caughtUp(): Promise<void>;
  /** Takes no more events; what is in hand becomes durable first. The intake is the caller's to close. */
  stop(): Promise<void>;
}

/** Connects the event hub and the catch-up with the queue. Returns at once; `health` tells when it is live. */
export function startLeecher(deps: LeecherDeps): Leecher {
  const { log, meter, timing = {} } = deps;
  const now = Date.now;
  const stopping = new AbortController();
  const session = createFtrackSession({
    credentials: deps.credentials,
    log,
    onRefused: (used, error) => deps.onRefused?.(used, error.message),
  });
  const reads = createFtrackReads({ session, log, signal: stopping.signal });
  const receiver = createReceiver({ ...deps, signal: stopping.signal });
  const catchUp = createCatchUp({
    reads,
    names,
    hasTimezones: () => session.server?.timezoneSupport === true,
    put: receiver.put,
    audit: (reason, only) => askForAudits({ ...deps, reads }, reason, only),
    store: deps.store,
    ledger: deps.gaps,
    log,
    meter,
    now,
    ...(timing.auditAfterMs === undefined
      ? {}
      : { auditAfterMs: timing.auditAfterMs }),
  });
  const runner = startRunner({
    catchUp,
    log,
    meter,
    now,
    ...(timing.catchUpMs === undefined ? {} : { everyMs: timing.catchUpMs }),
    ...(timing.retryMs === undefined ? {} : { retryMs: timing.retryMs }),
  });
  let liveAt = performance.now();
  let counted = { kicks: 0, restarts: 0 };

  const hub = startHub({
    credentials: deps.credentials,
    log: log.child({ part: "hub" }),
    ...(timing.canaryMs === undefined ? {} : { canaryMs: timing.canaryMs }),
    onEvents: receiver.take,
    onGap,
    onState: (status) => {
      log.info({ status }, "event hub");
      meter.gauge("hub_live", {}, status === "live" ? 1 : 0);
      if (status === "live") deps.onLive?.();
    },
  });

  function onGap(gap: Gap): void {
    meter.count("gaps_total", { reason: gap.reason });
    runner.request(gap);
  }

  /** The first type may be one the session does not know yet; names are read anew for each run. */
  async function names(): Promise<TypeNames> {
    return typeNames(await session.schemas());
  }

  /** A hub that refuses our key only fails to connect; the API says why. */
  function checkLogin(): void {
    if (hub.health().status === "live") return;
    session
      .call([{ action: "query_server_information" }], {
        purpose: "query",
        signal: stopping.signal,
      })
      .catch((error: unknown) => {
        log.warn({ err: toError(error) }, "Ftrack does not answer");
      });
  }

  checkLogin();
  const login = setInterval(checkLogin, timing.loginMs ?? 10_000);
  const watch = setInterval(() => {
    const { status, lastCanaryAt, kicks, restarts } = hub.health();
    if (status === "live") liveAt = performance.now();
    meter.gauge("catch_up_behind", {}, runner.isBehind() ? 1 : 0);
    if (lastCanaryAt !== null)
      meter.gauge("hub_canary_age_seconds", {}, (now() - lastCanaryAt) / 1000);
    meter.count("hub_restarts_total", { how: "kick" }, kicks - counted.kicks);
    meter.count(
      "hub_restarts_total",
      { how: "restart" },
      restarts - counted.restarts,
    );
    counted = { kicks, restarts };
  }, 1000);
  const note = setInterval(() => {
    const { status, lastCanaryAt } = hub.health();
    // While a gap is open the time noted last is where it begins: leave it.
    if (status !== "live" || lastCanaryAt === null || runner.isBehind()) return;
    catchUp.alive(lastCanaryAt).catch((error: unknown) => {
      log.debug({ err: toError(error) }, "the time of life could not be noted");
    });
  }, timing.aliveMs ?? 15_000);

  return {
    health: () => ({
      hub: hub.health(),
      isBehind: runner.isBehind(),
      silentMs: hub.health().status === "live" ? 0 : performance.now() - liveAt,
    }),
    replaceCredentials(credentials) {
      session.replaceCredentials(credentials);
      hub.replaceCredentials(credentials);
    },
    catchUp(reason) {
      const to = now();
      if (reason === "redis") catchUp.forget();
      runner.request(
        reason === "redis" ? { from: null, to, reason } : { to, reason },
      );
    },
    caughtUp: () => runner.settled(),
    async stop() {
      clearInterval(login);
      clearInterval(watch);
      clearInterval(note);
      const stopped = hub.stop();
      stopping.abort();
      await Promise.all([stopped, runner.stop()]);
    },
  };
}
