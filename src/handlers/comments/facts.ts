import { createHash } from "node:crypto";
import type { AyonEntityType } from "../../core/change.ts";
import {
  ayonId,
  toAyonId,
  type AyonId,
  type FtrackId,
  type ProjectName,
} from "../../core/ids.ts";
import type { AyonCommentRow } from "../../core/ports.ts";

/** A note as it stands in Ftrack now. */
export interface Note {
  readonly id: FtrackId;
  readonly content: string;
  /** ISO time. */
  readonly date: string | null;
  readonly authorId: FtrackId | null;
  /** The version or context it was written on, for a reply that of the note it answers. */
  readonly parentId: FtrackId | null;
  readonly parentType: string;
  readonly inReplyTo: {
    readonly id: FtrackId;
    readonly content: string;
    readonly authorId: FtrackId | null;
  } | null;
  /** The comment it was last known as, from its metadata; null when it never was one. */
  readonly activityId: string | null;
}

export interface AyonEntity {
  readonly entityType: AyonEntityType;
  readonly entityId: AyonId;
}

export interface Author {
  /** For people: full name, or user name. */
  readonly name: string;
  /** AYON user in whose name to write; null when there is none, or it is switched off. */
  readonly ayonName: string | null;
}

export interface CommentFacts {
  readonly project: ProjectName;
  /** Where a note can be read in full, by the version or context it is on; null when that is not known. */
  readonly linkTo: (parentId: FtrackId) => string | null;
  /** Notes the events are about, with the parent the event names. */
  readonly touched: ReadonlyMap<FtrackId, FtrackId | null>;
  /** Those of them that are still there. */
  readonly notes: ReadonlyMap<FtrackId, Note>;
  /** Version or context of Ftrack → its counterpart in AYON. */
  readonly entities: ReadonlyMap<FtrackId, AyonEntity>;
  /** All comments on these. */
  readonly comments: readonly AyonCommentRow[];
  readonly authors: ReadonlyMap<FtrackId, Author>;
}

/** Key of the note's metadata that holds the id of its comment. */
export const ACTIVITY_KEY = "ayon_activity_id";

/**
 * The id of a note's comment: always the same, so that a repeated create is recognised. Further parts of a
 * long note have ids of their own.
 */
export function activityIdOf(noteId: FtrackId, part: number): AyonId {
  const own = part === 0 ? toAyonId(noteId) : null;
  if (own !== null) return own;
  const hash = createHash("sha256").update(`${noteId} ${part}`).digest("hex");
  return ayonId(hash.slice(0, 32));
}

/** What a comment remembers of its note, under `data.ftrack`. */
export interface NoteMark {
  readonly id: string;
  /** 0 for the first, or only, comment of a note. */
  readonly part: number;
  /** It begins with the author's name, as it was not written in the author's. */
  readonly isSigned: boolean;
  /** It begins with a quote of the note that it answers; AYON knows no replies. */
  readonly isReply: boolean;
}

export function markOf(comment: AyonCommentRow): NoteMark | null {
  const stored = comment.data["ftrack"];
  if (typeof stored !== "object" || stored === null) return null;
  const mark = new Map<string, unknown>(Object.entries(stored));
  const id = mark.get("id");
  const part = mark.get("part");
  if (typeof id !== "string" || id === "") return null;
  return {
    id,
    part: typeof part === "number" ? part : 0,
    isSigned: mark.get("signed") === true,
    isReply: mark.get("reply") === true,
  };
}

/** The mark as it is stored; the id alone is what other clients of Ftrack and AYON look at. */
export function storedMark(mark: NoteMark): Readonly<Record<string, unknown>> {
  return {
    ftrack: {
      id: mark.id,
      ...(mark.part > 0 && { part: mark.part }),
      ...(mark.isSigned && { signed: true }),
      ...(mark.isReply && { reply: true }),
    },
  };
}
