import { describe, expect, it } from "vitest";
import type { Outcome, OutcomeKind } from "../../../src/core/outcome.ts";
import {
  createAlarms,
  type AlarmDeps,
  type Alarms,
} from "../../../src/processor/alarms.ts";

const outcome = (
  kind: OutcomeKind,
  reason: string | null = null,
  projectId: string | null = "p1",
): Outcome => ({
  ...{ eventId: "e1", topic: "ftrack.update", handler: "sync" },
  ...{ projectId, kind, reason, detail: "why" },
  ...{ entityId: null, entityPath: "sq010/sh010" },
  ...{ changes: 0, attempt: 1, durationMs: 1, at: 2, receivedAt: 1 },
});

function started(more: Partial<AlarmDeps> = {}): {
  readonly alarms: Alarms;
  readonly told: { kind: string; message: string }[];
} {
  const told: { kind: string; message: string }[] = [];
  const alarms = createAlarms({
    report: (kind, message) => {
      told.push({ kind, message });
      return Promise.resolve();
    },
    projectOf: (id) => Promise.resolve(id === "p1" ? "show" : null),
    ...more,
  });
  return { alarms, told };
}

describe("what administrators are told", () => {
  it("is the first failure of each kind, with where and why", async () => {
    const { alarms, told } = started();
    alarms.note([
      outcome("applied"),
      outcome("retry", "E_AYON"),
      outcome("skipped", "not-relevant"),
      outcome("failed", "name-invalid"),
      outcome("failed", "name-invalid"),
      outcome("failed", "E_AYON_REJECTED", null),
    ]);
    await alarms.settled();
    expect(told.map(({ message }) => message)).toEqual([
      "sync failed at show sq010/sh010: name-invalid, why",
      "sync failed at sq010/sh010: E_AYON_REJECTED, why",
    ]);
  });

  it("is told apart by handler, reason and project, so that the reporter can throttle", async () => {
    const { alarms, told } = started();
    alarms.note([outcome("failed", "a", "p1")]);
    alarms.note([outcome("failed", "a", "p1"), outcome("failed", "a", "p2")]);
    await alarms.settled();
    expect(told.map(({ kind }) => kind)).toEqual([
      "failed: sync a p1",
      "failed: sync a p1",
      "failed: sync a p2",
    ]);
  });

  it("is one message for all kinds beyond the most per hour, until the hour is over", async () => {
    let time = 0;
    const { alarms, told } = started({ mostPerHour: 2, now: () => time });
    alarms.note(["a", "b", "c", "d"].map((r) => outcome("failed", r)));
    await alarms.settled();
    expect(told.map(({ kind }) => kind)).toEqual([
      "failed: sync a p1",
      "failed: sync b p1",
      "failed: many kinds",
    ]);
    time = 3_600_000;
    alarms.note([outcome("failed", "c")]);
    await alarms.settled();
    expect(told.at(-1)?.kind).toBe("failed: sync c p1");
  });

  it("goes on after one that could not be told", async () => {
    let calls = 0;
    const { alarms, told } = started({
      projectOf: () => {
        calls += 1;
        return calls === 1
          ? Promise.reject(new Error("Ftrack is away"))
          : Promise.resolve("show");
      },
    });
    alarms.note([outcome("failed", "a"), outcome("failed", "b")]);
    await alarms.settled();
    expect(told.map(({ kind }) => kind)).toEqual(["failed: sync b p1"]);
  });
});
