/** Scenes of the synchronisation: what both servers hold, and what AYON and Ftrack show after a run. */
import type { Change, ChangeResult } from "../../../src/core/change.ts";
import { ftrackId } from "../../../src/core/ids.ts";
import type { FtrackContext, Node } from "../../../src/handlers/sync/facts.ts";
import { ayonState, failedInFtrack, rulesBroken, syncOnce } from "./cycle.ts";
import { aContext, aModel, focusOn } from "./model.ts";
import { TYPES } from "./world.ts";

/** What both servers hold, and what the sync looks at. */
export interface Given {
  readonly contexts: readonly FtrackContext[];
  readonly nodes?: readonly Node[];
  /** Nodes that hold a version themselves. */
  readonly published?: readonly string[];
  readonly publishedTasks?: readonly string[];
  /** Ids in focus after events; none: a full sync. */
  readonly focus?: readonly string[];
}

/** A scene and what it comes to. */
export interface Scene extends Given {
  readonly ayon: readonly string[];
  readonly failed?: readonly string[];
  readonly rules?: readonly string[];
}

/** What a run came to. */
export interface Played {
  /** See `ayonState`. */
  readonly ayon: readonly string[];
  /** Ids marked as failed in Ftrack. */
  readonly failed: readonly string[];
  /** Rules broken, each with the id of who broke it. */
  readonly rules: readonly string[];
  /** Changes that a server refused. */
  readonly refused: readonly ChangeResult[];
  /** Changes that a second run still wants. */
  readonly left: readonly Change[];
}

export function sequence(id: string, name: string): FtrackContext {
  return aContext(id, name, { objectTypeId: TYPES.sequence });
}
export function below(parent: string): Partial<FtrackContext> {
  return { parentId: ftrackId(parent) };
}
export function inFolder(
  parent: string,
  more: Partial<Node> = {},
): Partial<Node> {
  return { parentId: parent as Node["id"], ...more };
}

/** Runs the sync over a scene, and once more over what came of it. */
export function playScene(given: Given): Played {
  const model = aModel(given.contexts, given.nodes ?? []);
  given.published?.forEach((id) => model.published.add(id as Node["id"]));
  given.publishedTasks?.forEach((id) =>
    model.publishedTasks.add(id as Node["id"]),
  );
  const options =
    given.focus === undefined ? {} : { focus: focusOn(...given.focus) };
  const cycle = syncOnce(model, options);
  const played = {
    ayon: ayonState(model),
    failed: failedInFtrack(model),
    rules: rulesBroken(cycle),
    refused: [...cycle.results, ...cycle.concluded].filter(
      (result) => result.status !== "applied",
    ),
  };
  const { decision, conclusion } = syncOnce(model, options);
  return { ...played, left: [...decision.changes, ...conclusion.changes] };
}
