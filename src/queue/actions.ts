import type { Queue } from "bullmq";
import { envelope as envelopeSchema, type Envelope } from "../core/envelope.ts";
import { codeOf, retryOf, toError } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import type { Meter } from "../core/meter.ts";
import { joinSignals } from "../core/signals.ts";
import { closeQueue, handBack, openQueue, setAside } from "./bull.ts";
import {
  DEFAULT_CONSUMER_OPTIONS,
  startConsumer,
  type ConsumerOptions,
  type Work,
} from "./consumer.ts";
import { safe } from "./keys.ts";
import { guard, guardWithin } from "./redis-error.ts";
import { EAGER_TIMEOUT_MS, type Connection } from "./redis.ts";
import type { ActionHandler, Actions, Consumer, DeadLetters } from "./types.ts";

/** Longer than any overlap of a catch-up. */
const DEDUP_MS = 2 * 3600_000;

type ActionQueue = Queue<unknown, unknown, string, unknown, unknown, string>;

interface Deps {
  readonly connection: Connection;
  readonly log: Logger;
  readonly meter: Meter;
}

function openActionQueue({ connection, log }: Deps): ActionQueue {
  return openQueue("actions", connection, log);
}

/** The leecher's side of the fast lane. */
export function openActions(deps: Deps): Actions & { close(): Promise<void> } {
  const queue = openActionQueue(deps);
  return {
    async add(envelopes) {
      if (envelopes.length === 0) return;
      await guardWithin(
        queue.addBulk(
          envelopes.map((envelope) => ({
            name: "event",
            data: envelope,
            opts: {
              deduplication: { id: `e-${safe(envelope.id)}`, ttl: DEDUP_MS },
              removeOnComplete: true,
              removeOnFail: true,
            },
          })),
        ),
        EAGER_TIMEOUT_MS,
      );
    },
    waiting: () => guard(queue.getWaitingCount()),
    close: () => closeQueue(queue),
  };
}

export interface ActionOptions extends ConsumerOptions {
  /** Starts after which an event that is never done goes to the dead letters. */
  readonly maxStarts: number;
  readonly retryDelayMs: number;
}

export const DEFAULT_ACTION_OPTIONS: ActionOptions = {
  ...DEFAULT_CONSUMER_OPTIONS,
  concurrency: 8,
  maxStarts: 3,
  retryDelayMs: 500,
};

/** The processor's side of the fast lane. @param deps - a patient connection */
export function startActionWorker(
  deps: Deps & {
    readonly handler: ActionHandler;
    readonly deadLetters: DeadLetters;
  },
  overrides: Partial<ActionOptions> = {},
): Consumer {
  const options = { ...DEFAULT_ACTION_OPTIONS, ...overrides };
  const { connection, log, meter } = deps;

  async function run(work: Work<unknown>): Promise<void> {
    const { job, token, lostSignal, stopSignal } = work;
    // Written by the leecher, but it lay in Redis: look before use.
    const envelope = envelopeSchema.parse(job.data);
    const attempt = job.attemptsStarted;
    if (attempt > options.maxStarts) {
      const detail = "Begun again and again; the process ended each time";
      await giveUp(envelope, "E_CRASHED", detail, attempt - 1);
      return;
    }
    if (attempt === 1) {
      const waitedMs = Math.max(0, Date.now() - envelope.receivedAt);
      meter.observe("action_wait_seconds", {}, waitedMs / 1000);
    }
    const ending = joinSignals(lostSignal, stopSignal);
    try {
      await deps.handler(envelope, { signal: ending.signal, attempt });
    } catch (thrown) {
      if (lostSignal.aborted) throw thrown;
      if (stopSignal.aborted) throw await handBack(job, token);
      const error = toError(thrown);
      const retry = retryOf(error);
      if (retry === "never" || attempt >= options.maxStarts) {
        await giveUp(envelope, codeOf(error), error.message, attempt);
        return;
      }
      const doubled = options.retryDelayMs * 2 ** (attempt - 1);
      const delayMs = typeof retry === "object" ? retry.afterMs : doubled;
      throw await setAside(job, token, delayMs);
    } finally {
      ending.leave();
    }
  }

  async function giveUp(
    envelope: Envelope,
    code: string,
    detail: string,
    attempts: number,
  ): Promise<void> {
    meter.count("dead_letters_total", { cause: "action" });
    log.error(
      { eventId: envelope.id, topic: envelope.topic, code, detail, attempts },
      "action event given up, see dead letters",
    );
    const reason = { handler: "actions", code, detail, attempts };
    await deps.deadLetters.add(envelope, reason);
  }

  return startConsumer({
    queue: openActionQueue(deps),
    ...{ connection, options, run, log, meter },
  });
}
