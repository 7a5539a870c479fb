import { describe, expect, it } from "vitest";
import {
  bindings,
  configurationFor,
  type AttributesMapping,
} from "../../../src/core/attribute-mapping.ts";
import {
  framesPerSecond,
  isSameValue,
  toAyonValue,
} from "../../../src/core/attribute-value.ts";
import { ftrackId } from "../../../src/core/ids.ts";
import { aConfiguration, anAttribute } from "../../support/reference-data.ts";

describe("framesPerSecond (ES-47, FS-30)", () => {
  it.each([
    ["24", 24],
    ["24,0", 24],
    ["23,976", 23.976],
    [".5", 0.5],
    ["24.", 24],
    [" 24000 / 1001 ", 24000 / 1001],
    [25, 25],
    ["", null],
    [".", null],
    ["/", null],
    ["/1", null],
    ["24/", null],
    ["24/0", null],
    ["24/1/1", null],
    ["abc", null],
    [Number.NaN, null],
    [true, null],
  ])("%j → %j", (raw, expected) => {
    expect(framesPerSecond(raw)).toBe(expected);
  });
});

describe("toAyonValue (ES-44, ES-46, ES-47, FS-30, FS-31)", () => {
  const frame = anAttribute("frameStart", "integer");
  const width = anAttribute("resolutionWidth", "integer", { gt: 0, lt: 50000 });
  const aspect = anAttribute("pixelAspect", "float", { ge: 1, le: 2 });
  const fps = anAttribute("fps", "float", { gt: 0 });
  const flag = anAttribute("isHero", "boolean");
  const day = anAttribute("startDate", "datetime");
  const words = anAttribute("note", "string", { minLength: 2, maxLength: 4 });
  const coded = anAttribute("code", "string", { regex: "^[A-Z]+$" });
  const python = anAttribute("code", "string", { regex: "(?P<x>a)" });
  const tags = anAttribute("families", "list_of_strings");
  const counts = anAttribute("counts", "list_of_integers");
  const level = anAttribute("priority", "string", {
    enum: [
      { value: "normal", label: "Medium" },
      { value: "high", label: "High" },
    ],
  });
  const levels = anAttribute("levels", "list_of_strings", {
    enum: [
      { value: "a", label: "First" },
      { value: "b", label: "Second" },
    ],
  });
  const odd = anAttribute("odd", "dict");

  it.each([
    [frame, "1001.0", 1001],
    [frame, "1001", 1001],
    [frame, 1001, 1001],
    [frame, 0, 0],
    [aspect, "1,5", 1.5],
    [fps, "24000/1001", 24000 / 1001],
    [flag, "0", false],
    [flag, "1", true],
    [flag, 1, true],
    [flag, true, true],
    [flag, "False", false],
    [day, "2024-10-29T22:00:00", "2024-10-30T00:00:00+00:00"],
    [
      day,
      { __type__: "date", value: "2024-10-30" },
      "2024-10-30T00:00:00+00:00",
    ],
    [words, "abc", "abc"],
    [words, 12, "12"],
    [words, ["abc"], "abc"],
    [python, "b", "b"],
    [tags, "a, b", ["a", "b"]],
    [tags, ["a", "b"], ["a", "b"]],
    [tags, [], []],
    [counts, ["1", "2"], [1, 2]],
    [counts, "1, 2", [1, 2]],
    [level, "MEDIUM", "normal"],
    [level, ["high"], "high"],
    [levels, "Second, a", ["b", "a"]],
  ])("%# %o takes %j as %j", (attribute, raw, expected) => {
    expect(toAyonValue(raw, attribute, "UTC")).toEqual({
      ok: true,
      value: expected,
    });
  });

  it.each([
    [frame, "abc", "is not a number"],
    [frame, "", "is not a number"],
    [frame, "1001.5", "is not a whole number"],
    [frame, Number.POSITIVE_INFINITY, "is not a number"],
    [frame, null, "is not a number"],
    [width, 0, "must be above 0"],
    [width, 50000, "must be below 50000"],
    [aspect, 0.5, "must be at least 1"],
    [aspect, 2.5, "must be at most 2"],
    [fps, "abc", "is not a number"],
    [flag, "maybe", "is not yes or no"],
    [flag, {}, "is not yes or no"],
    [day, "soon", "is not a date"],
    [day, 5, "is not a date"],
    [day, { value: 5 }, "is not a date"],
    [words, "a", "must have at least 2 characters"],
    [words, "abcde", "must have at most 4 characters"],
    [words, {}, "is not a text"],
    [words, [{}], "is not a text"],
    [coded, "abc", "must match ^[A-Z]+$"],
    [tags, 5, "is not a list"],
    [tags, [{}], "is not a list"],
    [counts, ["x"], "is not a list of whole numbers"],
    [counts, 5, "is not a list of whole numbers"],
    [level, "low", "is not among the options of AYON: low"],
    [levels, ["a", "x", "y"], "is not among the options of AYON: x, y"],
    [odd, "x", "cannot be brought into the type dict"],
  ])("%# %o refuses %j: %s", (attribute, raw, reason) => {
    expect(toAyonValue(raw, attribute, "UTC")).toEqual({ ok: false, reason });
  });
});

it.each([
  [
    "datetime",
    "2024-10-30T00:00:00Z",
    "2024-10-30T00:00:00.000000+00:00",
    true,
  ],
  ["string", "2024-10-30T00:00:00Z", "2024-10-30T00:00:00+00:00", false],
  ["list_of_strings", ["a", "b"], ["a", "b"], true],
  ["list_of_strings", ["a", "b"], ["b", "a"], false],
  ["list_of_strings", ["a"], ["a", "b"], false],
  ["integer", 1, 1, true],
  ["integer", 1, undefined, false],
])("isSameValue(%s, %j, %j) is %s", (type, a, b, expected) => {
  expect(isSameValue(type, a, b)).toBe(expected);
});

describe("bindings and configurationFor (ES-45, FS-49)", () => {
  const mine = ftrackId("project");
  const shot = ftrackId("type-shot");
  const fps = anAttribute("fps", "float");
  const frame = anAttribute("frameStart", "integer");
  const custom = anAttribute("custom", "string", { builtin: false });
  const attributes = [fps, frame, custom];
  const configurations = [
    aConfiguration("h-fps", "fps", "number"),
    aConfiguration("t-fps", "fps", "number", {
      isHierarchical: false,
      entityType: "task",
      objectTypeId: shot,
    }),
    aConfiguration("p-fps", "fps", "number", {
      isHierarchical: false,
      entityType: "show",
    }),
    aConfiguration("mine", "fstart", "number", { projectId: mine }),
    aConfiguration("theirs", "fstart", "number", {
      projectId: ftrackId("other"),
    }),
    aConfiguration("global", "fstart", "number"),
    aConfiguration("h-frame", "frameStart", "number"),
    aConfiguration("h-custom", "custom", "text", { group: "AYON" }),
  ];
  const standard: AttributesMapping = {
    enabled: true,
    mapping: [
      {
        name: "fps",
        attr_type: "standard",
        hierarchical: "",
        standard: ["fps"],
      },
      {
        name: "frameStart",
        attr_type: "hierarchical",
        hierarchical: "fstart",
        standard: [],
      },
      {
        name: "nope",
        attr_type: "standard",
        hierarchical: "",
        standard: ["fps"],
      },
    ],
  };
  function resolve(
    mapping: AttributesMapping,
    name: string,
    entityType: string,
    objectType: string | null,
  ): string | undefined {
    const found = bindings(mapping, configurations, attributes, mine).find(
      (b) => b.attribute.name === name,
    );
    return found === undefined
      ? undefined
      : configurationFor(
          found,
          entityType,
          objectType === null ? null : ftrackId(objectType),
        )?.id;
  }
  it.each([
    ["standard of a shot", standard, "fps", "task", "type-shot", "t-fps"],
    ["standard of a project", standard, "fps", "show", null, "p-fps"],
    ["no standard one for a task", standard, "fps", "task", "t", undefined],
    ["the project's own first", standard, "frameStart", "task", "t", "mine"],
    ["unmapped", standard, "custom", "task", "t", undefined],
    ["unknown to AYON", standard, "nope", "task", "type-shot", undefined],
    [
      "mapping off: same name, built in",
      { enabled: false, mapping: [] },
      "frameStart",
      "task",
      "t",
      "h-frame",
    ],
    [
      "mapping off: same name, our group",
      { enabled: false, mapping: [] },
      "custom",
      "show",
      null,
      "h-custom",
    ],
  ] as const)("%s", (_, mapping, name, entityType, objectType, expected) => {
    expect(resolve(mapping, name, entityType, objectType)).toBe(expected);
  });
});
