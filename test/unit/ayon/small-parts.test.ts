import { describe, expect, it } from "vitest";
import {
  RateLimitedError,
  RejectedError,
  UnavailableError,
} from "../../../src/core/errors.ts";
import { FencedError } from "../../../src/core/errors.ts";
import { resultOf } from "../../../src/ayon/change-result.ts";
import { senderName } from "../../../src/ayon/http.ts";
import { jsonObject, pick, setValues } from "../../../src/ayon/json.ts";
import { retrying } from "../../../src/ayon/retry.ts";
import { route } from "../../../src/ayon/route.ts";

describe("route", () => {
  it.each([
    ["demo", "/api/projects/demo"],
    ["a/b", "/api/projects/a%2Fb"],
    ["../users", "/api/projects/..%2Fusers"],
    ["x?y#z", "/api/projects/x%3Fy%23z"],
    ["č", "/api/projects/%C4%8D"],
  ])("keeps %s within its segment", (name, path) => {
    expect(route`/api/projects/${name}`).toBe(path);
  });
});

describe("senderName", () => {
  it.each([
    ["ftrack-processor", "ftrack-processor"],
    ["my service (2)", "my_service__2_"],
    ["-x-", "x"],
    ["***", "___"],
    ["--", "ftrack"],
  ])("makes of %j a sender the server keeps: %j", (name, sender) => {
    expect(senderName(name)).toBe(sender);
    expect(sender).toMatch(/^[a-zA-Z0-9_]([a-zA-Z0-9_.-]*[a-zA-Z0-9_])?$/);
  });
});

describe("JSON of the server", () => {
  it.each([
    ['{"a":1}', { a: 1 }],
    [null, {}],
    ["", {}],
    ["[1]", {}],
    ["not json", {}],
    [{ a: 1 }, { a: 1 }],
  ])("%j is read as %j", (text, values) => {
    expect(jsonObject.parse(text)).toEqual(values);
  });

  it("keeps own values only, whatever their names", () => {
    const values = jsonObject.parse(
      '{"__proto__":{"x":1},"fps":25,"none":null,"constructor":"c"}',
    );
    expect(pick(values, ["fps", "none", "toString"])).toEqual({ fps: 25 });
    const own = pick(values, ["__proto__", "constructor"]);
    expect(Object.keys(own)).toEqual(["__proto__", "constructor"]);
    expect(Object.getPrototypeOf(own)).toBe(Object.prototype);
    expect(Object.keys(setValues(values))).not.toContain("none");
  });
});

const down = new UnavailableError("down", {
  code: "E_AYON_UNAVAILABLE",
  system: "ayon",
});

describe("retrying", () => {
  const run = async (failures: readonly Error[], delaysMs: number[]) => {
    let tries = 0;
    const value = retrying(
      (index) => {
        tries++;
        const failure = failures[index];
        return failure === undefined
          ? Promise.resolve("done")
          : Promise.reject(failure);
      },
      {
        retries: { delaysMs, longestWaitMs: 50 },
        mayRepeat: (thrown) => thrown !== failures.at(-1),
      },
    );
    return [await value.catch((e: unknown) => e), tries];
  };
  const other = new Error("bug");
  const slow = new RateLimitedError("wait", { code: "E", afterMs: 60_000 });
  it.each([
    ["nothing", [], [1, 1], "done", 1],
    ["two failures", [down, down, other], [1, 1], other, 3],
    ["more failures than tries", [down, down, down, other], [1, 1], down, 3],
    ["what may not be repeated", [other], [1, 1], other, 1],
    ["no tries at all", [down, other], [], down, 1],
    ["a wait too long for anybody", [slow, other], [1], slow, 1],
  ])("%s", async (_, failures, delaysMs, value, tries) => {
    expect(await run(failures, delaysMs)).toEqual([value, tries]);
  });
});

describe("resultOf", () => {
  const refused = new RejectedError("no", {
    code: "E_AYON_INVALID",
    system: "ayon",
  });
  it.each([
    [refused, { code: "E_AYON_INVALID", message: "no", transient: false }],
    [down, { code: "E_AYON_UNAVAILABLE", message: "down", transient: true }],
  ])("makes a result of %s", async (thrown, error) => {
    expect(await resultOf("c", () => Promise.reject(thrown))).toEqual({
      changeId: "c",
      status: "failed",
      error,
    });
  });

  it.each([
    [new FencedError("lost", { code: "E_FENCED" })],
    [new TypeError("bug")],
  ])("throws %s on", async (thrown) => {
    await expect(resultOf("c", () => Promise.reject(thrown))).rejects.toBe(
      thrown,
    );
  });
});
