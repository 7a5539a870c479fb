import type { AyonComment, FtrackCreate, Subject } from "../../core/change.ts";
import type { FtrackId } from "../../core/ids.ts";
import type { AyonCommentRow } from "../../core/ports.ts";
import { bodiesOf, excerptOf } from "./body.ts";
import {
  ACTIVITY_KEY,
  activityIdOf,
  markOf,
  storedMark,
  type AyonEntity,
  type Author,
  type CommentFacts,
  type Note,
  type NoteMark,
} from "./facts.ts";

export function subjectOf(noteId: FtrackId): Subject {
  return { ftrackId: noteId, path: noteId, type: "Note" };
}

export function authorOf(id: FtrackId | null, facts: CommentFacts): Author {
  const found = id === null ? undefined : facts.authors.get(id);
  return found ?? { name: "Somebody", ayonName: null };
}

/** Stands for a comment, or several, as the note is now. */
export function commentsFor(
  note: Note,
  entity: AyonEntity,
  known: readonly AyonCommentRow[],
  asUser: string | null,
  facts: CommentFacts,
): readonly (AyonComment | FtrackCreate)[] {
  const [first] = known;
  const shape =
    first === undefined
      ? { isSigned: asUser === null, isReply: note.inReplyTo !== null }
      : (markOf(first) ?? { isSigned: false, isReply: false });
  const bodies = bodiesFor(note, shape, facts);
  const firstId = first?.activityId ?? activityIdOf(note.id, 0);
  const isNew = first === undefined;
  const writes = bodies.flatMap((body, part): AyonComment[] => {
    const comment = known[part];
    const mark = { id: note.id, ...shape, part };
    const base = {
      kind: "ayon.comment",
      subject: { ...subjectOf(note.id), ayonId: entity.entityId },
      project: facts.project,
      ...entity,
      body,
      data: storedMark(mark),
    } as const;
    if (comment !== undefined) {
      const { activityId } = comment;
      const isSame = comment.body === body && markOf(comment)?.id === note.id;
      return isSame
        ? []
        : [{ ...base, id: changeId(activityId), op: "update", activityId }];
    }
    const activityId = activityIdOf(note.id, part);
    return [
      {
        ...base,
        id: changeId(activityId),
        op: "create",
        activityId,
        ...(note.date !== null && { timestamp: later(note.date, part) }),
        ...(asUser !== null && { asUser }),
        ...(part > 0 && isNew && { needs: [changeId(firstId)] }),
      },
    ];
  });
  const surplus = known
    .slice(bodies.length)
    .map((comment) => removalOf(comment, note.id, facts));
  const link = note.activityId === null ? [linkBack(note, firstId, isNew)] : [];
  return [...writes, ...surplus, ...link];
}

export function changeId(activityId: string): string {
  return `comment-${activityId}`;
}

function bodiesFor(
  note: Note,
  shape: Pick<NoteMark, "isSigned" | "isReply">,
  facts: CommentFacts,
): readonly string[] {
  const { inReplyTo } = note;
  const head = [
    ...(shape.isSigned ? [`**${authorOf(note.authorId, facts).name}**:`] : []),
    ...(shape.isReply && inReplyTo !== null
      ? [
          `> ${authorOf(inReplyTo.authorId, facts).name}: ${excerptOf(inReplyTo.content)}`,
        ]
      : []),
  ];
  const text = [...head, note.content.trim()].join("\n\n");
  const link = note.parentId === null ? null : facts.linkTo(note.parentId);
  return bodiesOf(text, link);
}

/** Parts are told apart, and kept in order, by a millisecond. */
function later(iso: string, part: number): string {
  const zoned = /[zZ]$|[+-]\d{2}:?\d{2}$/.test(iso) ? iso : `${iso}Z`;
  const time = Date.parse(zoned);
  return Number.isNaN(time) ? iso : new Date(time + part).toISOString();
}

/** The note remembers its comment, so that nobody takes the comment for a new one. */
function linkBack(note: Note, first: string, isNew: boolean): FtrackCreate {
  return {
    id: `link-${note.id}`,
    kind: "ftrack.create",
    subject: subjectOf(note.id),
    entityType: "Metadata",
    data: {
      parent_id: note.id,
      parent_type: "Note",
      key: ACTIVITY_KEY,
      value: first,
    },
    ...(isNew && { needs: [changeId(first)] }),
  };
}

export function removalOf(
  comment: AyonCommentRow,
  noteId: FtrackId,
  { project }: CommentFacts,
): AyonComment {
  const { activityId, entityId } = comment;
  return {
    id: changeId(activityId),
    kind: "ayon.comment",
    subject: { ...subjectOf(noteId), ayonId: entityId },
    project,
    op: "delete",
    activityId,
    entityType: comment.entityType as AyonComment["entityType"],
    entityId,
    body: "",
  };
}
