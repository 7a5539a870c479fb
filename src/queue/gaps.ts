import { z } from "zod";
import type { AuditReason } from "../core/audit.ts";
import { execute, guard } from "./redis-error.ts";
import type { Connection } from "./redis.ts";

/** What one catch-up expected and what it got. `expected` = `recovered` + `known` + `unrecoverable`. */
export interface GapReport {
  /** When it was made. Milliseconds since the epoch, as all times here. */
  readonly at: number;
  /** The stretch in which events may have been missed; `from` null: not known since when, or none missed. */
  readonly from: number | null;
  readonly to: number;
  readonly reason: "start" | "reconnect" | "lost" | "redis" | "regular";
  /** Rows of Ftrack's event log that say something about an entity. */
  readonly expected: number;
  /** Handed on now. */
  readonly recovered: number;
  /** Handed on by an earlier run of this process. */
  readonly known: number;
  /** They do not say what they are about; an audit answers for them. */
  readonly unrecoverable: number;
  readonly isLogRead: boolean;
  /** Why an audit was asked for; null when none was. */
  readonly audit: AuditReason | null;
  /** Number of projects it was asked for. */
  readonly audited: number;
}

/** The last reports about gaps, for the operator. */
export interface GapLedger {
  add(report: GapReport): Promise<void>;
  /** Newest first. */
  list(most?: number): Promise<readonly GapReport[]>;
}

const KEPT = 200;

const stored = z.object({
  at: z.number(),
  from: z.number().nullable(),
  to: z.number(),
  reason: z.enum(["start", "reconnect", "lost", "redis", "regular"]),
  expected: z.number(),
  recovered: z.number(),
  known: z.number(),
  unrecoverable: z.number(),
  isLogRead: z.boolean(),
  audit: z
    .enum([
      "first-start",
      "long-gap",
      "log-denied",
      "log-cut",
      "log-unclear",
      "redis-loss",
    ])
    .nullable(),
  audited: z.number(),
}) satisfies z.ZodType<GapReport>;

/** In a list of its own, so that two leechers do not overwrite each other's reports. */
export function makeGapLedger({ client, keys }: Connection): GapLedger {
  return {
    async add(report) {
      const pipeline = client.pipeline();
      pipeline.lpush(keys.gaps, JSON.stringify(report));
      pipeline.ltrim(keys.gaps, 0, KEPT - 1);
      await execute(pipeline);
    },
    async list(most = KEPT) {
      const texts = await guard(client.lrange(keys.gaps, 0, most - 1));
      return texts.map((text) => stored.parse(JSON.parse(text)));
    },
  };
}
