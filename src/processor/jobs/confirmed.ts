import { z } from "zod";
import { begunKey, PLAN_TTL_MS } from "../../core/sync-jobs.ts";
import { marksOf, type SyncPlan } from "../../core/sync-plan.ts";
import type { KeyValue } from "../../queue/types.ts";
import { inSlices } from "../slices.ts";

/** The plan that a person has confirmed. */
export interface Confirmed {
  /**
   * Whether a plan made now is the confirmed one or, where that was begun before, what is left of it. To be asked
   * right before it is carried out: from then on it counts as begun.
   */
  allows(plan: SyncPlan): Promise<boolean>;
  /** Whether an earlier start has begun with it, as far as is known. */
  wasBegun(): boolean;
}

const marks = z.array(z.string()).nullable().catch(null);

/** @param jobId - the same at every start of the work */
export function openConfirmed(
  store: Pick<KeyValue, "get" | "set">,
  jobId: string,
  fingerprint: string,
): Confirmed {
  const key = begunKey(jobId);
  let wasBegun = false;
  return {
    wasBegun: () => wasBegun,
    async allows(plan) {
      const begun = marks.parse(await store.get(key));
      wasBegun = begun !== null;
      const now = await inSlices(marksOf(plan));
      if (begun !== null) {
        const known = new Set(begun);
        return now.every((mark) => known.has(mark));
      }
      if (plan.fingerprint !== fingerprint) return false;
      await store.set(key, now, { ttlMs: PLAN_TTL_MS });
      return true;
    },
  };
}
