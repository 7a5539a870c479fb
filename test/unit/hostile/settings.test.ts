import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { ConfigError } from "../../../src/core/errors.ts";
import { slices, type SliceKey } from "../../../src/settings/addon.ts";
import { scopedSettings } from "../../../src/settings/scoped.ts";
import {
  hostileJson,
  isPrototypeClean,
  spoilt,
} from "../../support/hostile.ts";

const keys = Object.keys(slices) as SliceKey[];

/** All parts with their defaults, at their places. */
function defaults(): unknown {
  const tree: Record<string, unknown> = { enabled: true, ftrack_server: "s" };
  for (const key of keys) {
    const steps = key.split(".");
    const last = steps.pop() ?? "";
    let at = tree;
    for (const step of steps) {
      at[step] ??= {};
      at = at[step] as Record<string, unknown>;
    }
    at[last] = slices[key].parse({});
  }
  return tree;
}

afterEach(() => {
  expect(isPrototypeClean()).toBe(true);
});

function check(received: unknown): void {
  const settings = scopedSettings("ftrack", "show", received);
  for (const problem of settings.problems) {
    expect(problem).toBeInstanceOf(ConfigError);
    expect(problem.message.length).toBeLessThan(2_000);
  }
  const wrong = keys.filter((key) => settings.handler(key).kind === "wrong");
  for (const key of keys) {
    if (!wrong.includes(key)) continue;
    expect(() => settings.read(key)).toThrow(ConfigError);
  }
  // A wrong value switches off its own part, not others.
  if (settings.isEnabled) expect(wrong).toHaveLength(settings.problems.length);
}

describe("hostile settings", () => {
  it("the defaults are right", () => {
    expect(scopedSettings("ftrack", null, defaults()).problems).toEqual([]);
  });

  it("any JSON at all is read or told as wrong, part by part", () => {
    fc.assert(fc.property(hostileJson, check), { numRuns: 100 });
  });

  it("the defaults with parts of them replaced", () => {
    fc.assert(fc.property(spoilt(defaults()), check), { numRuns: 150 });
  });
});
