import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../src/core/errors.ts";
import { scopedSettings } from "../../../src/settings/scoped.ts";
import type { SliceKey } from "../../../src/settings/addon.ts";

const NEXT = "service_event_handlers.next_task_update";
const settings = (received: unknown, project: string | null = "demo") =>
  scopedSettings("ftrack", project, received);
const handlers = (content: object) => ({ service_event_handlers: content });

describe("a part of the settings", () => {
  it("has its defaults where nothing is set", () => {
    const found = settings({}).handler(NEXT);
    expect(found).toMatchObject({
      kind: "on",
      value: { name_sorting: false, ignored_statuses: ["Omitted"] },
    });
  });

  it("HA-2: is off with the addon", () => {
    expect(settings({ enabled: false }).handler(NEXT)).toEqual({
      kind: "off",
      because: "addon",
    });
  });

  it("HA-3: is off by its own switch, and the others are not", () => {
    const found = settings(handlers({ next_task_update: { enabled: false } }));
    expect(found.handler(NEXT)).toEqual({ kind: "off", because: "handler" });
    expect(found.handler("service_event_handlers.thumbnail_updates").kind).toBe(
      "on",
    );
  });

  it.each([
    [{}, true],
    [{ enabled: true }, true],
    [{ enabled: null }, true],
    [{ enabled: false }, false],
    [{ enabled: "no" }, false],
  ])("the addon's switch %o is %s", (received, isEnabled) => {
    expect(settings(received).isEnabled).toBe(isEnabled);
  });

  it("passes over keys it does not know", () => {
    const found = settings({
      ...handlers({ next_task_update: { newer: [1] }, newest: {} }),
      more: true,
    });
    expect(found.problems).toEqual([]);
    expect(found.handler(NEXT).kind).toBe("on");
  });

  it.each<[string, SliceKey, object, RegExp]>([
    [
      "a number for a name",
      NEXT,
      handlers({ next_task_update: { mapping: [{ name: 5, value: "x" }] } }),
      /^service_event_handlers\/next_task_update\/mapping\/0\/name in the settings of demo is 5: .*string.*Correct it on the settings page of the addon ftrack; until then "Update status on next task" is off there$/,
    ],
    [
      "two rows of one name",
      "service_event_handlers.status_task_to_version",
      handlers({
        status_task_to_version: {
          mapping: [
            { name: "Done", value: [] },
            { name: "Done", value: [] },
          ],
        },
      }),
      /mapping\/1\/name .* is "Done": stands in an earlier row already/,
    ],
    [
      "a negative number of levels",
      "service_event_handlers.thumbnail_updates",
      handlers({ thumbnail_updates: { levels: -1 } }),
      /levels .* is -1/,
    ],
    [
      "a word that is no choice",
      "sync",
      { sync: { published_policy: "panic" } },
      /published_policy .* is "panic".*"report"/,
    ],
    [
      "a time zone there is none of",
      "sync",
      { sync: { timezone: "Middle/Earth" } },
      /timezone .* is no time zone/,
    ],
    [
      "a time of day there is none of",
      "service_event_handlers.create_daily_lists",
      handlers({ create_daily_lists: { cycle_hour_start: "24:00:00" } }),
      /cycle_hour_start/,
    ],
    [
      "a list for a block",
      NEXT,
      handlers({ next_task_update: [] }),
      /next_task_update in .* is \[\]/,
    ],
    [
      "a switch that is text",
      NEXT,
      handlers({ next_task_update: { enabled: "yes" } }),
      /enabled .* is "yes"/,
    ],
  ])("%s switches off that part alone", (_, key, received, message) => {
    const found = settings(received);
    const wrong = found.handler(key);
    expect(wrong.kind).toBe("wrong");
    expect(wrong.kind === "wrong" && wrong.error.message).toMatch(message);
    expect(found.problems).toHaveLength(1);
    expect(() => found.read(key)).toThrow(ConfigError);
    expect(
      found.handler("service_event_handlers.clone_review_session").kind,
    ).toBe("on");
  });

  it("tells where to go, and never what may be a credential", () => {
    const secret = ["hunter2"];
    const [problem] = settings(
      { service_settings: { api_key: secret } },
      null,
    ).problems;
    expect(problem?.message).toContain("in the studio settings");
    expect(problem?.message).not.toContain("hunter2");
    expect(problem?.subject["path"]).toBe(
      "ayon+settings://ftrack/service_settings/api_key",
    );
  });

  it("shows a long value in short", () => {
    const long = "x".repeat(5_000);
    const [problem] = settings({ sync: { published_policy: long } }).problems;
    expect(problem!.message.length).toBeLessThan(500);
  });

  it("understands older forms", () => {
    const found = settings(
      handlers({ status_version_to_task: { asset_types_to_skip: ["img"] } }),
    );
    expect(
      found.read("service_event_handlers.status_version_to_task"),
    ).toMatchObject({
      asset_types: ["img"],
      asset_types_filter_type: "deny_list",
    });
  });

  it("gives handlers the raw part, for their own schema", () => {
    const raw = { enabled: true, levels: 2, newer: 1 };
    const found = settings(handlers({ thumbnail_updates: raw }));
    expect(
      found.handler("service_event_handlers.thumbnail_updates"),
    ).toMatchObject({ raw });
  });

  it("has a fingerprint that changes with the settings only", () => {
    const a = settings({ enabled: true, sync: { thumbnails: true } });
    const b = settings({ enabled: true, sync: { thumbnails: true } });
    const c = settings({ enabled: true, sync: { thumbnails: false } });
    expect(a.fingerprint).toBe(b.fingerprint);
    expect(a.fingerprint).not.toBe(c.fingerprint);
  });
});

describe("HA-53 rows about launched actions that never count", () => {
  const any = { name: "In Progress", value: ["__any__"] };
  const ignore = { name: "__ignore__", value: ["On Hold"] };
  const doubts = (hook: object, project: string | null = "demo") =>
    settings({ post_launch_hook: hook }, project).doubts;

  it("are told with their place and the reason", () => {
    const [doubt, ...others] = doubts({ mapping: [any, ignore] });
    expect(others).toEqual([]);
    expect(doubt?.subject["path"]).toBe(
      "ayon+settings://ftrack/post_launch_hook/mapping/1",
    );
    expect(doubt?.message).toBe(
      'post_launch_hook/mapping/1 in the settings of demo never counts: "__ignore__" stands below a row for __any__, which takes every status. Move it up or remove it on the settings page of the addon ftrack',
    );
    expect(doubts({ mapping: [any, ignore] }, null)[0]?.message).toContain(
      "in the studio settings",
    );
  });

  it.each<[string, object]>([
    ["in a good order", { mapping: [ignore, any] }],
    ["as they are shipped", {}],
    ["switched off", { enabled: false, mapping: [any, ignore] }],
    ["unreadable", { mapping: "no list" }],
  ])("are no matter: %s", (_, hook) => {
    expect(doubts(hook)).toEqual([]);
  });

  it("leave the rule on", () => {
    const found = settings({ post_launch_hook: { mapping: [any, ignore] } });
    expect(found.problems).toEqual([]);
    expect(found.handler("post_launch_hook").kind).toBe("on");
  });
});
