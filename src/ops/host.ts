import { codeOf, ConfigError, toError } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import type { Meter } from "../core/meter.ts";
import { captureOutput } from "./capture-output.ts";
import { startOpsServer, type OpsOptions, type OpsServer } from "./http.ts";
import { makeLog, type LogOptions } from "./log.ts";
import { watchLoop } from "./loop-watch.ts";
import { makeMetrics } from "./metrics.ts";
import { handleShutdown } from "./shutdown.ts";
import { sitOut } from "./sit-out.ts";
import { startWatchdog } from "./watchdog.ts";

/** What a service gets from its process. */
export interface Frame {
  readonly log: Logger;
  readonly meter: Meter;
  /** Ends a start that still waits for something. */
  readonly signal: AbortSignal;
  /** Keeps a secret that became known out of every later line of the log. */
  readonly hide: (secret: string) => void;
  /**
   * Ends the process in order. "Temporary failure" (75) tells whoever started it to start it again: for
   * what cannot be mended from within.
   */
  readonly giveUp: (reason: string) => void;
}

/** Looks at one thing of a service that runs, see `Probe`. */
export interface ServiceProbe<Service> {
  readonly name: string;
  check(service: Service): Promise<string>;
}

export interface HostOptions<Service> {
  readonly kind: "leecher" | "processor";
  readonly log: Omit<LogOptions, "destination">;
  /** Port null: nothing listens. */
  readonly ops: {
    readonly host: string;
    readonly port: number | null;
    readonly token: string | null;
  };
  /** Waits for whatever the service needs, as long as it takes. */
  start(frame: Frame): Promise<Service>;
  close(service: Service): Promise<unknown>;
  /** While the service starts it lives, and is not ready. */
  readonly live: readonly ServiceProbe<Service>[];
  readonly ready: readonly ServiceProbe<Service>[];
  /** Brings gauges up to date before the metrics are read. */
  readonly scrape?: (service: Service, meter: Meter) => Promise<void>;
  readonly extend?: OpsOptions["extend"];
}

const EXIT_TEMPORARY = 75;
const EXIT_CONFIG = 78;
/** What starts processes anew does so at once and without end: not too often, then. */
const SIT_OUT_MS = 10_000;
/** Anybody may ask; the systems behind must not feel it. */
const REMEMBER_MS = 1_000;

/**
 * Runs a service as a process: log, metrics, listener for operators, signals, orderly end. Returns once the
 * service runs or has failed to start; the process goes on until a signal ends it.
 */
export async function hostService<Service>(
  options: HostOptions<Service>,
): Promise<void> {
  const serviceLog = makeLog(options.log);
  const { log } = serviceLog;
  captureOutput(log);
  const metrics = makeMetrics(options.kind, log);
  const { meter } = metrics;
  const loop = watchLoop({ log, meter });
  const watchdog = startWatchdog({ service: options.log.service });
  const starting = new AbortController();
  let service: Service | null = null;
  let ops: OpsServer | null = null;
  let exitCode = 0;

  const shutdown = handleShutdown({
    log,
    steps: () => [
      {
        name: "start",
        run: () => {
          starting.abort();
          return Promise.resolve();
        },
      },
      {
        name: "service",
        run: () =>
          service === null ? Promise.resolve() : options.close(service),
      },
      {
        name: "listener",
        run: () => {
          loop.stop();
          watchdog.stop();
          return ops?.close() ?? Promise.resolve();
        },
      },
    ],
    exit: (code) => process.exit(code === 0 ? exitCode : code),
  });

  const { ops: where } = options;
  try {
    if (where.port !== null)
      ops = await startOpsServer({
        ...where,
        port: where.port,
        live: options.live.map((probe) => ({
          name: probe.name,
          check: remembered(() =>
            service === null
              ? Promise.resolve("starting")
              : probe.check(service),
          ),
        })),
        ready: options.ready.map((probe) => ({
          name: probe.name,
          check: remembered(() =>
            service === null
              ? Promise.reject(new Error("starting"))
              : probe.check(service),
          ),
        })),
        metrics,
        log,
        ...(options.extend === undefined ? {} : { extend: options.extend }),
      });
    const running = await options.start({
      log,
      meter,
      signal: starting.signal,
      hide: (secret) => {
        serviceLog.hide(secret);
      },
      giveUp: (reason) => {
        exitCode = EXIT_TEMPORARY;
        shutdown.begin(reason);
      },
    });
    service = running;
    metrics.onScrape(async () => options.scrape?.(running, meter));
  } catch (thrown) {
    if (starting.signal.aborted) return;
    log.error({ err: toError(thrown), code: codeOf(thrown) }, "cannot start");
    exitCode = 1;
    await sitOut({ ms: SIT_OUT_MS });
    shutdown.begin("it cannot start");
  }
}

/** What is read before there is a log; when it is wrong, says what, and ends: starting again does not help. */
export async function readOrExit<T>(read: () => T): Promise<T> {
  try {
    return read();
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    process.stderr.write(`${thrown.message}\n`);
    await sitOut({ ms: SIT_OUT_MS });
    process.exit(EXIT_CONFIG);
  }
}

/** The answer of a moment ago, or of a question that is under way. */
function remembered(ask: () => Promise<string>): () => Promise<string> {
  let last: { readonly at: number; readonly answer: Promise<string> } | null =
    null;
  return () => {
    const now = performance.now();
    if (last === null || now - last.at > REMEMBER_MS)
      last = { at: now, answer: ask() };
    return last.answer;
  };
}
