import type { Change, ChangeKind, ChangeResult } from "../../core/change.ts";

/** Kinds of changes that go out together, through the same requests. */
export type Family =
  | "users"
  | "projects"
  | "operations"
  | "thumbnails"
  | "links"
  | "lists"
  | "comments"
  | "ftrack"
  | "jobs"
  | "messages";

const FAMILY: Readonly<Record<ChangeKind, Family>> = {
  "ayon.user": "users",
  "ayon.project.create": "projects",
  "ayon.project.update": "projects",
  "ayon.operation": "operations",
  "ayon.thumbnail": "thumbnails",
  "ayon.link.create": "links",
  "ayon.link.delete": "links",
  "ayon.list": "lists",
  "ayon.comment": "comments",
  "ftrack.create": "ftrack",
  "ftrack.update": "ftrack",
  "ftrack.delete": "ftrack",
  "ftrack.value": "ftrack",
  "job.start": "jobs",
  "ftrack.message": "messages",
};

/** What others usually need comes first; people are told last. */
const ORDER: readonly Family[] = [
  "users",
  "projects",
  "operations",
  "thumbnails",
  "links",
  "lists",
  "comments",
  "ftrack",
  "jobs",
  "messages",
];

export interface Group {
  readonly family: Family;
  readonly changes: readonly Change[];
}

export function isUnmet(result: ChangeResult | undefined): boolean {
  return (
    result !== undefined &&
    ["failed", "blocked", "conflict"].includes(result.status)
  );
}

/**
 * The next changes that can go out together: of one family, in the order of the decision, each after what it
 * needs. Null when none is left.
 */
export function nextGroup(
  pending: readonly Change[],
  results: ReadonlyMap<string, ChangeResult>,
): Group | null {
  const waiting = new Set(pending.map((change) => change.id));
  for (const family of ORDER) {
    const taken = new Set<string>();
    const changes = pending.filter((change) => {
      if (FAMILY[change.kind] !== family) return false;
      const isFree = (change.needs ?? []).every(
        (id) => results.has(id) || taken.has(id) || !waiting.has(id),
      );
      if (isFree) taken.add(change.id);
      return isFree;
    });
    if (changes.length > 0) return { family, changes };
  }
  // Changes that need each other in a ring: a fault of whoever decided. They go out as they stand.
  const [first] = pending;
  return first === undefined
    ? null
    : { family: FAMILY[first.kind], changes: [first] };
}
