import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planForm } from "../../../src/core/plan-form.ts";
import { atOnce } from "../../../src/core/steps.ts";
import {
  fingerprintOf,
  summaryOf,
  type PlanRow,
  type SyncPlan,
} from "../../../src/core/sync-plan.ts";

function row(action: PlanRow["action"], more: Partial<PlanRow> = {}): PlanRow {
  return {
    ...{ side: "ayon", action, path: "sq/sh", type: "Shot" },
    ...{ ftrackId: "f", ayonId: "a", before: {}, after: {} },
    ...more,
  };
}

function planOf(rows: PlanRow[], issues: SyncPlan["issues"] = []): SyncPlan {
  const content = {
    project: { id: "p", name: "show" },
    subtreeId: null,
    rows,
  };
  return {
    ...content,
    ...{ version: 1, madeAt: 0, issues, summary: summaryOf(rows) },
    fingerprint: atOnce(fingerprintOf(content)),
  };
}

function textOf(plan: SyncPlan): string {
  const { items } = planForm(plan, "show");
  return items
    .map((item) => (typeof item["value"] === "string" ? item["value"] : ""))
    .join("\n");
}

describe("a plan as a form", () => {
  test.each<[string, PlanRow]>([
    ["create sq/sh", row("create")],
    [
      "rename sq/sh from old to new",
      row("rename", { before: { name: "old" }, after: { name: "new" } }),
    ],
    ["move sq/sh", row("move", { after: { parentId: "x" } })],
    [
      "update sq/sh: status, fps",
      row("update", { after: { status: "x", attrib: { fps: 25 }, data: {} } }),
    ],
    ["archive sq/sh", row("archive")],
  ])("says %s", (words, change) => {
    expect(textOf(planOf([change])).split("\n")).toContain(words);
  });

  test("shows the worst issues first, with rule and fix", () => {
    const issue = (severity: "error" | "info", rule: string) => ({
      ...{ severity, rule, path: "sq/sh", type: "Shot" },
      ...{ ftrackId: null, ayonId: null, detail: "Wrong.", fix: "Mend it." },
    });
    const issues = [issue("info", "one"), issue("error", "two")];
    const text = textOf(planOf([row("create")], issues));
    expect(text).toMatch(
      /\*\*two\*\* sq\/sh: Wrong. Mend it.\n\*\*one\*\* sq\/sh/,
    );
  });

  test("with nothing to do only closes", () => {
    expect(planForm(planOf([]), "show").next).toBeNull();
  });

  test("is of bounded length, counts what it leaves out, and takes no name for Markdown", () => {
    const actions = fc.constantFrom<PlanRow["action"]>(
      ...(["create", "rename", "move", "update", "archive"] as const),
    );
    const rows = fc.array(
      fc.record({ action: actions, path: fc.string({ maxLength: 9 }) }),
      { maxLength: 300 },
    );
    fc.assert(
      fc.property(rows, (many) => {
        const made = many.map(({ action, path }) => row(action, { path }));
        const { items } = planForm(planOf(made), "show");
        expect(items.length).toBeLessThan(100);
        const shown = items.filter((item) =>
          /^(create|rename|move|update|archive) /.test(String(item["value"])),
        );
        const hidden = items.map((item) => {
          const text = String(item["value"]);
          return Number(/^… and (\d+) more$/.exec(text)?.[1] ?? 0);
        });
        const left = hidden.reduce((sum, number) => sum + number, 0);
        expect(shown.length + left).toBe(many.length);
        for (const item of shown)
          expect(String(item["value"])).not.toMatch(/[<*_`]/);
      }),
    );
  });
});
