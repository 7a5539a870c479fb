import { describe, expect, it } from "vitest";
import { findByName, isSameName } from "../../../src/core/status.ts";

describe("isSameName", () => {
  it.each([
    ["In Progress", "in progress", true],
    [" Done ", "done", true],
    ["Done", "Dome", false],
  ])("%j and %j: %s", (a, b, expected) => {
    expect(isSameName(a, b)).toBe(expected);
  });
});

describe("findByName", () => {
  const entries = [
    { name: "In-Progress" },
    { name: "in progress" },
    { name: "Přijato" },
  ];
  it.each([
    ["In Progress", "in progress"],
    ["IN-PROGRESS", "In-Progress"],
    ["prijato", "Přijato"],
    ["***", undefined],
    ["Omitted", undefined],
  ])("%j finds %j", (name, expected) => {
    expect(findByName(entries, name)?.name).toBe(expected);
  });
});
