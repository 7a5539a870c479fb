import { describe, expect, it } from "vitest";
import { ftrackId, type FtrackId } from "../../../src/core/ids.ts";
import type { Node } from "../../../src/handlers/sync/facts.ts";
import { interestIn } from "../../../src/handlers/sync/interest.ts";
import { bookkept, rulesBroken, syncOnce } from "../../support/sync/cycle.ts";
import {
  aContext,
  aModel,
  aNode,
  aTask,
  focusOn,
} from "../../support/sync/model.ts";
import { DEFINITIONS } from "../../support/sync/world.ts";

describe("bookkeeping in Ftrack", () => {
  it("ES-12 says where a new entity is in AYON; a task has no path of its own", () => {
    const model = aModel([aContext("f", "sh-010"), aTask("t", "anim", "f")]);
    syncOnce(model, { focus: focusOn("f", "t") });
    const [folder, task] = [...model.nodes.values()];
    expect(bookkept(model, "f", "ayonId")).toBe(folder?.id);
    expect(bookkept(model, "f", "ayonPath")).toBe("/sh_010");
    expect(bookkept(model, "t", "ayonId")).toBe(task?.id);
    expect(bookkept(model, "t", "ayonPath")).toBe("");
    expect(bookkept(model, "f", "syncFailed") ?? false).toBe(false);
  });

  it("ES-26 paths follow for all that lies below", () => {
    const model = aModel(
      [aContext("f", "sq2"), aContext("g", "sh", { parentId: ftrackId("f") })],
      [
        aNode("n", "sq1", "f"),
        aNode("m", "sh", "g", {
          parentId: "n" as Node["id"],
          own: { ftrackId: "g", ftrackPath: "sq1/sh" },
        }),
      ],
    );
    model.values.set(
      ftrackId("g"),
      new Map<FtrackId, unknown>([
        [DEFINITIONS.ayonId.id, "m"],
        [DEFINITIONS.ayonPath.id, "/sq1/sh"],
      ]),
    );
    syncOnce(model, {
      focus: new Map([
        ...focusOn("f"),
        [ftrackId("g"), interestIn(["(path)"])],
      ]),
    });
    expect(model.nodes.get("m" as Node["id"])).toMatchObject({
      path: "/sq2/sh",
      own: { ftrackPath: "sq2/sh" },
    });
    expect(bookkept(model, "g", "ayonPath")).toBe("/sq2/sh");
  });

  it("ES-22 a copy gets an id of its own", () => {
    const model = aModel(
      [aContext("f", "sh010"), aContext("g", "sh020")],
      [aNode("n".repeat(32), "sh010", "f")],
    );
    model.nodes.clear();
    const id = "a".repeat(32);
    model.nodes.set(id as Node["id"], aNode(id, "sh010", "f"));
    for (const each of ["f", "g"])
      model.values.set(ftrackId(each), new Map([[DEFINITIONS.ayonId.id, id]]));
    syncOnce(model, { focus: focusOn("g") });
    expect(bookkept(model, "f", "ayonId")).toBe(id);
    expect(bookkept(model, "g", "ayonId")).not.toBe(id);
    expect(
      [...model.nodes.values()].map((n) => n.own["ftrackId"]).sort(),
    ).toEqual(["f", "g"]);
  });

  it.each([
    [
      "is taken again when AYON has no such entity",
      "a".repeat(32),
      [] as Node[],
      "a".repeat(32),
    ],
    [
      "is not taken when it is another entity's",
      "a".repeat(32),
      [aNode("a".repeat(32), "other", "x")],
      null,
    ],
  ])("FS-24 a stored id %s", (_, stored, nodes, expected) => {
    const model = aModel([aContext("f", "sh"), aContext("x", "other")], nodes);
    model.values.set(ftrackId("f"), new Map([[DEFINITIONS.ayonId.id, stored]]));
    syncOnce(model, { focus: focusOn("f") });
    const made = [...model.nodes.values()].find(
      (n) => n.own["ftrackId"] === "f",
    );
    if (expected === null) expect(made?.id).not.toBe(stored);
    else expect(made?.id).toBe(expected);
    expect(bookkept(model, "f", "ayonId")).toBe(made?.id);
  });

  it("an unlinked entity shows no id that shines through from its parent, and keeps an old one", () => {
    const model = aModel([
      aContext("f", "sh"),
      aTask("t", "()", "f"),
      aTask("u", "()", "f"),
    ]);
    model.values.set(ftrackId("u"), new Map([[DEFINITIONS.ayonId.id, "old"]]));
    syncOnce(model, { focus: focusOn("f", "t", "u") });
    expect(bookkept(model, "t", "ayonId")).toBe("");
    expect(bookkept(model, "u", "ayonId")).toBe("old");
  });

  it("ES-58 an entity that AYON refuses is marked with AYON's words, the others are not", () => {
    const model = aModel([aContext("f", "good"), aContext("g", "bad")]);
    const cycle = syncOnce(model, {
      focus: focusOn("f", "g"),
      // A namesake the facts do not know of: somebody made it a moment ago.
      facts: { nodes: new Map() },
    });
    expect(cycle.results.every((r) => r.status === "applied")).toBe(true);
    const late = aModel(
      [aContext("f", "good"), aContext("g", "bad")],
      [aNode("n", "bad", null)],
    );
    const second = syncOnce(late, {
      focus: focusOn("f", "g"),
      facts: { nodes: new Map() },
    });
    expect(rulesBroken(second)).toEqual(["rejected-by-ayon g"]);
    expect(bookkept(late, "g", "syncFailed")).toBe(true);
    expect(bookkept(late, "f", "syncFailed") ?? false).toBe(false);
  });
});
