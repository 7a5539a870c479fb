import { describe, expect, it } from "vitest";
import { ftrackId } from "../../../src/core/ids.ts";
import { concludeEqual } from "../../../src/handlers/attributes/conclude.ts";
import { decideEqual } from "../../../src/handlers/attributes/equalize.ts";
import {
  afterwards,
  attributeFacts,
  attributeWrites,
  QUIET,
  type AttributeRow,
} from "../../support/attributes.ts";
import { skipReasons, unattributed } from "../../support/decisions.ts";

describe("a hierarchical attribute and the one of the type are kept equal", () => {
  it.each<[string, AttributeRow]>([
    [
      "FS-54 the type's one was set: the hierarchical one follows",
      {
        rows: { "shot.t": 1010, "shot.h": 1001 },
        edits: { shot: ["1001", "1010"] },
        writes: { "shot.h": 1010 },
      },
    ],
    [
      "FS-54 the hierarchical one was set: the type's one follows",
      {
        rows: { "shot.t": 1001, "shot.h": 1010 },
        edits: { shot: ["1001", "1010.0"] },
        writes: { "shot.t": 1010 },
      },
    ],
    [
      "FS-54 an inherited value is overridden by the type's one",
      {
        rows: { "seq.h": 1001, "shot.t": 1010 },
        edits: { shot: ["1001", "1010"] },
        writes: { "shot.h": 1010 },
      },
    ],
    [
      "an inherited value that is the same stays inherited",
      {
        rows: { "seq.h": 1010, "shot.t": 1010 },
        edits: { shot: ["1001", "1010"] },
        skips: { shot: "already-set" },
      },
    ],
    [
      "the default counts as inherited",
      {
        rows: { "shot.t": 1010 },
        default: 1010,
        edits: { shot: ["1001", "1010"] },
        skips: { shot: "already-set" },
      },
    ],
    [
      "both were set to the same",
      { rows: { "shot.t": 5, "shot.h": 5 }, edits: { shot: ["1", "5"] } },
    ],
    [
      "FS-55 a late event does not bring an old value back",
      {
        rows: { "shot.t": 1020, "shot.h": 1001 },
        edits: { shot: ["1001", "1010"] },
        skips: { shot: "superseded" },
      },
    ],
    [
      "an own write is not answered",
      {
        rows: { "shot.t": 1010, "shot.h": 1001 },
        edits: { "!shot": ["1001", "1010"] },
        skips: { shot: "own-write" },
      },
    ],
    [
      "a value that is no number",
      {
        rows: { "shot.t": "ten" },
        typed: "text",
        edits: { shot: ["1", "ten"] },
        skips: { shot: "value-unreadable" },
      },
    ],
    [
      "a value is cast to the other attribute's type",
      {
        rows: { "shot.t": "1010" },
        typed: "text",
        edits: { shot: ["1001", "1010"] },
        writes: { "shot.h": 1010 },
      },
    ],
    [
      "a value is cast to the type's one, and a fraction does not fit",
      {
        rows: { "shot.h": 10.5 },
        edits: { shot: ["1", "10.5"] },
        skips: { shot: "value-unreadable" },
      },
    ],
    [
      "the hierarchical one was cleared: the type's one shows what is inherited",
      {
        rows: { "seq.h": 1001, "shot.t": 1010 },
        edits: { shot: ["1010", null] },
        writes: { "shot.t": 1001 },
      },
    ],
    [
      "an empty hierarchical row goes, as it hides what is inherited",
      {
        rows: { "seq.h": 1001, "shot.h": null, "shot.t": 1010 },
        edits: { shot: ["1010", null] },
        writes: { "shot.h": null, "shot.t": 1001 },
      },
    ],
    [
      "the type's one was cleared: the hierarchical row goes",
      {
        rows: { "seq.h": 1001, "shot.h": 1010 },
        edits: { shot: ["1010", null] },
        writes: { "shot.h": null, "shot.t": 1001 },
      },
    ],
    [
      "cleared, and nothing to inherit",
      {
        rows: { "shot.t": 1010 },
        edits: { shot: ["1010", null] },
        writes: { "shot.t": null },
      },
    ],
    [
      "cleared and set again: the hierarchical one",
      {
        rows: { "shot.h": 1020 },
        edits: { shot: ["1010", null] },
        skips: { shot: "superseded" },
      },
    ],
    [
      "cleared and set again: the type's one",
      {
        rows: { "shot.t": 1020 },
        edits: { shot: ["1010", null] },
        skips: { shot: "superseded" },
      },
    ],
    [
      "cleared and set again: both",
      {
        rows: { "shot.t": 1010, "shot.h": 1010 },
        edits: { shot: ["1010", null] },
        skips: { shot: "superseded" },
      },
    ],
    [
      "cleared without an old value",
      {
        rows: { "shot.h": 1010 },
        edits: { shot: [null, null] },
        skips: { shot: "superseded" },
      },
    ],
    [
      "HA-6 what is gone does not stop the others",
      {
        onTasks: true,
        rows: { "shot2.t": 1010 },
        edits: { shot: ["1", "2"], shot2: ["1001", "1010"] },
        gone: ["shot", "task", "task2"],
        writes: { "shot2.h": 1010 },
        skips: { shot: "entity-gone" },
      },
    ],
  ])("%s", (_, row) => {
    const facts = attributeFacts(row);
    expect(attributeWrites(facts, row.settings)).toEqual(row.writes ?? {});
    const decision = decideEqual(facts, row.settings ?? QUIET);
    const { skips } = decision;
    const touched = [...facts.edits, ...facts.arrivals].map((e) => e.entityId);
    expect(unattributed(decision, touched)).toEqual([]);
    expect(skipReasons({ changes: [], issues: [], skips })).toEqual(
      row.skips ?? {},
    );
    expect(
      attributeWrites(afterwards(facts, row.settings), row.settings),
    ).toEqual({});
  });

  it("uses the verb that fits what is stored", () => {
    const { changes } = decideEqual(
      attributeFacts({
        rows: { "seq.h": 1, "shot.h": null, "shot.t": 2 },
        edits: { shot: ["2", null] },
      }),
      QUIET,
    );
    const subject = {
      ftrackId: "shot",
      path: "show/seq/shot",
      type: "Shot",
      because: ["shot"],
    };
    expect(changes.slice(0, 2)).toEqual([
      {
        id: "value-h-shot",
        kind: "ftrack.value",
        subject,
        configurationId: "h",
        key: "frameStart",
        entityId: "shot",
        rowExists: true,
        value: null,
        unset: true,
      },
      {
        id: "value-t-Shot-shot",
        kind: "ftrack.value",
        subject,
        configurationId: "t-Shot",
        key: "frameStart",
        entityId: "shot",
        rowExists: true,
        value: 1,
      },
    ]);
  });

  it("writes dates as times", () => {
    const { changes } = decideEqual(
      attributeFacts({
        rows: { "shot.t": "2026-05-01T00:00:00Z" },
        hierarchical: "date",
        typed: "date",
        edits: { shot: [null, "2026-05-01T00:00:00"] },
      }),
      QUIET,
    );
    expect(changes).toMatchObject([
      {
        rowExists: false,
        value: { __type__: "datetime", value: "2026-05-01T00:00:00" },
      },
    ]);
  });

  it("tells people what the other attribute cannot hold", () => {
    const { issues } = decideEqual(
      attributeFacts({
        rows: { "shot.t": "ten" },
        typed: "text",
        edits: { shot: ["1", "ten"] },
      }),
      QUIET,
    );
    expect(issues).toEqual([
      {
        severity: "warning",
        rule: "attributes-differ",
        subject: {
          ftrackId: "shot",
          path: "show/seq/shot",
          type: "Shot",
          because: ["shot"],
        },
        detail:
          'frameStart: "ten" is not a number, so the hierarchical attribute cannot hold it.',
        fix: "Correct the value, or give both attributes of this key the same type and options.",
      },
    ]);
  });

  it("sends those who made the edits a message about it", () => {
    const unequal = attributeFacts({
      rows: { "shot.t": "<ten>" },
      typed: "text",
      edits: { shot: ["1", "<ten>"] },
    });
    const actors = [ftrackId("anna"), ftrackId("ben")];
    const { changes, issues } = concludeEqual({ ...unequal, actors }, QUIET);
    expect(issues).toEqual([]);
    expect(changes.map((c) => "userId" in c && c.userId)).toEqual(actors);
    expect(changes[0]).toMatchObject({
      kind: "ftrack.message",
      content: {
        type: "report",
        title: "Attributes that are not equal (Show)",
        issues: [
          {
            fix: expect.stringContaining("Correct the value") as string,
            subject: { path: "show/seq/shot" },
            detail: expect.stringMatching(/<ten>.* is not a number/) as string,
          },
        ],
      },
    });
    const equal = attributeFacts({
      rows: { "shot.t": 3 },
      edits: { shot: ["1", "3"] },
    });
    expect(concludeEqual({ ...equal, actors }, QUIET).changes).toEqual([]);
  });

  it("says in a skip what an administrator has to know", () => {
    const details = (row: AttributeRow) =>
      decideEqual(attributeFacts(row), QUIET).skips.map((s) => s.detail);
    expect(
      details({ rows: { "shot.t": 3 }, edits: { shot: ["1", "2"] } }),
    ).toEqual(["frameStart: somebody has changed it again."]);
    expect(
      details({
        onTasks: true,
        rows: { "shot.h": 2, "task.t": 9 },
        edits: { shot: ["1", "2"] },
      }),
    ).toEqual(["frameStart: it has 9 of its own."]);
    expect(
      details({ rows: { "shot.h": 0.5 }, edits: { shot: ["", "0.5"] } }),
    ).toEqual([
      'frameStart: "0.5" is not a whole number, so the attribute of Shot cannot hold it.',
    ]);
  });
});
