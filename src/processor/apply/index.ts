import { setImmediate as breathe } from "node:timers/promises";
import type { AyonHttp } from "../../ayon/http.ts";
import type { Download } from "../../ayon/thumbnails.ts";
import type {
  Change,
  ChangeKind,
  ChangeOf,
  ChangeResult,
  FtrackMessage,
  JobStart,
} from "../../core/change.ts";
import type { Decision } from "../../core/decision.ts";
import { codeOf, FencedError, retryOf, toError } from "../../core/errors.ts";
import type { Apply } from "../../core/handler.ts";
import type { Logger } from "../../core/log.ts";
import {
  doneWritesOf,
  type FightWords,
  freezeFights,
  type Guarded,
  writesOf,
} from "../../core/oscillation.ts";
import type { OwnWrite } from "../../core/own-writes.ts";
import { BOOKKEEPING_KEYS } from "../../core/bookkeeping.ts";
import type { FtrackSession } from "../../ftrack/session.ts";
import { writeFtrack } from "../../ftrack/writes/writes.ts";
import type { Jobs, Json, OwnWriteStore } from "../../queue/types.ts";
import {
  ONE_BY_ONE,
  writeLinks,
  writeOne,
  writeOperations,
  writeThumbnails,
  type Fence,
} from "./ayon.ts";
import { isUnmet, nextGroup, type Group } from "./groups.ts";

/** Where changes go. */
export interface Targets {
  readonly ayon: AyonHttp;
  readonly ftrack: FtrackSession;
  /** Shows a message or a form in the web client of one user. */
  readonly tell: (message: FtrackMessage) => Promise<void>;
  readonly jobs: Pick<Jobs, "submit">;
  readonly ownWrites: Pick<OwnWriteStore, "load" | "remember">;
  readonly download: Download;
  /** Tells administrators, once for each kind of trouble. */
  readonly report?: (kind: string, message: string) => Promise<void>;
  /** Names for what is said of a fight; asked for when there is one. */
  readonly fightWords?: () => Promise<FightWords>;
  /** Decides only: every change ends as `planned`. */
  readonly isDryRun: boolean;
  readonly now?: () => number;
}

/** On whose behalf changes are made. */
export interface Writer extends Fence {
  /** Name of the handler. */
  readonly by: string;
  /** Names of those whose edits led to the decision. */
  readonly actors: readonly string[];
  readonly log: Logger;
  /** Called for each decision with what was left of it and what became of that. */
  readonly onApplied?: (
    decision: Decision,
    results: readonly ChangeResult[],
  ) => void;
}

function failure(
  change: Change,
  thrown: unknown,
  mayRetry = true,
): ChangeResult {
  const error = toError(thrown);
  return {
    changeId: change.id,
    status: "failed",
    error: {
      code: codeOf(error),
      message: error.message,
      transient: mayRetry && retryOf(error) !== "never",
    },
  };
}

function blocked(change: Change): ChangeResult {
  return {
    changeId: change.id,
    status: "blocked",
    error: {
      code: "E_BLOCKED",
      message: "Something it needs was not written",
      transient: false,
    },
  };
}

/** Whether others may write the same field; what only this service writes is told apart by its key. */
function isShared(change: Change): boolean {
  return change.kind !== "ftrack.value" || !BOOKKEEPING_KEYS.has(change.key);
}

/**
 * The one door through which this service writes to other systems. Changes go out family by family, each
 * after what it needs; ownership is checked right before every request; what is written to Ftrack is
 * remembered first, so that its echo is known however fast it comes.
 */
export function openDoor(targets: Targets): (writer: Writer) => Apply {
  const { ayon, ftrack, jobs, ownWrites, download, isDryRun } = targets;
  const now = targets.now ?? Date.now;

  /** Writes to fields that others may write too, as the ledger of own writes knows them. */
  function ledgerRows(
    changes: readonly Change[],
    writer: Writer,
  ): readonly OwnWrite[] {
    const at = now();
    return changes
      .filter(isShared)
      .flatMap((change) => writesOf(change, writer.by, at));
  }

  async function withoutFights(
    decision: Decision,
    writer: Writer,
  ): Promise<Decision> {
    const rows = ledgerRows(decision.changes, writer);
    if (rows.length === 0) return decision;
    const known = await ownWrites.load(
      rows.map((row) => row.entityId),
      now(),
    );
    const at = now();
    const guard = (words?: FightWords): Guarded =>
      freezeFights(decision, writer.by, writer.actors, known, at, words);
    const found = guard();
    const guarded =
      found.fights.length > 0 ? guard(await targets.fightWords?.()) : found;
    if (guarded.marks.length > 0 && !isDryRun)
      await ownWrites.remember(guarded.marks);
    for (const { subject, detail, fix } of guarded.fights) {
      writer.log.error({ entity: subject.path, detail }, "automations fight");
      await targets.report?.(
        `fight ${subject.ftrackId ?? ""}`,
        `${subject.path}: ${detail} ${fix}`,
      );
    }
    return guarded.decision;
  }

  async function eachAlone<C extends Change>(
    changes: readonly C[],
    send: (change: C) => Promise<ChangeResult>,
  ): Promise<readonly ChangeResult[]> {
    const results: ChangeResult[] = [];
    for (const change of changes) {
      try {
        results.push(await send(change));
      } catch (thrown) {
        if (thrown instanceof FencedError) throw thrown;
        results.push(failure(change, thrown));
      }
    }
    return results;
  }

  async function tell(
    message: FtrackMessage,
    writer: Writer,
  ): Promise<ChangeResult> {
    await writer.assertOwner();
    try {
      await targets.tell(message);
      return { changeId: message.id, status: "applied" };
    } catch (thrown) {
      // A message that does not arrive must not hold the project back: the report is kept anyway.
      writer.log.warn(
        { err: toError(thrown), userId: message.userId },
        "a message to a user was not sent",
      );
      return failure(message, thrown, false);
    }
  }

  async function start(job: JobStart): Promise<ChangeResult> {
    const { isNew } = await jobs.submit({
      kind: job.job,
      key: job.key,
      data: job.data as Json,
      ...(job.delayMs === undefined ? {} : { delayMs: job.delayMs }),
    });
    return { changeId: job.id, status: isNew ? "applied" : "unchanged" };
  }

  async function send(
    { family, changes }: Group,
    writer: Writer,
  ): Promise<readonly ChangeResult[]> {
    // Each family holds the kinds that `groups.ts` puts there.
    switch (family) {
      case "operations":
        return writeOperations(ayon, ofKind(changes, "ayon.operation"), writer);
      case "thumbnails":
        return writeThumbnails(
          ayon,
          ofKind(changes, "ayon.thumbnail"),
          download,
          writer,
        );
      case "links":
        return writeLinks(
          ayon,
          ofKind(changes, "ayon.link.create", "ayon.link.delete"),
          writer,
        );
      case "users":
      case "projects":
      case "lists":
      case "comments":
        return eachAlone(ofKind(changes, ...ONE_BY_ONE), (change) =>
          writeOne(ayon, change, writer),
        );
      case "ftrack": {
        await ownWrites.remember(ledgerRows(changes, writer));
        const results = await writeFtrack(
          ftrack,
          writer.log,
          ofKind(
            changes,
            "ftrack.create",
            "ftrack.update",
            "ftrack.delete",
            "ftrack.value",
          ),
          { signal: writer.signal, beforeWrite: writer.assertOwner },
        );
        const shared = changes.filter(isShared);
        await ownWrites.remember(
          doneWritesOf(shared, results, writer.by, now()),
        );
        return results;
      }
      case "jobs":
        return eachAlone(ofKind(changes, "job.start"), start);
      case "messages":
        return eachAlone(ofKind(changes, "ftrack.message"), (message) =>
          tell(message, writer),
        );
    }
  }

  return (writer) => async (asked: Decision) => {
    const decision = await withoutFights(asked, writer);
    const results = new Map<string, ChangeResult>();
    let pending = decision.changes;
    for (;;) {
      // Each of these looks at all changes, which for a whole project are many: others have their turn in between.
      await breathe();
      const group = nextGroup(pending, results);
      if (group === null) break;
      await breathe();
      const chosen = new Set(group.changes);
      pending = pending.filter((change) => !chosen.has(change));
      const open: Change[] = [];
      for (const change of group.changes) {
        if ((change.needs ?? []).some((id) => isUnmet(results.get(id))))
          results.set(change.id, blocked(change));
        else if (isDryRun)
          results.set(change.id, { changeId: change.id, status: "planned" });
        else open.push(change);
      }
      if (open.length === 0) continue;
      await breathe();
      for (const result of await send({ ...group, changes: open }, writer))
        results.set(result.changeId, result);
    }
    const all = decision.changes.map(
      (change) =>
        results.get(change.id) ??
        failure(change, new TypeError("The change was not handled")),
    );
    writer.onApplied?.(decision, all);
    return all;
  };
}

function ofKind<K extends ChangeKind>(
  changes: readonly Change[],
  ...kinds: readonly K[]
): ChangeOf<K>[] {
  const wanted: readonly string[] = kinds;
  return changes.filter((change): change is ChangeOf<K> =>
    wanted.includes(change.kind),
  );
}
