import type { Action, ActionRecords, Explain } from "../../core/action.ts";
import type { Apply } from "../../core/handler.ts";
import type { FtrackId } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import type { Meter } from "../../core/meter.ts";
import type { Reference } from "../../core/reference.ts";
import { keptForm } from "../../core/plan-form.ts";
import { lastPlanKey } from "../../core/sync-jobs.ts";
import type { FtrackJobs } from "../../ftrack/jobs.ts";
import type {
  ActionHandler,
  Claims,
  JobHandler,
  Jobs,
  KeyValue,
  Outcomes,
  Quarantine,
} from "../../queue/types.ts";
import type { Settings } from "../../settings/load.ts";
import type { Writer } from "../apply/index.ts";
import { createActionJobs } from "./jobs.ts";
import { createActionLane, type ActionReads } from "./lane.ts";
import { createIcon } from "./icon.ts";
import { createPerformer } from "./perform.ts";
import type { SendReply } from "./reply.ts";
import type { Seal } from "./seal.ts";

export interface ActionSideDeps {
  readonly actions: readonly Action[];
  readonly seal: Seal;
  readonly reads: (log: Logger, signal: AbortSignal) => ActionReads;
  readonly reference: Reference;
  readonly settings: Settings;
  readonly applyFor: (writer: Writer) => Apply;
  readonly jobs: Pick<Jobs, "submit">;
  readonly claims: Claims;
  readonly ftrackJobs: FtrackJobs;
  readonly outcomes: Pick<Outcomes, "query">;
  readonly quarantine: Pick<Quarantine, "find">;
  readonly store: Pick<KeyValue, "get">;
  readonly explain: Explain;
  /** Gives the address of the icon. */
  readonly icon: () => Promise<string>;
  readonly reply: SendReply;
  /** Gets what is not for an action of this service. */
  readonly others?: ActionHandler;
  readonly log: Logger;
  readonly meter: Meter;
}

export interface ActionSide {
  /** Answers in the fast lane. */
  readonly lane: ActionHandler;
  /** Long work, by the kinds of its jobs. */
  readonly jobs: Readonly<Record<string, JobHandler>>;
}

/** Everything behind the actions that people click in Ftrack. */
export function createActionSide(deps: ActionSideDeps): ActionSide {
  const { outcomes, quarantine, store, others, ...shared } = deps;
  const { log } = shared;
  const records: ActionRecords = {
    async lastPlan(userId, scopeId) {
      const kept = await store.get(lastPlanKey(userId, scopeId));
      // A plan of an earlier version of this service is made anew.
      const form = keptForm.safeParse(kept);
      return form.success ? form.data : null;
    },
    outcomesOf: (entityId, limit) => outcomes.query({ entityId }, limit),
    quarantined: (projectId: FtrackId, ids) => quarantine.find(projectId, ids),
  };
  return {
    lane: createActionLane({
      ...shared,
      records,
      performer: createPerformer({ ...shared, now: Date.now }),
      icon: createIcon(deps.icon, log),
      ...(others === undefined ? {} : { others }),
    }),
    jobs: createActionJobs(shared),
  };
}
