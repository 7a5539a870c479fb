import { describe, expect, it } from "vitest";
import fc from "fast-check";
import {
  bodiesOf,
  excerptOf,
  MAX_BODY,
} from "../../../src/handlers/comments/body.ts";

const length = (text: string) => Array.from(text).length;

describe("a note as comments", () => {
  it.each([
    ["short", " hello ", ["hello"]],
    ["just fits", "x".repeat(MAX_BODY), ["x".repeat(MAX_BODY)]],
    [
      "counted by characters, not by code units",
      "🎬".repeat(MAX_BODY),
      ["🎬".repeat(MAX_BODY)],
    ],
  ])("%s", (_, text, bodies) => {
    expect(bodiesOf(text, null)).toEqual(bodies);
  });

  it.each([
    ["between paragraphs", "\n\n"],
    ["between lines", "\n"],
    ["between words", " "],
  ])("cut %s where one can", (_, boundary) => {
    const first = "a".repeat(1500);
    const text = `${first}${boundary}${"b".repeat(1500)}`;
    expect(bodiesOf(text, null)).toEqual([
      `(1/2) ${first}`,
      `(2/2) ${"b".repeat(1500)}`,
    ]);
  });

  it("cut anywhere where one cannot, also where the only gap is near the start", () => {
    const [first, second] = bodiesOf(`a ${"b".repeat(3000)}`, null);
    expect(length(first!)).toBe(MAX_BODY - 2);
    expect(second?.startsWith("(2/2) b")).toBe(true);
  });

  it("clipped when it would never end, with a link to the rest", () => {
    const text = "word ".repeat(5000);
    const bodies = bodiesOf(text, "https://ftrack/note");
    expect(bodies).toHaveLength(10);
    expect(
      bodies.at(-1)?.endsWith("\n… The rest is in Ftrack: https://ftrack/note"),
    ).toBe(true);
    expect(
      bodiesOf(text, null).at(-1)?.endsWith("… The rest is in Ftrack."),
    ).toBe(true);
  });

  it("ten comments that just hold it are not clipped", () => {
    const text = "x".repeat((MAX_BODY - 8) * 10);
    expect(bodiesOf(text, null).join("")).not.toContain("The rest is in");
    expect(bodiesOf(`${text}x`, null).join("")).toContain("The rest is in");
  });

  it("always fits, and loses no word", () => {
    const word = fc.constantFrom("lorem", "ipsum", "🎬", "x".repeat(300));
    const gap = fc.constantFrom(" ", "\n", "\n\n");
    const text = fc
      .array(fc.tuple(word, gap), { maxLength: 120 })
      .map((pairs) => pairs.flat().join(""));
    fc.assert(
      fc.property(text, (note) => {
        const bodies = bodiesOf(note, null);
        for (const body of bodies)
          expect(length(body)).toBeLessThanOrEqual(MAX_BODY);
        if (bodies.length < 10) {
          const whole = bodies
            .map((body) => body.replace(/^\(\d+\/\d+\) /, ""))
            .join(" ");
          expect(whole.replace(/\s+/g, "")).toBe(note.replace(/\s+/g, ""));
        }
      }),
    );
  });
});

describe("an excerpt", () => {
  it.each([
    ["one line", "one line"],
    ["  first \n second", "first"],
    ["x".repeat(80), "x".repeat(80)],
    ["x".repeat(81), `${"x".repeat(79)}…`],
    ["", ""],
  ])("of %j", (text, excerpt) => {
    expect(excerptOf(text)).toBe(excerpt);
  });
});
