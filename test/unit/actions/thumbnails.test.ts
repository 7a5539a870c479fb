import { describe, expect, test } from "vitest";
import { ftrackId } from "../../../src/core/ids.ts";
import type { Picturable } from "../../../src/core/picturable.ts";
import {
  planThumbnails,
  type Push,
} from "../../../src/handlers/actions/thumbnails/plan.ts";

function entity(id: string, picture: string | null): Picturable {
  return {
    id: ftrackId(id),
    entityType: "Shot",
    path: `show/${id}`,
    thumbnailId: picture === null ? null : ftrackId(picture),
  };
}

function push(from: Picturable, ...to: Picturable[]): Push {
  return { from, to };
}

interface Case {
  readonly name: string;
  readonly pushes: readonly Push[];
  /** entity → picture */
  readonly writes: Readonly<Record<string, string>>;
  readonly same?: number;
  readonly problems?: readonly string[];
}

const cases: readonly Case[] = [
  {
    name: "gives a thumbnail to all that lack it",
    pushes: [push(entity("sq", "p"), entity("sh1", null), entity("sh2", "q"))],
    writes: { sh1: "p", sh2: "p" },
  },
  {
    name: "leaves alone what has it",
    pushes: [push(entity("sq", "p"), entity("sh1", "p"), entity("sh2", null))],
    writes: { sh2: "p" },
    same: 1,
  },
  {
    name: "names what has no thumbnail, and goes on",
    pushes: [
      push(entity("a", null), entity("x", "q")),
      push(entity("b", "p"), entity("y", null)),
    ],
    writes: { y: "p" },
    problems: ["show/a has no thumbnail."],
  },
  {
    name: "names what has no parent",
    pushes: [push(entity("a", "p")), push(entity("b", null))],
    writes: {},
    problems: ["show/a has no parent.", "show/b has no parent."],
  },
  {
    name: "takes the last of the selection where two have one parent",
    pushes: [
      push(entity("v1", "p"), entity("task", null)),
      push(entity("v2", "q"), entity("task", null)),
    ],
    writes: { task: "q" },
  },
  {
    name: "does not let one without a thumbnail undo what another gives",
    pushes: [
      push(entity("v1", "p"), entity("task", null)),
      push(entity("v2", null), entity("task", null)),
    ],
    writes: { task: "p" },
    problems: ["show/v2 has no thumbnail."],
  },
  {
    name: "writes nothing where the last one's is there already",
    pushes: [
      push(entity("v1", "p"), entity("task", "q")),
      push(entity("v2", "q"), entity("task", "q")),
    ],
    writes: {},
    same: 1,
  },
  {
    name: "gives what was there before, when giver and taker are both selected",
    pushes: [
      push(entity("ep", "p"), entity("sq", "q")),
      push(entity("sq", "q"), entity("sh", null)),
    ],
    writes: { sq: "p", sh: "q" },
  },
];

describe("thumbnails to parents and children", () => {
  test.each(cases)("$name", ({ pushes, writes, same = 0, problems = [] }) => {
    const plan = planThumbnails(pushes, "parent");
    const written = Object.fromEntries(
      plan.changes.map((c) => [c.entityId, c.data["thumbnail_id"]]),
    );
    expect(written).toEqual(writes);
    expect(plan.same).toBe(same);
    expect(plan.problems).toEqual(problems);
  });
});
