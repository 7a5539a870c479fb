import type { Worker } from "node:worker_threads";
import { toError, UnavailableError } from "../../core/errors.ts";
import type { Logger } from "../../core/log.ts";
import {
  normaliseCredentials,
  sameCredentials,
  type FtrackCredentials,
} from "../credentials.ts";
import { scrubber } from "../../core/scrub.ts";
import { asWallTime, monotonicMs } from "./clock.ts";
import { createLiveness, type Gap, type HubStatus } from "./liveness.ts";
import type {
  FromWorker,
  HubEvent,
  Publication,
  ToWorker,
  WorkerSettings,
} from "./protocol.ts";
import { startThread } from "./thread.ts";

export type { Gap, HubStatus } from "./liveness.ts";
export type { HubEvent, Publication } from "./protocol.ts";

export interface HubSettings {
  readonly credentials: FtrackCredentials;
  readonly log: Logger;
  /** Topics to subscribe to. An empty list makes a hub that only publishes. @defaultValue `["*"]` */
  readonly topics?: readonly string[];
  /** Pause between two canaries. Three of them lost: kick; four and a half: restart. @defaultValue 10 000 */
  readonly canaryMs?: number;
  /**
   * Takes events, in order. The next batch comes when the promise has resolved; until then the hub holds a
   * bounded number and leaves the rest in the socket. A rejection becomes a gap.
   */
  readonly onEvents?: (events: readonly HubEvent[]) => Promise<void> | void;
  readonly onState?: (status: HubStatus) => void;
  /** Events may have been missed: catch up. Told when the new connection is known to work. */
  readonly onGap?: (gap: Gap) => void;
}

export interface HubHealth {
  readonly status: HubStatus;
  /** Connections made since the start; each after the first means a gap. */
  readonly connections: number;
  /** Times the thread was started anew. */
  readonly restarts: number;
  readonly kicks: number;
  /** Milliseconds since the epoch. */
  readonly lastHeardAt: number | null;
  readonly lastCanaryAt: number | null;
  /** True while the receiver does not keep up and the socket is not read. */
  readonly isPaused: boolean;
}

export interface Hub {
  /**
   * Hands an event to the server, at once or not at all. That it arrived is not known: the hub has no
   * acknowledgements.
   *
   * @throws UnavailableError `E_FTRACK_HUB`
   */
  publish(publication: Publication): Promise<void>;
  /** Connects anew with other credentials. */
  replaceCredentials(credentials: FtrackCredentials): void;
  health(): HubHealth;
  stop(): Promise<void>;
}

const PUBLISH_MS = 5_000;
/** Time a thread may take to load. */
const LOAD_MS = 30_000;
const MAX_RESTART_PAUSE_MS = 30_000;
/** Bounds what the client can pile up; the thread then ends and is started anew. */
const HEAP_MB = 96;
/** What is new there dies young; with Node's own limit (48 MB) it is collected late and the process grows. */
const YOUNG_MB = 8;

/** Starts the hub. Returns at once; what becomes of the connection is told through `onState`. */
export function startHub(settings: HubSettings): Hub {
  const { log, topics = ["*"], canaryMs = 10_000 } = settings;
  const silentMs = canaryMs * 3;
  const liveness = createLiveness({ silentMs, deadMs: canaryMs * 4.5 });
  const waiting = new Map<
    number,
    { readonly resolve: () => void; readonly reject: (error: Error) => void }
  >();
  let credentials = normaliseCredentials(settings.credentials);
  let scrub = scrubber([credentials.apiKey]);
  let worker: Worker | null = null;
  let startTimer: NodeJS.Timeout | undefined;
  let shortLives = 0;
  let restarts = -1;
  let kicks = 0;
  let isPaused = false;
  /** When the thread was started, while it loads; then null. */
  let loadingSince: number | null = null;
  let isStopped = false;
  let nextId = 0;
  let toldStatus: HubStatus | null = null;
  /** Batches are taken one after the other, those of a dead thread before those of the next. */
  let queue = Promise.resolve();

  function start(): void {
    if (isStopped) return;
    restarts += 1;
    const startedAt = monotonicMs();
    loadingSince = startedAt;
    const workerData: WorkerSettings = { credentials, topics, canaryMs };
    const started = startThread("worker", {
      workerData,
      stdout: true,
      stderr: true,
      resourceLimits: {
        maxOldGenerationSizeMb: HEAP_MB,
        maxYoungGenerationSizeMb: YOUNG_MB,
      },
    });
    worker = started;
    isPaused = false;
    // The console is taken over inside the thread; what is left are the last words of Node itself.
    for (const stream of [started.stdout, started.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text: string) => {
        log.warn({ text: scrub(text).slice(0, 2000) }, "event hub printed");
      });
    }
    started.on("message", (message: FromWorker) => {
      receive(started, message);
    });
    started.on("error", (error) => {
      log.error(
        { problem: scrub(toError(error).message) },
        "the thread of the event hub failed",
      );
    });
    started.on("exit", (code) => {
      if (worker !== started) return;
      worker = null;
      liveness.closed();
      tellStatus();
      for (const { reject } of waiting.values())
        reject(hubError("The event hub was restarted"));
      waiting.clear();
      if (isStopped) return;
      shortLives = monotonicMs() - startedAt < silentMs ? shortLives + 1 : 0;
      const pauseMs =
        shortLives === 0
          ? 0
          : Math.min(MAX_RESTART_PAUSE_MS, 100 * 2 ** Math.min(shortLives, 10));
      log.warn({ code, pauseMs }, "the thread of the event hub has ended");
      startTimer = setTimeout(start, pauseMs);
    });
  }

  function restart(why: string): void {
    log.warn({ why }, "the event hub is started anew");
    // Its `exit` starts the next one.
    void worker?.terminate();
    loadingSince = monotonicMs();
  }

  function receive(from: Worker, message: FromWorker): void {
    switch (message.type) {
      case "ready":
        if (from !== worker) return;
        loadingSince = null;
        liveness.started(monotonicMs());
        return;
      case "open":
        if (from !== worker) return;
        liveness.opened(message.at);
        log.info(
          { connection: liveness.connections },
          "connected to the event hub",
        );
        tellStatus();
        return;
      case "closed":
        if (from !== worker) return;
        liveness.closed();
        log.warn({}, "the event hub connection was lost");
        tellStatus();
        return;
      case "alive":
        if (from === worker) liveness.heard(message.at);
        return;
      case "events":
        queue = queue.then(() => take(from, message));
        return;
      case "paused":
        if (from !== worker) return;
        ({ isPaused } = message);
        log.warn({ isPaused }, "the event hub outruns its receiver");
        return;
      case "published":
        answer(message.id, message.error);
        return;
      case "console":
        log[message.level](
          { text: scrub(message.text) },
          "event hub client said",
        );
    }
  }

  async function take(
    from: Worker,
    { events, canary }: Extract<FromWorker, { type: "events" }>,
  ): Promise<void> {
    try {
      if (events.length > 0) await settings.onEvents?.(events);
    } catch (error) {
      const times = events.map((e) => e.receivedAt);
      log.error({ err: toError(error), events: events.length }, "events lost");
      tellGap({ from: Math.min(...times), to: Date.now(), reason: "lost" });
    }
    const ack: ToWorker = { type: "ack" };
    from.postMessage(ack);
    if (canary !== null && from === worker)
      tellGap(byWallClock(liveness.proven(canary)));
    tellStatus();
  }

  function tellGap(gap: Gap | null): void {
    if (gap === null) return;
    log.info({ ...gap }, "events may have been missed");
    guarded(() => settings.onGap?.(gap));
  }

  function tellStatus(): void {
    const { status } = liveness;
    if (status === toldStatus || isStopped) return;
    toldStatus = status;
    guarded(() => settings.onState?.(status));
  }

  /** What a listener throws is its own trouble, not the hub's. */
  function guarded(run: () => void): void {
    try {
      run();
    } catch (error) {
      log.error({ err: toError(error) }, "a listener of the event hub failed");
    }
  }

  const checks = setInterval(
    () => {
      // A socket that is not read on purpose says nothing about the server.
      if (isPaused || worker === null) return;
      if (loadingSince !== null) {
        if (monotonicMs() - loadingSince > LOAD_MS) restart("it does not load");
        return;
      }
      const { act, gap } = liveness.check(monotonicMs());
      tellGap(byWallClock(gap));
      if (act === "kick") {
        kicks += 1;
        log.warn({}, "the event hub is silent; connecting anew");
        const kick: ToWorker = { type: "kick" };
        worker.postMessage(kick);
      } else if (act === "restart") {
        restart("no sign of life");
      }
      tellStatus();
    },
    Math.min(1000, canaryMs),
  );
  start();
  tellStatus();

  function answer(id: number, problem: string | null): void {
    const who = waiting.get(id);
    if (who === undefined) return;
    waiting.delete(id);
    if (problem === null) who.resolve();
    else who.reject(hubError(scrub(problem)));
  }

  return {
    publish(publication) {
      if (worker === null || isStopped)
        return Promise.reject(hubError("The event hub is not running"));
      nextId += 1;
      const id = nextId;
      const message: ToWorker = { type: "publish", id, ...publication };
      try {
        worker.postMessage(message);
      } catch (error) {
        return Promise.reject(toError(error));
      }
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          answer(id, "The event hub does not take the event");
        }, PUBLISH_MS);
        waiting.set(id, {
          resolve: () => {
            clearTimeout(timer);
            resolve();
          },
          reject: (error) => {
            clearTimeout(timer);
            reject(error);
          },
        });
      });
    },
    replaceCredentials(next) {
      const clean = normaliseCredentials(next);
      if (sameCredentials(clean, credentials)) return;
      const [before, after] = [scrub, scrubber([clean.apiKey])];
      scrub = (text) => before(after(text));
      credentials = clean;
      shortLives = 0;
      restart("new credentials");
    },
    health: () => ({
      status: liveness.status,
      connections: liveness.connections,
      restarts,
      kicks,
      lastHeardAt: wallTime(liveness.lastHeardAt),
      lastCanaryAt: wallTime(liveness.lastCanaryAt),
      isPaused,
    }),
    async stop() {
      isStopped = true;
      clearInterval(checks);
      clearTimeout(startTimer);
      const last = worker;
      worker = null;
      for (const { reject } of waiting.values())
        reject(hubError("The event hub was stopped"));
      waiting.clear();
      await last?.terminate();
      // What had been handed over is still taken in.
      await queue;
    },
  };
}

function wallTime(monotonic: number | null): number | null {
  return monotonic === null ? null : asWallTime(monotonic);
}

function byWallClock(gap: Gap | null): Gap | null {
  return gap && { ...gap, from: wallTime(gap.from), to: asWallTime(gap.to) };
}

function hubError(message: string): UnavailableError {
  return new UnavailableError(message, {
    code: "E_FTRACK_HUB",
    system: "ftrack",
  });
}
