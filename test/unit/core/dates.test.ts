import { describe, expect, it } from "vitest";
import {
  ayonDate,
  calendarDay,
  isSameInstant,
  isTimezone,
} from "../../../src/core/dates.ts";

describe("calendarDay (ES-48, FS-27)", () => {
  it.each([
    ["2024-10-29T22:00:00Z", "UTC", "2024-10-30"],
    ["2024-10-29T22:00:00", "UTC", "2024-10-30"],
    ["2024-10-29T23:00:00+00:00", "UTC", "2024-10-30"],
    ["2024-10-30T00:00:00Z", "UTC", "2024-10-30"],
    ["2024-10-30T00:00:00Z", "America/Los_Angeles", "2024-10-30"],
    ["2024-10-29T22:00:00Z", "Europe/Prague", "2024-10-30"],
    ["2024-07-29T22:00:00Z", "Europe/Prague", "2024-07-30"],
    ["2024-10-30T04:00:00Z", "America/New_York", "2024-10-30"],
    ["2024-10-29T15:00:00Z", "Asia/Tokyo", "2024-10-30"],
    ["2024-10-29T10:15:00Z", "Pacific/Chatham", "2024-10-30"],
    ["2024-10-30T23:59:59Z", "UTC", "2024-10-30"],
    ["2024-10-30T22:59:00Z", "Europe/Prague", "2024-10-30"],
    ["2024-12-31T23:00:00Z", "UTC", "2025-01-01"],
    ["2024-10-30", "UTC", "2024-10-30"],
    ["", "UTC", null],
    ["soon", "UTC", null],
    ["2024-99-99", "UTC", null],
  ])("%s in %s is %s", (iso, timezone, expected) => {
    expect(calendarDay(iso, timezone)).toBe(expected);
  });
});

it("a day is stored as its midnight in UTC", () => {
  expect(ayonDate("2024-10-30")).toBe("2024-10-30T00:00:00+00:00");
});

it.each([
  ["2024-10-30T00:00:00+00:00", "2024-10-30T00:00:00Z", true],
  ["2024-10-30T00:00:00", "2024-10-30T01:00:00+01:00", true],
  ["2024-10-30T00:00:00Z", "2024-10-31T00:00:00Z", false],
  ["x", "x", false],
])("%s and %s are the same moment: %s", (a, b, expected) => {
  expect(isSameInstant(a, b)).toBe(expected);
});

it.each([
  ["Europe/Prague", true],
  ["UTC", true],
  ["Mars/Olympus", false],
  ["", false],
])("%s is a zone: %s", (zone, expected) => {
  expect(isTimezone(zone)).toBe(expected);
});
