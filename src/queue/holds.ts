import { z } from "zod";
import type { DrainQueue } from "./bell.ts";
import { guard } from "./redis-error.ts";
import type { HoldReason } from "./types.ts";

/** A project whose events wait for a while. */
export interface Hold {
  readonly partition: string;
  /** Null: a long job, or a process that fell silent, has the project. */
  readonly reason: HoldReason | null;
  /** Milliseconds since the epoch: the next try; null while a long job works. */
  readonly until: number | null;
}

const kept = z.object({
  cause: z.enum(["outage", "event"]),
  handler: z.string(),
  code: z.string(),
  detail: z.string(),
  tries: z.number(),
  until: z.number(),
});

/** All projects that are held. */
export async function readHolds(queue: DrainQueue): Promise<readonly Hold[]> {
  const jobs = await guard(queue.getDelayed());
  return jobs.map(({ data: { partition, hold } }) => {
    const parsed = kept.safeParse(hold);
    if (!parsed.success) return { partition, reason: null, until: null };
    const { until, ...reason } = parsed.data;
    return { partition, reason, until };
  });
}
