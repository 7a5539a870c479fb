import type { Envelope } from "../core/envelope.ts";
import type { Json } from "./types.ts";

/** A batch that Redis has taken. */
export interface Sent {
  readonly seq: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly envelopes: readonly Envelope[];
  readonly position: Json;
}

/** The batches of the last seconds, for a Redis that comes back without them. */
export interface SentHistory {
  add(sent: Sent): void;
  /** In order. */
  after(seq: number): readonly Sent[];
}

/** Keeps batches that are younger than the newest by at most `keepMs`, and not more events than `most`. */
export function makeSentHistory(keepMs: number, most: number): SentHistory {
  const batches: Sent[] = [];
  let events = 0;
  return {
    add(sent) {
      batches.push(sent);
      events += sent.envelopes.length;
      for (;;) {
        const [oldest] = batches;
        if (oldest === undefined || oldest === sent) return;
        if (oldest.at >= sent.at - keepMs && events <= most) return;
        batches.shift();
        events -= oldest.envelopes.length;
      }
    },
    after: (seq) => batches.filter((sent) => sent.seq > seq),
  };
}
