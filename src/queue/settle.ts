import type { DrainRun, ReadEntry } from "./drain-run.ts";
import type { Burial, Entry } from "./project-inbox.ts";
import type { FinalVerdict } from "./types.ts";

/**
 * Removes events that are done and moves dead ones to the dead letters, in order: a prefix of the inbox.
 *
 * @returns whether a long job waits for the project.
 * @throws FencedError
 */
export async function settle(
  run: DrainRun,
  items: readonly ReadEntry[],
  verdicts: readonly FinalVerdict[],
): Promise<boolean> {
  let turnWanted = false;
  let done: ReadEntry[] = [];
  async function commitDone(): Promise<void> {
    if (done.length === 0) return;
    const batch = done;
    done = [];
    turnWanted = await commit(run, batch);
  }
  for (const [i, verdict] of verdicts.entries()) {
    const item = items[i];
    if (item === undefined) break;
    if (verdict.kind === "done") {
      done.push(item);
    } else {
      await commitDone();
      await giveUp(run, item.entry, "refused", { ...verdict, attempts: 1 });
    }
  }
  await commitDone();
  if (verdicts.length > 0) run.onProgress();
  return turnWanted;
}

async function commit(
  run: DrainRun,
  done: readonly ReadEntry[],
): Promise<boolean> {
  const { inbox, meter, log } = run;
  const reply = await inbox.commit(done.map((d) => d.entry.entryId));
  if (reply.removed !== done.length) {
    meter.count("commit_mismatch_total", {});
    log.error(
      {
        partition: inbox.partition,
        expected: done.length,
        removed: reply.removed,
      },
      "a commit removed fewer events than were handled",
    );
  }
  meter.count("events_handled_total", { verdict: "done" }, done.length);
  const now = Date.now();
  for (const { envelope } of done) {
    const lagMs = Math.max(0, now - envelope.receivedAt);
    meter.observe("event_lag_seconds", {}, lagMs / 1000);
  }
  return reply.turnWanted;
}

/** Moves one event to the dead letters. */
export async function giveUp(
  run: DrainRun,
  entry: Entry,
  cause: "failed" | "refused" | "malformed" | "crashed",
  burial: Burial,
): Promise<void> {
  const { inbox, meter, log } = run;
  const { handler, code, detail, attempts } = burial;
  const result = await inbox.bury(entry.entryId, burial);
  if (result === "gone") {
    meter.count("commit_mismatch_total", {});
    return;
  }
  if (result === "buried-dropping-oldest") {
    meter.count("dead_letters_dropped_total", {});
    log.error(
      { partition: inbox.partition },
      "too many dead letters, the oldest was dropped",
    );
  }
  meter.count("dead_letters_total", { cause });
  meter.count("events_handled_total", { verdict: "dead" });
  log.error(
    {
      partition: inbox.partition,
      eventId: entry.dedupId,
      handler,
      code,
      detail,
      attempts,
    },
    "event given up, see dead letters",
  );
}
