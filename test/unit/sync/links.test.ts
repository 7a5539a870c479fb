import { describe, expect, it } from "vitest";
import { ayonId, ftrackId } from "../../../src/core/ids.ts";
import type { AyonLinkRow } from "../../../src/core/ports.ts";
import type {
  FtrackLink,
  LinkFacts,
} from "../../../src/handlers/sync/facts.ts";
import { syncOnce } from "../../support/sync/cycle.ts";
import {
  aContext,
  aModel,
  aNode,
  aTask,
  focusOn,
} from "../../support/sync/model.ts";

function link(id: string, from: string, to: string): FtrackLink {
  return { id: ftrackId(id), from: ftrackId(from), to: ftrackId(to) };
}
function row(
  id: string,
  input: string,
  output: string,
  mark?: string,
): AyonLinkRow {
  return {
    id: ayonId(id),
    linkType: "breakdown|folder|folder",
    input: ayonId(input),
    output: ayonId(output),
    data: mark === undefined ? {} : { ftrackLinkId: mark },
  };
}
const TYPE = "breakdown|folder|folder";

describe("links between folders", () => {
  it.each<[string, Partial<LinkFacts>, string[]]>([
    [
      "ES-53, FS-32 a link AYON lacks is made once, though Ftrack has it twice",
      { ftrack: [link("l", "f", "g"), link("k", "f", "g")] },
      ["make n>m"],
    ],
    [
      "ES-53 a link AYON has is not made again",
      { ftrack: [link("l", "f", "g")], ayon: [row("x", "n", "m")] },
      [],
    ],
    [
      "ES-53 the other direction is another link",
      { ftrack: [link("l", "f", "g")], ayon: [row("x", "m", "n")] },
      ["make n>m"],
    ],
    ["ES-53 tasks are left out", { ftrack: [link("l", "f", "t")] }, []],
    ["a link to itself is none", { ftrack: [link("l", "f", "f")] }, []],
    [
      "ES-53 a removed link goes",
      {
        ayon: [row("x", "n", "m", "l")],
        removed: [link("l", "f", "g")],
        ends: new Set([ftrackId("f"), ftrackId("g")]),
      },
      ["drop x"],
    ],
    [
      "ES-53 so does one the former service made",
      {
        ayon: [row("x", "n", "m")],
        removed: [link("l", "f", "g")],
        ends: new Set(),
      },
      ["drop x"],
    ],
    [
      "a removed link that Ftrack has in another row stays",
      {
        ftrack: [link("k", "f", "g")],
        ayon: [row("x", "n", "m", "l")],
        removed: [link("l", "f", "g")],
      },
      [],
    ],
    [
      "FS-32 a full sync drops what stood for a link that is gone",
      { ayon: [row("x", "n", "m", "gone")] },
      ["drop x"],
    ],
    ["links made in AYON alone stay", { ayon: [row("x", "n", "m")] }, []],
    [
      "FS-32 without a link type nothing is done",
      { linkType: null, ftrack: [link("l", "f", "g")] },
      [],
    ],
    [
      "FS-33 a missing link type is told",
      { linkType: null, missingType: "likes", ftrack: [link("l", "f", "g")] },
      ["told link-type-missing"],
    ],
  ])("%s", (_, links, expected) => {
    const model = aModel(
      [aContext("f", "a"), aContext("g", "b"), aTask("t", "c", "f")],
      [
        aNode("n", "a", "f"),
        aNode("m", "b", "g"),
        aNode("nt", "c", "t", {
          kind: "task",
          parentId: ayonId("n"),
          own: { ftrackId: "t", ftrackPath: "a/c" },
        }),
      ],
    );
    const { decision } = syncOnce(model, {
      focus: new Map(),
      facts: {
        links: {
          linkType: TYPE,
          missingType: null,
          ends: null,
          ftrack: [],
          ayon: [],
          removed: [],
          ...links,
        },
      },
    });
    const said = [
      ...decision.changes.map((c) =>
        c.kind === "ayon.link.create"
          ? `make ${c.input}>${c.output}`
          : c.kind === "ayon.link.delete"
            ? `drop ${c.linkId}`
            : c.kind,
      ),
      ...decision.issues.map((issue) => `told ${issue.rule}`),
    ];
    expect(said).toEqual(expected);
  });

  it("ES-53 wait for the folders that are made with them", () => {
    const model = aModel([aContext("f", "a"), aContext("g", "b")]);
    const { decision } = syncOnce(model, {
      focus: focusOn("f", "g"),
      facts: {
        links: {
          linkType: TYPE,
          missingType: null,
          ends: null,
          ftrack: [link("l", "f", "g")],
          ayon: [],
          removed: [],
        },
      },
    });
    const made = decision.changes.find((c) => c.kind === "ayon.link.create");
    const creates = decision.changes
      .filter((c) => c.kind === "ayon.operation")
      .map((c) => c.id);
    expect([...(made?.needs ?? [])].sort()).toEqual(creates.sort());
  });
});
