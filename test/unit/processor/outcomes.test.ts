import { describe, expect, it } from "vitest";
import type { Change, ChangeResult } from "../../../src/core/change.ts";
import { parseEvent } from "../../../src/core/event.ts";
import { ftrackId } from "../../../src/core/ids.ts";
import { outcomesOf } from "../../../src/processor/outcomes.ts";
import type { HandlerRun } from "../../../src/processor/run.ts";
import { taskStatus } from "../../support/events.ts";

const frame = { attempt: 1, at: 5 };

/** A run over one event about these entities; what became of the change of each. */
function runOf(
  became: Readonly<Record<string, ChangeResult["status"]>>,
): HandlerRun {
  const event = parseEvent({
    ...{ v: 1, id: "e1", topic: "ftrack.update", projectId: "p", via: "hub" },
    receivedAt: 0,
    event: {
      data: {
        entities: Object.keys(became).map((id) => taskStatus(id, "a", "b")),
      },
    },
  });
  const changes = Object.keys(became).map(
    (id) =>
      ({
        id: `change-${id}`,
        subject: { ftrackId: ftrackId(id), path: `/${id}` },
      }) as Change,
  );
  const results = Object.entries(became).map(([id, status]): ChangeResult => ({
    changeId: `change-${id}`,
    status,
    ...(status === "failed"
      ? { error: { code: "E_NO", message: "no", transient: false } }
      : {}),
  }));
  return {
    handler: { name: "sync", keepsQuarantine: false },
    events: [event],
    applied: [{ decision: { changes, skips: [], issues: [] }, results }],
    failures: new Map(),
    retries: new Map(),
    durationMs: 1,
  };
}

describe("rows of an event about several entities", () => {
  it.each<
    [
      string,
      Record<string, ChangeResult["status"]>,
      (readonly [string | null, string, number])[],
    ]
  >([
    [
      "all changed: each can be found by its id",
      { t1: "applied", t2: "applied" },
      [
        [null, "applied", 2],
        ["t1", "applied", 1],
        ["t2", "applied", 1],
      ],
    ],
    [
      "one was as it should be: it has no row of its own",
      { t1: "applied", t2: "unchanged" },
      [
        [null, "applied", 1],
        ["t1", "applied", 1],
      ],
    ],
    [
      "one failed: the event failed, the other was changed",
      { t1: "applied", t2: "failed" },
      [
        [null, "failed", 1],
        ["t1", "applied", 1],
        ["t2", "failed", 0],
      ],
    ],
    [
      "a single one: one row for both",
      { t1: "applied" },
      [["t1", "applied", 1]],
    ],
    [
      "nothing to do for any",
      { t1: "unchanged", t2: "unchanged" },
      [[null, "unchanged", 0]],
    ],
  ])("%s", (_name, became, rows) => {
    const found = outcomesOf(runOf(became), frame, () => true);
    expect(found.map((o) => [o.entityId, o.kind, o.changes])).toEqual(rows);
  });
});
