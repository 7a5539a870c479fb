import { beforeEach, describe, expect, it } from "vitest";
import { UnavailableError } from "../../../src/core/errors.ts";
import { createSettings, type Settings } from "../../../src/settings/load.ts";
import { createSecrets } from "../../../src/settings/secrets.ts";
import { type SettableSource, settableSource } from "../../support/settings.ts";

let source: SettableSource;
let settings: Settings;
let now: number;
let problems: string[];

beforeEach(() => {
  source = settableSource();
  source.projects.set("demo", {});
  now = 0;
  problems = [];
  settings = createSettings(source, {
    maxAgeMs: () => 1_000,
    onProblem: (p) => problems.push(String(p.subject["path"])),
    now: () => now,
  });
});

const wrong = { sync: { published_policy: "panic" } };

describe("settings in memory", () => {
  it("are asked for once, however many ask at a time", async () => {
    await Promise.all([settings.project("demo"), settings.project("demo")]);
    await settings.project("demo");
    expect(source.asked).toEqual(["demo"]);
  });

  it("HA-9: are asked for again when they are old", async () => {
    await settings.project("demo");
    source.projects.set("demo", { enabled: false });
    now = 1_001;
    expect((await settings.project("demo")).isEnabled).toBe(false);
  });

  it("are asked for again when they are forgotten", async () => {
    await settings.project("demo");
    await settings.studio();
    settings.forget("demo");
    await settings.project("demo");
    await settings.studio();
    expect(source.asked).toEqual(["demo", "studio", "demo"]);
    settings.forget(null);
    await settings.project("demo");
    await settings.studio();
    expect(source.asked).toHaveLength(5);
  });

  it("are not kept when they could not be read", async () => {
    source.failure = new UnavailableError("down", { code: "E_AYON_X" });
    await expect(settings.project("demo")).rejects.toThrow("down");
    source.failure = null;
    expect((await settings.project("demo")).isEnabled).toBe(true);
  });

  it("are those of the studio for a project AYON does not know", async () => {
    source.studioSettings = { enabled: false };
    const found = await settings.project("nope");
    expect(found.isEnabled).toBe(false);
    expect(found.project).toBeNull();
  });
});

describe("a wrong value", () => {
  it("is told once, and again when it was right in between", async () => {
    const load = async (value: unknown): Promise<void> => {
      source.projects.set("demo", value);
      settings.forget("demo");
      await settings.project("demo");
    };
    await load(wrong);
    await load(wrong);
    expect(problems).toHaveLength(1);
    await load({});
    await load(wrong);
    expect(problems).toHaveLength(2);
  });

  it("HA-53: a row that never counts is told as well", async () => {
    const any = { name: "In Progress", value: ["__any__"] };
    const mapping = [any, { name: "Ready", value: ["Not Ready"] }];
    source.projects.set("demo", { post_launch_hook: { mapping } });
    await settings.project("demo");
    settings.forget("demo");
    await settings.project("demo");
    expect(problems).toEqual([
      "ayon+settings://ftrack/post_launch_hook/mapping/1",
    ]);
  });

  it("of the studio is not told for every project", async () => {
    source.studioSettings = wrong;
    source.projects.set("demo", wrong);
    await settings.studio();
    await settings.project("demo");
    expect(problems).toHaveLength(1);
  });
});

describe("secrets", () => {
  it("stand behind a name; anything else stands for itself", async () => {
    source.stored.set("ftrack_key", "abc");
    const secrets = createSecrets(source);
    expect(await secrets.resolve("ftrack_key")).toBe("abc");
    expect(await secrets.resolve(" ftrack_key ")).toBe("abc");
    expect(await secrets.resolve("literal-key")).toBe("literal-key");
    expect(await secrets.resolve("__proto__")).toBe("__proto__");
    expect(await secrets.resolve("")).toBe("");
    expect(source.asked).toEqual(["secrets"]);
  });

  it("are found changed, added and removed", async () => {
    source.stored.set("a", "1");
    const secrets = createSecrets(source);
    const seen = [await secrets.refresh(), await secrets.refresh()];
    expect(new Set(seen).size).toBe(1);
    source.stored.set("a", "2");
    seen.push(await secrets.refresh());
    expect(await secrets.resolve("a")).toBe("2");
    source.stored.set("b", "1");
    seen.push(await secrets.refresh());
    source.stored.delete("a");
    seen.push(await secrets.refresh());
    expect(new Set(seen).size).toBe(4);
    expect(await secrets.resolve("a")).toBe("a");
  });
});
