import type { FtrackCredentials } from "../credentials.ts";

/**
 * What passes between the supervisor and the thread that holds the official client's event hub. Times called
 * `at`, `sentAt` and `echoedAt` are those of `monotonicMs`.
 */

export interface WorkerSettings {
  readonly credentials: FtrackCredentials;
  /** Topics to subscribe to: `*`, or names. */
  readonly topics: readonly string[];
  readonly canaryMs: number;
}

/** One event as it came, or a frame that could not be read. */
export interface HubEvent {
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  readonly event: unknown;
  /** Set when the frame could not be read; `event` then is its text. */
  readonly malformed?: string;
}

export interface Publication {
  readonly topic: string;
  readonly data: unknown;
  readonly target?: string;
  readonly inReplyTo?: string;
}

/** The round trip of a canary. Everything the server sent before `sentAt` had been delivered before. */
export interface Canary {
  readonly sentAt: number;
  readonly echoedAt: number;
}

export type FromWorker =
  /** The thread has loaded and begins to connect. */
  | { readonly type: "ready" }
  | { readonly type: "open"; readonly at: number }
  | { readonly type: "closed"; readonly at: number }
  /** Something came in: sent at once, past events that wait. */
  | { readonly type: "alive"; readonly at: number; readonly canary: boolean }
  /** In the order of arrival; `canary` came after all of `events`. Wants one `ack`. */
  | {
      readonly type: "events";
      readonly events: readonly HubEvent[];
      readonly canary: Canary | null;
    }
  | { readonly type: "paused"; readonly isPaused: boolean }
  | {
      readonly type: "published";
      readonly id: number;
      readonly error: string | null;
    }
  | {
      readonly type: "console";
      readonly level: "debug" | "warn";
      readonly text: string;
    };

export type ToWorker =
  | { readonly type: "ack" }
  | { readonly type: "kick" }
  | { readonly type: "stop" }
  | ({ readonly type: "publish"; readonly id: number } & Publication);

/** Topic of the probe that goes to the server and back. Not one of Ftrack's, and no event for anybody. */
export const CANARY_TOPIC = "ayon-ftrack-events.canary";
