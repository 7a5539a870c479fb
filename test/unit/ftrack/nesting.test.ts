import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nestingOf } from "../../../src/ftrack/hub/nesting.ts";
import { hostileJson } from "../../support/hostile.ts";

function depth(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depth));
}

describe("nesting", () => {
  it.each([
    ["", 0],
    ['"[[["', 0],
    ['["\\"[[["]', 1],
    ['["\\\\",[]]', 2],
    ['5:::{"a":[{}]}', 3],
    ["[".repeat(1e6), 1e6],
  ])("of %.20s is %d", (text, expected) => {
    expect(nestingOf(text)).toBe(expected);
  });

  it("is that of the value", () => {
    fc.assert(
      fc.property(hostileJson, (value) => {
        expect(nestingOf(JSON.stringify(value))).toBe(depth(value));
      }),
    );
  });
});
