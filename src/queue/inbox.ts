import { randomUUID } from "node:crypto";
import { UnavailableError } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import type { Meter } from "../core/meter.ts";
import { openDrainQueue } from "./bell.ts";
import { closeQueue } from "./bull.ts";
import { readCursor } from "./cursor.ts";
import {
  DEFAULT_SEEN_LIMITS,
  deliver,
  toLines,
  type SeenLimits,
} from "./deliver.ts";
import {
  DEFAULT_MEMORY_LIMITS,
  makeMemoryGuard,
  type MemoryLimits,
} from "./memory.ts";
import { ADVANCE, run } from "./scripts.ts";
import { guard } from "./redis-error.ts";
import type { Connection } from "./redis.ts";
import {
  DEFAULT_HISTORY_LIMITS,
  makeSentHistory,
  type HistoryLimits,
  type Sent,
} from "./sent-history.ts";
import type { Cursor, EnqueueResult, Inbox, Json } from "./types.ts";

export interface InboxOptions extends SeenLimits, HistoryLimits {
  readonly memory: MemoryLimits;
}

export const DEFAULT_INBOX_OPTIONS: InboxOptions = {
  ...DEFAULT_SEEN_LIMITS,
  ...DEFAULT_HISTORY_LIMITS,
  memory: DEFAULT_MEMORY_LIMITS,
};

export interface InboxDeps {
  /** An eager connection. */
  readonly connection: Connection;
  readonly log: Logger;
  readonly meter: Meter;
  /**
   * Told when Redis lost more than memory still holds: what is between has to come from Ftrack's event log.
   */
  readonly onLoss?: () => void;
}

/** A leecher that is silent for longer reports a loss that is none; a catch-up is the consequence. */
const MARK_TTL_MS = 7 * 24 * 3600_000;

function markOf(seq: number): string {
  return seq === 0 ? "" : String(seq);
}

/**
 * The writing side of the inboxes.
 *
 * Redis may come back from a crash without its last second. So every batch leaves its number in Redis.
 * After every reconnect that mark is read before anything is sent, and batches that Redis no longer knows
 * are sent again first: otherwise newer events would get in before the lost ones.
 */
export function openInbox(
  deps: InboxDeps,
  overrides: Partial<InboxOptions> = {},
): Inbox & { close(): Promise<void> } {
  const options = { ...DEFAULT_INBOX_OPTIONS, ...overrides };
  const { connection, log, meter } = deps;
  const { client, keys } = connection;
  const queue = openDrainQueue(connection, log);
  const memory = makeMemoryGuard(client, options.memory);
  const boot = randomUUID();
  let seq = 0;
  /** What the mark in Redis should say: the last batch noted there. */
  let noted = 0;
  let position: Json = null;
  const history = makeSentHistory(options);
  /** What Redis holds is not certain: the connection was lost since the last look. */
  let isDoubtful = false;
  const doubt = (): void => {
    isDoubtful = true;
  };
  client.on("close", doubt);

  async function send(sent: Sent): Promise<EnqueueResult> {
    const result = await deliver(connection, queue, sent.lines, options);
    await advance(sent);
    return result;
  }

  /** Notes in Redis that this batch is the last one. */
  async function advance(sent: Sent): Promise<void> {
    const cursor: Cursor = {
      boot,
      seq: sent.seq,
      at: Date.now(),
      position: sent.position,
    };
    const reply = await run(
      client,
      ADVANCE,
      [keys.sent(boot), keys.cursor],
      [markOf(noted), markOf(sent.seq), JSON.stringify(cursor), MARK_TTL_MS],
    );
    if (reply === 0) {
      isDoubtful = true;
      throw new UnavailableError("Redis came back without its last events", {
        code: "E_REDIS_REWOUND",
        system: "redis",
      });
    }
    noted = sent.seq;
  }

  /** Sends again what Redis has lost. */
  async function settleDoubt(): Promise<void> {
    isDoubtful = false;
    try {
      const mark = Number(await guard(client.get(keys.sent(boot))));
      noted = mark;
      // Ahead of us: the answer to the last batch got lost, and that batch is sent again anyway.
      if (mark < seq) await rewind(mark);
    } catch (thrown) {
      isDoubtful = true;
      throw thrown;
    }
  }

  async function rewind(mark: number): Promise<void> {
    const lost = history.after(mark);
    const events = lost.reduce((n, sent) => n + sent.lines.length, 0);
    const isComplete = lost[0]?.seq === mark + 1;
    meter.count("enqueue_rewinds_total", {});
    meter.count("events_rewound_total", {}, events);
    log.warn(
      { batches: seq - mark, events, isComplete },
      "redis lost acknowledged events, they are sent again",
    );
    if (!isComplete) deps.onLoss?.();
    for (const sent of lost) await send(sent);
  }

  return {
    cursor: () => readCursor(connection),
    async enqueue(envelopes, newPosition) {
      if (envelopes.length === 0 && newPosition === undefined) {
        return { accepted: 0, duplicates: 0 };
      }
      const startedAt = performance.now();
      await memory.assertRoom();
      if (isDoubtful) await settleDoubt();
      const sent: Sent = {
        seq: seq + 1,
        at: Date.now(),
        lines: toLines(envelopes),
        position: newPosition ?? position,
      };
      const result = await send(sent);
      seq = sent.seq;
      position = sent.position;
      history.add(sent);
      meter.observe(
        "enqueue_seconds",
        {},
        (performance.now() - startedAt) / 1000,
      );
      meter.count("events_enqueued_total", {}, result.accepted);
      meter.count("events_duplicate_total", {}, result.duplicates);
      return result;
    },
    async close() {
      client.off("close", doubt);
      await closeQueue(queue);
    },
  };
}
