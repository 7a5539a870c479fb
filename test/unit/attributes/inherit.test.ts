import { describe, expect, it } from "vitest";
import { decideEqual } from "../../../src/handlers/attributes/equalize.ts";
import {
  afterwards,
  attributeFacts,
  attributeWrites,
  QUIET,
  type AttributeRow,
} from "../../support/attributes.ts";
import { skipReasons, unattributed } from "../../support/decisions.ts";

describe("below what was edited, created or moved", () => {
  it.each<[string, AttributeRow]>([
    [
      "what inherits from an edited folder follows",
      {
        onTasks: true,
        rows: { "seq.h": 1010, "shot.t": 1001, "shot2.t": 1010 },
        edits: { seq: ["1001", "1010"] },
        writes: { "shot.t": 1010, "task.t": 1010, "task2.t": 1010 },
      },
    ],
    [
      "what has a value of its own does not",
      {
        onTasks: true,
        rows: {
          "seq.h": 1010,
          "shot.h": 1001,
          "shot.t": 1001,
          "shot2.t": 1001,
          "task.t": 1001,
          "task2.t": 1001,
        },
        edits: { seq: ["1001", "1010"] },
        writes: { "shot2.t": 1010 },
      },
    ],
    [
      "what inherits from the project follows",
      {
        rows: { "show.h": 24, "seq.h": 1001, "shot.t": 1001 },
        edits: { show: ["23", "24"] },
      },
    ],
    [
      "what inherits from the project follows through everything",
      {
        onTasks: true,
        rows: { "show.h": 24, "shot.t": 23, "task.t": 23, "task2.t": 7 },
        edits: { show: ["23", "24"] },
        writes: { "shot.t": 24, "shot2.t": 24, "task.t": 24 },
        skips: { task2: "ignored-by-rule" },
      },
    ],
    [
      "tasks below follow an edit of the shot, unless theirs is on purpose",
      {
        onTasks: true,
        rows: {
          "shot.t": 1010,
          "shot.h": 1001,
          "task.t": 1001,
          "task2.t": 990,
        },
        edits: { shot: ["1001", "1010"] },
        writes: { "shot.h": 1010, "task.t": 1010 },
        skips: { task2: "ignored-by-rule" },
      },
    ],
    [
      "an edit of a task stays on the task",
      {
        onTasks: true,
        rows: { "shot.h": 1001, "task.t": 1010 },
        edits: { task: ["1001", "1010"] },
        skips: { task: "type-not-listed" },
      },
    ],
    [
      "an edit of a task counts where tasks are listed",
      {
        onTasks: true,
        rows: { "shot.h": 1001, "task.t": 1010 },
        types: ["Task"],
        edits: { task: ["1001", "1010"] },
        writes: { "task.h": 1010 },
      },
    ],
    [
      "tasks that have no value yet follow too",
      {
        onTasks: true,
        rows: { "seq.h": 1010 },
        edits: { seq: [null, "1010"] },
        writes: {
          "shot.t": 1010,
          "shot2.t": 1010,
          "task.t": 1010,
          "task2.t": 1010,
        },
      },
    ],
    [
      "FS-56 a new shot shows what it inherits, and inherits it",
      {
        rows: { "seq.h": 1001 },
        created: ["shot2"],
        writes: { "shot2.t": 1001 },
      },
    ],
    [
      "FS-56 unless it is to have a value of its own",
      {
        rows: { "seq.h": 1001 },
        created: ["shot2"],
        settings: { materialize_on_create: true },
        writes: { "shot2.h": 1001, "shot2.t": 1001 },
      },
    ],
    [
      "FS-56 a new one that has a value of its own keeps it",
      {
        rows: { "seq.h": 1001, "shot2.h": 5 },
        created: ["shot2"],
        settings: { materialize_on_create: true },
        writes: { "shot2.t": 5 },
      },
    ],
    ...[false, true].map((materialize_on_create): [string, AttributeRow] => [
      `FS-55 what somebody sets on a new one at once is left to that edit (${materialize_on_create ? "with" : "without"} a value of its own)`,
      {
        rows: { "seq.h": 1001, "shot2.t": 1010 },
        created: ["shot2"],
        settings: { materialize_on_create },
        skips: { shot2: "superseded" },
      },
    ]),
    [
      "FS-54 an edit in the same batch as the new one counts",
      {
        rows: { "seq.h": 1001, "shot2.t": 1010 },
        created: ["shot2"],
        edits: { shot2: ["", "1010"] },
        writes: { "shot2.h": 1010 },
      },
    ],
    [
      "a moved shot does not get one",
      {
        rows: { "seq.h": 1001 },
        moved: ["shot2"],
        settings: { materialize_on_create: true },
        writes: { "shot2.t": 1001 },
      },
    ],
    [
      "nor does a new task of no listed type",
      {
        onTasks: true,
        rows: { "seq.h": 1001 },
        created: ["task"],
        settings: { materialize_on_create: true },
        writes: { "task.t": 1001 },
      },
    ],
    [
      "nothing to inherit",
      { created: ["shot2"], settings: { materialize_on_create: true } },
    ],
    [
      "FS-57 a moved task shows what its new parent does, whatever it had",
      {
        onTasks: true,
        rows: { "shot.h": 1001, "task.t": 990, "task2.t": 990 },
        moved: ["task"],
        writes: { "task.t": 1001 },
      },
    ],
    [
      "a moved task below no listed type stays",
      {
        onTasks: true,
        rows: { "seq.h": 1001, "stray.t": 990 },
        moved: ["stray"],
      },
    ],
    [
      "a moved folder takes all below it along",
      {
        onTasks: true,
        rows: { "seq.h": 1001, "shot.t": 5, "shot2.h": 7, "shot2.t": 7 },
        moved: ["seq"],
        writes: { "shot.t": 1001, "task.t": 1001, "task2.t": 1001 },
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
});
