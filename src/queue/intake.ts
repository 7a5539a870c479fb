import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { envelope as envelopeSchema, type Envelope } from "../core/envelope.ts";
import { codeOf, toError, UnavailableError } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import type { Meter } from "../core/meter.ts";
import type { Spool } from "./spool.ts";
import type {
  Actions,
  Inbox,
  Intake,
  IntakeMode,
  IntakeState,
  Json,
} from "./types.ts";

export interface IntakeOptions {
  /** Most events written to Redis at once. */
  readonly batchEvents: number;
  /** First pause after Redis refused; doubles. */
  readonly retryMs: number;
  readonly retryMaxMs: number;
  /** Most events in memory; only reached when neither Redis nor the disk moves. */
  readonly mostWaiting: number;
}

export const DEFAULT_INTAKE_OPTIONS: IntakeOptions = {
  batchEvents: 500,
  retryMs: 100,
  retryMaxMs: 2_000,
  mostWaiting: 20_000,
};

export interface IntakeDeps {
  readonly inbox: Inbox;
  readonly actions: Pick<Actions, "add">;
  readonly spool: Spool;
  /** Which events go into the fast lane instead of their project's inbox. */
  readonly isAction: (envelope: Envelope) => boolean;
  readonly log: Logger;
  readonly meter: Meter;
}

interface Put {
  readonly envelopes: readonly Envelope[];
  readonly position: Json | undefined;
  readonly resolve: (where: "redis" | "disk") => void;
  readonly reject: (error: Error) => void;
}

const record = z.object({
  e: z.array(envelopeSchema),
  p: z.json().optional(),
});

/**
 * Takes events from the leecher and puts them where they are safe: into Redis, one batch after the other,
 * or, as soon as Redis does not take them, onto the disk. What lies there goes into Redis before anything
 * newer does. While a batch is on its way everything that arrives becomes the next one.
 */
export function startIntake(
  deps: IntakeDeps,
  overrides: Partial<IntakeOptions> = {},
): Intake {
  const options = { ...DEFAULT_INTAKE_OPTIONS, ...overrides };
  const { inbox, actions, spool, log, meter } = deps;
  const closing = new AbortController();
  const puts: Put[] = [];
  let mode: IntakeMode = spool.isEmpty() ? "direct" : "spooling";
  /** Events in `puts`. */
  let waiting = 0;
  let isWriting = false;
  let draining: Promise<void> = Promise.resolve();

  async function send(
    envelopes: readonly Envelope[],
    position: Json | undefined,
  ): Promise<void> {
    await actions.add(envelopes.filter(deps.isAction));
    const others = envelopes.filter((e) => !deps.isAction(e));
    if (others.length > 0 || position !== undefined) {
      await inbox.enqueue(others, position);
    }
  }

  /** Writes what was put, until nothing is left. At most one runs. */
  async function write(): Promise<void> {
    if (isWriting) return;
    isWriting = true;
    while (puts.length > 0) {
      const batch = takeBatch();
      if (mode === "direct") await writeToRedis(batch);
      else await writeToDisk(batch);
    }
    isWriting = false;
  }

  function takeBatch(): Put[] {
    let events = 0;
    const fits = puts.findIndex(({ envelopes }) => {
      events += envelopes.length;
      return events > options.batchEvents;
    });
    const batch = puts.splice(0, fits < 0 ? puts.length : Math.max(1, fits));
    waiting -= batch.reduce((n, put) => n + put.envelopes.length, 0);
    return batch;
  }

  async function writeToRedis(batch: readonly Put[]): Promise<void> {
    try {
      await send(
        batch.flatMap((put) => put.envelopes),
        lastPosition(batch.map((put) => put.position)),
      );
      for (const put of batch) put.resolve("redis");
    } catch (thrown) {
      meter.count("enqueue_retries_total", { code: codeOf(thrown) });
      log.warn({ err: toError(thrown) }, "redis takes no events, using disk");
      mode = "spooling";
      // Whether Redis took the batch is not known: it stays the next to be sent.
      await writeToDisk(batch);
      if (!closing.signal.aborted) draining = drainSpool();
    }
  }

  async function writeToDisk(batch: readonly Put[]): Promise<void> {
    const events = batch.reduce((n, put) => n + put.envelopes.length, 0);
    try {
      const lines = batch.map(({ envelopes, position }) =>
        JSON.stringify({ e: envelopes, p: position }),
      );
      await spool.append(lines);
      meter.count("spool_events_total", {}, events);
      for (const put of batch) put.resolve("disk");
    } catch (thrown) {
      meter.count("spool_refused_total", {}, events);
      for (const put of batch) put.reject(toError(thrown));
    }
  }

  /** Sends what lies on disk, oldest first, until nothing does. */
  async function drainSpool(): Promise<void> {
    let pauseMs = options.retryMs;
    while (!closing.signal.aborted) {
      try {
        const isMore = await sendOldest();
        pauseMs = options.retryMs;
        // Between this look and the next line nothing else can happen.
        if (!isMore && spool.isEmpty() && puts.length === 0) {
          mode = "direct";
          log.info({}, "the disk is empty, events go into redis again");
          return;
        }
        if (!isMore) await sleep(options.retryMs);
      } catch (thrown) {
        meter.count("enqueue_retries_total", { code: codeOf(thrown) });
        log.debug({ err: toError(thrown), pauseMs }, "redis still refuses");
        await pause(pauseMs);
        pauseMs = Math.min(pauseMs * 2, options.retryMaxMs);
      }
    }
  }

  async function sendOldest(): Promise<boolean> {
    const found = await spool.peek(options.batchEvents);
    if (found === null) return false;
    const records = found.texts.flatMap((text) => {
      const parsed = record.safeParse(JSON.parse(text));
      if (parsed.success) return [parsed.data];
      log.error({ text: text.slice(0, 500) }, "a spooled record is unknown");
      return [];
    });
    await send(
      records.flatMap((r) => r.e),
      lastPosition(records.map((r) => r.p)),
    );
    await spool.ack(found.end);
    return true;
  }

  async function pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: closing.signal }).catch(() => {
      // closing: no more pause
    });
  }

  if (mode === "spooling") draining = drainSpool();

  return {
    async put(envelopes, position) {
      if (closing.signal.aborted) {
        throw new UnavailableError("The intake is closed", {
          code: "E_INTAKE_CLOSED",
        });
      }
      if (envelopes.length === 0 && position === undefined) return "redis";
      if (waiting + envelopes.length > options.mostWaiting) {
        meter.count("spool_refused_total", {}, envelopes.length);
        throw new UnavailableError("Neither Redis nor the disk keeps up", {
          code: "E_INTAKE_FULL",
        });
      }
      return new Promise((resolve, reject) => {
        waiting += envelopes.length;
        puts.push({ envelopes, position, resolve, reject });
        void write();
      });
    },
    state(): IntakeState {
      return { mode, waiting, spooledBytes: spool.bytes() };
    },
    async close(deadlineMs) {
      closing.abort();
      // What waits is safe on disk sooner than in a Redis that may not answer.
      mode = "spooling";
      const until = performance.now() + deadlineMs;
      while ((isWriting || puts.length > 0) && performance.now() < until) {
        await sleep(10);
      }
      await Promise.race([draining, sleep(until - performance.now())]);
      await spool.close();
    },
  };
}

/** Shows the state in the metrics; to be called before they are read. */
export function meterIntake(meter: Meter, intake: Intake): void {
  const { waiting, spooledBytes } = intake.state();
  meter.gauge("intake_waiting", {}, waiting);
  meter.gauge("spool_bytes", {}, spooledBytes);
}

function lastPosition(
  positions: readonly (Json | undefined)[],
): Json | undefined {
  return positions.findLast((position) => position !== undefined);
}
