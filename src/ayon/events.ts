import { createHash } from "node:crypto";
import { z } from "zod";
import { RejectedError, ServiceError } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import type { Outcome } from "../core/outcome.ts";
import { type AyonHttp, nothing, senderName } from "./http.ts";
import { route } from "./route.ts";

export interface AyonEvent {
  /** Letters, digits, `_` and `.`; at most 65 characters. */
  readonly topic: string;
  /** One line for people, without ids and secrets. */
  readonly description: string;
  readonly project?: string | null;
  readonly summary?: Readonly<Record<string, unknown>>;
  readonly payload?: Readonly<Record<string, unknown>>;
  /** Makes a second event with the same value impossible. */
  readonly hash?: string;
  readonly status?: "finished" | "failed";
}

const wireId = z.object({ id: z.string() });

/** The server takes no project whose name is no AYON name; such an event goes without. */
function projectOf(event: AyonEvent): string | null {
  const { project } = event;
  return project !== undefined &&
    project !== null &&
    /^[a-zA-Z0-9_]+$/.test(project)
    ? project
    : null;
}

/**
 * Stores an event in AYON's event log; false when one with its hash is there already.
 *
 * @throws what `AyonHttp.send` throws.
 */
export async function dispatchEvent(
  http: AyonHttp,
  event: AyonEvent,
  signal?: AbortSignal,
): Promise<boolean> {
  const hasFailed = event.status === "failed";
  try {
    const { id } = await http.send({
      method: "POST",
      path: "/api/events",
      body: {
        topic: event.topic,
        sender: senderName(http.connection.serviceName),
        project: projectOf(event),
        description: event.description,
        summary: event.summary ?? {},
        payload: event.payload ?? {},
        // An event is born finished or pending; failed it can only become.
        finished: !hasFailed,
        store: true,
        ...(event.hash === undefined ? {} : { hash: event.hash }),
      },
      answer: wireId,
      // With a hash of ours a repetition is refused instead of stored twice.
      isRepeatable: event.hash !== undefined,
      signal,
    });
    if (hasFailed)
      await http.send({
        method: "PATCH",
        path: route`/api/events/${id}`,
        body: { status: "failed" },
        answer: nothing,
        isRepeatable: true,
        signal,
      });
    return true;
  } catch (thrown) {
    if (
      event.hash !== undefined &&
      thrown instanceof RejectedError &&
      thrown.code === "E_AYON_CONFLICT"
    )
      return false;
    throw thrown;
  }
}

/** Topic under which outcomes are shown in AYON's event viewer: administrators know it from the existing addon. */
export const OUTCOME_TOPIC = "ftrack.proc";

/** Stands in the summary of our outcomes: the existing addon's processor writes under the same topic. */
export const OUTCOME_AUTHOR = "ayon-ftrack-events";

/** Shows what became of one event at one handler; storing it twice is impossible. */
export function outcomeEvent(
  outcome: Outcome,
  project: string | null,
): AyonEvent {
  const { eventId, handler, kind, reason, entityId, attempt } = outcome;
  const key = [eventId, handler, entityId ?? "", attempt].join("\n");
  const about = outcome.entityPath ?? outcome.topic;
  const because = reason === null ? "" : ` (${reason})`;
  return {
    topic: OUTCOME_TOPIC,
    hash: createHash("sha256").update(key).digest("hex"),
    project,
    description: `${handler}: ${about} ${kind}${because}`,
    status: kind === "failed" ? "failed" : "finished",
    summary: { by: OUTCOME_AUTHOR, handler, kind, reason, entityId, eventId },
    payload: { ...outcome },
  };
}

/** Tells administrators in AYON about troubles of the service itself. */
export interface ErrorReporter {
  /**
   * Dispatches `log.error` once per kind, until that kind is cleared or the interval has passed. Never
   * throws: a report that cannot be sent is logged.
   */
  report(
    kind: string,
    message: string,
    detail?: Readonly<Record<string, unknown>>,
  ): Promise<void>;
  /** The trouble is over; the next one of this kind is reported at once. */
  clear(kind: string): void;
}

export interface ErrorReporterOptions {
  readonly log: Logger;
  /** @defaultValue 6 hours */
  readonly repeatMs?: number;
  readonly now?: () => number;
}

const REPEAT_MS = 6 * 60 * 60 * 1_000;

export function createErrorReporter(
  http: AyonHttp,
  options: ErrorReporterOptions,
): ErrorReporter {
  const { log, repeatMs = REPEAT_MS, now = Date.now } = options;
  const reported = new Map<string, number>();
  return {
    async report(kind, message, detail = {}) {
      const last = reported.get(kind);
      if (last !== undefined && now() - last < repeatMs) return;
      reported.set(kind, now());
      try {
        await dispatchEvent(http, {
          topic: "log.error",
          description: `${http.connection.serviceName}: ${message}`.slice(
            0,
            250,
          ),
          summary: { kind },
          payload: { message, ...detail },
        });
      } catch (thrown) {
        // The next report of this kind tries again.
        reported.delete(kind);
        const code =
          thrown instanceof ServiceError ? thrown.code : "E_UNEXPECTED";
        log.warn({ kind, code }, "Report to AYON could not be sent");
      }
    },
    clear: (kind) => {
      reported.delete(kind);
    },
  };
}
