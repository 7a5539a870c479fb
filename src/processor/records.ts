import { z } from "zod";
import type { Issue } from "../core/decision.ts";
import type { ProjectContext } from "../core/handler.ts";
import type { FtrackId } from "../core/ids.ts";
import type { Json, Quarantine, Reports } from "../queue/types.ts";
import { keyOf, MOST_MS, storedIssue } from "./news/burst.ts";
import type { HandlerRun } from "./run.ts";
import { sum, tallyOf, type Tally } from "./tally.ts";

/** Issues kept in one report. */
const MAX_ISSUES = 1_000;

/** A report as it is stored: what a run of a handler, or a job, left to be mended. */
export interface StoredIssues {
  readonly kind: string;
  readonly project: string;
  readonly at: number;
  readonly applied: number;
  readonly failed: number;
  readonly issues: readonly Issue[];
  /** Issues that did not fit. */
  readonly more: number;
}

export function issuesReport(
  kind: string,
  project: string,
  at: number,
  { applied, failed }: { readonly applied: number; readonly failed: number },
  issues: readonly Issue[],
): StoredIssues {
  return {
    kind,
    project,
    at,
    applied,
    failed,
    issues: issues.slice(0, MAX_ISSUES),
    more: Math.max(0, issues.length - MAX_ISSUES),
  };
}

/** A report as JSON: plain data by its type, which TypeScript cannot see through `readonly` records. */
export function asJson(report: StoredIssues): Json {
  return JSON.parse(JSON.stringify(report)) as Json;
}

interface Fates {
  readonly failing: ReadonlyMap<string, Issue>;
  /** Written, and nothing is wrong with it. */
  readonly mended: ReadonlySet<string>;
}

function fatesOf(tallies: readonly Tally[]): Fates {
  const failing = new Map(
    tallies
      .flatMap(({ issues }) => issues)
      .filter((issue) => issue.severity === "error")
      .flatMap((issue) => {
        const { ftrackId } = issue.subject;
        return ftrackId === null ? [] : [[ftrackId, issue] as const];
      }),
  );
  const mended = new Set<FtrackId>();
  for (const { written } of tallies) {
    for (const id of written) if (!failing.has(id)) mended.add(id);
  }
  return { failing, mended };
}

/** Puts what has errors into quarantine, and lets out what was brought over. */
export async function keepQuarantine(
  quarantine: Pick<Quarantine, "put" | "release">,
  projectId: string,
  tallies: readonly Tally[],
): Promise<void> {
  const { failing, mended } = fatesOf(tallies);
  if (failing.size > 0)
    await quarantine.put(
      projectId,
      [...failing].map(([entityId, { rule, detail }]) => ({
        entityId,
        rule,
        detail,
      })),
    );
  if (mended.size > 0) await quarantine.release(projectId, [...mended]);
}

const storedIssues = z.object({
  kind: z.string(),
  at: z.number(),
  applied: z.number(),
  failed: z.number(),
  issues: z.array(storedIssue),
  more: z.number(),
});

/**
 * The report of a burst that comes in several batches: what is new, with what its earlier batches left to be
 * mended.
 */
export function continued(
  before: unknown,
  report: StoredIssues,
  mended: ReadonlySet<string>,
): StoredIssues {
  const read = storedIssues.safeParse(before);
  if (!read.success) return report;
  const earlier = read.data;
  if (earlier.kind !== report.kind || report.at - earlier.at > MOST_MS)
    return report;
  const known = new Set(report.issues.map(keyOf));
  const issues = [
    ...report.issues,
    ...earlier.issues.filter(
      (one) =>
        !known.has(keyOf(one)) && !mended.has(one.subject.ftrackId ?? ""),
    ),
  ];
  return {
    ...report,
    applied: report.applied + earlier.applied,
    failed: report.failed + earlier.failed,
    issues: issues.slice(0, MAX_ISSUES),
    more: report.more + earlier.more + Math.max(0, issues.length - MAX_ISSUES),
  };
}

/** Remembers what could not be brought over until it was, and keeps the report of a run that has issues. */
export function createRecorder(deps: {
  readonly reports: Pick<Reports, "store" | "latest">;
  readonly quarantine: Pick<Quarantine, "put" | "release">;
  readonly now?: () => number;
}): (run: HandlerRun, project: ProjectContext) => Promise<void> {
  const { reports, quarantine, now = Date.now } = deps;
  return async (run, project) => {
    const projectId = project.ftrack.id;
    const tallies = run.applied.map(tallyOf);
    const issues = tallies.flatMap((tally) => tally.issues);
    if (run.handler.keepsQuarantine)
      await keepQuarantine(quarantine, projectId, tallies);
    if (issues.length === 0) return;
    const report = issuesReport(
      run.handler.name,
      project.ayonName,
      now(),
      {
        applied: sum(tallies, "applied"),
        failed: sum(tallies, "failed"),
      },
      issues,
    );
    const before = await reports.latest(projectId);
    const { mended } = fatesOf(tallies);
    const whole = continued(before?.report, report, mended);
    await reports.store(projectId, asJson(whole));
  };
}
