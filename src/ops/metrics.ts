import { setTimeout as sleep } from "node:timers/promises";
import {
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  Registry,
} from "prom-client";
import { toError } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import { METRICS, type Meter, type MetricSpec } from "../core/meter.ts";

export const METRIC_PREFIX = "ayon_ftrack_";

const SCRAPE_MS = 2_000;

export interface Metrics {
  readonly meter: Meter;
  /** Calls a function before the metrics are read, to bring gauges up to date. */
  onScrape(update: () => Promise<void>): void;
  /** In Prometheus' text form. */
  text(): Promise<string>;
  readonly contentType: string;
}

/**
 * The metrics of a process: all of `core/meter.ts`, and those of Node.
 *
 * @param scrapeMs - how long bringing gauges up to date may take: Redis may be away
 */
export function makeMetrics(
  service: string,
  log: Logger,
  scrapeMs: number = SCRAPE_MS,
): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry, prefix: METRIC_PREFIX });
  const counters = new Map<string, Counter>();
  const gauges = new Map<string, Gauge>();
  const histograms = new Map<string, Histogram>();
  for (const [name, spec] of Object.entries<MetricSpec>(METRICS)) {
    const config = {
      name: METRIC_PREFIX + name,
      help: spec.help,
      labelNames: [...spec.labels],
      registers: [registry],
    };
    if (spec.type === "counter") counters.set(name, new Counter(config));
    else if (spec.type === "gauge") gauges.set(name, new Gauge(config));
    else {
      const buckets = [...(spec.buckets ?? [])];
      histograms.set(name, new Histogram({ ...config, buckets }));
    }
  }
  const updates: (() => Promise<void>)[] = [];

  async function update(): Promise<void> {
    const timer = new AbortController();
    const late = sleep(scrapeMs, "late", { signal: timer.signal });
    late.catch(() => undefined /* in time */);
    const all = Promise.all(
      updates.map((f) =>
        f().catch((thrown: unknown) => {
          log.debug({ err: toError(thrown) }, "gauges could not be updated");
        }),
      ),
    );
    await Promise.race([all, late]);
    timer.abort();
  }

  return {
    contentType: registry.contentType,
    meter: {
      count(name, labels, by = 1) {
        counters.get(name)?.inc({ ...labels }, by);
      },
      gauge(name, labels, value) {
        gauges.get(name)?.set({ ...labels }, value);
      },
      observe(name, labels, value) {
        histograms.get(name)?.observe({ ...labels }, value);
      },
    },
    onScrape(f) {
      updates.push(f);
    },
    async text() {
      await update();
      return registry.metrics();
    },
  };
}
