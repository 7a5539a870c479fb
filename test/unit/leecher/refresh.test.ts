import { describe, expect, it } from "vitest";
import { parseEvent } from "../../../src/core/event.ts";
import type { LogRow } from "../../../src/leecher/event-log.ts";
import { createRecentIds } from "../../../src/leecher/recent-ids.ts";
import { toRefreshes, typeNames } from "../../../src/leecher/refresh.ts";

const names = typeNames([
  { id: "Task", baseType: "task" },
  { id: "Shot", baseType: "task" },
  { id: "TypedContext", baseType: "task" },
  { id: "Project", baseType: "show" },
  { id: "AssetVersion", baseType: "assetversion" },
  { id: "UserSecurityRole", baseType: "auth_userrole" },
]);

function row(change: Partial<LogRow> = {}): LogRow {
  return {
    id: 7,
    at: 0,
    parentId: "e",
    parentType: "task",
    projectId: "p",
    userId: "u",
    ...change,
  };
}

describe("typeNames", () => {
  it.each([
    ["task", { baseType: "task", objectType: "" }],
    ["Task", { baseType: "task", objectType: "" }],
    ["Shot", { baseType: "task", objectType: "Shot" }],
    ["show", { baseType: "show", objectType: "Project" }],
    ["Project", { baseType: "show", objectType: "Project" }],
    ["assetversion", { baseType: "assetversion", objectType: "AssetVersion" }],
    ["asset_version", { baseType: "assetversion", objectType: "AssetVersion" }],
    [
      "auth_userrole",
      { baseType: "auth_userrole", objectType: "UserSecurityRole" },
    ],
    ["Unheard", { baseType: "unheard", objectType: "" }],
  ])("%s", (name, expected) => {
    expect(names(name)).toEqual(expected);
  });
});

describe("toRefreshes", () => {
  it("makes events the parser takes, with project and actor", () => {
    const { envelopes } = toRefreshes([row({ parentType: "Shot" })], names, 5);
    expect(envelopes[0]).toMatchObject({
      id: "catchup-7",
      projectId: "p",
      via: "catch-up",
      receivedAt: 5,
    });
    expect(parseEvent(envelopes[0]!)).toMatchObject({
      actor: { id: "u" },
      malformed: [],
      entities: [
        {
          action: "refresh",
          baseType: "task",
          objectType: "Shot",
          entityId: "e",
          parents: [{ entityId: "e" }, { entityId: "p", baseType: "show" }],
        },
      ],
    });
  });

  it.each<
    [
      title: string,
      rows: LogRow[],
      ids: string[],
      recovered: number,
      unclear: number,
    ]
  >([
    [
      "one event per entity, the last row's",
      [row({ id: 1 }), row({ id: 2, parentId: "f" }), row({ id: 3 })],
      ["catchup-2", "catchup-3"],
      3,
      0,
    ],
    [
      "one entity in two projects is two",
      [row({ id: 1 }), row({ id: 2, projectId: "q" })],
      ["catchup-1", "catchup-2"],
      2,
      0,
    ],
    [
      "no entity named",
      [row({ parentId: null }), row({ id: 8, parentType: null })],
      [],
      0,
      2,
    ],
    ["bookkeeping", [row({ parentType: "socialfeed" })], [], 0, 0],
    [
      "a project is its own project",
      [row({ parentType: "show", parentId: "p", projectId: null })],
      ["catchup-7"],
      1,
      0,
    ],
    [
      "without a project",
      [row({ parentType: "user", projectId: null })],
      ["catchup-7"],
      1,
      0,
    ],
  ])("%s", (_title, rows, ids, recovered, unclear) => {
    const found = toRefreshes(rows, names, 0);
    expect(found.envelopes.map((e) => e.id)).toEqual(ids);
    expect(found.recovered).toBe(recovered);
    expect(found.unclear).toHaveLength(unclear);
  });

  it("puts a project's own row, and rows of users, where they belong", () => {
    const partition = (change: Partial<LogRow>): unknown =>
      toRefreshes([row(change)], names, 0).envelopes[0]?.projectId;
    expect(
      partition({ parentType: "show", parentId: "p", projectId: null }),
    ).toBe("p");
    expect(partition({ parentType: "user", projectId: null })).toBeNull();
  });
});

it("recent ids forget the oldest first", () => {
  const ids = createRecentIds(3);
  for (const id of [1, 2, 3, 2, 4]) ids.add(id);
  expect([1, 2, 3, 4].map((id) => ids.has(id))).toEqual([
    false,
    true,
    true,
    true,
  ]);
});
