import { randomUUID } from "node:crypto";
import { toError } from "../../core/errors.ts";
import {
  explainData,
  explainResult,
  PLAN_TTL_MS,
  planData,
  planKey,
  type ExplainResult,
  type PlanResult,
} from "../../core/sync-jobs.ts";
import { plain } from "../../core/issue-report.ts";
import { inSlices } from "../../core/steps.ts";
import type { SyncPlan } from "../../core/sync-plan.ts";
import type { FtrackJobs } from "../../ftrack/jobs.ts";
import { describe } from "../../handlers/sync/describe.ts";
import { explain } from "../../handlers/sync/explain.ts";
import { gatherProject } from "../../handlers/sync/gather/project.ts";
import type { JobHandler, KeyValue } from "../../queue/types.ts";
import {
  messageTo,
  openProject,
  tellClosed,
  type OpeningDeps,
} from "./opening.ts";
import { openBoard } from "./progress.ts";
import { projectContextFor, type SyncTools } from "./sync-run.ts";

export interface PlanJobDeps extends SyncTools, OpeningDeps {
  readonly store: Pick<KeyValue, "set">;
  readonly ftrackJobs: FtrackJobs;
}

/** Lines of a plan that fit into a pop-up. */
const SHOWN = 40;

function label(value: string): {
  readonly type: string;
  readonly value: string;
} {
  return { type: "label", value };
}

function planItems({ summary, rows, issues }: SyncPlan): object[] {
  const lines = rows.map(
    ({ side, action, path }) => `${side}: ${action} ${path}`,
  );
  const problems = issues.map(({ path, detail }) => `${path}: ${detail}`);
  const hidden = Math.max(0, lines.length - SHOWN);
  return [
    ...summary.map((line) => label(`**${plain(line)}**`)),
    label("---"),
    ...lines.slice(0, SHOWN).map((line) => label(plain(line))),
    ...(hidden === 0 ? [] : [label(`… and ${hidden} more`)]),
    ...(problems.length === 0 ? [] : [label("---")]),
    ...problems.slice(0, SHOWN).map((line) => label(plain(line))),
  ];
}

/** Says what a full sync would do. Reads both servers and writes nothing but the Ftrack job of its user. */
export function createPlanJob(deps: PlanJobDeps): JobHandler {
  const { log, now } = deps;
  return async (data, job): Promise<PlanResult> => {
    const { projectId, userId, subtreeId } = planData.parse(data);
    const opening = await openProject(deps, projectId);
    if (opening.kind === "closed")
      return tellClosed(deps, userId, projectId, opening.detail);
    const { project, settings } = opening;
    const { fullName } = project.ftrack;
    const title = `Preview of the sync to AYON (${fullName})`;
    const board = await openBoard(
      { jobs: deps.ftrackJobs, userId, previousId: null, log, now },
      title,
    );
    try {
      const ctx = projectContextFor(deps, project, job.signal);
      const planned = await gatherProject(ctx, settings, subtreeId);
      const made = await inSlices(describe(planned, settings, now()));
      const planId = randomUUID();
      await deps.store.set(planKey(planId), made, {
        ttlMs: PLAN_TTL_MS,
      });
      await board.end("done", `${made.rows.length} changes`, {
        fileName: `sync-plan-${project.ayonName}.json`,
        text: JSON.stringify(made, null, 2),
      });
      if (userId !== null)
        await deps.tell(
          messageTo(userId, projectId, {
            type: "widget",
            title,
            items: planItems(made) as Record<string, unknown>[],
          }),
        );
      return {
        kind: "planned",
        planId,
        fingerprint: made.fingerprint,
        changes: made.rows.length,
        issues: made.issues.length,
        summary: made.summary,
      };
    } catch (thrown) {
      const error = toError(thrown);
      // A job that is handed on or tried again makes a new Ftrack job; this one must not stay open.
      await board.end("failed", error.message, null);
      throw error;
    }
  };
}

/** Says why entities are not in AYON as they are in Ftrack, to the job's starter and to its user. */
export function createExplainJob(deps: SyncTools & OpeningDeps): JobHandler {
  return async (data, job): Promise<ExplainResult> => {
    const { projectId, userId, entityIds } = explainData.parse(data);
    const opening = await openProject(deps, projectId);
    if (opening.kind === "closed")
      return tellClosed(deps, userId, projectId, opening.detail);
    const { project, settings } = opening;
    const ctx = projectContextFor(deps, project, job.signal);
    const entities = await explain(ctx, settings, entityIds);
    if (userId !== null)
      await deps.tell(
        messageTo(userId, projectId, {
          type: "widget",
          title: "Why is this not in AYON?",
          items: entities.flatMap(({ path, ayonPath, lines }) => [
            label(`**${plain(path)}** (in AYON: ${plain(ayonPath ?? "no")})`),
            ...lines.map((line) => label(`- ${plain(line)}`)),
          ]),
        }),
      );
    return explainResult.parse({ kind: "explained", entities });
  };
}
