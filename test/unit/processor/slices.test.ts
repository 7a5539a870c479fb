import { describe, expect, it } from "vitest";
import { atOnce, type Steps } from "../../../src/core/steps.ts";
import { inSlices } from "../../../src/processor/slices.ts";

function* busy(rounds: number): Steps<number> {
  let sum = 0;
  for (let i = 0; i < rounds; i++) {
    const until = performance.now() + 1;
    while (performance.now() < until) sum += 0;
    sum += i;
    yield;
  }
  return sum;
}

describe("long work in steps", () => {
  it("comes to the same, at once and in slices", async () => {
    expect(atOnce(busy(10))).toBe(45);
    expect(await inSlices(busy(10))).toBe(45);
  });

  it("lets timers and other work have their turn between slices", async () => {
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    atOnce(busy(40));
    expect(turns).toBe(0);
    await inSlices(busy(40));
    clearInterval(timer);
    expect(turns).toBeGreaterThan(1);
  });

  it("ends small work without a pause", async () => {
    let isLater = false;
    setImmediate(() => (isLater = true));
    await inSlices(busy(0));
    expect(isLater).toBe(false);
  });

  it("throws what a step throws", async () => {
    function* broken(): Steps<void> {
      yield;
      throw new RangeError("no");
    }
    expect(() => {
      atOnce(broken());
    }).toThrow(RangeError);
    await expect(inSlices(broken())).rejects.toThrow(RangeError);
  });
});
