import { codeOf, toError } from "../core/errors.ts";
import { captureOutput } from "../ops/capture-output.ts";
import { startOpsServer, type OpsServer, type Probe } from "../ops/http.ts";
import { makeLog } from "../ops/log.ts";
import { watchLoop } from "../ops/loop-watch.ts";
import { makeMetrics } from "../ops/metrics.ts";
import { handleShutdown } from "../ops/shutdown.ts";
import { loadEnv } from "../settings/env.ts";
import { startLeecherService, type LeecherService } from "./service.ts";

/** A hub that was silent for so long is not mended from within: the process ends and is started anew. */
const SILENT_LIMIT_MS = 10 * 60_000;
/** "Temporary failure": tells the one who started the process to start it again. */
const EXIT_TEMPORARY = 75;
const CLOSE_MS = 5_000;

const env = loadEnv("leecher");
const serviceLog = makeLog({
  service: env.ayon.serviceName,
  ...env.log,
  secrets: [env.ayon.apiKey, env.ops.token, env.ftrack.apiKey].filter(
    (secret) => secret !== null,
  ),
});
const { log } = serviceLog;
captureOutput(log);
const metrics = makeMetrics("leecher", log);
const starting = new AbortController();
const loop = watchLoop({ log, meter: metrics.meter });
let service: LeecherService | null = null;
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
    { name: "service", run: async () => service?.close(CLOSE_MS) },
    { name: "listener", run: async () => ops?.close() },
    {
      name: "loop watch",
      run: () => {
        loop.stop();
        return Promise.resolve();
      },
    },
  ],
  exit: (code) => process.exit(code === 0 ? exitCode : code),
});

const hubProbe: Probe = {
  name: "hub",
  check: () => {
    if (service === null) return Promise.reject(new Error("starting"));
    const { hub, silentMs } = service.health();
    const seconds = Math.round(silentMs / 1000);
    return hub.status === "live"
      ? Promise.resolve(`${hub.connections} connections`)
      : Promise.reject(new Error(`${hub.status} for ${seconds} s`));
  },
};
const redisProbe: Probe = {
  name: "redis",
  check: () => {
    if (service === null) return Promise.reject(new Error("starting"));
    const { isRedisConnected, intake } = service.health();
    return isRedisConnected
      ? Promise.resolve("connected")
      : Promise.reject(new Error(`away, ${intake.spooledBytes} bytes on disk`));
  },
};
const silenceProbe: Probe = {
  name: "silence",
  check: () =>
    isTooSilent()
      ? Promise.reject(new Error("the event hub is silent"))
      : Promise.resolve("no"),
};

function giveUp(reason: string): void {
  exitCode = EXIT_TEMPORARY;
  shutdown.begin(reason);
}

function isTooSilent(): boolean {
  return (service?.health().silentMs ?? 0) > SILENT_LIMIT_MS;
}

try {
  if (env.ops.port !== null)
    ops = await startOpsServer({
      ...env.ops,
      port: env.ops.port,
      live: [silenceProbe],
      ready: [hubProbe, redisProbe],
      metrics,
      log,
    });
  const running = await startLeecherService({
    env,
    log,
    meter: metrics.meter,
    signal: starting.signal,
    hide: (secret) => {
      serviceLog.hide(secret);
    },
    giveUp,
  });
  service = running;
  metrics.onScrape(() => {
    const { intake, isRedisConnected } = running.health();
    metrics.meter.gauge("intake_waiting", {}, intake.waiting);
    metrics.meter.gauge("spool_bytes", {}, intake.spooledBytes);
    metrics.meter.gauge("redis_up", {}, isRedisConnected ? 1 : 0);
    return Promise.resolve();
  });
  setInterval(() => {
    if (isTooSilent()) giveUp("the event hub stays silent");
  }, 10_000).unref();
} catch (thrown) {
  if (!starting.signal.aborted) {
    log.error({ err: toError(thrown), code: codeOf(thrown) }, "cannot start");
    exitCode = 1;
    shutdown.begin("it cannot start");
  }
}
