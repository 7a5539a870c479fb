import { describe, expect, it } from "vitest";
import { silentLog } from "../../../src/core/log.ts";
import { METRICS, type MetricSpec } from "../../../src/core/meter.ts";
import { makeMetrics } from "../../../src/ops/metrics.ts";

describe("the catalogue of metrics", () => {
  it.each(Object.entries<MetricSpec>(METRICS))("%s", (name, spec) => {
    expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
    // Prometheus' rule: counters end in _total, nothing else does.
    expect(name.endsWith("_total")).toBe(spec.type === "counter");
    expect(spec.help).toMatch(/^[A-Z0-9].*\.$/);
    expect(spec.buckets !== undefined).toBe(spec.type === "histogram");
    for (const label of spec.labels) expect(label).toMatch(/^[a-z_]+$/);
  });
});

describe("metrics", () => {
  it("are counted, set and observed under their prefix, with their labels", async () => {
    const metrics = makeMetrics("processor", silentLog);
    const { meter } = metrics;
    meter.count("holds_total", { cause: "outage" });
    meter.count("holds_total", { cause: "outage" }, 2);
    meter.gauge("inbox_events", {}, 7);
    meter.observe("batch_events", {}, 3);
    const text = await metrics.text();
    expect(text).toContain(
      'ayon_ftrack_holds_total{cause="outage",service="processor"} 3',
    );
    expect(text).toContain('ayon_ftrack_inbox_events{service="processor"} 7');
    expect(text).toMatch(/ayon_ftrack_batch_events_bucket\{le="5",[^}]*\} 1/);
    expect(text).toContain("ayon_ftrack_process_cpu_seconds_total");
    expect(metrics.contentType).toContain("text/plain");
  });

  it("are brought up to date before they are read; what fails or hangs does not matter", async () => {
    const metrics = makeMetrics("processor", silentLog, 20);
    metrics.onScrape(() => Promise.reject(new Error("redis is away")));
    metrics.onScrape(() => {
      metrics.meter.gauge("redis_up", {}, 1);
      return Promise.resolve();
    });
    expect(await metrics.text()).toMatch(/ayon_ftrack_redis_up\{[^}]*\} 1/);
    metrics.onScrape(() => new Promise(() => undefined));
    expect(await metrics.text()).toContain("ayon_ftrack_redis_up");
  });
});
