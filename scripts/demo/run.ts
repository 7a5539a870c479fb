import { setTimeout as sleep } from "node:timers/promises";
import type { Stack } from "../stack/stack.ts";
import { readAyon } from "../stack/ayon-view.ts";
import { demoChanges, type Change } from "./changes.ts";
import type { Show, Studio } from "../stack/studio.ts";

export interface Result {
  readonly made: string;
  readonly seen: string;
  /** From the moment the edit was sent to Ftrack until AYON showed it; null when it never did. */
  readonly ms: number | null;
}

const WAIT_MS = 20_000;
const LOOK_EVERY_MS = 10;

/** Makes the changes one by one; ends after the first that does not arrive, since the others build on it. */
export async function* runDemo(
  stack: Stack,
  studio: Studio,
  show: Show,
): AsyncGenerator<Result> {
  for (const change of demoChanges(studio, show)) {
    const result = await make(change, studio, show, stack);
    yield result;
    if (result.ms === null) return;
  }
}

async function make(
  change: Change,
  studio: Studio,
  show: Show,
  { ayon }: Stack,
): Promise<Result> {
  const { made, seen } = change;
  const startedAt = performance.now();
  await studio.save(...change.edits);
  for (;;) {
    const isThere = change.isThere(await readAyon(ayon, show.name));
    const ms = performance.now() - startedAt;
    if (isThere) return { made, seen, ms };
    if (ms > WAIT_MS) return { made, seen, ms: null };
    await sleep(LOOK_EVERY_MS);
  }
}
