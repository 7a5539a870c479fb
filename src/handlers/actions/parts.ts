/** Long work in parts: between two of them it can be stopped, and events are handled. */
import type { Work, WorkEnd } from "../../core/action.ts";
import type { Change, ChangeResult } from "../../core/change.ts";
import { deriveFtrackId, type FtrackId } from "../../core/ids.ts";
import { chunk } from "../../core/query.ts";
import { throwTransient } from "../../core/results.ts";
import { changesOnly, counted } from "./common.ts";

/** Changes written at once. */
const PART = 500;
/** Problems told in one line; the rest is in the file. */
const TOLD = 3;

/**
 * Writes changes that do not need each other, part by part.
 *
 * @param projectId - each part is written in this project's turn; null: outside of any
 * @param what - what the changes are, for the progress
 */
export async function writeInParts(
  work: Work,
  projectId: FtrackId | null,
  changes: readonly Change[],
  what: string,
): Promise<readonly ChangeResult[]> {
  const results: ChangeResult[] = [];
  for (const part of chunk(changes, PART)) {
    work.progress(results.length, changes.length, what);
    const decision = changesOnly(part);
    const own =
      projectId === null
        ? await work.apply(decision)
        : await work.inTurn(projectId, (apply) => apply(decision));
    throwTransient(own);
    results.push(...own);
  }
  return results;
}

/** The key of a job about these entities, in any order. */
export function keyFor(job: string, ids: readonly string[]): string {
  return `${job}-${deriveFtrackId(ids.toSorted().join(" "))}`;
}

/** The end of work that names what it could not do: a few in the line, all in a file. */
export function endNaming(
  told: { readonly success: boolean; readonly message: string },
  problems: readonly string[],
): WorkEnd {
  const { success, message } = told;
  if (problems.length === 0) return { success, message };
  const more = problems.length - TOLD;
  return {
    success: false,
    message: [
      message,
      ...problems.slice(0, TOLD),
      ...(more > 0 ? [`${more} more in the file.`] : []),
    ].join(" "),
    file: { name: "problems.txt", text: `${problems.join("\n")}\n` },
  };
}

/** That so many selected entities were not found, or nothing when all were. */
export function missed(count: number): readonly string[] {
  return count === 0
    ? []
    : [
        `Gone, or not open to this service: ${counted(count, "selected entity", "selected entities")}.`,
      ];
}

/** Why changes were not made, each with what it is about. */
export function failuresIn(
  changes: readonly Change[],
  results: readonly ChangeResult[],
): readonly string[] {
  const errors = new Map(results.map((r) => [r.changeId, r.error]));
  return changes.flatMap(({ id, subject }) => {
    const error = errors.get(id);
    return error === undefined ? [] : [`${subject.path}: ${error.message}`];
  });
}
