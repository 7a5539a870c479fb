import type { Change, ChangeResult } from "./change.ts";
import type { Decision, Issue, Skip } from "./decision.ts";
import { ftrackId } from "./ids.ts";
import {
  ASSIGNED,
  writtenForm,
  type OwnWrite,
  type OwnWrites,
} from "./own-writes.ts";

/**
 * How often a field must change hands, and how fast, to be fought over. A person does not click like that;
 * two automations that undo each other do, until somebody switches one off.
 */
const TURNS = 4;
const WITHIN_MS = 60_000;

/** Key under which the ledger remembers that a field is frozen, by whose doing. */
function markOf(key: string): string {
  return `frozen:${key}`;
}

/**
 * Key under which the ledger remembers writes that came through. Plain rows are made before the write, so
 * that its echo is known however fast it comes; a write that is tried again and again is no fight.
 */
function doneKeyOf(key: string): string {
  return `done:${key}`;
}

interface Fight {
  /** Handlers that take part, in the order of their blows. */
  readonly handlers: readonly string[];
  /** The values they set, as an event shows them. */
  readonly values: readonly string[];
}

/**
 * Whether one more write would go on with a fight.
 *
 * Two shapes are known: handlers of this service that undo each other (a, b, a, b by two of them), and one
 * handler that sets the same value again and again because something else takes it back. Writes of one
 * handler that follow a person's clicks back and forth are neither.
 */
function findFight(history: readonly OwnWrite[], next: OwnWrite): Fight | null {
  const turns = [...history, next]
    .filter((write) => next.at - write.at <= WITHIN_MS)
    .slice(-TURNS);
  if (turns.length < TURNS) return null;
  const handlers = [...new Set(turns.map((write) => write.by))];
  const values = turns.map((write) => writtenForm(write.value));
  const distinct = [...new Set(values)];
  const isMutual =
    handlers.length > 1 &&
    distinct.length === 2 &&
    values.every((value, i) => value === distinct[i % 2]);
  const isAgainstOthers = handlers.length === 1 && distinct.length === 1;
  return isMutual || isAgainstOthers ? { handlers, values: distinct } : null;
}

/** The writes to Ftrack fields and assignments that a change would be, as the ledger remembers them. */
export function writesOf(change: Change, by: string, at: number): OwnWrite[] {
  if (change.kind === "ftrack.value") {
    const value = change.unset === true ? null : change.value;
    return [{ entityId: change.entityId, key: change.key, value, by, at }];
  }
  if (change.kind === "ftrack.create" || change.kind === "ftrack.delete") {
    const id =
      change.kind === "ftrack.create" ? change.data["id"] : change.key[0];
    if (change.entityType !== "Appointment" || typeof id !== "string")
      return [];
    const value = change.kind === "ftrack.create";
    return [{ entityId: ftrackId(id), key: ASSIGNED, value, by, at }];
  }
  if (change.kind !== "ftrack.update") return [];
  const { entityId } = change;
  return Object.entries(change.data).map(([key, value]) => ({
    entityId,
    key,
    value,
    by,
    at,
  }));
}

/** To be remembered once changes were tried: the writes that came through. */
export function doneWritesOf(
  changes: readonly Change[],
  results: readonly ChangeResult[],
  by: string,
  at: number,
): OwnWrite[] {
  const applied = new Set(
    results.filter((r) => r.status === "applied").map((r) => r.changeId),
  );
  return changes
    .filter((change) => applied.has(change.id))
    .flatMap((change) => writesOf(change, by, at))
    .map((write) => ({ ...write, key: doneKeyOf(write.key) }));
}

/** Words for people: what handlers are called, and what stands behind ids. */
export interface FightWords {
  /** Handler → words of the settings page. */
  readonly titles: ReadonlyMap<string, string>;
  /** Id of a status → its name. */
  readonly statuses: ReadonlyMap<string, string>;
}

const NO_WORDS: FightWords = { titles: new Map(), statuses: new Map() };

/** The field as people call it. Keys of attributes are what they are called by. */
function fieldOf(key: string): string {
  return key === "status_id" ? "the status" : key;
}

export interface Guarded {
  readonly decision: Decision;
  /** To be remembered with the own writes, so that the fields stay frozen. */
  readonly marks: readonly OwnWrite[];
  /** Those of the issues that are new here: who fights over what. */
  readonly fights: readonly Issue[];
}

/**
 * Takes out of a decision the writes that would go on with a fight between automations, and says who fights.
 *
 * A field stays frozen for as long as the ledger remembers the mark (`HISTORY_MS`); the other fields and
 * entities go on. What needs a dropped change is dropped with it.
 *
 * @param by - the handler that decided
 * @param actors - names of those who caused the events, for the case that the other side is none of our handlers
 * @param now - milliseconds since the epoch
 * @param words - what is said instead of names of handlers and ids, as far as it is known
 */
export function freezeFights(
  decision: Decision,
  by: string,
  actors: readonly string[],
  ownWrites: Pick<OwnWrites, "history">,
  now: number,
  words: FightWords = NO_WORDS,
): Guarded {
  const changes: Change[] = [];
  const skips: Skip[] = [];
  const issues: Issue[] = [];
  const marks: OwnWrite[] = [];
  const dropped = new Set<string>();

  for (const change of decision.changes) {
    const frozen = new Set<string>();
    for (const write of writesOf(change, by, now)) {
      const field = fieldOf(write.key);
      const mark = ownWrites.history(write.entityId, markOf(write.key)).at(-1);
      if (mark !== undefined) {
        frozen.add(write.key);
        skips.push({
          subject: change.subject,
          reason: "frozen",
          detail: `Left alone for a while: ${mark.by} changed ${field} back and forth.`,
        });
        continue;
      }
      const history = ownWrites.history(write.entityId, doneKeyOf(write.key));
      const fight = findFight(history, write);
      if (fight === null) continue;
      const who = partiesOf(fight, actors, words);
      const values = fight.values
        .map((value) => words.statuses.get(value) ?? value)
        .join(" / ");
      frozen.add(write.key);
      marks.push({
        ...write,
        key: markOf(write.key),
        value: values,
        by: who,
      });
      skips.push({
        subject: change.subject,
        reason: "frozen",
        detail: `Left alone from now on: ${who} change ${field} back and forth (${values}).`,
      });
      issues.push({
        severity: "error",
        rule: "automations-fight",
        subject: change.subject,
        detail: `${who} change ${field} back and forth (${values}).`,
        fix: "Change the mapping of one of them or switch one off. The field is left alone for 15 minutes.",
      });
    }
    const isBlocked = change.needs?.some((id) => dropped.has(id)) ?? false;
    const rest = isBlocked ? null : without(change, frozen);
    if (rest === null) dropped.add(change.id);
    else changes.push(rest);
  }
  return {
    decision: {
      changes,
      skips: [...decision.skips, ...skips],
      issues: [...decision.issues, ...issues],
    },
    marks,
    fights: issues,
  };
}

function partiesOf(
  fight: Fight,
  actors: readonly string[],
  { titles }: FightWords,
): string {
  const others =
    fight.handlers.length > 1
      ? []
      : actors.length > 0
        ? [...new Set(actors)]
        : ["somebody else"];
  const handlers = fight.handlers.map((by) => {
    const title = titles.get(by);
    return title === undefined ? by : `"${title}"`;
  });
  return [...handlers, ...others].join(" and ");
}

/** The change without these fields; null when nothing is left of it. */
function without(change: Change, keys: ReadonlySet<string>): Change | null {
  if (keys.size === 0) return change;
  if (change.kind !== "ftrack.update") return null;
  const rest = Object.entries(change.data).filter(([key]) => !keys.has(key));
  return rest.length === 0
    ? null
    : { ...change, data: Object.fromEntries(rest) };
}
