import { describe, expect, it } from "vitest";
import { aContext, aNode, aTask } from "../../support/sync/model.ts";
import {
  below,
  playScene,
  sequence,
  type Scene,
} from "../../support/sync/scene.ts";
import { TYPES } from "../../support/sync/world.ts";

describe("creating", () => {
  it.each<[string, Scene]>([
    [
      "ES-13 a sequence, a shot and a task in any order",
      {
        contexts: [
          aTask("t", "Anim main", "f2"),
          aContext("f2", "sh-010", below("f1")),
          sequence("f1", "sq"),
        ],
        focus: ["t", "f2", "f1"],
        ayon: [
          "/sq new f1",
          "/sq/sh_010 new f2",
          "/sq/sh_010/Anim_main (task) new t",
        ],
      },
    ],
    [
      "ES-14, FS-21 no task directly under the project",
      {
        contexts: [aTask("t", "lonely", "project")],
        focus: ["t"],
        ayon: [],
        failed: ["t"],
        rules: ["task-at-root t"],
      },
    ],
    // Ftrack ships Task as a leaf (`ObjectType.is_leaf`). Unverified: whether a server refuses children of one.
    [
      "FS-23 nothing below a task",
      {
        contexts: [
          aContext("f", "sh"),
          aTask("t", "a", "f"),
          aTask("u", "b", "t"),
        ],
        ayon: ["/sh new f", "/sh/a (task) new t"],
        failed: ["u"],
        rules: ["task-below-task u"],
      },
    ],
    [
      "a milestone is nothing in AYON, and what lies in it stays out",
      {
        contexts: [
          aContext("m", "delivery", { objectTypeId: TYPES.milestone }),
          aContext("f", "sh", below("m")),
        ],
        ayon: [],
        failed: ["f"],
        rules: ["below-milestone f"],
      },
    ],
    [
      "ES-19 what is marked as removed is adopted, with its id",
      {
        contexts: [aContext("f", "sh-010")],
        nodes: [aNode("n", "sh_010", "removed")],
        published: ["n"],
        focus: ["f"],
        ayon: ["/sh_010 n f"],
      },
    ],
    [
      "a folder made in AYON alone is adopted",
      {
        contexts: [aContext("f", "sh 010")],
        nodes: [aNode("n", "SH_010", null)],
        focus: ["f"],
        ayon: ["/sh_010 n f"],
      },
    ],
    [
      "ES-20 a name held by somebody alive is not taken",
      {
        contexts: [aContext("f", "sh_010"), aContext("g", "sh 010")],
        nodes: [aNode("n", "sh_010", "f")],
        focus: ["g"],
        ayon: ["/sh_010 n f"],
        failed: ["g"],
        rules: ["name-taken g"],
      },
    ],
    [
      "ES-21 of namesakes but for the case the older wins; the rest goes on",
      {
        contexts: [
          aContext("f", "SH010", { createdAt: "2024-01-02" }),
          aContext("g", "sh010", { createdAt: "2024-01-01" }),
          aContext("h", "other"),
        ],
        focus: ["f", "g", "h"],
        ayon: ["/other new h", "/sh010 new g"],
        failed: ["f"],
        rules: ["name-taken f"],
      },
    ],
    [
      "FS-20 of namesakes the linked one wins, and the other's children stay out with it",
      {
        contexts: [
          aContext("f", "SH010", { createdAt: "2024-01-01" }),
          aTask("t", "anim", "f"),
          aContext("g", "sh010", { createdAt: "2024-01-02" }),
        ],
        nodes: [aNode("n", "sh010", "g")],
        ayon: ["/sh010 n g"],
        failed: ["f", "t"],
        rules: ["name-taken f", "parent-not-synced t"],
      },
    ],
    [
      "FS-19 a folder and a task of one name both exist",
      {
        contexts: [
          sequence("f", "sq"),
          aContext("g", "comp", below("f")),
          aTask("t", "comp", "f"),
        ],
        ayon: ["/sq new f", "/sq/comp (task) new t", "/sq/comp new g"],
      },
    ],
    [
      "ES-23, FS-22 a name that is nothing in ASCII letters fails alone",
      {
        contexts: [aContext("f", "()"), aContext("g", "Bob's; shot")],
        ayon: ["/Bobs_shot new g"],
        failed: ["f"],
        rules: ["name-empty f"],
      },
    ],
    [
      "ES-24 what is gone by the time it is looked at is no error",
      { contexts: [], focus: ["f"], ayon: [] },
    ],
    [
      "FS-18 what was archived comes back with its id",
      {
        contexts: [aContext("f", "sh")],
        nodes: [aNode("n", "sh", "gone", { active: false })],
        ayon: ["/sh n f"],
      },
    ],
    [
      "FS-18 an active namesake is used instead",
      {
        contexts: [aContext("f", "sh")],
        nodes: [
          aNode("n", "sh", "removed", { active: false }),
          aNode("m", "sh", null),
        ],
        ayon: ["/sh m f", "/sh n removed archived"],
      },
    ],
  ])("%s", (_, { ayon, failed = [], rules = [], ...given }) => {
    expect(playScene(given)).toEqual({
      ...{ ayon, failed, rules },
      ...{ refused: [], left: [] },
    });
  });
});
