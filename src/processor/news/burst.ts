import { z } from "zod";
import type { Issue } from "../../core/decision.ts";
import { ftrackId } from "../../core/ids.ts";

/** A burst of edits is over when nothing new went wrong for this long, and none of its events wait. */
const QUIET_MS = 2_000;
/** However long it goes on, its user is told of what is known by then. */
export const MOST_MS = 60_000;
/** More than this is in the stored report only. */
const MOST_ISSUES = 300;

/** What went wrong with the edits of one user in one project, over any number of batches. */
export interface Burst {
  readonly userId: string;
  readonly projectId: string;
  readonly title: string;
  /** When the first of it went wrong, and the last; milliseconds since the epoch. */
  readonly since: number;
  readonly last: number;
  readonly issues: readonly Issue[];
  /** Issues that did not fit. */
  readonly more: number;
}

export const storedIssue = z.object({
  severity: z.enum(["error", "warning", "info"]),
  rule: z.string(),
  subject: z.object({
    ftrackId: z.string().transform(ftrackId).nullable(),
    path: z.string(),
    type: z.string(),
  }),
  detail: z.string(),
  fix: z.string(),
});

const burst = z.object({
  userId: z.string(),
  projectId: z.string(),
  title: z.string(),
  since: z.number(),
  last: z.number(),
  issues: z.array(storedIssue),
  more: z.number(),
});

/** Null when it is none. */
export function burstIn(value: unknown): Burst | null {
  return burst.safeParse(value).data ?? null;
}

/** One thing that is wrong with one entity, however often it is found. */
export function keyOf({ rule, subject }: Issue): string {
  return JSON.stringify([rule, subject.ftrackId ?? subject.path]);
}

/** The burst with what a further batch found; what was found before is named once, as it was found last. */
export function joined(
  before: Burst | null,
  found: Pick<Burst, "userId" | "projectId" | "title" | "issues">,
  at: number,
): Burst {
  const all = new Map(
    [...(before?.issues ?? []), ...found.issues].map((one) => [
      keyOf(one),
      one,
    ]),
  );
  const issues = [...all.values()];
  return {
    ...found,
    since: before?.since ?? at,
    last: at,
    issues: issues.slice(0, MOST_ISSUES),
    more: (before?.more ?? 0) + Math.max(0, issues.length - MOST_ISSUES),
  };
}

/**
 * Whether the user is told now.
 *
 * @param isBusy - events of the project wait, or are being handled
 */
export function isDue(
  { since, last }: Pick<Burst, "since" | "last">,
  now: number,
  isBusy: boolean,
): boolean {
  return now - since >= MOST_MS || (!isBusy && now - last >= QUIET_MS);
}

/** What came to a burst after it was told; null when nothing did. */
export function untold(now: Burst, told: Burst): Burst | null {
  const known = new Set(
    told.issues.map((one) => JSON.stringify([keyOf(one), one.detail])),
  );
  const issues = now.issues.filter(
    (one) => !known.has(JSON.stringify([keyOf(one), one.detail])),
  );
  const more = now.more - told.more;
  return issues.length + more === 0
    ? null
    : { ...now, since: now.last, issues, more };
}
