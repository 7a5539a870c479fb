import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { joinSignals } from "../../../src/core/signals.ts";

function two(): [AbortController, AbortController] {
  return [new AbortController(), new AbortController()];
}

describe("joined signals", () => {
  it.each([0, 1])("follow whichever is aborted, number %i", (which) => {
    const sources = two();
    const { signal } = joinSignals(...sources.map((one) => one.signal));
    expect(signal.aborted).toBe(false);
    sources[which]?.abort("enough");
    expect(signal).toMatchObject({ aborted: true, reason: "enough" });
    sources[1 - which]?.abort("later");
    expect(signal.reason).toBe("enough");
  });

  it("are aborted at once when one is already", () => {
    const [a, b] = two();
    b.abort("before");
    const { signal } = joinSignals(a.signal, b.signal);
    expect(signal).toMatchObject({ aborted: true, reason: "before" });
    expect(getEventListeners(a.signal, "abort")).toHaveLength(0);
  });

  it("leave nothing behind: neither when they leave, nor when one was aborted", () => {
    const [a, b] = two();
    const first = joinSignals(a.signal, b.signal);
    expect(getEventListeners(a.signal, "abort")).toHaveLength(1);
    first.leave();
    const second = joinSignals(a.signal, b.signal);
    b.abort("over");
    for (const { signal } of [a, b])
      expect(getEventListeners(signal, "abort")).toHaveLength(0);
    expect(first.signal.aborted).toBe(false);
    expect(second.signal.aborted).toBe(true);
  });
});
