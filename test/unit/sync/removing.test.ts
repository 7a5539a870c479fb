import { describe, expect, it } from "vitest";
import { aContext, aNode, aTask } from "../../support/sync/model.ts";
import { inFolder, playScene, type Scene } from "../../support/sync/scene.ts";

describe("removing", () => {
  it.each<[string, Scene]>([
    [
      "ES-40 an unpublished folder goes with its tasks",
      {
        contexts: [],
        nodes: [
          aNode("n", "sh", "f"),
          aNode("nt", "anim", "t", inFolder("n", { kind: "task" })),
        ],
        focus: ["f", "t"],
        ayon: [],
      },
    ],
    [
      "ES-41 a published folder stays and is marked, and so are those above it",
      {
        contexts: [],
        nodes: [
          aNode("na", "sq", "a"),
          aNode("n", "sh", "f", inFolder("na")),
          aNode("m", "sh2", "g", inFolder("na")),
        ],
        published: ["n"],
        focus: ["a", "f", "g"],
        ayon: ["/sq na removed", "/sq/sh n removed"],
        rules: ["published-removed a", "published-removed f"],
      },
    ],
    [
      "ES-42 an unlinked namesake takes the folder over",
      {
        contexts: [aContext("g", "sh_01")],
        nodes: [aNode("n", "sh_01", "f")],
        published: ["n"],
        focus: ["f", "g"],
        ayon: ["/sh_01 n g"],
      },
    ],
    [
      "ES-43 a task with published versions stays and is marked",
      {
        contexts: [aContext("f", "sh")],
        nodes: [
          aNode("n", "sh", "f"),
          aNode("nt", "anim", "t", inFolder("n", { kind: "task" })),
        ],
        publishedTasks: ["nt"],
        focus: ["t"],
        ayon: ["/sh n f", "/sh/anim (task) nt removed"],
        rules: ["published-removed t"],
      },
    ],
    [
      "FS-16 a published folder removed in Ftrack is marked by a full sync and stays active",
      {
        contexts: [],
        nodes: [aNode("n", "sh", "f")],
        published: ["n"],
        ayon: ["/sh n removed"],
        rules: ["published-removed f"],
      },
    ],
    [
      "FS-17 an unpublished folder is archived by a full sync, with all that is in it",
      {
        contexts: [],
        nodes: [
          aNode("n", "sh", "f"),
          aNode("nt", "anim", "t", inFolder("n", { kind: "task" })),
          aNode("m", "mine", null, inFolder("n")),
        ],
        ayon: [
          "/sh n f archived",
          "/sh/anim (task) nt t archived",
          "/sh/mine m - archived",
        ],
        rules: ["kept-in-ayon -", "kept-in-ayon f", "kept-in-ayon t"],
      },
    ],
    [
      "a folder that holds things made in AYON alone is archived, not deleted",
      {
        contexts: [],
        nodes: [aNode("n", "sh", "f"), aNode("m", "mine", null, inFolder("n"))],
        focus: ["f"],
        ayon: ["/sh n f archived", "/sh/mine m - archived"],
        rules: ["kept-in-ayon -", "kept-in-ayon f"],
      },
    ],
    [
      "what moved out of a removed folder is not lost with it",
      {
        contexts: [aContext("g", "child")],
        nodes: [aNode("n", "sh", "f"), aNode("m", "child", "g", inFolder("n"))],
        focus: ["f", "g"],
        ayon: ["/child m g"],
      },
    ],
    [
      "what moved out takes the name of the folder it lay in",
      {
        contexts: [aContext("g", "sh")],
        nodes: [aNode("n", "sh", "f"), aNode("m", "child", "g", inFolder("n"))],
        focus: ["f", "g"],
        ayon: ["/sh m g"],
      },
    ],
    [
      "an entity that changed from folder to task is made anew",
      {
        contexts: [aContext("a", "sh"), aTask("x", "comp", "a")],
        nodes: [
          aNode("na", "sh", "a"),
          aNode("n", "comp", "x", inFolder("na")),
        ],
        focus: ["x"],
        ayon: ["/sh na a", "/sh/comp (task) new x"],
      },
    ],
    [
      "FS-6 AYON's own folders are left alone by a full sync",
      {
        contexts: [],
        nodes: [aNode("n", "assets", null)],
        ayon: ["/assets n -"],
      },
    ],
  ])("%s", (_, { ayon, failed = [], rules = [], ...given }) => {
    expect(playScene(given)).toEqual({
      ...{ ayon, failed, rules },
      ...{ refused: [], left: [] },
    });
  });
});
