import { startRig, until, type Rig } from "./rig.ts";
import { openShows, startLoad, type Show, type ShowOptions } from "./shows.ts";
import { openJudge, type Judge } from "./verdict.ts";

export const DEFAULT_SHOWS: ShowOptions = { count: 4, createEvery: 8 };
const SETTLE_MS = 60_000;

/** A rig with shows that are the same on both sides. */
export interface Arena {
  readonly rig: Rig;
  readonly shows: readonly Show[];
  readonly judge: Judge;
  close(): Promise<void>;
}

export async function openArena(
  signal?: AbortSignal,
  options = DEFAULT_SHOWS,
): Promise<Arena> {
  const rig = await startRig(signal);
  try {
    const shows = await openShows(rig.stack, options);
    const judge = await openJudge(rig, shows);
    // Every way is gone once: scripts are loaded, connections made, references read.
    const load = startLoad(shows, 2 * shows.length);
    await until(
      "first edits",
      () => load.edits() >= 8 * shows.length,
      SETTLE_MS,
    );
    await load.stop();
    await until(
      "both sides are the same",
      async () => (await judge.differences()).length === 0,
      SETTLE_MS,
    );
    return {
      ...{ rig, shows, judge },
      async close() {
        await judge.close();
        await rig.stop();
      },
    };
  } catch (thrown) {
    await rig.stop();
    throw thrown;
  }
}
