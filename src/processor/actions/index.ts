import type { Action, ActionRecords } from "../../core/action.ts";
import type { FtrackEvent } from "../../core/event.ts";
import type { Apply } from "../../core/handler.ts";
import type { FtrackId } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import type { Meter } from "../../core/meter.ts";
import type { Reference } from "../../core/reference.ts";
import type { FtrackJobs } from "../../ftrack/jobs.ts";
import type {
  ActionHandler,
  Claims,
  JobHandler,
  Jobs,
  Outcomes,
  Quarantine,
} from "../../queue/types.ts";
import type { Settings } from "../../settings/load.ts";
import type { Writer } from "../apply/index.ts";
import { createActionJobs } from "./jobs.ts";
import { createActionLane, type ActionReads } from "./lane.ts";
import { createIcon } from "./icon.ts";
import { createPerformer } from "./perform.ts";
import { createSeal } from "./seal.ts";

export interface ActionSideDeps {
  readonly actions: readonly Action[];
  /** Known to all processors and to nobody else; signs what is kept in forms. */
  readonly secret: string;
  readonly reads: (log: Logger, signal: AbortSignal) => ActionReads;
  readonly reference: Reference;
  readonly settings: Settings;
  readonly applyFor: (writer: Writer) => Apply;
  readonly jobs: Pick<Jobs, "submit">;
  readonly claims: Claims;
  readonly ftrackJobs: FtrackJobs;
  readonly outcomes: Pick<Outcomes, "query">;
  readonly quarantine: Pick<Quarantine, "find">;
  /** Gives the address of the icon. */
  readonly icon: () => Promise<string>;
  readonly reply: (event: FtrackEvent, data: unknown) => Promise<void>;
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
  const { secret, outcomes, quarantine, others, ...shared } = deps;
  const { log } = shared;
  const seal = createSeal(secret, Date.now);
  const records: ActionRecords = {
    outcomesOf: (entityId, limit) => outcomes.query({ entityId }, limit),
    quarantined: (projectId: FtrackId, ids) => quarantine.find(projectId, ids),
  };
  return {
    lane: createActionLane({
      ...shared,
      records,
      seal,
      performer: createPerformer({ ...shared, seal, now: Date.now }),
      icon: createIcon(deps.icon, log),
      ...(others === undefined ? {} : { others }),
    }),
    jobs: createActionJobs(shared),
  };
}
