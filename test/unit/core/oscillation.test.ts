import { describe, expect, it } from "vitest";
import type { Change, FtrackUpdate } from "../../../src/core/change.ts";
import { ftrackId } from "../../../src/core/ids.ts";
import {
  doneWritesOf,
  freezeFights,
  writesOf,
} from "../../../src/core/oscillation.ts";
import {
  HISTORY_MS,
  ownWritesOf,
  type OwnWrite,
} from "../../../src/core/own-writes.ts";

const task = ftrackId("task");
const subject = { ftrackId: task, path: "show/shot/task", type: "Task" };
const start = 1_000_000;

function update(
  data: Record<string, unknown>,
  more: Partial<FtrackUpdate> = {},
): FtrackUpdate {
  return {
    id: "1",
    kind: "ftrack.update",
    subject,
    entityType: "Task",
    entityId: task,
    data,
    ...more,
  };
}

/** "v:a" is value a by handler v; one write each 10 seconds. */
function blows(...texts: readonly string[]): OwnWrite[] {
  return texts.map((text, i) => {
    const [by = "", value = ""] = text.split(":");
    const at = start + i * 10_000;
    return { entityId: task, key: "done:status_id", value, by, at };
  });
}

function decide(history: readonly OwnWrite[], next: string, now?: number) {
  const [by = "", value = ""] = next.split(":");
  const at = now ?? start + history.length * 10_000;
  return freezeFights(
    { changes: [update({ status_id: value })], skips: [], issues: [] },
    by,
    ["bot@studio.test"],
    ownWritesOf(history, at),
    at,
  );
}

describe("a fight between automations", () => {
  it.each<[string, string[], string, boolean]>([
    ["two handlers undo each other", ["v:a", "n:b", "v:a"], "n:b", true],
    ["not yet", ["v:a", "n:b"], "v:a", false],
    ["one handler follows a person", ["v:a", "v:b", "v:a"], "v:b", false],
    ["they agree at last", ["v:a", "n:b", "v:a"], "n:a", false],
    ["two handlers set the same", ["v:a", "n:a", "v:a"], "n:a", false],
    ["three values are no fight", ["v:a", "n:b", "v:c"], "n:b", false],
    ["older blows do not matter", ["v:x", "v:a", "n:b", "v:a"], "n:b", true],
    ["something else takes it back", ["v:a", "v:a", "v:a"], "v:a", true],
    ["not yet either", ["v:a", "v:a"], "v:a", false],
  ])("%s", (_, history, next, isFrozen) => {
    const { decision, marks, fights } = decide(blows(...history), next);
    expect(fights).toHaveLength(isFrozen ? 1 : 0);
    expect(decision.changes).toHaveLength(isFrozen ? 0 : 1);
    expect(decision.skips.map((s) => s.reason)).toEqual(
      isFrozen ? ["frozen"] : [],
    );
    expect(marks).toHaveLength(isFrozen ? 1 : 0);
  });

  it("is none when the blows are far apart", () => {
    const history = blows("v:a", "n:b", "v:a");
    const { decision } = decide(history, "n:b", start + 60_001);
    expect(decision.changes).toHaveLength(1);
    expect(decide(history, "n:b", start + 60_000).decision.changes).toEqual([]);
  });

  it("says who fights, and how to end it", () => {
    const { decision } = decide(blows("v:a", "n:b", "v:a"), "n:b");
    expect(decision.issues).toEqual([
      {
        severity: "error",
        rule: "automations-fight",
        subject,
        detail: "v and n change the status back and forth (a / b).",
        fix: "Change the mapping of one of them or switch one off. The field is left alone for 15 minutes.",
      },
    ]);
    expect(decision.skips[0]?.detail).toBe(
      "Left alone from now on: v and n change the status back and forth (a / b).",
    );
  });

  it("names automations and statuses as people know them", () => {
    const history = blows("v:a", "n:b", "v:a");
    const now = start + 30_000;
    const { decision, marks } = freezeFights(
      { changes: [update({ status_id: "b" })], skips: [], issues: [] },
      "n",
      [],
      ownWritesOf(history, now),
      now,
      {
        titles: new Map([["v", "Sync status from Version to Task"]]),
        statuses: new Map([
          ["a", "Approved"],
          ["b", "Revise"],
        ]),
      },
    );
    const who = '"Sync status from Version to Task" and n';
    expect(decision.issues[0]?.detail).toBe(
      `${who} change the status back and forth (Approved / Revise).`,
    );
    expect(marks[0]).toMatchObject({ value: "Approved / Revise", by: who });
  });

  it("names the actor when the other side is none of us", () => {
    const { decision } = decide(blows("v:a", "v:a", "v:a"), "v:a");
    expect(decision.issues[0]?.detail).toBe(
      "v and bot@studio.test change the status back and forth (a).",
    );
    const unknown = freezeFights(
      { changes: [update({ status_id: "a" })], skips: [], issues: [] },
      "v",
      [],
      ownWritesOf(blows("v:a", "v:a", "v:a"), start + 30_000),
      start + 30_000,
    );
    expect(unknown.decision.issues[0]?.detail).toContain("v and somebody else");
  });

  it("stays frozen, for every handler, until the ledger forgets", () => {
    const history = blows("v:a", "n:b", "v:a");
    const { marks } = decide(history, "n:b");
    const later = start + 5 * 60_000;
    const frozen = decide([...history, ...marks], "x:z", later);
    expect(frozen.decision.changes).toEqual([]);
    expect(frozen.decision.issues).toEqual([]);
    expect(frozen.decision.skips.map((s) => s.detail)).toEqual([
      "Left alone for a while: v and n changed the status back and forth.",
    ]);
    const thawed = decide(
      [...history, ...marks],
      "x:z",
      start + 30_000 + HISTORY_MS + 1,
    );
    expect(thawed.decision.changes).toHaveLength(1);
  });

  it("stops the field only: other fields, entities and kinds go on", () => {
    const history = blows("v:a", "n:b", "v:a");
    const now = start + 30_000;
    const message: Change = {
      id: "4",
      kind: "ftrack.message",
      subject,
      userId: ftrackId("u"),
      content: { type: "message", success: true, message: "" },
    };
    const other = update(
      { status_id: "b" },
      { id: "2", entityId: ftrackId("other") },
    );
    const skip = { subject, reason: "no-task" as const, detail: "" };
    const issue = {
      severity: "info" as const,
      rule: "r",
      subject,
      detail: "",
      fix: "",
    };
    const { decision } = freezeFights(
      {
        changes: [
          update({ status_id: "b", bid: 3 }),
          other,
          update({ status_id: "b" }, { id: "3" }),
          { ...message, needs: ["3"] },
          { ...message, id: "5", needs: ["1"] },
        ],
        skips: [skip],
        issues: [issue],
      },
      "n",
      [],
      ownWritesOf(history, now),
      now,
    );
    expect(decision.changes).toEqual([
      update({ bid: 3 }),
      other,
      { ...message, id: "5", needs: ["1"] },
    ]);
    expect(decision.skips[0]).toBe(skip);
    expect(decision.issues[0]).toBe(issue);
  });

  it("may be over a custom attribute", () => {
    const change: Change = {
      id: "1",
      kind: "ftrack.value",
      subject,
      configurationId: ftrackId("c"),
      key: "frameStart",
      entityId: task,
      rowExists: true,
      value: 1001,
    };
    const history = [0, 1, 2].map((i) => ({
      entityId: task,
      key: "done:frameStart",
      value: "1001",
      by: "h",
      at: start + i,
    }));
    const { decision } = freezeFights(
      { changes: [change], skips: [], issues: [] },
      "h",
      [],
      ownWritesOf(history, start + 3),
      start + 3,
    );
    expect(decision.changes).toEqual([]);
    expect(writesOf({ ...change, unset: true }, "h", 1)[0]?.value).toBe(null);
  });

  it("is not one of tries that did not come through", () => {
    const tries = blows("v:a", "v:a", "v:a").map((write) => ({
      ...write,
      key: "status_id",
    }));
    expect(decide(tries, "v:a").decision.changes).toHaveLength(1);
  });
});

it("writes that came through are remembered as such", () => {
  const changes = [
    update({ status_id: "a", bid: 3 }),
    update({ status_id: "b" }, { id: "2" }),
    update({ status_id: "c" }, { id: "3" }),
  ];
  const results = [
    { changeId: "1", status: "applied" as const },
    { changeId: "2", status: "conflict" as const },
  ];
  expect(doneWritesOf(changes, results, "h", 7)).toEqual([
    { entityId: task, key: "done:status_id", value: "a", by: "h", at: 7 },
    { entityId: task, key: "done:bid", value: 3, by: "h", at: 7 },
  ]);
});

it("remembers who was assigned and taken off, by the row, and no other row that comes or goes", () => {
  const common = { id: "1", subject, entityType: "Appointment" };
  const come: Change = {
    ...common,
    kind: "ftrack.create",
    data: { id: "row", context_id: task },
  };
  const go: Change = { ...common, kind: "ftrack.delete", key: ["row"] };
  const told = [come, go, { ...come, entityType: "Note" }]
    .flatMap((change) => writesOf(change, "transmitter", start))
    .map(({ entityId, key, value }) => [entityId, key, value]);
  expect(told).toEqual([
    ["row", "assigned", true],
    ["row", "assigned", false],
  ]);
});
