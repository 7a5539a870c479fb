import type { Change, ChangeResult } from "../../core/change.ts";
import type { Decision, Skip, SkipReason } from "../../core/decision.ts";
import type { FtrackId } from "../../core/ids.ts";
import type { AyonCommentRow } from "../../core/ports.ts";
import {
  markOf,
  type AyonEntity,
  type CommentFacts,
  type Note,
} from "./facts.ts";
import { authorOf, commentsFor, removalOf, subjectOf } from "./write.ts";

/** Comments this close in time, with one text and author, are one: somebody wrote it on both sides. */
const SAME_MOMENT_MS = 120_000;

type Verdict = Change | Skip;

/**
 * Brings notes to AYON: for each note a comment with its text, author and time on the counterpart of what the
 * note is on. Whatever the event said, the comment becomes what the note is now.
 */
export function decideComments(facts: CommentFacts): Decision {
  return decisionOf(
    [...facts.touched].flatMap(([noteId, parentId]) => {
      const note = facts.notes.get(noteId);
      return note === undefined
        ? decideGone(noteId, parentId, facts)
        : decideNote(note, facts);
    }),
  );
}

/**
 * Where AYON did not take a comment in the author's name, say for want of access to the project: the same
 * once more in the service's, with the author's name in it.
 */
export function concludeComments(
  facts: CommentFacts,
  results: readonly ChangeResult[],
): Decision {
  const refused = new Set(
    results
      .filter((r) => r.status === "failed" && r.error?.transient !== true)
      .map((r) => r.changeId),
  );
  const isRefused = (v: Verdict): boolean =>
    "kind" in v &&
    v.kind === "ayon.comment" &&
    v.asUser !== undefined &&
    refused.has(v.id);
  const again = [...facts.notes.values()].filter((note) =>
    decideNote(note, facts).some(isRefused),
  );
  return decisionOf(again.flatMap((note) => decideNote(note, facts, true)));
}

function decisionOf(verdicts: readonly Verdict[]): Decision {
  return {
    changes: verdicts.filter((v): v is Change => "kind" in v),
    skips: verdicts.filter((v): v is Skip => !("kind" in v)),
    issues: [],
  };
}

function skip(noteId: FtrackId, reason: SkipReason, detail: string): Skip {
  return { subject: subjectOf(noteId), reason, detail };
}

function decideGone(
  noteId: FtrackId,
  parentId: FtrackId | null,
  facts: CommentFacts,
): readonly Verdict[] {
  const comments = facts.comments.filter((c) => markOf(c)?.id === noteId);
  if (comments.length > 0)
    return comments.map((c) => removalOf(c, noteId, facts));
  return parentId !== null && facts.entities.has(parentId)
    ? [skip(noteId, "entity-gone", "Note and comment are gone.")]
    : [skip(noteId, "not-linked", "What the note was on is not in AYON.")];
}

function decideNote(
  note: Note,
  facts: CommentFacts,
  isAsService = false,
): readonly Verdict[] {
  const { id, parentId, parentType } = note;
  const entity = parentId === null ? undefined : facts.entities.get(parentId);
  if (entity === undefined)
    return [skip(id, "not-linked", `Its ${parentType} is not in AYON.`)];
  if (note.content.trim() === "")
    return [skip(id, "not-relevant", "The note has no text.")];
  const known = knownComments(note, entity, facts);
  if (known.length === 0 && note.activityId !== null)
    return [skip(id, "entity-gone", "Its comment was deleted in AYON.")];
  const asUser = isAsService ? null : authorOf(note.authorId, facts).ayonName;
  const changes = commentsFor(note, entity, known, asUser, facts);
  return changes.length > 0
    ? changes
    : [skip(id, "already-set", "The comment says the same.")];
}

/** The comments of a note, the first part first: by their mark, by the note's, else one that says the same. */
function knownComments(
  note: Note,
  entity: AyonEntity,
  facts: CommentFacts,
): readonly AyonCommentRow[] {
  const marked = facts.comments
    .filter((c) => markOf(c)?.id === note.id)
    .toSorted((a, b) => (markOf(a)?.part ?? 0) - (markOf(b)?.part ?? 0));
  if (marked.length > 0) return marked;
  const { ayonName } = authorOf(note.authorId, facts);
  const written = Date.parse(note.date ?? "");
  const found = facts.comments.find(
    (c) =>
      c.activityId === note.activityId ||
      (markOf(c) === null &&
        c.entityId === entity.entityId &&
        c.author !== null &&
        c.author === ayonName &&
        c.body.trim() === note.content.trim() &&
        Math.abs(Date.parse(c.createdAt) - written) <= SAME_MOMENT_MS),
  );
  return found === undefined ? [] : [found];
}
