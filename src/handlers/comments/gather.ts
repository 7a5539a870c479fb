import { z } from "zod";
import type { EntityChange, FtrackEvent } from "../../core/event.ts";
import type { HandlerContext } from "../../core/handler.ts";
import type { FtrackId } from "../../core/ids.ts";
import { and, inList, is, select, type Query } from "../../core/query.ts";
import type { UserMap } from "../../core/reference.ts";
import { idField, idOrNull } from "../../core/rows.ts";
import { webLink } from "../../core/web-link.ts";
import { findEntities } from "./entities.ts";
import {
  ACTIVITY_KEY,
  type Author,
  type CommentFacts,
  type Note,
} from "./facts.ts";

/** Whether a note came, went, or got another text. */
export function isNote(entity: EntityChange): boolean {
  return (
    entity.baseType === "note" &&
    (entity.action !== "update" ||
      entity.keys.length === 0 ||
      entity.keys.includes("text"))
  );
}

/** The notes the events are about, with what the last event says they are on. */
export function touchedNotes(
  events: readonly FtrackEvent[],
): ReadonlyMap<FtrackId, FtrackId | null> {
  const touched = new Map<FtrackId, FtrackId | null>();
  for (const entity of events.flatMap((e) => e.entities).filter(isNote)) {
    const on = entity.parents.find(
      (p) => p.baseType === "assetversion" || p.baseType === "task",
    );
    touched.set(
      entity.entityId,
      on?.entityId ?? touched.get(entity.entityId) ?? null,
    );
  }
  return touched;
}

const noteRow = z
  .object({
    id: idField,
    content: z.string().nullish(),
    date: z.string().nullish(),
    user_id: idOrNull,
    parent_id: idOrNull,
    parent_type: z.string().nullish(),
    in_reply_to: z
      .object({
        id: idField,
        content: z.string().nullish(),
        user_id: idOrNull,
        parent_id: idOrNull,
        parent_type: z.string().nullish(),
      })
      .nullish()
      .catch(null),
  })
  .transform((row): Omit<Note, "activityId"> => {
    const above = row.in_reply_to ?? null;
    return {
      id: row.id,
      content: row.content ?? "",
      date: row.date ?? null,
      authorId: row.user_id,
      // A reply is on what the note is on that it answers; not every server says so itself.
      parentId: above?.parent_id ?? row.parent_id,
      parentType: above?.parent_type ?? row.parent_type ?? "parent",
      inReplyTo:
        above === null
          ? null
          : {
              id: above.id,
              content: above.content ?? "",
              authorId: above.user_id,
            },
    };
  });

const NOTE_FIELDS = [
  "id",
  "content",
  "date",
  "user_id",
  "parent_id",
  "parent_type",
] as const;

function notesBy(ids: Iterable<FtrackId>): Query<Omit<Note, "activityId">> {
  return select({
    type: "Note",
    fields: [
      ...NOTE_FIELDS,
      ...NOTE_FIELDS.map((field) => `in_reply_to.${field}`),
    ],
    row: noteRow,
    where: inList("id", ids),
  });
}

const linkRow = z.object({ parent_id: idField, value: z.string() });

function linksOf(ids: Iterable<FtrackId>): Query<z.infer<typeof linkRow>> {
  return select({
    type: "Metadata",
    fields: ["parent_id", "key", "value"],
    row: linkRow,
    where: and(inList("parent_id", ids), is("key", ACTIVITY_KEY)),
    orderBy: "parent_id",
  });
}

function authorsIn(
  notes: Iterable<Note>,
  users: UserMap,
): ReadonlyMap<FtrackId, Author> {
  const authors = new Map<FtrackId, Author>();
  for (const note of notes) {
    for (const id of [note.authorId, note.inReplyTo?.authorId ?? null]) {
      const user = id === null ? undefined : users.ftrackUsers.get(id);
      if (id === null || user === undefined) continue;
      const name = `${user.firstName} ${user.lastName}`.trim();
      const ayon = users.ayonOf.get(id);
      authors.set(id, {
        name: name === "" ? user.username : name,
        ayonName: ayon?.active === true ? ayon.name : null,
      });
    }
  }
  return authors;
}

export async function gatherComments(
  events: readonly FtrackEvent[],
  ctx: HandlerContext,
): Promise<CommentFacts> {
  const touched = touchedNotes(events);
  const project = ctx.project.ayonName;
  const [rows, links] = await ctx.ftrack.query(
    notesBy(touched.keys()),
    linksOf(touched.keys()),
  );
  const linkOf = new Map(links.map((link) => [link.parent_id, link.value]));
  const notes = new Map(
    rows.map((row) => [
      row.id,
      { ...row, activityId: linkOf.get(row.id) ?? null },
    ]),
  );
  const parents = [...touched].flatMap(
    ([id, hint]) => notes.get(id)?.parentId ?? hint ?? [],
  );
  const entities = await findEntities(new Set(parents), ctx);
  const entityIds = [...entities.values()].map((e) => e.entityId);
  const [comments, users] = await Promise.all([
    entityIds.length === 0 ? [] : ctx.ayon.comments(project, entityIds),
    ctx.reference.users(),
  ]);
  return {
    project,
    linkTo: (parentId) => {
      const entity = entities.get(parentId);
      if (entity === undefined) return null;
      const kind = entity.entityType === "version" ? "assetversion" : "task";
      return webLink(ctx.ftrackUrl, ctx.project.ftrack.id, parentId, kind);
    },
    touched,
    notes,
    entities,
    comments,
    authors: authorsIn(notes.values(), users),
  };
}
