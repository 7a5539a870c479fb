import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { sitOut } from "../../../src/ops/sit-out.ts";

async function race(waiting: Promise<void>): Promise<string> {
  return Promise.race([waiting.then(() => "over"), sleep(50, "waits")]);
}

describe("a process that cannot start", () => {
  it("ends at once at a terminal", async () => {
    expect(await race(sitOut({ isTerminal: true, ms: null }))).toBe("over");
  });

  it("ends after a pause elsewhere", async () => {
    const waiting = sitOut({ isTerminal: false, ms: 80 });
    expect(await race(waiting)).toBe("waits");
    await waiting;
  });

  it.each(["SIGTERM", "SIGINT"] as const)(
    "waits for %s when a pause would mend nothing",
    async (signal) => {
      const before = process.listenerCount(signal);
      const waiting = sitOut({ isTerminal: false, ms: null });
      expect(await race(waiting)).toBe("waits");
      process.emit(signal);
      await waiting;
      expect(process.listenerCount(signal)).toBe(before);
    },
  );
});
