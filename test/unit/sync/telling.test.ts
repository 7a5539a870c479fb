import { describe, expect, it } from "vitest";
import { ayonId, ftrackId } from "../../../src/core/ids.ts";
import { RULES } from "../../../src/handlers/sync/rules.ts";
import { reportItems } from "../../../src/core/issue-report.ts";
import { failedInFtrack, syncOnce } from "../../support/sync/cycle.ts";
import {
  aContext,
  aModel,
  aNode,
  focusOn,
  type Model,
} from "../../support/sync/model.ts";
import { DEFINITIONS, PROJECT } from "../../support/sync/world.ts";

const actors = [ftrackId("u-anna")];

function renamed(): Model {
  const model = aModel([aContext("f", "sh020")], [aNode("n", "sh010", "f")]);
  model.published.add(ayonId("n"));
  return model;
}

describe("something published is renamed", () => {
  it.each([
    ["report", ["f"], 1, "sh020"],
    ["mark", ["f"], 0, "sh020"],
    ["revert", ["f"], 1, "sh010"],
  ] as const)(
    "ES-27, ES-30 policy %s",
    (publishedPolicy, failed, messages, name) => {
      const model = renamed();
      const { conclusion } = syncOnce(model, {
        focus: focusOn("f"),
        settings: { publishedPolicy },
        facts: { actors },
      });
      expect(failedInFtrack(model)).toEqual(failed);
      expect(
        conclusion.changes.filter((c) => c.kind === "ftrack.message"),
      ).toHaveLength(messages);
      expect(model.contexts.get(ftrackId("f"))?.name).toBe(name);
    },
  );

  it("ES-30 the edit is taken back only while it still stands", () => {
    const { conclusion } = syncOnce(renamed(), {
      focus: focusOn("f"),
      settings: { publishedPolicy: "revert" },
    });
    expect(conclusion.changes).toContainEqual(
      expect.objectContaining({
        kind: "ftrack.update",
        entityType: "Shot",
        data: { name: "sh010" },
        expects: { name: "sh020" },
      }),
    );
  });

  it("ES-30 a move is taken back to the parent of old", () => {
    const model = aModel(
      [aContext("a", "sq"), aContext("f", "sh")],
      [
        aNode("na", "sq", "a"),
        aNode("n", "sh", "f", {
          parentId: ayonId("na"),
          own: { ftrackId: "f", ftrackPath: "sq/sh" },
        }),
      ],
    );
    model.published.add(ayonId("n"));
    syncOnce(model, {
      focus: focusOn("f"),
      settings: { publishedPolicy: "revert" },
    });
    expect(model.contexts.get(ftrackId("f"))?.parentId).toBe("a");
  });

  it("a full sync takes the same edits back", () => {
    const model = renamed();
    syncOnce(model, { settings: { publishedPolicy: "revert" } });
    expect(model.contexts.get(ftrackId("f"))?.name).toBe("sh010");
  });
});

describe("people are told", () => {
  it("once per burst, with everything that went wrong", () => {
    const model = aModel([aContext("f", "()"), aContext("g", "()")]);
    const { conclusion } = syncOnce(model, {
      focus: focusOn("f", "g"),
      facts: { actors },
    });
    const messages = conclusion.changes.filter(
      (c) => c.kind === "ftrack.message",
    );
    expect(messages).toHaveLength(1);
    const [message] = messages;
    const text = JSON.stringify(message?.content);
    expect(text).toContain("name-empty");
    expect(
      message?.content.type === "report" && message.content.issues,
    ).toHaveLength(2);
  });

  it("nothing when all is well, and nothing about what failed long ago", () => {
    const model = aModel([aContext("f", "sh"), aContext("g", "()")]);
    model.values.set(
      ftrackId("g"),
      new Map([[DEFINITIONS.syncFailed.id, true]]),
    );
    const { conclusion } = syncOnce(model, {
      focus: focusOn("f", "g"),
      facts: { actors, drawnIn: new Set([ftrackId("g")]) },
    });
    expect(
      conclusion.changes.filter((c) => c.kind === "ftrack.message"),
    ).toEqual([]);
  });

  it("nobody, when nobody is known to have done it", () => {
    const model = aModel([aContext("f", "()")]);
    const { conclusion } = syncOnce(model, { focus: focusOn("f") });
    expect(
      conclusion.changes.filter((c) => c.kind === "ftrack.message"),
    ).toEqual([]);
  });
});

describe("reportItems", () => {
  function issue(
    path: string,
    rule = "name-empty",
    severity: "error" | "info" = "error",
  ) {
    return {
      rule,
      severity,
      detail: "a <b>detail</b>",
      fix: "mend it",
      subject: { ftrackId: null, path, type: "Shot" },
    };
  }
  it("groups by rule, the worst first, and takes names as text", () => {
    const items = reportItems([
      issue("b", "later", "info"),
      issue("a*"),
      issue("c"),
    ]);
    expect(items.map((item) => item["value"])).toEqual([
      "**name-empty**: mend it",
      "- **a&#42;**: a &#60;b&#62;detail&#60;/b&#62;",
      "- **c**: a &#60;b&#62;detail&#60;/b&#62;",
      "---",
      "**later**: mend it",
      "- **b**: a &#60;b&#62;detail&#60;/b&#62;",
    ]);
  });
  it("stops after a hundred rows", () => {
    const items = reportItems(
      Array.from({ length: 130 }, (_, i) => issue(String(i))),
    );
    expect(items).toHaveLength(102);
    expect(items.at(-1)).toEqual({ type: "label", value: "… and 30 more" });
  });
});

it("too many removals at once are left to a person", () => {
  const nodes = ["a", "b", "c"].map((id) => aNode(`n${id}`, id, id));
  const model = aModel([], nodes);
  const focus = focusOn("a", "b", "c");
  const held = syncOnce(model, { focus, settings: { maxRemovals: 2 } });
  expect(model.nodes.size).toBe(3);
  expect(held.decision.issues.map((i) => i.rule)).toEqual(
    Array.from({ length: 3 }, () => "too-many-removals"),
  );
  syncOnce(model, { focus, settings: { maxRemovals: 3 } });
  expect(model.nodes.size).toBe(0);
});

it("a folder that AYON will not delete for its products is marked", () => {
  const model = aModel([], [aNode("n", "sh", "f")]);
  model.productive.add(ayonId("n"));
  syncOnce(model, { focus: focusOn("f") });
  expect([...model.nodes.values()]).toMatchObject([
    { active: true, own: { ftrackId: "removed" } },
  ]);
});

it("attributes that Ftrack lacks are named", () => {
  const model = aModel([aContext("f", "sh")]);
  model.world = {
    ...model.world,
    bookkeeping: { ...DEFINITIONS, ayonPath: null, syncFailed: null },
  };
  const { conclusion } = syncOnce(model, { focus: focusOn("f") });
  expect(conclusion.issues).toMatchObject([
    { rule: "attributes-missing-in-ftrack", subject: { ftrackId: PROJECT } },
  ]);
  expect(conclusion.issues[0]?.detail).toContain("ayon_path, ayon_sync_failed");
});

it("every rule says what to do", () => {
  for (const { fix } of Object.values(RULES))
    expect(fix.length).toBeGreaterThan(20);
});
