import { describe, expect, it } from "vitest";
import { workWhileAlone } from "../../../src/processor/alone.ts";
import { memoryLog } from "../../support/memory-log.ts";

/** Consumers that note what is done with them. */
function scene({ failsToStart = false } = {}) {
  const done: string[] = [];
  const listeners = new Set<(isAlone: boolean) => void>();
  let alone = true;
  const log = memoryLog();
  return {
    done,
    log,
    listeners,
    turn: (isAlone: boolean): void => {
      alone = isAlone;
      for (const listener of listeners) listener(isAlone);
    },
    begin: (signal = new AbortController().signal) =>
      workWhileAlone(
        {
          log,
          watch: {
            isAlone: () => alone,
            whenAlone: (s) => {
              s.throwIfAborted();
              return Promise.resolve();
            },
            subscribe(listener) {
              listeners.add(listener);
              return () => listeners.delete(listener);
            },
          },
          start: () =>
            ["drains", "jobs"].map((name) => ({
              ready: () => {
                done.push(`+${name}`);
                return failsToStart
                  ? Promise.reject(new Error("no"))
                  : Promise.resolve();
              },
              close: () => {
                done.push(`-${name}`);
                return Promise.resolve({
                  orderly: name === "drains",
                  forced: 2,
                });
              },
            })),
        },
        signal,
      ),
  };
}

const UP = ["+drains", "+jobs"];
const DOWN = ["-drains", "-jobs"];

describe("work while nobody else does it", () => {
  it("goes on until it is closed, and tells how it ended", async () => {
    const { done, begin, listeners } = scene();
    const work = await begin();
    expect(done).toEqual(UP);
    expect(await work.close()).toEqual({ orderly: false, forced: 4 });
    expect(done).toEqual([...UP, ...DOWN]);
    expect(listeners.size).toBe(0);
  });

  it("stops and goes on, one step after the other, however fast they come", async () => {
    const { done, turn, begin } = scene();
    const work = await begin();
    turn(false);
    await expect.poll(() => done).toEqual([...UP, ...DOWN]);
    turn(true);
    turn(false);
    turn(true);
    await expect.poll(() => done.slice(4)).toEqual(UP);
    await work.close();
    expect(done).toEqual([...UP, ...DOWN, ...UP, ...DOWN]);
  });

  it("does not begin again once it is closed", async () => {
    const { done, turn, begin } = scene();
    const work = await begin();
    turn(false);
    turn(true);
    await work.close();
    expect(done.slice(-2)).toEqual(DOWN);
    expect(done.filter((d) => d === "+jobs").length).toBe(
      done.filter((d) => d === "-jobs").length,
    );
  });

  it("tells when it cannot begin", async () => {
    const { begin, done, listeners } = scene({ failsToStart: true });
    await expect(begin()).rejects.toThrow("no");
    expect(done).toEqual([...UP, ...DOWN]);
    expect(listeners.size).toBe(0);
    await expect(begin(AbortSignal.abort(new Error("end")))).rejects.toThrow(
      "end",
    );
  });
});
