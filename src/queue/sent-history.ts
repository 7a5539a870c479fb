import type { Line } from "./deliver.ts";
import type { Json } from "./types.ts";

/** A batch that Redis has taken. */
export interface Sent {
  readonly seq: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** As text: it takes a fraction of the memory of the events it was made from. */
  readonly lines: readonly Line[];
  readonly position: Json;
}

/** How much of what was acknowledged is kept in memory, for when Redis loses it. */
export interface HistoryLimits {
  /** Age of a batch compared with the newest one. */
  readonly keepMs: number;
  readonly keepEvents: number;
  readonly keepCharacters: number;
}

export const DEFAULT_HISTORY_LIMITS: HistoryLimits = {
  keepMs: 10_000,
  keepEvents: 5_000,
  keepCharacters: 8_000_000,
};

/** The batches of the last seconds, for a Redis that comes back without them. */
export interface SentHistory {
  add(sent: Sent): void;
  /** In order. */
  after(seq: number): readonly Sent[];
}

/** The newest batch is kept whatever its size. */
export function makeSentHistory(limits: HistoryLimits): SentHistory {
  const batches: Sent[] = [];
  let events = 0;
  let characters = 0;
  return {
    add(sent) {
      batches.push(sent);
      events += sent.lines.length;
      characters += lengthOf(sent);
      for (;;) {
        const [oldest] = batches;
        if (oldest === undefined || oldest === sent) return;
        const fits =
          oldest.at >= sent.at - limits.keepMs &&
          events <= limits.keepEvents &&
          characters <= limits.keepCharacters;
        if (fits) return;
        batches.shift();
        events -= oldest.lines.length;
        characters -= lengthOf(oldest);
      }
    },
    after: (seq) => batches.filter((sent) => sent.seq > seq),
  };
}

function lengthOf({ lines }: Sent): number {
  return lines.reduce((sum, { text }) => sum + text.length, 0);
}
