import type { AyonChange } from "../../core/ayon-event.ts";
import type { FtrackCreate, FtrackDelete, Subject } from "../../core/change.ts";
import type { Skip } from "../../core/decision.ts";
import { deriveFtrackId } from "../../core/ids.ts";
import type { Source, Target, TransmitterFacts } from "./facts.ts";

/** What became of a user at a task, by the last event that says so. */
interface Move {
  readonly user: string;
  readonly isAdded: boolean;
  readonly eventId: string;
}

type Verdict = FtrackCreate | FtrackDelete | Skip;

function names(value: unknown): readonly string[] | null {
  return Array.isArray(value)
    ? value.filter((name): name is string => typeof name === "string")
    : null;
}

/**
 * Who came and who went. AYON leaves the values out of its events where its audit trail is switched off; then
 * everybody who is assigned now may have come, and nobody is known to have gone.
 */
function movesOf(changes: readonly AyonChange[], source: Source): Move[] {
  const last = new Map<string, Move>();
  for (const { eventId, oldValue, newValue } of changes) {
    const before = names(oldValue) ?? [];
    const after = names(newValue) ?? source.assignees;
    const note = (user: string, isAdded: boolean): void => {
      last.set(user, { user, isAdded, eventId });
    };
    for (const user of before) if (!after.includes(user)) note(user, false);
    for (const user of after) if (!before.includes(user)) note(user, true);
  }
  return [...last.values()];
}

/**
 * Assigns in Ftrack whom somebody assigned in AYON, and takes back whom somebody took off, as far as that still
 * holds. Who was not touched is left alone.
 *
 * @param changes - of the assignees of this task, in order
 */
export function decideAssignees(
  source: Source,
  target: Target,
  subject: Subject,
  changes: readonly AyonChange[],
  facts: Pick<TransmitterFacts, "assignments" | "users">,
): Verdict[] {
  const skip = (reason: Skip["reason"], detail: string): Skip => ({
    subject,
    reason,
    detail,
  });
  function decide({ user, isAdded, eventId }: Move): readonly Verdict[] {
    if (source.assignees.includes(user) !== isAdded)
      return [skip("superseded", `${user} was assigned or taken off again.`)];
    const person = facts.users.ftrackOf.get(user);
    if (person === undefined)
      return [skip("not-linked", `${user} of AYON is nobody in Ftrack.`)];
    const known = facts.assignments.filter(
      (a) => a.taskId === target.id && a.userId === person.id,
    );
    const isThere = known.length > 0;
    if (isThere === isAdded) {
      const state = isAdded ? "is" : "is not";
      return [
        skip("already-set", `${person.username} ${state} assigned in Ftrack.`),
      ];
    }
    if (!isAdded)
      return known.map(({ id }) => ({
        id: `unassign-${id}`,
        kind: "ftrack.delete",
        subject,
        entityType: "Appointment",
        key: [id],
      }));
    // Made of the event, so that a second try makes no second one.
    const id = deriveFtrackId(`assignment ${eventId} ${person.id}`);
    return [
      {
        id: `assign-${id}`,
        kind: "ftrack.create",
        subject,
        entityType: "Appointment",
        data: {
          id,
          context_id: target.id,
          resource_id: person.id,
          type: "assignment",
        },
      },
    ];
  }
  return movesOf(changes, source).flatMap(decide);
}
