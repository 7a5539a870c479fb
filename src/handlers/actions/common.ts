/** What several actions have in common. */
import { z } from "zod";
import {
  message,
  type Message,
  type Selected,
  type Selection,
} from "../../core/action.ts";
import type { Change, ChangeResult, Subject } from "../../core/change.ts";
import { nothing, type Decision } from "../../core/decision.ts";
import { countOf } from "../../core/results.ts";

export const textOrEmpty = z
  .string()
  .nullish()
  .transform((value) => value ?? "");

export const numberOrNull = z
  .number()
  .nullish()
  .transform((value) => value ?? null);

/** The one thing that is selected, when it is a project. */
export function onlyProject({ items }: Selection): Selected | null {
  const [first] = items;
  return items.length === 1 && first?.kind === "project" ? first : null;
}

export function isOneProject(selection: Selection): boolean {
  return onlyProject(selection) !== null && selection.unreadable === 0;
}

export function subjectOf(item: Selected): Subject {
  return { ftrackId: item.id, path: item.path, type: item.type };
}

export function changesOnly(changes: readonly Change[]): Decision {
  return { ...nothing, changes };
}

/** "3 notes", "1 note". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Words for a service that decides only, as in a dry run; null when it has written. */
export function rehearsal(results: readonly ChangeResult[]): string | null {
  const planned = countOf(results, "planned");
  return planned === 0
    ? null
    : `Nothing was written: the service only rehearses (${counted(planned, "change")}).`;
}

/** Says what became of writes of one sort, and why those that failed did. */
export function tally(
  results: readonly ChangeResult[],
  done: string,
  one: string,
  many?: string,
): Message {
  const made = countOf(results, "applied", "unchanged");
  const rehearsed = rehearsal(results);
  const failed = results.filter((result) => result.error !== undefined);
  const conflicts = countOf(results, "conflict");
  const parts = [`${counted(made, one, many)} ${done}.`];
  if (rehearsed !== null) parts.push(rehearsed);
  if (conflicts > 0)
    parts.push(`${counted(conflicts, one, many)} had changed in between.`);
  const [first] = failed;
  if (first?.error !== undefined)
    parts.push(
      `${counted(failed.length, one, many)} failed: ${first.error.message}`,
    );
  return message(failed.length === 0 && conflicts === 0, parts.join(" "));
}
