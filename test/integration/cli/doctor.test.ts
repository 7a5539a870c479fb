import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addonSettings } from "../../../src/settings/addon.ts";
import { ask } from "../../support/ayon.ts";
import { type Cli, cliVariables, cliWith } from "../../support/cli.ts";
import { startWorld, type World } from "../../support/world.ts";

interface Check {
  readonly area: string;
  readonly name: string;
  readonly state: string;
  readonly detail: string;
  readonly fix: string;
}

let world: World;
let cli: Cli;
let variables: Record<string, string>;

beforeAll(async () => {
  world = await startWorld({ settings: addonSettings.parse({}) });
  variables = cliVariables(world);
  cli = cliWith(variables);
});
afterAll(async () => {
  await world.stop();
});

describe("doctor", () => {
  it("looks at everything, and finds what is wrong here", async () => {
    const { code, data } = await cli.json("doctor");
    const checks = data.checks as readonly Check[];
    const wrong = checks.filter((c) => c.state === "wrong");
    expect(wrong).toEqual([
      expect.objectContaining({ area: "Redis", name: "set-up" }),
      expect.objectContaining({ area: "services", name: "leecher" }),
    ]);
    expect(code).toBe(1);
    const areas = new Set(checks.map((c) => c.area));
    expect([...areas]).toEqual([
      "variables",
      "AYON",
      "Redis",
      "services",
      "Ftrack",
      "settings",
    ]);
  });

  it("finds wrong values, idle rows and unknown roles in the settings of a project", async () => {
    const where = `/api/addons/ftrack/1.0.0/rawOverrides/${world.name}?variant=production`;
    await ask(world.ayon.http, "PUT", where, {
      post_launch_hook: {
        enabled: true,
        mapping: [
          { name: "In progress", value: ["__any__"] },
          { name: "Ready", value: ["Not ready"] },
        ],
      },
      service_event_handlers: {
        next_task_update: { mapping: "nonsense" },
        sync_from_ftrack: { role_list: ["Wizard"] },
      },
    });
    const { code, data } = await cli.json("settings", "check");
    await ask(world.ayon.http, "PUT", where, {});
    expect(code).toBe(1);
    const found = (data.checks as readonly Check[])
      .map((c) => `${c.state} ${c.detail}`)
      .join("\n");
    expect(found).toMatch(/wrong .*next_task_update/);
    expect(found).toMatch(/doubtful .*"Ready" stands below a row for __any__/);
    expect(found).toMatch(/doubtful Ftrack has no role .*"Wizard"/);
  });

  it.each([
    [
      "Redis",
      { REDIS_URL: "redis://127.0.0.1:1" },
      /REDIS|Redis at 127.0.0.1:1 cannot be used/,
    ],
    ["AYON", { AYON_API_KEY: "not-the-key" }, /AYON_API_KEY/],
    ["Ftrack", { FTRACK_API_KEY: "not the key" }, /service_settings\/api_key/],
  ])(
    "names what mends a wrong %s, and shows no secret",
    async (area, wrong, expected) => {
      const { code, data, out } = await cliWith({
        ...variables,
        ...wrong,
      }).json("doctor");
      expect(code).toBe(1);
      const found = (data.checks as readonly Check[]).find(
        (c) => c.area === area && c.state === "wrong",
      );
      expect(`${found!.detail} ${found!.fix}`).toMatch(expected);
      for (const secret of [
        world.ftrack.apiKey,
        world.ayon.sandbox.apiKey,
        "not the key",
        "not-the-key",
      ])
        expect(out).not.toContain(secret);
    },
  );
});

describe("trouble", () => {
  it.each([
    ["no environment", {}, ["status"], 78, "AYON_SERVER_URL is not set"],
    [
      "a Redis that is away",
      { REDIS_URL: "redis://127.0.0.1:1" },
      ["status"],
      69,
      "Start Redis",
    ],
    [
      "a wrong key of Ftrack",
      { FTRACK_API_KEY: "no" },
      ["sync", "show"],
      78,
      "service_settings/api_key",
    ],
    [
      "an AYON that is away",
      { AYON_SERVER_URL: "http://127.0.0.1:1", REDIS_URL: "" },
      ["status"],
      69,
      "AYON_SERVER_URL",
    ],
  ])(
    "%s has its exit code and its fix",
    async (_title, change, args, code, fix) => {
      const set =
        Object.keys(change).length === 0 ? {} : { ...variables, ...change };
      const shown = await cliWith(set)(...args);
      expect({ code: shown.code, out: shown.out }).toEqual({ code, out: "" });
      expect(shown.err).toContain(fix);
      const { data } = await cliWith(set).json(...args);
      expect(JSON.stringify(data.error)).toContain(fix);
    },
  );
});
