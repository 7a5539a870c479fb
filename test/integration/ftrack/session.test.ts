import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFtrackSession } from "../../../src/ftrack/session.ts";
import { isOwnToken } from "../../../src/ftrack/token.ts";
import {
  startFtrackSandbox,
  type FtrackSandbox,
} from "../../../sandbox/ftrack/index.ts";
import { memoryLog } from "../../support/memory-log.ts";
import { eventually } from "../../support/redis.ts";

let sandbox: FtrackSandbox;
beforeAll(async () => {
  sandbox = await startFtrackSandbox();
});
afterAll(() => sandbox.stop());

function session(change: { apiKey?: string; serverUrl?: string } = {}) {
  const log = memoryLog();
  const credentials = {
    serverUrl: sandbox.url,
    apiUser: sandbox.apiUser,
    apiKey: sandbox.apiKey,
    ...change,
  };
  const made = createFtrackSession({
    credentials,
    log,
    timeoutMs: 1000,
    maxPauseMs: 100,
  });
  return { made, log, credentials };
}

/** An address at which nobody listens. */
async function nowhere(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return `http://127.0.0.1:${port}`;
}

const anything = [
  { action: "query", expression: "select id from User limit 1" },
];

describe("connecting", () => {
  it("learns the version, the time zone support and the schemas", async () => {
    const { made } = session();
    expect(made.server).toBeNull();
    const facts = await made.connect();
    expect(facts).toMatchObject({ timezoneSupport: true });
    expect(facts.version).toMatch(/\d/);
    expect(isOwnToken(made.clientToken)).toBe(true);
    expect(await made.schema("Shot")).toMatchObject({
      id: "Shot",
      primaryKey: ["id"],
      baseType: "task",
      objectTypeId: "bad911de-3bd6-47b9-8b46-3476e237cb36",
    });
    expect((await made.schema("Task"))?.datetimes).toContain("start_date");
    expect((await made.schema("Project"))?.baseType).toBe("show");
    expect(await made.schema("NoSuchType")).toBeNull();
  });

  it("connects by itself at the first call", async () => {
    const { made } = session();
    await expect(
      made.call(anything, { purpose: "query" }),
    ).resolves.toHaveLength(1);
  });

  it("wrong key: AuthError, never in the log; the right one later needs no new session", async () => {
    const wrong = "wrong-key-0123456789";
    const { made, log, credentials } = session({ apiKey: wrong });
    await expect(
      made.call(anything, { purpose: "query" }),
    ).rejects.toMatchObject({
      name: "AuthError",
      code: "E_FTRACK_CREDENTIALS",
      retry: "backoff",
    });
    const connected = made.connect();
    await eventually("it was tried a few times", () => log.lines.length >= 3);
    expect(log.lines.every((l) => l.level === "error")).toBe(true);
    made.replaceCredentials({ ...credentials, apiKey: sandbox.apiKey });
    await expect(connected).resolves.toMatchObject({ timezoneSupport: true });
    expect(log.text()).not.toContain(wrong);
    expect(log.text()).not.toContain(sandbox.apiKey);
  });

  it("a server that is not there yet: tries on until the signal ends it", async () => {
    const { made, log } = session({ serverUrl: await nowhere() });
    await expect(
      made.call(anything, { purpose: "query" }),
    ).rejects.toMatchObject({ code: "E_FTRACK_UNREACHABLE" });
    const stop = new AbortController();
    const connected = made.connect(stop.signal);
    await eventually("it was tried a few times", () => log.lines.length >= 4);
    stop.abort();
    await expect(connected).rejects.toMatchObject({ code: "E_FTRACK_ABORTED" });
  });
});
