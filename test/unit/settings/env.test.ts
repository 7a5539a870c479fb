import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../src/core/errors.ts";
import { describeVariables, readEnv } from "../../../src/settings/env.ts";

const needed = {
  AYON_SERVER_URL: "https://ayon.example.com/",
  AYON_API_KEY: "k".repeat(32),
};

function errorOf(source: Record<string, string>): ConfigError {
  try {
    readEnv("leecher", source);
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown;
    throw thrown;
  }
  throw new Error("nothing was wrong");
}

describe("readEnv", () => {
  it("needs the server and the key, and has a default for the rest", () => {
    expect(readEnv("leecher", needed)).toEqual({
      ayon: {
        serverUrl: "https://ayon.example.com",
        apiKey: needed.AYON_API_KEY,
        serviceName: "ftrack-leecher",
        timeoutMs: 30_000,
        operationsTimeoutMs: 120_000,
      },
      addon: {
        name: "ftrack",
        version: null,
        variant: "production",
        beside: null,
      },
      ftrack: { server: null, user: null, apiKey: null },
      redis: { url: null, prefix: "aff" },
      log: { level: "info", format: "auto" },
      ops: { host: "127.0.0.1", port: 8011, token: null },
      spool: { dir: "spool", maxBytes: 512 * 1024 * 1024 },
      concurrency: 16,
      isDryRun: false,
    });
  });

  it.each([
    ["processor", 8012],
    ["cli", null],
  ] as const)("gives the %s its own port: %s", (kind, port) => {
    expect(readEnv(kind, needed).ops.port).toBe(port);
  });

  it.each([
    [
      "AYON_FTRACK_OPS_PORT",
      "0",
      (e: ReturnType<typeof readEnv>) => e.ops.port,
      0,
    ],
    [
      "AYON_FTRACK_OPS_PORT",
      "off",
      (e: ReturnType<typeof readEnv>) => e.ops.port,
      null,
    ],
    [
      "AYON_FTRACK_DRY_RUN",
      "Yes",
      (e: ReturnType<typeof readEnv>) => e.isDryRun,
      true,
    ],
    [
      "AYON_FTRACK_DRY_RUN",
      "0",
      (e: ReturnType<typeof readEnv>) => e.isDryRun,
      false,
    ],
    [
      "AYON_SERVER_TIMEOUT",
      "90",
      (e: ReturnType<typeof readEnv>) => e.ayon.operationsTimeoutMs,
      360_000,
    ],
    [
      "AYON_SERVICE_NAME",
      "",
      (e: ReturnType<typeof readEnv>) => e.ayon.serviceName,
      "ftrack-leecher",
    ],
    [
      "AYON_ADDON_VERSION",
      " 1.2.3 ",
      (e: ReturnType<typeof readEnv>) => e.addon.version,
      "1.2.3",
    ],
    [
      "REDIS_URL",
      "rediss://u:p@h:1/2",
      (e: ReturnType<typeof readEnv>) => e.redis.url,
      "rediss://u:p@h:1/2",
    ],
  ])("%s=%s", (name, value, read, expected) => {
    expect(read(readEnv("leecher", { ...needed, [name]: value }))).toBe(
      expected,
    );
  });

  const besides = { AYON_ADDON_NAME: "events", AYON_ADDON_VERSION: "2.0.0" };
  const events = { name: "events", version: "2.0.0" };
  it.each([
    [{ AYON_ADDON_VERSION: "2.0.0" }, "ftrack", "2.0.0", null],
    [besides, "ftrack", null, events],
    [
      { ...besides, AYON_FTRACK_SETTINGS_ADDON: "ftrack@1.6.4" },
      "ftrack",
      "1.6.4",
      events,
    ],
    [
      { ...besides, AYON_FTRACK_SETTINGS_ADDON: "events" },
      "events",
      "2.0.0",
      null,
    ],
    [
      {
        AYON_ADDON_VERSION: "2.0.0",
        AYON_FTRACK_SETTINGS_ADDON: "ftrack@1.9.0",
      },
      "ftrack",
      "1.9.0",
      null,
    ],
  ])(
    "settings of %o come from %s %s and %o",
    (source, name, version, beside) => {
      const { addon } = readEnv("processor", { ...needed, ...source });
      expect(addon).toMatchObject({ name, version, beside });
    },
  );

  it("names all that is wrong at once", () => {
    const { message, code } = errorOf({
      AYON_SERVER_URL: "ayon.example.com",
      AYON_FTRACK_CONCURRENCY: "many",
      AYON_FTRACK_LOG_LEVEL: "loud",
      AYON_FTRACK_DRY_RUN: "perhaps",
      AYON_FTRACK_OPS_PORT: "70000",
    });
    expect(code).toBe("E_ENV");
    for (const name of [
      "AYON_SERVER_URL must be an address",
      "AYON_API_KEY is not set",
      "AYON_FTRACK_CONCURRENCY must be a whole number",
      "AYON_FTRACK_LOG_LEVEL",
      "AYON_FTRACK_DRY_RUN must be true or false",
      "AYON_FTRACK_OPS_PORT",
    ])
      expect(message).toContain(name);
  });

  it("repeats no value: it may be a password", () => {
    const secret = "hunter2-hunter2";
    const { message } = errorOf({
      ...needed,
      REDIS_URL: secret,
      AYON_FTRACK_OPS_TOKEN: "short",
      AYON_FTRACK_SETTINGS_ADDON: "what is this",
    });
    expect(message).toContain("REDIS_URL");
    expect(message).not.toContain(secret);
    expect(message).not.toContain("short");
  });

  it("is unmoved by variables of others", () => {
    const source = { ...needed, __proto__: "x", PATH: "/bin", HOME: "" };
    expect(readEnv("cli", source).addon.name).toBe("ftrack");
  });
});

describe("describeVariables", () => {
  it("describes every variable in a sentence", () => {
    const all = describeVariables();
    expect(all.length).toBeGreaterThan(15);
    for (const { name, description } of all) {
      expect(name).toMatch(/^(AYON|FTRACK|REDIS)_[A-Z_]+$/);
      expect(description).toMatch(/^[A-Z\w].*\.$/s);
    }
  });

  it("marks what must not be shown", () => {
    const secret = describeVariables()
      .filter((v) => v.isSecret === true)
      .map((v) => v.name);
    expect(secret).toEqual([
      "AYON_API_KEY",
      "FTRACK_API_KEY",
      "REDIS_URL",
      "AYON_FTRACK_OPS_TOKEN",
    ]);
  });
});
