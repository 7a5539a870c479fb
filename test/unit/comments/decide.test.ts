import { describe, expect, it } from "vitest";
import type { ChangeResult } from "../../../src/core/change.ts";
import { ayonId, ftrackId, projectName } from "../../../src/core/ids.ts";
import type { AyonCommentRow } from "../../../src/core/ports.ts";
import {
  concludeComments,
  decideComments,
} from "../../../src/handlers/comments/decide.ts";
import {
  activityIdOf,
  type CommentFacts,
  type Note,
} from "../../../src/handlers/comments/facts.ts";
import { skipReasons } from "../../support/decisions.ts";

const NOTE = ftrackId("aaaaaaaa-0000-0000-0000-000000000001");
const ACTIVITY = "aaaaaaaa000000000000000000000001";
const SHOT = ftrackId("shot");
const ANNA = ftrackId("u-anna");
const CLIENT = ftrackId("u-client");

function aNote(more: Partial<Note> = {}): Note {
  return {
    id: NOTE,
    content: "Looks good",
    date: "2026-05-01T10:00:00",
    authorId: ANNA,
    parentId: SHOT,
    parentType: "Shot",
    inReplyTo: null,
    activityId: null,
    ...more,
  };
}

function aComment(more: Partial<AyonCommentRow> = {}): AyonCommentRow {
  return {
    activityId: ayonId(ACTIVITY),
    entityType: "folder",
    entityId: ayonId("folder"),
    body: "Looks good",
    author: "anna",
    data: { ftrack: { id: NOTE } },
    createdAt: "2026-05-01T10:00:01Z",
    ...more,
  };
}

function factsOf(
  notes: readonly Note[],
  comments: readonly AyonCommentRow[] = [],
  more: Partial<CommentFacts> = {},
): CommentFacts {
  return {
    project: projectName("show"),
    linkTo: () => null,
    touched: new Map(notes.map((n) => [n.id, n.parentId])),
    notes: new Map(notes.map((n) => [n.id, n])),
    entities: new Map([
      [SHOT, { entityType: "folder", entityId: ayonId("folder") }],
    ]),
    comments,
    authors: new Map([
      [ANNA, { name: "Anna Artist", ayonName: "anna" }],
      [CLIENT, { name: "Carl Client", ayonName: null }],
    ]),
    ...more,
  };
}

const link = {
  id: `link-${NOTE}`,
  kind: "ftrack.create",
  subject: { ftrackId: NOTE, path: NOTE, type: "Note" },
  entityType: "Metadata",
  data: {
    parent_id: NOTE,
    parent_type: "Note",
    key: "ayon_activity_id",
    value: ACTIVITY,
  },
};

describe("a note that was added", () => {
  it("HA-81 makes one comment of the author, and both know each other", () => {
    expect(decideComments(factsOf([aNote()])).changes).toEqual([
      {
        id: `comment-${ACTIVITY}`,
        kind: "ayon.comment",
        subject: {
          ftrackId: NOTE,
          path: NOTE,
          type: "Note",
          ayonId: "folder",
        },
        project: "show",
        op: "create",
        activityId: ACTIVITY,
        entityType: "folder",
        entityId: "folder",
        body: "Looks good",
        data: { ftrack: { id: NOTE } },
        timestamp: "2026-05-01T10:00:00.000Z",
        asUser: "anna",
      },
      { ...link, needs: [`comment-${ACTIVITY}`] },
    ]);
  });

  it("HA-82 two equal notes make two comments", () => {
    const other = ftrackId("aaaaaaaa-0000-0000-0000-000000000002");
    const notes = [
      aNote({ content: "ok" }),
      aNote({ id: other, content: "ok", authorId: CLIENT }),
    ];
    const creates = decideComments(factsOf(notes)).changes.filter(
      (c) => c.kind === "ayon.comment",
    );
    expect(creates.map((c) => [c.activityId, c.body])).toEqual([
      [ACTIVITY, "ok"],
      [activityIdOf(other, 0), "**Carl Client**:\n\nok"],
    ]);
    const first = aComment({ body: "ok" });
    const second = decideComments(factsOf([notes[1]!], [first])).changes;
    expect(second.map((c) => c.id)).toEqual([
      `comment-${activityIdOf(other, 0)}`,
      `link-${other}`,
    ]);
  });

  it.each<[string, Note, Partial<CommentFacts>, string]>([
    [
      "on something that is not in AYON",
      aNote({ parentId: ftrackId("else") }),
      {},
      "not-linked",
    ],
    ["on nothing", aNote({ parentId: null }), {}, "not-linked"],
    ["without a text", aNote({ content: " \n" }), {}, "not-relevant"],
    [
      "whose comment was deleted in AYON",
      aNote({ activityId: ACTIVITY }),
      {},
      "entity-gone",
    ],
    [
      "that is a comment already",
      aNote({ activityId: ACTIVITY }),
      { comments: [aComment()] },
      "already-set",
    ],
  ])("HA-81 %s: nothing", (_, note, more, reason) => {
    const decision = decideComments(factsOf([note], [], more));
    expect(decision.changes).toEqual([]);
    expect(skipReasons(decision)).toEqual({ [NOTE]: reason });
  });

  it("by somebody AYON does not know begins with the name", () => {
    const [create] = decideComments(
      factsOf([aNote({ authorId: CLIENT })]),
    ).changes;
    expect(create).toMatchObject({
      body: "**Carl Client**:\n\nLooks good",
      data: { ftrack: { id: NOTE, signed: true } },
    });
    expect(create).not.toHaveProperty("asUser");
    const [nobody] = decideComments(
      factsOf([aNote({ authorId: null, date: null })]),
    ).changes;
    expect(nobody).toMatchObject({ body: "**Somebody**:\n\nLooks good" });
    expect(nobody).not.toHaveProperty("timestamp");
  });

  it("in reply to another quotes that one, as AYON knows no replies", () => {
    const inReplyTo = {
      id: ftrackId("n0"),
      content: "Please check the edges\nand more",
      authorId: CLIENT,
    };
    const [create] = decideComments(factsOf([aNote({ inReplyTo })])).changes;
    expect(create).toMatchObject({
      body: "> Carl Client: Please check the edges\n\nLooks good",
      data: { ftrack: { id: NOTE, reply: true } },
    });
  });

  it("that is long becomes several comments, in order", () => {
    const content = `${"a".repeat(1500)}\n\n${"b".repeat(1500)}`;
    const { changes } = decideComments(factsOf([aNote({ content })]));
    const second = activityIdOf(NOTE, 1);
    expect(changes).toMatchObject([
      { activityId: ACTIVITY, timestamp: "2026-05-01T10:00:00.000Z" },
      {
        activityId: second,
        data: { ftrack: { id: NOTE, part: 1 } },
        timestamp: "2026-05-01T10:00:00.001Z",
        needs: [`comment-${ACTIVITY}`],
      },
      { kind: "ftrack.create" },
    ]);
    expect(second).toMatch(/^[0-9a-f]{32}$/);
    expect(second).not.toBe(ACTIVITY);
  });

  it("an id that is no uuid still has one comment", () => {
    expect(activityIdOf(ftrackId("odd"), 0)).toMatch(/^[0-9a-f]{32}$/);
    expect(activityIdOf(ftrackId("odd"), 0)).not.toBe(
      activityIdOf(ftrackId("odd"), 1),
    );
  });
});

describe("a comment that is there already", () => {
  const said = (more: Partial<AyonCommentRow>) =>
    aComment({ activityId: ayonId("theirs"), data: {}, ...more });

  it.each<[string, Note, AyonCommentRow, boolean]>([
    ["says the same, by the same, at the same time", aNote(), said({}), true],
    ["says something else", aNote(), said({ body: "No" }), false],
    ["by somebody else", aNote(), said({ author: "bob" }), false],
    ["by nobody", aNote({ authorId: CLIENT }), said({ author: null }), false],
    [
      "at another time",
      aNote({ date: "2026-05-01T10:00:00Z" }),
      said({ createdAt: "2026-05-01T10:02:01Z" }),
      false,
    ],
    ["at no known time", aNote({ date: null }), said({}), false],
    ["on something else", aNote(), said({ entityId: ayonId("x") }), false],
    [
      "of another note",
      aNote(),
      said({ data: { ftrack: { id: "another" } } }),
      false,
    ],
    [
      "that the note names",
      aNote({ activityId: "theirs", content: "No" }),
      said({ author: "bob", createdAt: "2020-01-01T00:00:00Z" }),
      true,
    ],
  ])("%s", (_, note, comment, isIt) => {
    const zoned =
      note.date?.endsWith("Z") === true ? note.date : `${note.date ?? ""}Z`;
    const dated = { ...note, date: note.date === null ? null : zoned };
    const { changes } = decideComments(factsOf([dated], [comment]));
    expect(changes[0]).toMatchObject(
      isIt
        ? {
            op: "update",
            activityId: "theirs",
            body: note.content,
            data: { ftrack: { id: NOTE } },
          }
        : { op: "create", activityId: ACTIVITY },
    );
  });

  it("is linked from the note where that is missing", () => {
    expect(decideComments(factsOf([aNote()], [aComment()])).changes).toEqual([
      link,
    ]);
  });

  it("HA-83 takes the note's new text, in the shape it had", () => {
    const note = aNote({
      content: "Better now",
      authorId: CLIENT,
      activityId: ACTIVITY,
      inReplyTo: { id: ftrackId("n0"), content: "Hm", authorId: null },
    });
    const marks: [Record<string, unknown>, string][] = [
      [{ id: NOTE }, "Better now"],
      [{ id: NOTE, signed: true }, "**Carl Client**:\n\nBetter now"],
      [{ id: NOTE, reply: true }, "> Somebody: Hm\n\nBetter now"],
    ];
    for (const [ftrack, body] of marks) {
      const { changes } = decideComments(
        factsOf([note], [aComment({ data: { ftrack } })]),
      );
      expect(changes).toMatchObject([
        { op: "update", activityId: ACTIVITY, body, data: { ftrack } },
      ]);
    }
  });

  it("HA-83 grows and shrinks with the note", () => {
    const long = `${"a".repeat(1500)} ${"b".repeat(1500)}`;
    const second = aComment({
      activityId: activityIdOf(NOTE, 1),
      body: `(2/2) ${"b".repeat(1500)}`,
      data: { ftrack: { id: NOTE, part: 1 } },
    });
    const known = { activityId: ACTIVITY };
    const grown = decideComments(
      factsOf([aNote({ ...known, content: long })], [aComment()]),
    );
    expect(grown.changes).toMatchObject([
      { op: "update", activityId: ACTIVITY },
      { op: "create", activityId: second.activityId },
    ]);
    expect(grown.changes[1]).not.toHaveProperty("needs");
    const shrunk = decideComments(
      factsOf([aNote(known)], [second, aComment()]),
    );
    expect(shrunk.changes).toMatchObject([
      { op: "delete", activityId: second.activityId },
    ]);
  });
});

describe("a note that was removed", () => {
  const gone = { touched: new Map([[NOTE, SHOT]]) };

  it("HA-83 takes all its comments along, and no other", () => {
    const comments = [
      aComment(),
      aComment({
        activityId: ayonId("two"),
        data: { ftrack: { id: NOTE, part: 1 } },
      }),
      aComment({ activityId: ayonId("x"), data: { ftrack: { id: "x" } } }),
      aComment({ activityId: ayonId("y"), data: {} }),
    ];
    const { changes } = decideComments(factsOf([], comments, gone));
    expect(changes).toMatchObject([
      { op: "delete", activityId: ACTIVITY, entityId: "folder", body: "" },
      { op: "delete", activityId: "two" },
    ]);
    expect(changes).toHaveLength(2);
  });

  it.each<[string, Partial<CommentFacts>, string]>([
    ["twice", gone, "entity-gone"],
    [
      "from what is not in AYON",
      { touched: new Map([[NOTE, ftrackId("else")]]) },
      "not-linked",
    ],
    ["from nothing", { touched: new Map([[NOTE, null]]) }, "not-linked"],
  ])("%s: nothing", (_, more, reason) => {
    const decision = decideComments(factsOf([], [], more));
    expect(decision.changes).toEqual([]);
    expect(skipReasons(decision)).toEqual({ [NOTE]: reason });
  });
});

describe("where AYON does not let the author write", () => {
  const result = (more: Partial<ChangeResult>): ChangeResult => ({
    changeId: `comment-${ACTIVITY}`,
    status: "failed",
    error: { code: "E_AYON_FORBIDDEN", message: "", transient: false },
    ...more,
  });

  it("the service writes, and names the author", () => {
    const { changes } = concludeComments(factsOf([aNote()]), [result({})]);
    expect(changes).toMatchObject([
      {
        op: "create",
        activityId: ACTIVITY,
        body: "**Anna Artist**:\n\nLooks good",
        data: { ftrack: { id: NOTE, signed: true } },
      },
      { kind: "ftrack.create", needs: [`comment-${ACTIVITY}`] },
    ]);
    expect(changes[0]).not.toHaveProperty("asUser");
  });

  it.each<[string, Note, ChangeResult]>([
    ["it worked", aNote(), result({ status: "applied" })],
    [
      "AYON did not answer",
      aNote(),
      result({ error: { code: "E", message: "", transient: true } }),
    ],
    ["another change failed", aNote(), result({ changeId: "x" })],
    ["the service wrote already", aNote({ authorId: CLIENT }), result({})],
  ])("not when %s", (_, note, outcome) => {
    expect(concludeComments(factsOf([note]), [outcome])).toEqual({
      changes: [],
      skips: [],
      issues: [],
    });
  });
});

it("says in a skip what an administrator has to know", () => {
  const detail = (facts: CommentFacts) =>
    decideComments(facts).skips.map((s) => s.detail);
  expect(detail(factsOf([aNote({ parentId: null })]))).toEqual([
    "Its Shot is not in AYON.",
  ]);
  expect(detail(factsOf([aNote({ content: "" })]))).toEqual([
    "The note has no text.",
  ]);
  expect(detail(factsOf([aNote({ activityId: "x" })]))).toEqual([
    "Its comment was deleted in AYON.",
  ]);
  expect(detail(factsOf([aNote({ activityId: "x" })], [aComment()]))).toEqual([
    "The comment says the same.",
  ]);
  const touched = new Map([[NOTE, SHOT]]);
  expect(detail(factsOf([], [], { touched }))).toEqual([
    "Note and comment are gone.",
  ]);
  const nowhere = new Map([[NOTE, null]]);
  expect(detail(factsOf([], [], { touched: nowhere }))).toEqual([
    "What the note was on is not in AYON.",
  ]);
});
