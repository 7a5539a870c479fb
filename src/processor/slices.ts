import { setImmediate as breathe } from "node:timers/promises";
import type { Steps } from "../core/steps.ts";

/** Pausing costs next to nothing beside it, and an answer that has to wait for several comes soon enough. */
const SLICE_MS = 2;

/** Runs the steps in slices; between them timers, answers and other work have their turn. */
export async function inSlices<T>(steps: Steps<T>): Promise<T> {
  let until = performance.now() + SLICE_MS;
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (performance.now() < until) continue;
    await breathe();
    until = performance.now() + SLICE_MS;
  }
}
