/** One whole run of the sync over the model: plan, write, conclude, write. */
import type { ChangeResult } from "../../../src/core/change.ts";
import type { Decision } from "../../../src/core/decision.ts";
import { ftrackId, type FtrackId } from "../../../src/core/ids.ts";
import { atOnce } from "../../../src/core/steps.ts";
import { conclude } from "../../../src/handlers/sync/conclude/index.ts";
import type { SyncFacts } from "../../../src/handlers/sync/facts.ts";
import type { Interest } from "../../../src/handlers/sync/interest.ts";
import { plan } from "../../../src/handlers/sync/plan/index.ts";
import type { SyncSettings } from "../../../src/handlers/sync/settings.ts";
import { factsOf, SETTINGS, type Model } from "./model.ts";
import { applyTo } from "./server.ts";
import { DEFINITIONS, PROJECT } from "./world.ts";

export interface Cycle {
  readonly decision: Decision;
  readonly results: readonly ChangeResult[];
  readonly conclusion: Decision;
  readonly concluded: readonly ChangeResult[];
}

export interface CycleOptions {
  readonly focus?: ReadonlyMap<FtrackId, Interest>;
  readonly settings?: Partial<SyncSettings>;
  readonly facts?: Partial<SyncFacts>;
}

export function syncOnce(model: Model, options: CycleOptions = {}): Cycle {
  const settings = { ...SETTINGS, ...options.settings };
  const facts = { ...factsOf(model, options.focus), ...options.facts };
  const made = atOnce(plan(facts, settings));
  const { decision } = made;
  const results = applyTo(model, decision.changes);
  const conclusion = atOnce(conclude(facts, settings, made, results));
  const concluded = applyTo(model, conclusion.changes);
  return { decision, results, conclusion, concluded };
}

/** What AYON holds, a line per node: path, id, the Ftrack id it is linked to. Ids made by the plan read "new". */
export function ayonState(model: Model): string[] {
  return [...model.nodes.values()]
    .map((node) => {
      const id = node.id.length === 32 ? "new" : node.id;
      const linked = node.own["ftrackId"];
      const parts = [
        node.kind === "task" ? `${node.path} (task)` : node.path,
        id,
        typeof linked === "string" ? linked : "-",
      ];
      return `${parts.join(" ")}${node.active ? "" : " archived"}`;
    })
    .sort();
}

/** What people see in Ftrack: ids of the contexts whose `ayon_sync_failed` is on, inherited or not. */
export function failedInFtrack(model: Model): string[] {
  function visible(id: FtrackId): boolean {
    const own = model.values.get(id)?.get(DEFINITIONS.syncFailed.id);
    if (own !== undefined) return own === true;
    const parentId = model.contexts.get(id)?.parentId;
    return parentId !== undefined && parentId !== PROJECT && visible(parentId);
  }
  return [...model.contexts.keys()].filter(visible).sort();
}

/** Own value of a bookkeeping attribute. */
export function bookkept(
  model: Model,
  id: string,
  key: "ayonId" | "ayonPath" | "syncFailed",
): unknown {
  return model.values.get(ftrackId(id))?.get(DEFINITIONS[key].id);
}

/** Rules that entities break, with their Ftrack ids; remarks about the project's types are left out. */
export function rulesBroken({ decision, conclusion }: Cycle): string[] {
  return [...decision.issues, ...conclusion.issues]
    .filter((issue) => issue.subject.ftrackId !== PROJECT)
    .map((issue) => `${issue.rule} ${issue.subject.ftrackId ?? "-"}`)
    .sort();
}
