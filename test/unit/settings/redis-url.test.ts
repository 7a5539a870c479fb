import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { UnavailableError } from "../../../src/core/errors.ts";
import { silentLog } from "../../../src/core/log.ts";
import { createSettings } from "../../../src/settings/load.ts";
import {
  NO_REDIS,
  readRedisUrl,
  waitForRedisUrl,
  watchRedisUrl,
  WRONG_REDIS,
} from "../../../src/settings/redis-url.ts";
import { createSecrets } from "../../../src/settings/secrets.ts";
import { memoryLog } from "../../support/memory-log.ts";
import { settableSource, type SettableSource } from "../../support/settings.ts";

let source: SettableSource;
const read = (env: string | null = null) =>
  readRedisUrl(
    env,
    createSettings(source, { maxAgeMs: () => -1, onProblem: () => undefined }),
    createSecrets(source),
  );

function set(redisUrl: unknown): void {
  source.studioSettings = { service_settings: { redis_url: redisUrl } };
}

beforeEach(() => {
  source = settableSource();
  source.stored.set("redis_secret", "redis://:password@secret:6379");
});

describe("the address of Redis", () => {
  it.each([
    ["redis://env", "redis_secret", "redis://env"],
    [null, "redis_secret", "redis://:password@secret:6379"],
    [null, "rediss://literal:6380/2", "rediss://literal:6380/2"],
    [null, "redis://aysvc_fes_redis:6379/0", "redis://aysvc_fes_redis:6379/0"],
    [null, "", null],
  ])("env %s, setting %s: %s", async (env, setting, expected) => {
    set(setting);
    expect(await read(env)).toBe(expected);
  });

  it.each(["no_such_secret", "http://host", "redis:///0"])(
    "is not %s",
    async (setting) => {
      set(setting);
      await expect(read()).rejects.toMatchObject({
        code: "E_REDIS_URL",
        message: expect.not.stringContaining(setting) as unknown,
      });
    },
  );
});

describe("waiting for the address of Redis", () => {
  /** Kinds that were reported, and those that were cleared after a minus. */
  let told: string[];
  let messages: string[];
  let change: () => void;

  function wait(signal = new AbortController().signal): Promise<string> {
    told = [];
    messages = [];
    change = () => undefined;
    return waitForRedisUrl(
      {
        read,
        subscribe: (listener) => {
          change = listener;
          return () => told.push("unsubscribed");
        },
        reporter: {
          report: (kind, message) => {
            told.push(kind);
            messages.push(message);
            return Promise.resolve();
          },
          clear: (kind) => told.push(`-${kind}`),
        },
        log: silentLog,
        pauseMs: 60_000,
      },
      signal,
    );
  }

  const DONE = [`-${NO_REDIS}`, `-${WRONG_REDIS}`, "unsubscribed"];

  it("tells the three ways, and ends with a change of the settings", async () => {
    const waiting = wait();
    await expect.poll(() => told).toEqual([NO_REDIS]);
    expect(messages[0]).toMatch(
      /REDIS_URL.*service_settings\/redis_url.*service redis/,
    );
    expect(`fes-processor-1: ${messages[0]!}`.length).toBeLessThan(250);
    set("redis_secret");
    change();
    expect(await waiting).toBe("redis://:password@secret:6379");
    expect(told).toEqual([NO_REDIS, ...DONE]);
  });

  it("tells of a wrong address, and sits out an AYON that is away", async () => {
    set("no_such_secret");
    const waiting = wait();
    await expect.poll(() => told).toEqual([WRONG_REDIS]);
    source.failure = new UnavailableError("away", {
      code: "E_AYON_UNREACHABLE",
      system: "ayon",
    });
    const before = source.asked.length;
    change();
    await expect.poll(() => source.asked.length).toBeGreaterThan(before);
    source.failure = null;
    source.stored.set("no_such_secret", "redis://new:6379");
    change();
    expect(await waiting).toBe("redis://new:6379");
    expect(told).toEqual([WRONG_REDIS, ...DONE]);
  });

  it("ends when it is told to", async () => {
    const abort = new AbortController();
    const waiting = wait(abort.signal);
    await expect.poll(() => told).toEqual([NO_REDIS]);
    abort.abort(new Error("the end"));
    await expect(waiting).rejects.toThrow("the end");
  });

  it("hides no fault of ours", async () => {
    source.failure = new TypeError("bug");
    await expect(wait()).rejects.toThrow("bug");
  });
});

describe("a change of the address of Redis", () => {
  it("is told once, and only when there is another address", async () => {
    const log = memoryLog();
    const listeners = new Set<() => void>();
    let changes = 0;
    set("redis://old");
    watchRedisUrl(
      {
        read,
        log,
        subscribe: (listener) => {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      },
      "redis://old",
      () => changes++,
    );
    const tell = async (value: unknown): Promise<void> => {
      const before = source.asked.length;
      set(value);
      for (const listener of listeners) listener();
      if (listeners.size > 0)
        await expect.poll(() => source.asked.length).toBeGreaterThan(before);
      await sleep(5);
    };
    await tell("redis://old");
    await tell("");
    await tell("nonsense");
    expect(changes).toBe(0);
    expect(log.lines.map((line) => line.level)).toEqual(["warn"]);
    await tell("redis://new");
    await tell("redis://newer");
    expect(changes).toBe(1);
  });
});
