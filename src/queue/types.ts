/**
 * What the rest of the service sees of the queue. Everything here may fail with `UnavailableError`
 * (`E_REDIS_UNAVAILABLE`, `E_REDIS_TIMEOUT`, `E_REDIS_FULL`, `E_REDIS_READONLY`) when Redis does not do its
 * part; other errors are named where they arise.
 */
import type { Envelope } from "../core/envelope.ts";
import type { Outcome, OutcomeKind } from "../core/outcome.ts";
import type { OwnWrite, OwnWrites } from "../core/own-writes.ts";

export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json };

// --- Intake (leecher) -----------------------------------------------------------------------------

/** Where the leecher stands, as stored in Redis with the last batch that was taken. */
export interface Cursor {
  /** Identity of the leecher process that wrote it. */
  readonly boot: string;
  /** Number of the batch within that process. */
  readonly seq: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Whatever the leecher gave with the last batch that had a position, e.g. the last `Event.id` read. */
  readonly position: Json;
}

export interface EnqueueResult {
  readonly accepted: number;
  readonly duplicates: number;
}

/** Writes batches into Redis. One attempt each; `Intake` adds patience, order and the disk. */
export interface Inbox {
  /**
   * Puts events into the inboxes of their projects and wakes the drains. Refuses events whose id the
   * project has accepted within the window, so sending a batch again is always safe.
   *
   * Calls must not overlap. After an error the same batch must be sent before any other: whether it was
   * taken is unknown.
   */
  enqueue(
    envelopes: readonly Envelope[],
    position?: Json,
  ): Promise<EnqueueResult>;
  /** The stored cursor; null when there is none (first start, or Redis was emptied). */
  cursor(): Promise<Cursor | null>;
}

/** The processor's way to hand an event on to the project it turned out to be about. */
export interface Relay {
  /** Like `Inbox.enqueue`, without a position. Calls may overlap; passing an event on again is safe. */
  pass(envelopes: readonly Envelope[]): Promise<EnqueueResult>;
}

export type IntakeMode = "direct" | "spooling";

export interface IntakeState {
  readonly mode: IntakeMode;
  /** Events in memory, not yet durable. */
  readonly waiting: number;
  readonly spooledBytes: number;
}

/** The leecher's way in: in order, and never given up once taken. */
export interface Intake {
  /**
   * Resolves once the events are durable: in Redis, or on this machine's disk.
   *
   * @throws UnavailableError `E_SPOOL_FULL`, `E_SPOOL_FAILED` or `E_INTAKE_FULL` when neither takes them:
   * they are lost to the queue, and have to come from Ftrack's event log.
   */
  put(
    envelopes: readonly Envelope[],
    position?: Json,
  ): Promise<"redis" | "disk">;
  state(): IntakeState;
  /** Waits until what was put is durable (at most `deadlineMs`), then lets go of disk and timers. */
  close(deadlineMs: number): Promise<void>;
}

// --- Drain (processor) ------------------------------------------------------------------------------

/** Why an event is not done yet. */
export interface RetryVerdict {
  readonly kind: "retry";
  /**
   * `outage`: another system does not answer; holds the project for as long as it takes. `event`: this
   * event could not be handled; after five tries it goes to the dead letters.
   */
  readonly cause: "outage" | "event";
  readonly handler: string;
  readonly code: string;
  readonly detail: string;
  /** Earliest next try; without it the hold grows with every try. */
  readonly afterMs?: number;
}

/** Why a project waits, for operators. */
export interface HoldReason extends Pick<
  RetryVerdict,
  "cause" | "handler" | "code" | "detail"
> {
  /** Of the first event: failed tries, or holds for an outage. */
  readonly tries: number;
}

/** What became of one event of a batch. */
export type FinalVerdict =
  | { readonly kind: "done" }
  | {
      readonly kind: "dead";
      readonly handler: string;
      readonly code: string;
      readonly detail: string;
    };
export type Verdict = FinalVerdict | RetryVerdict;

export interface BatchContext {
  /**
   * Must be called right before every write to another system.
   *
   * @throws FencedError `E_FENCED` when another process may have taken over: write nothing more.
   */
  readonly assertOwner: () => Promise<void>;
  /** Aborted when ownership is lost, at shutdown and at the deadline of the batch. */
  readonly signal: AbortSignal;
  /** 1 at the first try of the first event; grows with every hold and every crash. */
  readonly attempt: number;
  /**
   * Commits the next events of the batch now, so that a crash does not repeat them. The verdicts returned
   * later then speak of the remaining events.
   */
  readonly settle: (verdicts: readonly FinalVerdict[]) => Promise<void>;
}

export interface BatchHandler {
  /**
   * Handles waiting events of one project, in order, as one batch.
   *
   * Returns one verdict per event not settled yet. A shorter list is allowed: the events without a verdict
   * are handed over again at once. After the first `retry` the verdicts that follow are ignored and these
   * events are handed over again after it, so that none overtakes.
   *
   * When it throws: an error whose `retry` is `backoff` or `afterMs` holds the project like an outage. Any
   * other is a fault of the batch: its events are handed over one by one, and the one that throws again
   * alone goes to the dead letters.
   */
  handleBatch(
    projectId: string | null,
    envelopes: readonly Envelope[],
    context: BatchContext,
  ): Promise<readonly Verdict[]>;
  /**
   * Told of events that are handed over anew, maybe to another process, although some of what was written for
   * them may arrive only later: the project was lost, or the batch told to stop, after it was allowed to write.
   */
  cutOff?(envelopes: readonly Envelope[]): void;
}

export interface CloseReport {
  /** Jobs that ended or were handed back by themselves. */
  readonly orderly: boolean;
  /** Jobs taken from their handlers and handed back. */
  readonly forced: number;
}

/** A consumer of a queue. */
export interface Consumer {
  /** Resolves once it takes work. */
  ready(): Promise<void>;
  /** Number of jobs in hand. */
  active(): number;
  /**
   * Takes no more work, lets the batches in hand end, aborts them after a while, and hands back what is
   * left so that another process takes it at once. Resolves before the deadline, whatever Redis does.
   */
  close(): Promise<CloseReport>;
}

// --- A project's turn -------------------------------------------------------------------------------

export interface TurnContext {
  /** @throws FencedError `E_FENCED`, see BatchContext. */
  readonly assertOwner: () => Promise<void>;
  readonly signal: AbortSignal;
}

export interface Turns {
  /**
   * Runs `work` while no drain and no other turn works on the project; its events wait meanwhile.
   *
   * Waits for the drain in hand to end its batch. Never call it from inside a batch of the same project.
   *
   * @throws UnavailableError `E_TURN_TIMEOUT` when the turn was not free within `waitMs` (default: no limit).
   * @throws FencedError when the turn was lost while working.
   */
  readonly withProjectTurn: <T>(
    projectId: string,
    work: (turn: TurnContext) => Promise<T>,
    options?: { readonly signal?: AbortSignal; readonly waitMs?: number },
  ) => Promise<T>;
}

// --- Actions: the fast lane -----------------------------------------------------------------------

export interface Actions {
  /** Adds events that want an answer soon; an id known within the window is not added again. */
  add(envelopes: readonly Envelope[]): Promise<void>;
  waiting(): Promise<number>;
}

/** Thrown errors with `retry` other than `never` are tried again twice; then, and else, dead letters. */
export type ActionHandler = (
  envelope: Envelope,
  context: { readonly signal: AbortSignal; readonly attempt: number },
) => Promise<void>;

// --- Jobs: long work --------------------------------------------------------------------------------

export type JobState =
  "waiting" | "delayed" | "active" | "done" | "failed" | "cancelled";

export interface JobInfo {
  readonly id: string;
  readonly kind: string;
  readonly key: string;
  readonly data: Json;
  readonly state: JobState;
  readonly progress: Json;
  readonly result: Json;
  /** Text of the failure; null unless failed. */
  readonly error: string | null;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** Number of times it was started. */
  readonly starts: number;
}

export interface Jobs {
  /**
   * Adds long work. While a job of the same key waits, nothing is added; while one runs, one more run is
   * kept for when it has ended, unless `isAgain` is false. In all these cases the id is that of the earlier job.
   */
  submit(request: {
    readonly kind: string;
    readonly key: string;
    readonly data: Json;
    readonly delayMs?: number;
    /** A job of this id is added once, whatever has become of it, as long as it is kept. */
    readonly id?: string;
    readonly isAgain?: false;
  }): Promise<{ readonly id: string; readonly isNew: boolean }>;
  get(id: string): Promise<JobInfo | null>;
  /** Newest first. Ended jobs are kept for a week. */
  list(options?: {
    readonly states?: readonly JobState[];
    readonly limit?: number;
  }): Promise<readonly JobInfo[]>;
  /**
   * Removes a job that waits; asks one that runs to stop (its signal aborts within a second or two).
   * False when it has ended or never was.
   */
  cancel(id: string): Promise<boolean>;
}

export interface JobContext extends Pick<Turns, "withProjectTurn"> {
  readonly id: string;
  /** Aborted with reason `cancelled`, `shutdown` or `lock-lost`. */
  readonly signal: AbortSignal;
  /** Stored with the job; a restarted job finds its last report in `previous`, which is 0 before the first. */
  readonly report: (progress: Json) => Promise<void>;
  readonly previous: Json;
  readonly starts: number;
}

/** Returns the result. Must bear being started again from the beginning. */
export type JobHandler = (data: Json, context: JobContext) => Promise<Json>;

// --- Dead letters -----------------------------------------------------------------------------------

export interface DeadLetter {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly projectId: string | null;
  /** Null when what lay in the inbox could not be read; see `raw`. */
  readonly envelope: Envelope | null;
  readonly raw: string;
  readonly handler: string;
  readonly code: string;
  readonly detail: string;
  /** Number of tries that failed. */
  readonly attempts: number;
}

export interface DeadLetterFilter {
  readonly projectId?: string | null;
  readonly handler?: string;
  readonly code?: string;
  readonly topic?: string;
  /** Milliseconds since the epoch: given up before, or since. */
  readonly before?: number;
  readonly since?: number;
  readonly ids?: readonly string[];
}

export interface AuditEntry {
  readonly at: number;
  readonly who: string;
  readonly what: "redrive" | "purge";
  readonly filter: DeadLetterFilter;
  readonly affected: number;
}

export interface DeadLetters {
  add(
    envelope: Envelope,
    reason: { handler: string; code: string; detail: string; attempts: number },
  ): Promise<string>;
  /** Oldest first. */
  list(filter: DeadLetterFilter, limit?: number): Promise<DeadLetter[]>;
  get(id: string): Promise<DeadLetter | null>;
  count(): Promise<number>;
  /**
   * Puts dead letters back at the end of their inboxes, oldest first, each under a fresh dedup id. What
   * cannot be read is left where it is.
   */
  redrive(
    filter: DeadLetterFilter,
    options: {
      readonly who: string;
      readonly dryRun?: boolean;
      /** Events per second; default 50. */
      readonly rate?: number;
      readonly signal?: AbortSignal;
    },
  ): Promise<{ readonly matched: number; readonly redriven: number }>;
  purge(
    filter: DeadLetterFilter,
    options: { readonly who: string; readonly dryRun?: boolean },
  ): Promise<{ readonly matched: number; readonly purged: number }>;
  /** Newest first. */
  audit(limit?: number): Promise<AuditEntry[]>;
}

// --- Outcomes -----------------------------------------------------------------------------------------

export interface OutcomeFilter {
  readonly eventId?: string;
  readonly entityId?: string;
  readonly projectId?: string | null;
  readonly handler?: string;
  readonly kinds?: readonly OutcomeKind[];
  /** Milliseconds since the epoch, by the time of writing. */
  readonly since?: number;
  readonly before?: number;
}

export interface Outcomes {
  /** One round trip for all. */
  write(outcomes: readonly Outcome[]): Promise<void>;
  /** Newest first; default limit 100. */
  query(filter: OutcomeFilter, limit?: number): Promise<Outcome[]>;
}

// --- Own writes, reports, quarantine ------------------------------------------------------------------

/** The ledger of own writes, shared by all processors. */
export interface OwnWriteStore {
  /** Kept for `HISTORY_MS` (core/own-writes.ts), by the clock of the writer. */
  remember(writes: readonly OwnWrite[]): Promise<void>;
  /**
   * One round trip; the answer knows the given entities only. Values come back as `writtenForm` text.
   *
   * @param now - milliseconds since the epoch, for the age of writes
   */
  load(entityIds: readonly string[], now: number): Promise<OwnWrites>;
}

export interface StoredReport {
  readonly id: string;
  readonly projectId: string;
  readonly at: number;
  readonly report: Json;
}

export interface Reports {
  /** Stores a report and makes it the project's latest. Gives its id. */
  store(projectId: string, report: Json): Promise<string>;
  latest(projectId: string): Promise<StoredReport | null>;
  get(id: string): Promise<StoredReport | null>;
}

export interface QuarantineEntry {
  readonly entityId: string;
  readonly rule: string;
  readonly detail: string;
  readonly since: number;
}

/** Entities that could not be brought over, until their cause may have gone. */
export interface Quarantine {
  put(
    projectId: string,
    entries: readonly Omit<QuarantineEntry, "since">[],
  ): Promise<void>;
  /** Those of the given entities that are in quarantine. */
  find(
    projectId: string,
    entityIds: readonly string[],
  ): Promise<ReadonlyMap<string, QuarantineEntry>>;
  list(projectId: string): Promise<QuarantineEntry[]>;
  release(projectId: string, entityIds: readonly string[]): Promise<number>;
}

/** Small JSON values by name. */
export interface KeyValue {
  get(key: string): Promise<Json>;
  set(
    key: string,
    value: Json,
    options?: { readonly ttlMs?: number },
  ): Promise<void>;
  delete(key: string): Promise<void>;
}

/** Values under names that wait for something, for any process to look through. */
export interface Held {
  get(key: string): Promise<Json>;
  put(key: string, value: Json): Promise<void>;
  all(): Promise<ReadonlyMap<string, Json>>;
  /** Removes it and gives what it was, so that of several processes one gets it. */
  take(key: string): Promise<Json>;
}

/** Who does something that is to be done once, among all processes. */
export interface Claims {
  /**
   * True for the first that asks, and for the same one again; false for all others until the time is over.
   */
  claim(key: string, owner: string, ttlMs: number): Promise<boolean>;
}

// --- State, for metrics and health ----------------------------------------------------------------------

export interface QueueDepth {
  readonly projects: readonly {
    readonly partition: string;
    readonly waiting: number;
    readonly headAgeMs: number;
  }[];
  readonly dirty: number;
  readonly drains: {
    readonly waiting: number;
    readonly active: number;
    readonly delayed: number;
  };
  readonly seen: number;
  readonly deadLetters: number;
  readonly memoryBytes: number;
  /** 0 when Redis has no limit. */
  readonly memoryLimitBytes: number;
}
