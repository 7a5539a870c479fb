/** Scenes of the synchronisation: what both servers hold, and what AYON and Ftrack show after a run. */
import { expect } from "vitest";
import { ftrackId } from "../../../src/core/ids.ts";
import type { FtrackContext, Node } from "../../../src/handlers/sync/facts.ts";
import { ayonState, failedInFtrack, rulesBroken, syncOnce } from "./cycle.ts";
import { aContext, aModel, focusOn } from "./model.ts";
import { TYPES } from "./world.ts";

export interface Scene {
  readonly contexts: readonly FtrackContext[];
  readonly nodes?: readonly Node[];
  /** Nodes that hold a version themselves. */
  readonly published?: readonly string[];
  readonly publishedTasks?: readonly string[];
  /** Ids in focus after events; none: a full sync. */
  readonly focus?: readonly string[];
  readonly ayon: readonly string[];
  readonly failed?: readonly string[];
  readonly rules?: readonly string[];
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

export function playScene(scene: Scene): void {
  const model = aModel(scene.contexts, scene.nodes ?? []);
  scene.published?.forEach((id) => model.published.add(id as Node["id"]));
  scene.publishedTasks?.forEach((id) =>
    model.publishedTasks.add(id as Node["id"]),
  );
  const cycle = syncOnce(
    model,
    scene.focus === undefined ? {} : { focus: focusOn(...scene.focus) },
  );
  const refused = [...cycle.results, ...cycle.concluded].filter(
    (r) => r.status !== "applied",
  );
  expect(refused).toEqual([]);
  expect(ayonState(model)).toEqual(scene.ayon);
  expect(failedInFtrack(model)).toEqual(scene.failed ?? []);
  expect(rulesBroken(cycle)).toEqual(scene.rules ?? []);
  // Whatever the scene: a second run finds nothing left to do.
  const again = syncOnce(
    model,
    scene.focus === undefined ? {} : { focus: focusOn(...scene.focus) },
  );
  expect(again.decision.changes).toEqual([]);
  expect(again.conclusion.changes).toEqual([]);
}
