import "./lean.ts";
import { hostService, readOrExit } from "../ops/host.ts";
import { loadEnv } from "../settings/env.ts";
import { startLeecherService, type LeecherService } from "./service.ts";

const CLOSE_MS = 5_000;

const env = await readOrExit(() => loadEnv("leecher"));

await hostService<LeecherService>({
  kind: "leecher",
  log: {
    service: env.ayon.serviceName,
    ...env.log,
    secrets: [env.ayon.apiKey, env.ops.token, env.ftrack.apiKey].filter(
      (secret) => secret !== null,
    ),
  },
  ops: env.ops,
  start: (frame) => startLeecherService({ env, ...frame }),
  close: (service) => service.close(CLOSE_MS),
  live: [
    {
      name: "silence",
      check: (service) =>
        service.health().isTooSilent
          ? Promise.reject(new Error("the event hub stays silent"))
          : Promise.resolve("no"),
    },
  ],
  ready: [
    {
      name: "hub",
      check(service) {
        const { hub, silentMs } = service.health();
        const seconds = Math.round(silentMs / 1000);
        return hub.status === "live"
          ? Promise.resolve(`${hub.connections} connections`)
          : Promise.reject(new Error(`${hub.status} for ${seconds} s`));
      },
    },
    {
      name: "redis",
      check(service) {
        const { isRedisConnected, intake } = service.health();
        return isRedisConnected
          ? Promise.resolve("connected")
          : Promise.reject(
              new Error(`away, ${intake.spooledBytes} bytes on disk`),
            );
      },
    },
  ],
  scrape(service, meter) {
    const { intake, isRedisConnected } = service.health();
    meter.gauge("intake_waiting", {}, intake.waiting);
    meter.gauge("spool_bytes", {}, intake.spooledBytes);
    meter.gauge("redis_up", {}, isRedisConnected ? 1 : 0);
    return Promise.resolve();
  },
});
