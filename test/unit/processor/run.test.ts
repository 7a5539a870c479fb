import { describe, expect, it } from "vitest";
import { FencedError, UnavailableError } from "../../../src/core/errors.ts";
import type { FtrackEvent } from "../../../src/core/event.ts";
import type { Apply, ClosedHandler } from "../../../src/core/handler.ts";
import { createProber } from "../../../src/processor/probe.ts";
import { runHandler, type HandlerRun } from "../../../src/processor/run.ts";

const events = ["a", "b"].map((id) => ({ id }) as FtrackEvent);

type Run = (events: readonly FtrackEvent[], signal: AbortSignal) => unknown;

function handler(run: Run): ClosedHandler<AbortSignal> {
  return {
    name: "test",
    run: (part: readonly FtrackEvent[], _raw: unknown, s: AbortSignal) =>
      Promise.resolve().then(() => run(part, s)),
  } as unknown as ClosedHandler<AbortSignal>;
}

function start(
  run: Run,
  { deadlineMs = 20, stop = new AbortController() } = {},
): Promise<HandlerRun> {
  return runHandler(handler(run), events, {
    rawSettings: {},
    deadlineMs,
    contextFor: (signal) => signal,
    applyFor: (): Apply => () => Promise.resolve([]),
    signal: stop.signal,
    now: Date.now,
  });
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}

describe("a handler that hangs", () => {
  it("and does not hear its signal is left behind after its deadline; its events are tried again", async () => {
    const { retries, failures } = await start(never);
    expect([...retries.keys()]).toEqual(["a", "b"]);
    expect(retries.get("a")).toMatchObject({
      code: "E_DEADLINE",
      message: "test did not end within 20 ms",
    });
    expect(failures.size).toBe(0);
  });

  it("until it is told to, ends at once", async () => {
    const run = await start(
      (_events, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => {
            reject(new Error("told to"));
          });
        }),
    );
    expect(run.retries.get("b")).toMatchObject({
      code: "E_DEADLINE",
      cause: { message: "told to" },
    });
  });

  it("and was refused to write after its deadline is late, not fenced", async () => {
    const run = await start(async (_events, signal) => {
      await new Promise((resolve) => {
        signal.addEventListener("abort", resolve);
      });
      throw new FencedError("too late", { code: "E_HANDLER_OVER" });
    });
    expect(run.retries.get("a")).toMatchObject({ code: "E_DEADLINE" });
  });

  it("when all stops hands back nothing", async () => {
    const stop = new AbortController();
    const running = start(never, { deadlineMs: 60_000, stop });
    stop.abort(new Error("shutdown"));
    await expect(running).rejects.toThrow("shutdown");
  });
});

describe("a handler that throws", () => {
  it("because of one event fails that one only", async () => {
    const run = await start((part) => {
      if (part.some((e) => e.id === "b")) throw new TypeError("bad b");
    });
    expect([...run.failures.keys()]).toEqual(["b"]);
    expect(run.retries.size).toBe(0);
  });

  it("because it lost its project ends everything", async () => {
    const running = start(() => {
      throw new FencedError("lost", { code: "E_FENCED" });
    });
    await expect(running).rejects.toMatchObject({ code: "E_FENCED" });
  });
});

describe("the cause of a deadline", () => {
  const late = new UnavailableError("late", { code: "E_DEADLINE" });
  const up = (): Promise<void> => Promise.resolve();
  const down = (): Promise<void> => Promise.reject(new Error("away"));

  it.each([
    ["all answer: the event", up, up, "event"],
    ["Ftrack is away", down, up, "outage"],
    ["AYON is away", up, down, "outage"],
  ] as const)("%s", async (_title, ftrack, ayon, expected) => {
    const prober = createProber({ probes: { ftrack, ayon, redis: up } });
    expect(await prober.causeOf(late)).toBe(expected);
  });
});
