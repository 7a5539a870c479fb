import type { ChangeKind, ChangeResult, Subject } from "../core/change.ts";
import type { Issue } from "../core/decision.ts";
import type { FtrackId } from "../core/ids.ts";
import type { Applied } from "./run.ts";

/** What is kept of a decision that was carried out: little, beside the decision itself. */
export interface Tally {
  readonly issues: readonly Issue[];
  readonly counts: Readonly<Record<ChangeResult["status"], number>>;
  /** Ids in Ftrack of what something was written about. */
  readonly written: ReadonlySet<FtrackId>;
  /** Ids, in Ftrack and AYON, of what there were changes or issues about, and its types. */
  readonly touched: ReadonlySet<string>;
  readonly types: ReadonlySet<string>;
  readonly kinds: ReadonlySet<ChangeKind>;
}

export function tallyOf({ decision, results }: Applied): Tally {
  const counts = {
    ...{ applied: 0, unchanged: 0, planned: 0 },
    ...{ conflict: 0, failed: 0, blocked: 0 },
  };
  const done = new Set<string>();
  for (const { changeId, status } of results) {
    counts[status] += 1;
    if (status === "applied") done.add(changeId);
  }
  const written = new Set<FtrackId>();
  const touched = new Set<string>();
  const types = new Set<string>();
  const kinds = new Set<ChangeKind>();
  function touch({ ftrackId, ayonId, type }: Subject): void {
    if (ftrackId !== null) touched.add(ftrackId);
    if (ayonId != null) touched.add(ayonId);
    types.add(type);
  }
  for (const { id, kind, subject } of decision.changes) {
    touch(subject);
    kinds.add(kind);
    if (done.has(id) && subject.ftrackId !== null)
      written.add(subject.ftrackId);
  }
  for (const { subject } of decision.issues) touch(subject);
  return { issues: decision.issues, counts, written, touched, types, kinds };
}

/** How many changes ended in one of these ways. */
export function sum(
  tallies: readonly Tally[],
  ...statuses: readonly ChangeResult["status"][]
): number {
  return tallies
    .flatMap(({ counts }) => statuses.map((status) => counts[status]))
    .reduce((total, count) => total + count, 0);
}
