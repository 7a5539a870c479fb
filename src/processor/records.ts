import { z } from "zod";
import type { Issue } from "../core/decision.ts";
import type { ProjectContext } from "../core/handler.ts";
import type { Json, Quarantine, Reports } from "../queue/types.ts";
import { keyOf, MOST_MS, storedIssue } from "./news/burst.ts";
import type { Applied, HandlerRun } from "./run.ts";

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

function fatesOf(applied: readonly Applied[]): Fates {
  const decisions = applied.map((one) => one.decision);
  const failing = new Map(
    decisions
      .flatMap((decision) => decision.issues)
      .filter((issue) => issue.severity === "error")
      .flatMap((issue) => {
        const { ftrackId } = issue.subject;
        return ftrackId === null ? [] : [[ftrackId, issue] as const];
      }),
  );
  const results = applied.flatMap((one) => one.results);
  const statusOf = new Map(results.map((r) => [r.changeId, r.status]));
  const mended = new Set<string>();
  for (const { changes } of decisions) {
    for (const change of changes) {
      const { ftrackId } = change.subject;
      const isWell = statusOf.get(change.id) === "applied";
      if (isWell && ftrackId !== null && !failing.has(ftrackId))
        mended.add(ftrackId);
    }
  }
  return { failing, mended };
}

/** Puts what has errors into quarantine, and lets out what was brought over. */
export async function keepQuarantine(
  quarantine: Pick<Quarantine, "put" | "release">,
  projectId: string,
  applied: readonly Applied[],
): Promise<void> {
  const { failing, mended } = fatesOf(applied);
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
    const decisions = run.applied.map((one) => one.decision);
    const issues = decisions.flatMap((decision) => decision.issues);
    if (run.handler.keepsQuarantine)
      await keepQuarantine(quarantine, projectId, run.applied);
    if (issues.length === 0) return;
    const results = run.applied.flatMap((one) => one.results);
    const report = issuesReport(
      run.handler.name,
      project.ayonName,
      now(),
      {
        applied: results.filter((r) => r.status === "applied").length,
        failed: results.filter((r) => r.status === "failed").length,
      },
      issues,
    );
    const before = await reports.latest(projectId);
    const { mended } = fatesOf(run.applied);
    const whole = continued(before?.report, report, mended);
    await reports.store(projectId, asJson(whole));
  };
}
