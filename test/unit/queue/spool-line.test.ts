import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeLines, encodeLine } from "../../../src/queue/spool-line.ts";

const text = fc.jsonValue().map((value) => JSON.stringify({ value }));

function join(texts: readonly string[]): Buffer {
  return Buffer.from(texts.map(encodeLine).join(""));
}

describe("lines of the spool", () => {
  it("come back as they were", () => {
    fc.assert(
      fc.property(fc.array(text), (texts) => {
        const bytes = join(texts);
        const lines = decodeLines(bytes);
        expect(lines).toEqual({ texts, broken: 0, end: bytes.length });
      }),
    );
  });

  it("torn anywhere, are a prefix of whole records", () => {
    fc.assert(
      fc.property(
        fc.array(text),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (texts, share) => {
          const bytes = join(texts);
          const cut = Math.floor(bytes.length * share);
          const lines = decodeLines(bytes.subarray(0, cut));
          expect(lines.broken).toBe(0);
          expect(lines.texts).toEqual(texts.slice(0, lines.texts.length));
          expect(lines.end).toBe(join(lines.texts).length);
          const next = texts[lines.texts.length];
          if (next !== undefined) {
            expect(lines.end + encodeLine(next).length).toBeGreaterThan(0);
            expect(cut).toBeLessThan(lines.end + join([next]).length);
          }
        },
      ),
    );
  });

  it("with one byte changed, lose at most the records it touches", () => {
    fc.assert(
      fc.property(
        fc.array(text, { minLength: 1 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (texts, at, flip) => {
          const bytes = join(texts);
          const i = at % bytes.length;
          bytes[i] = bytes[i]! ^ flip;
          const { texts: left } = decodeLines(bytes);
          // A changed line feed joins two lines; a new one splits a line.
          expect(left.length).toBeGreaterThanOrEqual(texts.length - 2);
          expect(left.every((t) => texts.includes(t))).toBe(true);
        },
      ),
    );
  });

  it("hold no line feed", () => {
    expect(() => encodeLine("a\nb")).toThrow(TypeError);
  });
});
