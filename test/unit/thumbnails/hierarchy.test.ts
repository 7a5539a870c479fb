import { describe, expect, it } from "vitest";
import { ayonId, ftrackId, projectName } from "../../../src/core/ids.ts";
import type { Picturable } from "../../../src/core/picturable.ts";
import {
  hasNewThumbnail,
  picturedIn,
} from "../../../src/handlers/thumbnails/gather.ts";
import {
  decideThumbnails,
  type ThumbnailFacts,
} from "../../../src/handlers/thumbnails/hierarchy.ts";
import { skipReasons, unattributed } from "../../support/decisions.ts";
import { anEvent, versionStatus } from "../../support/events.ts";

const COMPONENT = "11111111-2222-3333-4444-555555555555";
const IN_AYON = "11111111222233334444555555555555";

function withThumbnail(id: string, more: Record<string, unknown> = {}) {
  return {
    ...versionStatus(id, "a", "b"),
    keys: ["thumbid"],
    changes: { thumbid: { old: null, new: COMPONENT } },
    ...more,
  };
}

describe("a version that got a thumbnail", () => {
  it.each([
    ["by an update", withThumbnail("v"), true],
    ["on its creation", withThumbnail("v", { action: "add" }), true],
    ["HA-68 removed", withThumbnail("v", { action: "remove" }), false],
    ["another field", versionStatus("v", "a", "b"), false],
    [
      "a version in any case",
      withThumbnail("v", { entityType: "AssetVersion" }),
      true,
    ],
    ["something else", withThumbnail("v", { entityType: "task" }), false],
  ])("%s", (_, item, isOne) => {
    const [entity] = anEvent([item]).entities;
    expect(hasNewThumbnail(entity!)).toBe(isOne);
  });

  it("names what is above the asset, without the project", () => {
    const parents = [
      { entityId: "v", entityType: "assetversion" },
      { entityId: "asset", entityType: "asset" },
      { entityId: "shot", entityType: "task" },
      { entityId: "seq", entityType: "task" },
      { entityId: "p", entityType: "show" },
    ];
    const events = [
      anEvent([withThumbnail("v", { parents: [] }), withThumbnail("w")]),
      anEvent([withThumbnail("v", { parents })]),
    ];
    expect(picturedIn(events)).toEqual([
      { versionId: "w", above: ["shot"] },
      { versionId: "v", above: ["shot", "seq"] },
    ]);
  });

  it("without an asset among its parents still knows what is above", () => {
    const parents = [
      { entityId: "v", entityType: "assetversion" },
      { entityId: "shot", entityType: "task" },
    ];
    expect(picturedIn([anEvent([withThumbnail("v", { parents })])])).toEqual([
      { versionId: "v", above: ["shot"] },
    ]);
  });
});

interface Row {
  readonly levels?: number;
  readonly thumbnail?: string | null;
  readonly task?: string | null;
  /** Folders above, the nearest first, as "id" or "id=its thumbnail". */
  readonly above?: readonly string[];
  readonly gone?: readonly string[];
  /** Entities that are in AYON, as "id" or "id=its thumbnail there". */
  readonly ayon?: readonly string[];
  readonly writes: readonly string[];
  readonly skips?: Readonly<Record<string, string>>;
}

function entity(text: string, entityType: string): Picturable {
  const [id = "", thumbnail] = text.split("=");
  return {
    id: ftrackId(id),
    entityType,
    thumbnailId: thumbnail === undefined ? null : ftrackId(thumbnail),
    path: `show/${id}`,
  };
}

function factsOf(row: Omit<Row, "writes">): ThumbnailFacts {
  const above = (row.above ?? ["shot", "seq"]).map((t) => entity(t, "Shot"));
  const thumbnail = row.thumbnail === undefined ? COMPONENT : row.thumbnail;
  const task = row.task === undefined ? "task" : row.task;
  return {
    project: projectName("show"),
    pictured: [{ versionId: ftrackId("v"), above: above.map((a) => a.id) }],
    versions:
      row.gone?.includes("v") === true
        ? []
        : [
            {
              ...entity("v", "AssetVersion"),
              thumbnailId: thumbnail === null ? null : ftrackId(thumbnail),
              task: task === null ? null : entity(task, "Task"),
            },
          ],
    contexts: above.filter((a) => row.gone?.includes(a.id) !== true),
    counterparts: (row.ayon ?? []).map((text) => {
      const [id = "", own] = text.split("=");
      return {
        ftrackId: ftrackId(id),
        entityType: id === "v" ? "version" : id === "task" ? "task" : "folder",
        entityId: ayonId(`ayon-${id}`),
        thumbnailId: own ?? null,
      };
    }),
  };
}

function writesOf(facts: ThumbnailFacts, levels = 1): string[] {
  return decideThumbnails(facts, { levels }).changes.map((change) => {
    if (change.kind === "ftrack.update")
      return `${change.entityType} ${change.entityId}=${String(change.data["thumbnail_id"])}`;
    if (change.kind === "ayon.thumbnail")
      return `ayon ${change.entityType} ${change.entityId ?? ""}=${change.componentId}`;
    throw new Error(change.kind);
  });
}

describe("the thumbnail of a version goes up", () => {
  it.each<[string, Row]>([
    [
      "HA-66 one level: task and parent",
      { writes: [`Task task=${COMPONENT}`, `Shot shot=${COMPONENT}`] },
    ],
    [
      "HA-66 two levels: the grandparent too",
      {
        levels: 2,
        writes: [
          `Task task=${COMPONENT}`,
          `Shot shot=${COMPONENT}`,
          `Shot seq=${COMPONENT}`,
        ],
      },
    ],
    [
      "HA-67 no levels: nothing",
      { levels: 0, writes: [], skips: { v: "switched-off" } },
    ],
    [
      "HA-68 no thumbnail: nothing",
      { thumbnail: null, writes: [], skips: { v: "no-thumbnail" } },
    ],
    [
      "HA-69 fewer levels than asked for",
      {
        levels: 9,
        writes: [
          `Task task=${COMPONENT}`,
          `Shot shot=${COMPONENT}`,
          `Shot seq=${COMPONENT}`,
        ],
      },
    ],
    [
      "HA-69 directly below the project, without a task",
      { above: [], task: null, writes: [] },
    ],
    ["without a task", { task: null, writes: [`Shot shot=${COMPONENT}`] }],
    [
      "what has it already stays",
      {
        above: [`shot=${COMPONENT}`],
        task: `task=${COMPONENT}`,
        writes: [],
        skips: { task: "already-set", shot: "already-set" },
      },
    ],
    [
      "another one is replaced",
      { above: ["shot=old"], task: null, writes: [`Shot shot=${COMPONENT}`] },
    ],
    [
      "a folder that is gone does not stop the others",
      {
        gone: ["shot"],
        writes: [`Task task=${COMPONENT}`],
        skips: { shot: "entity-gone" },
      },
    ],
    [
      "a version that is gone",
      { gone: ["v"], writes: [], skips: { v: "entity-gone" } },
    ],
    [
      "AYON follows where the entities are there",
      {
        ayon: ["v", "task", "shot", "seq"],
        writes: [
          `Task task=${COMPONENT}`,
          `Shot shot=${COMPONENT}`,
          `ayon version ayon-v=${COMPONENT}`,
          `ayon task ayon-task=${COMPONENT}`,
          `ayon folder ayon-shot=${COMPONENT}`,
        ],
      },
    ],
    [
      "AYON follows where Ftrack has it already",
      {
        task: null,
        above: [`shot=${COMPONENT}`],
        ayon: ["shot=other", `v=${IN_AYON}`],
        writes: [`ayon folder ayon-shot=${COMPONENT}`],
        skips: { shot: "already-set", v: "already-set" },
      },
    ],
  ])("%s", (_, row) => {
    const facts = factsOf(row);
    expect(writesOf(facts, row.levels)).toEqual(row.writes);
    const decision = decideThumbnails(facts, { levels: row.levels ?? 1 });
    expect(skipReasons(decision)).toEqual(row.skips ?? {});
    expect(unattributed(decision, ["v"])).toEqual([]);
    expect(decision.issues).toEqual([]);
  });

  it("the last of several versions below one folder decides", () => {
    const first = factsOf({
      task: null,
      above: ["shot=second"],
      ayon: ["shot"],
    });
    const second = {
      ...first.versions[0]!,
      id: ftrackId("w"),
      thumbnailId: ftrackId("second"),
    };
    const facts = {
      ...first,
      versions: [...first.versions, second],
      pictured: [
        ...first.pictured,
        { ...first.pictured[0]!, versionId: second.id },
      ],
    };
    expect(writesOf(facts)).toEqual(["ayon folder ayon-shot=second"]);
    const reversed = { ...facts, pictured: facts.pictured.toReversed() };
    expect(writesOf(reversed)).toEqual([
      `Shot shot=${COMPONENT}`,
      `ayon folder ayon-shot=${COMPONENT}`,
    ]);
  });

  it("says in a skip what an administrator has to know", () => {
    const details = (row: Omit<Row, "writes">) =>
      decideThumbnails(factsOf(row), { levels: row.levels ?? 1 }).skips.map(
        (s) => [s.subject.path, s.subject.type, s.detail],
      );
    expect(details({ thumbnail: null })).toEqual([
      ["show/v", "AssetVersion", "The version has no thumbnail."],
    ]);
    expect(details({ levels: 0 })).toEqual([
      ["v", "AssetVersion", "The number of levels is 0."],
    ]);
    expect(details({ gone: ["v"] })).toEqual([
      ["v", "AssetVersion", "The version is gone."],
    ]);
    expect(
      details({
        task: null,
        above: [`shot=${COMPONENT}`],
        ayon: [`shot=${IN_AYON}`],
      }),
    ).toEqual([
      ["show/shot", "Shot", "It has this thumbnail."],
      ["show/shot", "Shot", "It has this thumbnail in AYON."],
    ]);
  });
});
