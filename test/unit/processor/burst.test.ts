import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Issue } from "../../../src/core/decision.ts";
import { ftrackId } from "../../../src/core/ids.ts";
import {
  burstIn,
  isDue,
  joined,
  untold,
  type Burst,
} from "../../../src/processor/news/burst.ts";
import { continued, issuesReport } from "../../../src/processor/records.ts";

function issue(id: string, detail = "taken", rule = "name-taken"): Issue {
  const subject = { ftrackId: ftrackId(id), path: `show/${id}`, type: "Shot" };
  return { severity: "error", rule, subject, detail, fix: "Rename it." };
}
const who = { userId: "anna", projectId: "p", title: "Not everything" };

function burst(issues: readonly Issue[], at = 0): Burst {
  return joined(null, { ...who, issues }, at);
}

describe("a burst", () => {
  it.each([
    ["at once", 0, 0, 0, false, false],
    ["nothing for two seconds", 0, 0, 2_000, false, true],
    ["nothing for two seconds, but events wait", 0, 0, 2_000, true, false],
    ["still going on", 0, 9_000, 10_000, false, false],
    ["going on for a minute", 0, 59_999, 60_000, true, true],
  ] as const)("%s", (_, since, last, now, isBusy, expected) => {
    expect(isDue({ since, last }, now, isBusy)).toBe(expected);
  });

  it("names what several batches found once, as it was found last", () => {
    const one = burst([issue("a", "old"), issue("b")]);
    const two = joined(one, { ...who, issues: [issue("a", "new")] }, 5);
    expect(two).toMatchObject({ since: 0, last: 5, more: 0 });
    expect(two.issues.map((i) => [i.subject.ftrackId, i.detail])).toEqual([
      ["a", "new"],
      ["b", "taken"],
    ]);
  });

  it("loses no issue in any split into batches and tellings", () => {
    const batch = fc.record({
      ids: fc.array(fc.nat({ max: 400 }).map(String), { maxLength: 60 }),
      isTold: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 20 }), (batches) => {
        let held: Burst | null = null;
        const named = new Set<string>();
        let hidden = 0;
        function show(shown: Burst): void {
          shown.issues.forEach((i) => named.add(i.subject.ftrackId ?? ""));
          hidden += shown.more;
        }
        for (const [at, { ids, isTold }] of batches.entries()) {
          held = joined(held, { ...who, issues: ids.map((i) => issue(i)) }, at);
          if (!isTold) continue;
          show(held);
          held = untold(held, held);
        }
        if (held !== null) show(held);
        const all = new Set(batches.flatMap(({ ids }) => ids));
        expect(named.size + hidden).toBeGreaterThanOrEqual(all.size);
        expect([...named].every((id) => all.has(id))).toBe(true);
      }),
    );
  });

  it("what comes while it is told is told the next time, and only that", () => {
    const told = burst([issue("a"), issue("b")]);
    const found = { ...who, issues: [issue("b", "other"), issue("c")] };
    const rest = untold(joined(told, found, 9), told);
    expect(rest?.issues.map((i) => i.subject.ftrackId)).toEqual(["b", "c"]);
    expect(rest?.since).toBe(9);
    expect(untold(told, told)).toBeNull();
  });

  it("is the same after it was stored, and nothing else is taken for one", () => {
    const made = burst([issue("a"), issue("__proto__")], 7);
    expect(burstIn(JSON.parse(JSON.stringify(made)))).toEqual(made);
    expect([null, 1, {}, { issues: [] }].map(burstIn)).toEqual(
      Array(4).fill(null),
    );
  });
});

describe("the report of a burst in several batches", () => {
  const counts = { applied: 2, failed: 1 };
  const first = issuesReport("sync", "show", 1_000, counts, [
    issue("a"),
    issue("b"),
  ]);
  function next(at: number, kind = "sync", mended: string[] = []) {
    const report = issuesReport(kind, "show", at, counts, [issue("c")]);
    const before: unknown = JSON.parse(JSON.stringify(first));
    return continued(before, report, new Set(mended));
  }
  const ids = (report: ReturnType<typeof next>): unknown[] =>
    report.issues.map((i) => i.subject.ftrackId);

  it("holds what all of them left to be mended", () => {
    expect(ids(next(30_000))).toEqual(["c", "a", "b"]);
    expect(next(30_000)).toMatchObject({ applied: 4, failed: 2 });
  });
  it("leaves out what was mended meanwhile", () => {
    expect(ids(next(30_000, "sync", ["a"]))).toEqual(["c", "b"]);
  });
  it("begins anew after a minute, and for another handler", () => {
    expect(ids(next(61_001))).toEqual(["c"]);
    expect(ids(next(30_000, "status-next-task"))).toEqual(["c"]);
  });
  it("begins anew when the last one cannot be read", () => {
    const report = issuesReport("sync", "show", 1, counts, [issue("c")]);
    expect(continued({ odd: true }, report, new Set())).toEqual(report);
  });
});
