import { isSameName } from "./status.ts";

/** Stands for every status on the side of the old ones. */
export const ANY = "__any__";
/** Stands for "leave it as it is" on the side of the new one. */
export const IGNORE = "__ignore__";

/** What the start of an action makes of a task: whatever is in `value` becomes `name`. */
export interface LaunchRow {
  readonly name: string;
  readonly value: readonly string[];
}

/** Rows that hold for a task of this status, from top to bottom. */
export function rowsFor(
  rows: readonly LaunchRow[],
  status: string,
): readonly LaunchRow[] {
  return rows.filter((row) => row.value.some((from) => covers(from, status)));
}

function covers(from: string, status: string): boolean {
  return isSameName(from, ANY) || isSameName(from, status);
}

/**
 * Rows that can never decide, because the rows above take all their statuses or because they list none.
 *
 * A row below another may still serve where the status of the upper one is not available, but that is no
 * reason to write it in that order.
 */
export function deadRows(
  rows: readonly LaunchRow[],
): readonly { readonly index: number; readonly reason: string }[] {
  return rows.flatMap((row, index) => {
    if (row.value.length === 0)
      return [{ index, reason: `"${row.name}" lists no status.` }];
    const above = rows.slice(0, index).flatMap((upper) => upper.value);
    const isTaken = row.value.every((from) =>
      above.some((upper) => covers(upper, from)),
    );
    if (!isTaken) return [];
    const reason = above.some((upper) => isSameName(upper, ANY))
      ? `"${row.name}" stands below a row for ${ANY}, which takes every status.`
      : `"${row.name}" stands below rows that take all its statuses.`;
    return [{ index, reason }];
  });
}
