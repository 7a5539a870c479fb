import type { FtrackUpdate } from "../../../core/change.ts";
import type { FtrackId } from "../../../core/ids.ts";

/** A version in a review session. */
export interface Reviewed {
  readonly id: FtrackId;
  readonly name: string;
  /** As people read it: "Version 12". */
  readonly version: string;
  /** Name of the version's task; null where it has none, or the version is gone. */
  readonly task: string | null;
  readonly order: number | null;
}

/** Numbers inside names count as numbers: sh9 comes before sh10. */
const { compare } = new Intl.Collator("en", {
  numeric: true,
  sensitivity: "base",
});

function compareTasks(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return compare(a, b);
}

function place({ order }: Reviewed): number {
  return order ?? Number.MAX_SAFE_INTEGER;
}

/**
 * By name, then task, then version; what is equal in all stays as it was.
 *
 * The places that the rows have are given out anew, so that few are written. Rows that never had a place of
 * their own are numbered from 0.
 */
export function planOrder(
  rows: readonly Reviewed[],
  review: string,
): readonly FtrackUpdate[] {
  const sorted = rows
    .toSorted((a, b) => place(a) - place(b))
    .toSorted(
      (a, b) =>
        compare(a.name, b.name) ||
        compareTasks(a.task, b.task) ||
        compare(a.version, b.version),
    );
  const orders = new Set(rows.map((row) => row.order));
  const isUsable = orders.size === rows.length && !orders.has(null);
  const places = isUsable
    ? rows.map(place).toSorted((a, b) => a - b)
    : [...rows.keys()];
  return sorted.flatMap((row, index): FtrackUpdate[] => {
    const order = places[index] ?? index;
    if (row.order === order) return [];
    return [
      {
        kind: "ftrack.update",
        id: row.id,
        subject: {
          ftrackId: row.id,
          path: `${review}/${row.name}`,
          type: "ReviewSessionObject",
        },
        entityType: "ReviewSessionObject",
        entityId: row.id,
        data: { sort_order: order },
      },
    ];
  });
}
