import type { Envelope } from "../core/envelope.ts";
import { toError, UnavailableError } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import type { Meter } from "../core/meter.ts";
import { pause } from "../ftrack/deadline.ts";
import type { HubEvent } from "../ftrack/hub/supervisor.ts";
import type { DeadLetters, Intake } from "../queue/types.ts";
import { malformed, toJob, type Job } from "./to-job.ts";

export interface ReceiverDeps {
  readonly intake: Pick<Intake, "put">;
  readonly deadLetters: Pick<DeadLetters, "add">;
  readonly log: Logger;
  readonly meter: Meter;
  readonly signal: AbortSignal;
  /** First pause when neither Redis nor the disk takes events; doubles up to 5 s. @defaultValue 250 */
  readonly retryMs?: number;
}

/** Where everything the leecher hears goes through, in order. */
export interface Receiver {
  /**
   * Takes a batch of hub events. Resolves when all that is worth keeping is durable, in Redis or on disk;
   * until then the hub holds back, so that memory stays bounded.
   *
   * @throws UnavailableError `E_STOPPED` when it must give up: the events are a gap then.
   */
  readonly take: (events: readonly HubEvent[]) => Promise<void>;
  /** Puts envelopes of our own making (catch-up) into the same line. */
  readonly put: (envelopes: readonly Envelope[]) => Promise<void>;
}

const MAX_RETRY_MS = 5_000;

export function createReceiver(deps: ReceiverDeps): Receiver {
  const { intake, log, meter, signal, retryMs = 250 } = deps;

  /** Never gives up while the service runs: the socket and Ftrack's log hold what we do not take. */
  async function put(envelopes: readonly Envelope[]): Promise<void> {
    let waitMs = retryMs;
    while (envelopes.length > 0) {
      try {
        await intake.put(envelopes);
        return;
      } catch (error) {
        if (!(error instanceof UnavailableError)) throw error;
        log.error(
          { err: error, events: envelopes.length },
          "neither redis nor the disk takes events",
        );
      }
      await pause(waitMs, signal);
      waitMs = Math.min(MAX_RETRY_MS, waitMs * 2);
      if (signal.aborted)
        throw new UnavailableError("Stopped with events in hand", {
          code: "E_STOPPED",
        });
    }
  }

  async function bury({
    envelope,
    reason,
  }: Extract<Job, { kind: "malformed" }>): Promise<void> {
    log.warn({ eventId: envelope.id, reason }, "an event cannot be read");
    try {
      await deps.deadLetters.add(envelope, {
        handler: "leecher",
        code: "E_EVENT_MALFORMED",
        detail: reason,
        attempts: 0,
      });
    } catch (error) {
      // The good events must not wait for the grave of a bad one; its content is kept here at least.
      log.error(
        {
          err: toError(error),
          eventId: envelope.id,
          text: JSON.stringify(envelope.event).slice(0, 10_000),
        },
        "an event that cannot be read could not be kept",
      );
    }
  }

  return {
    put,
    async take(events) {
      const envelopes: Envelope[] = [];
      const unreadable: Extract<Job, { kind: "malformed" }>[] = [];
      let dropped = 0;
      for (const { event, receivedAt, malformed: problem } of events) {
        const job =
          problem === undefined
            ? toJob(event, receivedAt)
            : malformed(event, receivedAt, problem);
        if (job.kind === "keep") envelopes.push(...job.envelopes);
        else if (job.kind === "malformed") unreadable.push(job);
        else dropped += 1;
      }
      await put(envelopes);
      for (const job of unreadable) await bury(job);
      const kept = events.length - dropped - unreadable.length;
      meter.count("hub_events_total", { what: "kept" }, kept);
      meter.count("hub_events_total", { what: "dropped" }, dropped);
      meter.count("hub_events_total", { what: "malformed" }, unreadable.length);
    },
  };
}
