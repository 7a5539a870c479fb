import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Logger } from "../core/log.ts";
import type { Meter } from "../core/meter.ts";

export interface LoopWatchOptions {
  /** How often the delay is measured anew. */
  readonly intervalMs?: number;
  /** A loop that stands still for longer is reported. Locks of jobs are renewed every few seconds only. */
  readonly stallMs?: number;
  readonly log: Logger;
  readonly meter: Meter;
}

/** How often Node looks; its figures include this time. */
const RESOLUTION_MS = 20;

/** Watches the event loop's delay, and reports when it stood still. */
export function watchLoop(options: LoopWatchOptions): { stop(): void } {
  const { intervalMs = 5_000, stallMs = 1_000, log, meter } = options;
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  const timer = setInterval(() => {
    const p99Ms = delayOf(histogram.percentile(99));
    const longestMs = delayOf(histogram.max);
    meter.gauge("loop_delay_seconds", {}, p99Ms / 1000);
    if (longestMs > stallMs) {
      meter.count("loop_stalls_total", {});
      const ms = Math.round(longestMs);
      log.error({ ms }, "the event loop stood still");
    }
    histogram.reset();
  }, intervalMs);
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
      histogram.disable();
    },
  };
}

function delayOf(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
}
