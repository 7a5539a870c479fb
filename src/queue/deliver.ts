import type { Envelope } from "../core/envelope.ts";
import { ring, type DrainQueue } from "./bell.ts";
import { chunksOfText, groupBy } from "./group.ts";
import { partitionName } from "./keys.ts";
import { execute, guardWithin } from "./redis-error.ts";
import { EAGER_TIMEOUT_MS, type Connection } from "./redis.ts";
import { ENQUEUE, MARK_DIRTY, queueScript } from "./scripts.ts";
import type { EnqueueResult, Relay } from "./types.ts";

/** What is remembered of accepted events. */
export interface SeenLimits {
  /** How long an event id is remembered against duplicates; longer than any overlap of a catch-up. */
  readonly windowMs: number;
  /** Most ids remembered per project. */
  readonly maxSeen: number;
}

export const DEFAULT_SEEN_LIMITS: SeenLimits = {
  windowMs: 2 * 3600_000,
  maxSeen: 200_000,
};

/** An event in the form in which it lies in Redis. */
export interface Line {
  readonly partition: string;
  readonly id: string;
  /** The envelope as JSON. */
  readonly text: string;
}

export function toLines(envelopes: readonly Envelope[]): readonly Line[] {
  return envelopes.map((e) => ({
    partition: partitionName(e.projectId),
    id: e.id,
    text: JSON.stringify(e),
  }));
}

/** Scripts block Redis while they run: not more events and characters than this in one. */
const MOST_PER_SCRIPT = [500, 2_000_000] as const;

/** Puts events into the inboxes of their projects and wakes the drains. */
export async function deliver(
  { client, keys }: Connection,
  queue: DrainQueue,
  lines: readonly Line[],
  { windowMs, maxSeen }: SeenLimits,
): Promise<EnqueueResult> {
  const groups = groupBy(lines, (line) => line.partition);
  const pipeline = client.pipeline();
  queueScript(pipeline, MARK_DIRTY, [keys.dirty], [...groups.keys()]);
  for (const [partition, own] of groups) {
    const { inbox, seen } = keys.project(partition);
    for (const part of chunksOfText(own, ...MOST_PER_SCRIPT)) {
      queueScript(
        pipeline,
        ENQUEUE,
        [inbox, seen],
        [windowMs, maxSeen, ...part.flatMap(({ id, text }) => [id, text])],
      );
    }
  }
  const [, ...added] = await execute(pipeline);
  await guardWithin(ring(queue, [...groups.keys()]), EAGER_TIMEOUT_MS);
  const accepted = added.reduce<number>((n, x) => n + Number(x), 0);
  return { accepted, duplicates: lines.length - accepted };
}

/** Passes events on to the inboxes of projects, for what arrived on another lane. */
export function openRelay(connection: Connection, queue: DrainQueue): Relay {
  return {
    async pass(envelopes) {
      if (envelopes.length === 0) return { accepted: 0, duplicates: 0 };
      return deliver(
        connection,
        queue,
        toLines(envelopes),
        DEFAULT_SEEN_LIMITS,
      );
    },
  };
}
