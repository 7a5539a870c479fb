import type { Envelope } from "../core/envelope.ts";
import type { Logger } from "../core/log.ts";
import type { Meter } from "../core/meter.ts";
import type { Entry, OwnedInbox } from "./project-inbox.ts";
import type { BatchHandler } from "./types.ts";

export interface DrainLimits {
  readonly batchEvents: number;
  readonly batchBytes: number;
  /** A batch that takes longer is aborted and counts as failed. */
  readonly batchDeadlineMs: number;
  /** How long a handler has to end after its signal was aborted; then it is left behind, fenced. */
  readonly abortGraceMs: number;
  /** After this long a drain makes room for other projects. */
  readonly stintMs: number;
  /** Failed tries after which an event goes to the dead letters. */
  readonly maxFailures: number;
  /** First hold after a failure; doubles. */
  readonly failureDelayMs: number;
  /** First hold after an outage; doubles up to the longest. */
  readonly outageDelayMs: number;
  readonly outageDelayMaxMs: number;
  /** Longest hold, even when a system asked to wait longer. */
  readonly longestHoldMs: number;
  /** From this many starts without progress events are taken one by one. */
  readonly suspectStarts: number;
  /** With more starts than this the first event goes to the dead letters. */
  readonly maxStarts: number;
}

export const DEFAULT_LIMITS: DrainLimits = {
  batchEvents: 200,
  batchBytes: 1_000_000,
  batchDeadlineMs: 120_000,
  abortGraceMs: 5_000,
  stintMs: 10_000,
  maxFailures: 5,
  failureDelayMs: 500,
  outageDelayMs: 1_000,
  outageDelayMaxMs: 30_000,
  longestHoldMs: 600_000,
  suspectStarts: 2,
  maxStarts: 5,
};

/** Everything one run of a drain works with. */
export interface DrainRun {
  readonly inbox: OwnedInbox;
  readonly handler: BatchHandler;
  readonly limits: DrainLimits;
  /** Aborted when the job is lost: its lock, or at the hard stop. */
  readonly lostSignal: AbortSignal;
  /** Aborted when handlers have to stop now because the process ends. */
  readonly stopSignal: AbortSignal;
  /** True once no further batch may be begun. */
  isStopping(): boolean;
  /** Called when events got done: the first one is not what kills processes. */
  onProgress(): void;
  readonly log: Logger;
  readonly meter: Meter;
}

export interface ReadEntry {
  readonly entry: Entry;
  readonly envelope: Envelope;
}
