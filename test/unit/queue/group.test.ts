import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chunks, chunksOfText, groupBy } from "../../../src/queue/group.ts";

describe("groupBy", () => {
  it("keeps the order within each group, also for odd keys", () => {
    const items = ["a1", "__proto__2", "a3", "b4", "__proto__5"];
    const groups = groupBy(items, (item) => item.slice(0, -1));
    expect([...groups]).toEqual([
      ["a", ["a1", "a3"]],
      ["__proto__", ["__proto__2", "__proto__5"]],
      ["b", ["b4"]],
    ]);
  });
});

describe("chunks", () => {
  it("are all items, in order, none too large", () => {
    const text = fc.record({ text: fc.string({ maxLength: 30 }) });
    fc.assert(
      fc.property(
        fc.array(text),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 60 }),
        (items, size, most) => {
          expect(chunks(items, size).flat()).toEqual(items);
          const parts = chunksOfText(items, size, most);
          expect(parts.flat()).toEqual(items);
          for (const part of parts) {
            expect(part.length).toBeGreaterThan(0);
            expect(part.length).toBeLessThanOrEqual(size);
            const length = part.reduce((sum, p) => sum + p.text.length, 0);
            if (part.length > 1) expect(length).toBeLessThanOrEqual(most);
          }
        },
      ),
    );
  });
});
