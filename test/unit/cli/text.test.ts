import fc from "fast-check";
import { InvalidArgumentError } from "commander";
import { describe, expect, it } from "vitest";
import { when, whole } from "../../../src/cli/arguments.ts";
import { EXIT, failureOf } from "../../../src/cli/exit.ts";
import { duration, plain, table } from "../../../src/cli/text.ts";
import {
  AuthError,
  ConfigError,
  RejectedError,
  UnavailableError,
} from "../../../src/core/errors.ts";

const NOW = Date.parse("2026-03-31T12:00:00Z");
const screen = { width: 60, hasColor: false };

describe("times on the command line", () => {
  it.each([
    ["90s", NOW - 90_000],
    ["90m", NOW - 5_400_000],
    ["12h", NOW - 43_200_000],
    ["2d", NOW - 172_800_000],
    ["1w", NOW - 604_800_000],
    ["2026-03-31", Date.parse("2026-03-31")],
    ["2026-03-31T08:00Z", Date.parse("2026-03-31T08:00Z")],
  ])("%s", (text, at) => {
    expect(when(text, NOW)).toBe(at);
  });

  it.each(["", "soon", "5", "5y", "-5d", "31.3.2026", "2026-99-99"])(
    "%j is refused",
    (text) => {
      expect(() => when(text, NOW)).toThrow(InvalidArgumentError);
    },
  );
});

it.each([
  ["0", 1],
  ["-1", 0],
  ["1.5", 0],
  ["x", 0],
  ["", 0],
])("%j is no whole number from %i on", (text, least) => {
  expect(() => whole(least)(text)).toThrow(InvalidArgumentError);
});

it.each([
  [0, "0 s"],
  [1_999, "2 s"],
  [119_000, "119 s"],
  [120_000, "2 min"],
  [7_200_000, "2 h"],
  [172_800_000, "2 d"],
])("%i ms is %s", (ms, text) => {
  expect(duration(ms)).toBe(text);
});

describe("a table", () => {
  it("stands in columns, numbers on the right", () => {
    expect(
      table(
        screen,
        ["name", "n"],
        [
          ["a", 5],
          ["bb", 17],
        ],
      ),
    ).toBe("name   n\na      5\nbb    17");
  });

  it("wraps what has spaces, and never cuts an id off", () => {
    const id = "2d0e3bd3-d3a6-47c0-843f-daea5b943dfd/1795402987965-0";
    const text = table(screen, ["error", "id"], [["it was not there", id]]);
    expect(text.split("\n").length).toBeGreaterThan(2);
    expect(text).toContain(id);
  });

  it("never has lines that are wider than the screen", () => {
    const cell = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.integer(),
      fc.constant(null),
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 60, max: 200 }),
        fc.array(fc.tuple(cell, cell, fc.lorem({ maxCount: 40 })), {
          maxLength: 5,
        }),
        (width, rows) => {
          const text = table({ width, hasColor: false }, ["a", "b", "c"], rows);
          for (const line of text.split("\n"))
            expect(Array.from(line).length).toBeLessThanOrEqual(width);
        },
      ),
      { numRuns: 30 },
    );
  });
});

it("text of others cannot steer the terminal", () => {
  expect(plain("a\u001b[2Jb\r\nc\u009bd")).toBe("a [2Jb c d");
});

it.each([
  [new ConfigError("x", { code: "E_SETTINGS" }), EXIT.config],
  [new AuthError("x", { code: "E_AYON_AUTH" }), EXIT.config],
  [new UnavailableError("x", { code: "E_REDIS_TIMEOUT" }), EXIT.unavailable],
  [new RejectedError("x", { code: "E_FTRACK_QUERY" }), EXIT.findings],
  [new Error("x"), EXIT.findings],
])("%s has its exit code", (error, code) => {
  expect(failureOf(error).exitCode).toBe(code);
});
