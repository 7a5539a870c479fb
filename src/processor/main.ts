import { makeDashboard } from "../ops/dashboard.ts";
import { hostService, readOrExit } from "../ops/host.ts";
import { meterDepth } from "../queue/depth.ts";
import { loadEnv } from "../settings/env.ts";
import { startProcessor, type Processor } from "./service.ts";

const PROBE_MS = 900;

const env = await readOrExit(() => loadEnv("processor"));
const dashboard = makeDashboard();

await hostService<Processor>({
  kind: "processor",
  log: {
    service: env.ayon.serviceName,
    ...env.log,
    secrets: [env.ayon.apiKey, env.ops.token, env.ftrack.apiKey].filter(
      (secret) => secret !== null,
    ),
  },
  ops: env.ops,
  async start(frame) {
    const processor = await startProcessor({ env, ...frame });
    dashboard.show(processor.queues);
    return processor;
  },
  close: (processor) => processor.close(),
  live: [],
  ready: (["redis", "ayon", "ftrack"] as const).map((name) => ({
    name,
    async check({ probes }) {
      const startedAt = performance.now();
      await probes[name](AbortSignal.timeout(PROBE_MS));
      return `${Math.round(performance.now() - startedAt)} ms`;
    },
  })),
  async scrape(processor, meter) {
    meterDepth(meter, await processor.depth());
  },
  extend: dashboard.extend,
});
