import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import type { AyonEvent } from "../../../src/ayon/events.ts";
import { UnavailableError } from "../../../src/core/errors.ts";
import { silentLog } from "../../../src/core/log.ts";
import type { Outcome, OutcomeKind } from "../../../src/core/outcome.ts";
import {
  type Mirror,
  type MirrorDeps,
  type MirrorMode,
  startMirror,
} from "../../../src/processor/mirror.ts";

const outcome = (
  kind: OutcomeKind,
  reason: string | null = null,
  eventId = "e1",
): Outcome => ({
  eventId,
  topic: "ftrack.update",
  projectId: "p1",
  handler: "sync",
  kind,
  reason,
  detail: null,
  entityId: null,
  entityPath: "show/sh010",
  changes: 0,
  attempt: 1,
  durationMs: 1,
  at: 2,
  receivedAt: 1,
});
const failures = (count: number, reason: string): Outcome[] =>
  Array.from({ length: count }, (_, i) =>
    outcome("failed", reason, `${reason}-${i}`),
  );

describe("the mirror of outcomes in AYON", () => {
  let mirror: Mirror;
  let told: AyonEvent[];
  afterEach(() => mirror.close());

  function start(mode: MirrorMode, more: Partial<MirrorDeps> = {}): void {
    told = [];
    mirror = startMirror({
      mode: () => mode,
      tell: (event) => {
        told.push(event);
        return Promise.resolve(true);
      },
      projectOf: (id) => Promise.resolve(id === "p1" ? "show" : null),
      log: silentLog,
      ...more,
    });
  }
  const descriptions = () => told.map(({ description }) => description);

  const every = [
    outcome("applied"),
    outcome("unchanged"),
    outcome("skipped", "switched-off"),
    outcome("skipped", "not-relevant"),
    outcome("conflict", "stale"),
    outcome("retry", "E_AYON_TIMEOUT"),
    outcome("failed", "E_X"),
  ];
  it.each<[MirrorMode, readonly OutcomeKind[]]>([
    ["none", []],
    ["failures", ["failed"]],
    ["all", ["applied", "unchanged", "skipped", "conflict", "failed"]],
  ])("shows with %s: %j", async (mode, kinds) => {
    start(mode);
    mirror.show(every);
    await mirror.close();
    expect(told.map(({ summary }) => summary?.["kind"])).toEqual(kinds);
  });

  it("names project, handler and trouble, under the topic people know", async () => {
    start("failures");
    mirror.show([outcome("failed", "E_X")]);
    await mirror.close();
    expect(told).toMatchObject([
      {
        topic: "ftrack.proc",
        project: "show",
        status: "failed",
        description: "sync: show/sh010 failed (E_X)",
        summary: { by: "ayon-ftrack-events", reason: "E_X" },
      },
    ]);
  });

  it("shows some of many alike, and then their number", async () => {
    start("failures", { limits: { perGroup: 3, windowMs: 20 } });
    mirror.show([...failures(1_000, "E_X"), ...failures(2, "E_Y")]);
    await sleep(40);
    mirror.show(failures(1, "E_X"));
    await mirror.close();
    const one = (reason: string) => `sync: show/sh010 failed (${reason})`;
    expect(descriptions()).toEqual([
      ...[one("E_X"), one("E_X"), one("E_X"), one("E_Y"), one("E_Y")],
      "sync: 997 more failed (E_X)",
      one("E_X"),
    ]);
  });

  it("never shows more in a window than it may, whatever the reasons", async () => {
    start("failures", { limits: { perWindow: 5 } });
    const reasons = Array.from({ length: 20 }, (_, i) => `E_${i}`);
    mirror.show(reasons.map((reason) => outcome("failed", reason)));
    await mirror.close();
    expect(descriptions().filter((d) => d.includes("more"))).toHaveLength(15);
    expect(told).toHaveLength(20);
  });

  it("goes on when AYON does not take one", async () => {
    let calls = 0;
    start("failures", {
      tell: (event) => {
        calls += 1;
        if (calls === 1)
          return Promise.reject(
            new UnavailableError("away", { code: "E_AWAY", system: "ayon" }),
          );
        told.push(event);
        return Promise.resolve(true);
      },
    });
    mirror.show([outcome("failed", "E_X"), outcome("failed", "E_Y")]);
    await mirror.close();
    expect(descriptions()).toEqual(["sync: show/sh010 failed (E_Y)"]);
  });

  it("does not keep a service from ending when AYON does not answer", async () => {
    let isEnded = false;
    start("failures", {
      tell: (_event, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => {
            isEnded = true;
            reject(signal.reason as Error);
          });
        }),
    });
    mirror.show([outcome("failed", "E_X"), outcome("failed", "E_Y")]);
    await mirror.close();
    expect(isEnded).toBe(true);
  });
});
