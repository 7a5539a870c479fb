import { describe, expect, it } from "vitest";
import { ftrackId } from "../../../src/core/ids.ts";
import { aContext, aNode, aTask } from "../../support/sync/model.ts";
import {
  below,
  inFolder,
  playScene,
  sequence,
  type Scene,
} from "../../support/sync/scene.ts";

describe("renaming and moving", () => {
  it.each<[string, Scene]>([
    [
      "ES-25, FS-12 a renamed folder keeps its id",
      {
        contexts: [aContext("f", "sh-020")],
        nodes: [aNode("n", "sh_010", "f")],
        focus: ["f"],
        ayon: ["/sh_020 n f"],
      },
    ],
    [
      "FS-13 a moved folder keeps its id and its tasks",
      {
        contexts: [
          sequence("a", "sq1"),
          sequence("b", "sq2"),
          aContext("f", "sh", below("b")),
          aTask("t", "anim", "f"),
        ],
        nodes: [
          aNode("na", "sq1", "a", { type: "Sequence" }),
          aNode("nb", "sq2", "b", { type: "Sequence" }),
          aNode("n", "sh", "f", inFolder("na")),
          aNode("nt", "anim", "t", inFolder("n", { kind: "task" })),
        ],
        ayon: [
          "/sq1 na a",
          "/sq2 nb b",
          "/sq2/sh n f",
          "/sq2/sh/anim (task) nt t",
        ],
      },
    ],
    [
      "ES-27, FS-14 a published folder is not renamed, and its child is well",
      {
        contexts: [aContext("f", "sh020"), aTask("t", "anim", "f")],
        nodes: [
          aNode("n", "sh010", "f"),
          aNode("nt", "anim", "t", inFolder("n", { kind: "task" })),
        ],
        published: ["n"],
        focus: ["f", "t"],
        ayon: ["/sh010 n f", "/sh010/anim (task) nt t"],
        failed: ["f"],
        rules: ["published-renamed f"],
      },
    ],
    [
      "ES-28 a published folder renamed to the same name but for signs is well",
      {
        contexts: [aContext("f", "sh-010")],
        nodes: [aNode("n", "sh_010", "f")],
        published: ["n"],
        focus: ["f"],
        ayon: ["/sh_010 n f"],
      },
    ],
    [
      "a published folder of which only the case changed is well",
      {
        contexts: [aContext("f", "SH010")],
        nodes: [aNode("n", "sh010", "f")],
        published: ["n"],
        focus: ["f"],
        ayon: ["/sh010 n f"],
      },
    ],
    [
      "ES-29 a published folder is not moved",
      {
        contexts: [sequence("a", "sq"), aContext("f", "sh", below("a"))],
        nodes: [
          aNode("na", "sq", "a", { type: "Sequence" }),
          aNode("n", "sh", "f"),
        ],
        published: ["n"],
        focus: ["f"],
        ayon: ["/sh n f", "/sq na a"],
        failed: ["f"],
        rules: ["published-moved f"],
      },
    ],
    [
      "ES-29 nor one with a published folder below it",
      {
        contexts: [sequence("a", "sq2"), aContext("f", "sh", below("a"))],
        nodes: [
          aNode("na", "sq1", "a", { type: "Sequence" }),
          aNode("n", "sh", "f", inFolder("na")),
        ],
        published: ["n"],
        focus: ["a"],
        ayon: ["/sq1 na a", "/sq1/sh n f"],
        failed: ["a"],
        rules: ["published-renamed a"],
      },
    ],
    [
      "FS-15 put back, it is well again",
      {
        contexts: [aContext("f", "sh010")],
        nodes: [aNode("n", "sh010", "f")],
        published: ["n"],
        ayon: ["/sh010 n f"],
      },
    ],
    [
      "ES-31 a parent is renamed and a child moved into it",
      {
        contexts: [sequence("a", "sqA"), aContext("f", "sh", below("a"))],
        nodes: [
          aNode("na", "sq", "a", { type: "Sequence" }),
          aNode("n", "sh", "f"),
        ],
        focus: ["a", "f"],
        ayon: ["/sqA na a", "/sqA/sh n f"],
      },
    ],
    [
      "ES-32 a folder moves below a new one that lies in another new one",
      {
        contexts: [
          sequence("a", "ep"),
          { ...sequence("b", "sq"), parentId: ftrackId("a") },
          aContext("f", "sh", below("b")),
        ],
        nodes: [aNode("n", "sh", "f")],
        focus: ["f", "b", "a"],
        ayon: ["/ep new a", "/ep/sq new b", "/ep/sq/sh n f"],
      },
    ],
    [
      "ES-33 two swap their names",
      {
        contexts: [aContext("f", "B"), aContext("g", "A")],
        nodes: [aNode("n", "A", "f"), aNode("m", "B", "g")],
        focus: ["f", "g"],
        ayon: ["/A m g", "/B n f"],
      },
    ],
    [
      "ES-33 three pass their names round",
      {
        contexts: [aContext("f", "B"), aContext("g", "C"), aContext("h", "A")],
        nodes: [
          aNode("n", "A", "f"),
          aNode("m", "B", "g"),
          aNode("o", "C", "h"),
        ],
        focus: ["f", "g", "h"],
        ayon: ["/A o h", "/B n f", "/C m g"],
      },
    ],
    [
      "ES-34 a name is taken that a removal frees",
      {
        contexts: [aContext("f", "B")],
        nodes: [aNode("n", "A", "f"), aNode("m", "B", "gone")],
        focus: ["f", "gone"],
        ayon: ["/B n f"],
      },
    ],
    [
      "parent and child change places",
      {
        contexts: [aContext("f", "low", below("g")), aContext("g", "high")],
        nodes: [aNode("n", "low", "f"), aNode("m", "high", "g", inFolder("n"))],
        focus: ["f", "g"],
        ayon: ["/high m g", "/high/low n f"],
      },
    ],
    [
      "ES-35 a name held by one that stays is not taken",
      {
        contexts: [aContext("f", "B"), aContext("g", "B")],
        nodes: [aNode("n", "A", "f"), aNode("m", "B", "g")],
        focus: ["f"],
        ayon: ["/A n f", "/B m g"],
        failed: ["f"],
        rules: ["name-taken f"],
      },
    ],
    [
      "ES-35 a task is no obstacle to a folder",
      {
        contexts: [
          sequence("a", "sq"),
          aContext("f", "comp", below("a")),
          aTask("t", "comp", "a"),
        ],
        nodes: [
          aNode("na", "sq", "a", { type: "Sequence" }),
          aNode("n", "old", "f", inFolder("na")),
          aNode("nt", "comp", "t", inFolder("na", { kind: "task" })),
        ],
        focus: ["f"],
        ayon: ["/sq na a", "/sq/comp (task) nt t", "/sq/comp n f"],
      },
    ],
    [
      "ES-36 a task follows to another folder",
      {
        contexts: [
          aContext("f", "sh1"),
          aContext("g", "sh2"),
          aTask("t", "comp", "g"),
        ],
        nodes: [
          aNode("n", "sh1", "f"),
          aNode("m", "sh2", "g"),
          aNode("nt", "anim", "t", inFolder("n", { kind: "task" })),
        ],
        focus: ["t"],
        ayon: ["/sh1 n f", "/sh2 m g", "/sh2/comp (task) nt t"],
      },
    ],
    [
      "ES-36 a task moved to the root of the project stays where it is",
      {
        contexts: [aContext("f", "sh1"), aTask("t", "anim", "project")],
        nodes: [
          aNode("n", "sh1", "f"),
          aNode("nt", "anim", "t", inFolder("n", { kind: "task" })),
        ],
        focus: ["t"],
        ayon: ["/sh1 n f", "/sh1/anim (task) nt t"],
        failed: ["t"],
        rules: ["task-at-root t"],
      },
    ],
    [
      "whoever stays may not come to stand above what moves below it",
      {
        contexts: [aContext("f", "a", below("g")), aContext("g", "b")],
        nodes: [aNode("n", "a", "f"), aNode("m", "b", "g", inFolder("n"))],
        focus: ["f"],
        ayon: ["/a n f", "/a/b m g"],
        failed: ["f"],
        rules: ["own-descendant f"],
      },
    ],
  ])("%s", (_, { ayon, failed = [], rules = [], ...given }) => {
    expect(playScene(given)).toEqual({
      ...{ ayon, failed, rules },
      ...{ refused: [], left: [] },
    });
  });
});
