import { describe, expect, it } from "vitest";
import {
  castTo,
  isSameStored,
  pairsOf,
  typesNamed,
} from "../../../src/core/attribute-pairs.ts";
import { ftrackId } from "../../../src/core/ids.ts";
import type { AttributeConfiguration } from "../../../src/core/reference.ts";
import { aConfiguration } from "../../support/reference-data.ts";

function typed(
  id: string,
  key: string,
  type: string | null,
  more: Partial<AttributeConfiguration> = {},
): AttributeConfiguration {
  return aConfiguration(id, key, "number", {
    isHierarchical: false,
    entityType: "task",
    objectTypeId: type === null ? null : ftrackId(type),
    ...more,
  });
}

describe("pairs of attributes", () => {
  const inOther = { projectId: ftrackId("other") };
  const inThis = { projectId: ftrackId("p") };

  it.each<[string, AttributeConfiguration[], unknown]>([
    [
      "both kinds",
      [aConfiguration("h", "a", "number"), typed("t", "a", "shot")],
      [["a", "h", [["shot", "t"]]]],
    ],
    ["the hierarchical kind only", [aConfiguration("h", "a", "number")], []],
    ["the other kind only", [typed("t", "a", "shot")], []],
    [
      "one of all versions is none of a type",
      [
        aConfiguration("h", "a", "number"),
        typed("t", "a", null),
        typed("v", "a", "shot", { entityType: "assetversion" }),
      ],
      [],
    ],
    [
      "FS-49 those of the project win, those of others do not count",
      [
        aConfiguration("h2", "a", "number", inThis),
        aConfiguration("h", "a", "number"),
        aConfiguration("h3", "a", "number", inOther),
        typed("t2", "a", "shot", inThis),
        typed("t", "a", "shot"),
        typed("t3", "a", "task", inOther),
      ],
      [["a", "h2", [["shot", "t2"]]]],
    ],
    [
      "a key that is listed twice is one pair, others are none",
      [
        aConfiguration("h", "a", "number"),
        typed("t", "a", "shot"),
        aConfiguration("x", "b", "number"),
        typed("y", "b", "shot"),
      ],
      [["a", "h", [["shot", "t"]]]],
    ],
  ])("%s", (_, configurations, expected) => {
    const pairs = pairsOf(["a", "a", "c"], configurations, ftrackId("p"));
    expect(
      pairs.map((pair) => [
        pair.key,
        pair.hierarchical.id,
        [...pair.typed].map(([type, definition]) => [type, definition.id]),
      ]),
    ).toEqual(expected);
  });
});

it("types are named with or without spaces, in any case", () => {
  const types = ["Asset Build", "Shot", "Task"].map((name) => ({
    id: ftrackId(name),
    name,
    sort: null,
    isLeaf: false,
    isStatusable: true,
    isTypeable: true,
  }));
  expect([...typesNamed(["assetBUILD", "shot ", "nope"], types)]).toEqual([
    "Asset Build",
    "Shot",
  ]);
});

describe("casting a value", () => {
  const options = [
    { menu: "A", value: "a" },
    { menu: "B", value: "b" },
  ];
  it.each<[string, AttributeConfiguration["config"], unknown, unknown]>([
    ["number", {}, "1001.0", 1001],
    ["number", {}, "0,5", 0.5],
    ["number", {}, 7, 7],
    ["number", { isDecimal: false }, "7.0", 7],
    ["number", { isDecimal: false }, "7.5", "is not a whole number"],
    ["number", {}, "seven", "is not a number"],
    ["number", {}, true, "is not a number"],
    ["boolean", {}, "0", false],
    ["boolean", {}, "1", true],
    ["boolean", {}, "False", false],
    ["boolean", {}, "maybe", "is not yes or no"],
    ["text", {}, 12, "12"],
    ["text", {}, "x", "x"],
    ["text", {}, {}, "is not a text"],
    ["url", {}, "http://x", "http://x"],
    ["date", {}, "2026-05-01T00:00:00", "2026-05-01T00:00:00"],
    ["date", {}, { __type__: "datetime", value: "2026-05-01" }, "2026-05-01"],
    ["date", {}, "soon", "is not a date"],
    ["date", {}, 3, "is not a date"],
    ["enumerator", { multiSelect: true, options }, "a, b", ["a", "b"]],
    ["enumerator", { multiSelect: true }, ["x"], ["x"]],
    ["enumerator", { options }, "a", ["a"]],
    ["enumerator", { options }, "a, b", "takes one option only"],
    [
      "enumerator",
      { multiSelect: true, options },
      "a, c, d",
      "has no option c, d",
    ],
    ["enumerator", {}, 3, "is not a list"],
    ["expression", {}, "3", "cannot be written: it is of type expression"],
  ])("%s %j: %j", (type, config, raw, expected) => {
    const cast = castTo(raw, { type, config });
    expect(cast.ok ? cast.value : cast.reason).toEqual(expected);
  });
});

describe("stored values are the same", () => {
  it.each<[string, unknown, unknown, boolean]>([
    ["number", 1, 1, true],
    ["number", 1, 2, false],
    ["number", null, undefined, true],
    ["number", null, 0, false],
    ["number", 0, undefined, false],
    ["enumerator", ["a"], ["a"], true],
    ["enumerator", ["a"], ["b"], false],
    ["enumerator", ["a"], ["a", "b"], false],
    ["enumerator", ["a"], "a", false],
    ["date", "2026-05-01T00:00:00", "2026-05-01T00:00:00.000Z", true],
    ["date", "2026-05-01T00:00:00", "2026-05-02T00:00:00", false],
    ["text", "2026-05-01T00:00:00", "2026-05-01T00:00:00.000Z", false],
    ["date", 3, 3, true],
  ])("%s %j and %j", (type, a, b, same) => {
    expect(isSameStored(a, b, { type })).toBe(same);
    expect(isSameStored(b, a, { type })).toBe(same);
  });
});
