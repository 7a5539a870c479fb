import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UnavailableError } from "../../../src/core/errors.ts";
import { silentLog } from "../../../src/core/log.ts";
import {
  createCredentials,
  type Credentials,
  type CredentialsKeeper,
  MISSING,
  REFUSED,
  UNREADABLE,
} from "../../../src/settings/credentials.ts";
import { createSettings } from "../../../src/settings/load.ts";
import { createSecrets, type Secrets } from "../../../src/settings/secrets.ts";
import { type SettableSource, settableSource } from "../../support/settings.ts";

const NO_ENV = { server: null, user: null, apiKey: null };
const COMPLETE = {
  ftrack_server: "studio",
  service_settings: { username: "ftrack_user", api_key: "ftrack_key" },
};

let source: SettableSource;
let secrets: Secrets;
let keeper: CredentialsKeeper;
let listeners: Set<() => void>;
/** `+kind` for a report that went out, `-kind` for one that was cleared. */
let reports: string[];
let messages: string[];
let stop: AbortController;

function start(
  env: Parameters<typeof createCredentials>[0]["env"] = NO_ENV,
  backoffMs = { first: 15, longest: 30 },
): void {
  const open = new Set<string>();
  keeper = createCredentials({
    env,
    settings: createSettings(source, {
      maxAgeMs: () => -1,
      onProblem: () => undefined,
    }),
    secrets,
    live: {
      subscribe: (listener) => {
        const call = (): void => {
          listener({ project: null, what: "settings" });
        };
        listeners.add(call);
        return () => listeners.delete(call);
      },
    },
    reporter: {
      report: (kind, message) => {
        if (!open.has(kind)) {
          reports.push(`+${kind}`);
          messages.push(message);
        }
        open.add(kind);
        return Promise.resolve();
      },
      clear: (kind) => {
        if (open.delete(kind)) reports.push(`-${kind}`);
      },
    },
    log: silentLog,
    backoffMs,
  });
}

async function change(): Promise<void> {
  await secrets.refresh();
  for (const listener of [...listeners]) listener();
}

beforeEach(() => {
  source = settableSource(COMPLETE);
  source.stored.set("ftrack_user", "bot");
  source.stored.set("ftrack_key", "key-1");
  secrets = createSecrets(source);
  listeners = new Set();
  reports = [];
  messages = [];
  stop = new AbortController();
});
afterEach(() => {
  stop.abort();
  keeper.close();
});

describe("credentials", () => {
  it("come from the settings, whose values name secrets", async () => {
    start();
    expect(await keeper.wait(stop.signal)).toEqual({
      serverUrl: "studio",
      apiUser: "bot",
      apiKey: "key-1",
    });
    expect(reports).toEqual([]);
  });

  it.each([
    [
      { ...NO_ENV, apiKey: "env-key" },
      { apiKey: "env-key", apiUser: "bot" },
    ],
    [
      { server: "http://localhost:1", user: "me", apiKey: "k" },
      { serverUrl: "http://localhost:1", apiUser: "me", apiKey: "k" },
    ],
  ])("are overridden by the environment: %o", async (env, expected) => {
    start(env);
    expect(await keeper.wait(stop.signal)).toMatchObject(expected);
  });

  it("that are missing are told once by their names, and waited for", async () => {
    source.studioSettings = { service_settings: { username: "ftrack_user" } };
    start();
    const waiting = keeper.wait(stop.signal);
    await expect.poll(() => source.asked.length).toBeGreaterThan(8);
    expect(reports).toEqual([`+${MISSING}`]);
    expect(messages[0]).toContain(
      "ftrack_server, service_settings/api_key empty",
    );
    source.studioSettings = COMPLETE;
    expect(await waiting).toMatchObject({ apiUser: "bot" });
    expect(reports).toEqual([`+${MISSING}`, `-${MISSING}`]);
  });

  it("that are filled in end the wait at once", async () => {
    source.studioSettings = {};
    start(NO_ENV, { first: 60_000, longest: 60_000 });
    const waiting = keeper.wait(stop.signal);
    await expect.poll(() => reports).toEqual([`+${MISSING}`]);
    source.studioSettings = COMPLETE;
    await change();
    expect(await waiting).toMatchObject({ apiUser: "bot" });
  });

  it("that are refused are told once, and tried again only after a pause", async () => {
    start();
    let given = await keeper.wait(stop.signal);
    for (let i = 0; i < 3; i++) {
      await keeper.refused(given, "The supplied API key is not valid");
      const since = performance.now();
      given = await keeper.wait(stop.signal);
      expect(performance.now() - since).toBeGreaterThan(10);
    }
    expect(reports).toEqual([`+${REFUSED}`]);
    expect(messages[0]).toContain("Ftrack refuses the user bot");
    expect(messages.join()).not.toContain("key-1");
    keeper.accepted();
    expect(reports).toEqual([`+${REFUSED}`, `-${REFUSED}`]);
  });

  it("that are corrected in a secret are given at once", async () => {
    start(NO_ENV, { first: 60_000, longest: 60_000 });
    await keeper.refused(await keeper.wait(stop.signal), "wrong");
    const waiting = keeper.wait(stop.signal);
    await expect.poll(() => reports).toEqual([`+${REFUSED}`]);
    source.stored.set("ftrack_key", "key-2");
    await change();
    expect(await waiting).toMatchObject({ apiKey: "key-2" });
    expect(reports).toEqual([`+${REFUSED}`, `-${REFUSED}`]);
  });

  it("are waited for while AYON is away, without a report that nobody could take", async () => {
    source.failure = new UnavailableError("down", {
      code: "E_AYON_UNREACHABLE",
      system: "ayon",
    });
    start();
    const waiting = keeper.wait(stop.signal);
    await expect.poll(() => source.asked.length).toBeGreaterThan(3);
    source.failure = null;
    expect(await waiting).toMatchObject({ apiUser: "bot" });
    expect(reports).toEqual([]);
  });

  it("that are whole in the environment are given while AYON is away", async () => {
    source.failure = new UnavailableError("down", {
      code: "E_AYON_UNREACHABLE",
      system: "ayon",
    });
    start({ server: "https://s.test ", user: "me", apiKey: "k" });
    expect(await keeper.wait(stop.signal)).toEqual({
      ...{ serverUrl: "https://s.test", apiUser: "me", apiKey: "k" },
    });
    expect(source.asked).toEqual([]);
  });

  it("are waited for while the settings are wrong, and that is told", async () => {
    source.studioSettings = { service_settings: { username: 5 } };
    start();
    const waiting = keeper.wait(stop.signal);
    await expect.poll(() => reports).toEqual([`+${UNREADABLE}`]);
    source.studioSettings = COMPLETE;
    expect(await waiting).toMatchObject({ apiUser: "bot" });
    expect(reports).toEqual([`+${UNREADABLE}`, `-${UNREADABLE}`]);
  });

  it("are not waited for after a stop", async () => {
    source.studioSettings = {};
    start(NO_ENV, { first: 60_000, longest: 60_000 });
    const waiting = keeper.wait(stop.signal);
    await expect.poll(() => reports).toHaveLength(1);
    stop.abort(new Error("shutdown"));
    await expect(waiting).rejects.toThrow("shutdown");
  });
});

describe("a watcher", () => {
  it("hears of other credentials, and of nothing else", async () => {
    start();
    await keeper.wait(stop.signal);
    const heard: Credentials[] = [];
    const end = keeper.watch((c) => heard.push(c));
    await change();
    source.stored.set("ftrack_key", "rotated");
    await change();
    await expect.poll(() => heard).toHaveLength(1);
    expect(heard[0]).toMatchObject({ apiKey: "rotated" });
    end();
    source.stored.set("ftrack_key", "again");
    await change();
    await expect.poll(() => source.asked.at(-1)).toBe("secrets");
    expect(heard).toHaveLength(1);
  });
});
