import { randomUUID } from "node:crypto";
import {
  lastPlanKey,
  PLAN_FRESH_MS,
  PLAN_TTL_MS,
  planData,
  planKey,
  type PlanResult,
} from "../../core/sync-jobs.ts";
import { ftrackId, type FtrackId } from "../../core/ids.ts";
import { planForm, PREVIEW_ACTION } from "../../core/plan-form.ts";
import type { SyncPlan } from "../../core/sync-plan.ts";
import { describe } from "../../handlers/sync/describe.ts";
import { gatherProject } from "../../handlers/sync/gather/project.ts";
import type { CANCELLED } from "../../queue/jobs.ts";
import type { JobHandler, Json, KeyValue } from "../../queue/types.ts";
import type { OpenForm } from "../actions/form-reply.ts";
import { openProject, tellClosed, type OpeningDeps } from "./opening.ts";
import { openBoard, type BoardDeps } from "./board.ts";
import { projectContextFor } from "./sync-run.ts";
import { inSlices } from "../slices.ts";

export interface PlanJobDeps extends BoardDeps, OpeningDeps {
  readonly store: Pick<KeyValue, "set">;
  readonly openForm: OpenForm;
}

/** Says what a full sync would do. Reads both servers and writes nothing but the Ftrack job of its user. */
export function createPlanJob(deps: PlanJobDeps): JobHandler {
  const { now } = deps;
  return async (data, job): Promise<PlanResult | typeof CANCELLED> => {
    const { projectId, userId, subtreeId } = planData.parse(data);
    const opening = await openProject(deps, projectId);
    if (opening.kind === "closed")
      return tellClosed(deps, userId, projectId, opening.detail);
    const { project, settings } = opening;
    const { fullName } = project.ftrack;
    const title = `Preview of the sync to AYON (${fullName})`;
    const board = await openBoard(deps, userId, title, job);
    const { signal } = board.job;
    try {
      signal.throwIfAborted();
      const ctx = projectContextFor(deps, project, signal);
      const planned = await gatherProject(ctx, settings, subtreeId);
      const made = await inSlices(describe(planned, settings, now()));
      signal.throwIfAborted();
      const planId = randomUUID();
      await deps.store.set(planKey(planId), made, {
        ttlMs: PLAN_TTL_MS,
      });
      if (userId !== null) {
        const about =
          subtreeId === null ? fullName : planned.made.tree.pathOf(subtreeId);
        await show(deps, userId, made, about);
      }
      await board.mirror.end("done", `${made.rows.length} changes`, {
        name: `sync-plan-${project.ayonName}.json`,
        text: JSON.stringify(made, null, 2),
      });
      return {
        kind: "planned",
        planId,
        fingerprint: made.fingerprint,
        changes: made.rows.length,
        issues: made.issues.length,
        summary: made.summary,
      };
    } catch (thrown) {
      return await board.leave(thrown);
    }
  };
}

/** Opens the plan in the browser of its user, and keeps it for when it is asked for again. */
async function show(
  { store, openForm }: PlanJobDeps,
  userId: FtrackId,
  made: SyncPlan,
  about: string,
): Promise<void> {
  const form = planForm(made, about);
  const scopeId = ftrackId(made.subtreeId ?? made.project.id);
  await store.set(lastPlanKey(userId, scopeId), form as Json, {
    ttlMs: PLAN_FRESH_MS,
  });
  const entityType = made.subtreeId === null ? "show" : "task";
  const to = {
    userId,
    action: PREVIEW_ACTION,
    selection: [{ entityId: scopeId, entityType }],
  };
  await openForm(to, form);
}
