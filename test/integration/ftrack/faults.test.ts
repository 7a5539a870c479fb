import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from "vitest";
import { z } from "zod";
import { ftrackId } from "../../../src/core/ids.ts";
import { select } from "../../../src/core/query.ts";
import { createFtrackReads } from "../../../src/ftrack/reads.ts";
import { createFtrackSession } from "../../../src/ftrack/session.ts";
import {
  writeFtrack,
  type FtrackWrite,
} from "../../../src/ftrack/writes/writes.ts";
import {
  startFtrackSandbox,
  type FaultChanges,
  type FtrackSandbox,
} from "../../../sandbox/ftrack/index.ts";
import { connectTo, type Connection } from "../../support/ftrack.ts";
import { shotIn, update } from "../../support/ftrack-changes.ts";
import { memoryLog } from "../../support/memory-log.ts";

let sandbox: FtrackSandbox;
let to: Connection;
let project: string;

beforeAll(async () => {
  sandbox = await startFtrackSandbox();
  to = connectTo(sandbox);
  project = await to.project();
});
afterAll(() => sandbox.stop());
beforeEach(() => sandbox.control.resetRequests());
afterEach(() => sandbox.control.clearFaults());

const users = select({
  type: "User",
  fields: ["id"],
  row: z.object({ id: z.string() }),
});

async function write(changes: readonly FtrackWrite[]) {
  return writeFtrack(to.session, to.log, changes);
}

const sent = async (): Promise<number> =>
  (await sandbox.control.requests()).requests;

describe("reading", () => {
  it.each<[title: string, fault: FaultChanges, code: string]>([
    ["HTML of a proxy", { badGateway: 1 }, "E_FTRACK_UNAVAILABLE"],
    ["the connection is reset", { reset: 1 }, "E_FTRACK_UNAVAILABLE"],
    ["no answer", { hang: 1 }, "E_FTRACK_TIMEOUT"],
    [
      "trouble of the server",
      {
        failNext: {
          exception: "OperationalError",
          content: "Deadlock found when trying to get lock",
          code: null,
        },
      },
      "E_FTRACK_SERVER",
    ],
    [
      "credentials refused from one moment to the next",
      {
        failNext: {
          exception: "InvalidCredentialsError",
          content: "The supplied API key is not valid.",
          code: "api_credentials_invalid",
        },
      },
      "E_FTRACK_CREDENTIALS",
    ],
  ])(
    "%s: an error that is tried again, and the session goes on",
    async (_title, fault, code) => {
      await sandbox.control.faults(fault);
      await expect(to.reads.query(users)).rejects.toMatchObject({
        code,
        retry: "backoff",
      });
      await expect(to.reads.query(users)).resolves.toHaveLength(1);
    },
  );

  it("ends at once when the caller stops", async () => {
    await sandbox.control.faults({ hang: 1 });
    const stop = new AbortController();
    const reads = createFtrackReads({
      session: to.session,
      log: to.log,
      signal: stop.signal,
    });
    const asked = reads.query(users);
    setTimeout(() => {
      stop.abort();
    }, 50);
    await expect(asked).rejects.toMatchObject({ code: "E_FTRACK_ABORTED" });
  });
});

describe("connecting", () => {
  it.each<[title: string, fault: FaultChanges]>([
    ["HTML of a proxy", { badGateway: 2 }],
    ["no answer at all", { hang: 1 }],
    ["connection reset", { reset: 2 }],
  ])(
    "%s, then a good server: one session survives it",
    async (_title, fault) => {
      await sandbox.control.faults(fault);
      const log = memoryLog();
      const session = createFtrackSession({
        credentials: {
          serverUrl: sandbox.url,
          apiUser: sandbox.apiUser,
          apiKey: sandbox.apiKey,
        },
        log,
        timeoutMs: 300,
        maxPauseMs: 50,
      });
      await expect(session.connect()).resolves.toMatchObject({
        timezoneSupport: true,
      });
      expect(
        log.lines.some((l) => l.message === "no connection to Ftrack"),
      ).toBe(true);
    },
  );

  it("a key that is rotated while it runs is replaced without a restart", async () => {
    const session = createFtrackSession({
      credentials: {
        serverUrl: sandbox.url,
        apiUser: "anna@studio.test",
        apiKey: await sandbox.control.apiKey("anna@studio.test"),
      },
      log: to.log,
    });
    await session.connect();
    const reads = createFtrackReads({ session, log: to.log });
    await expect(reads.query(users)).resolves.toHaveLength(1);
    session.replaceCredentials({
      serverUrl: sandbox.url,
      apiUser: "anna@studio.test",
      apiKey: "revoked-key",
    });
    await expect(reads.query(users)).rejects.toMatchObject({
      code: "E_FTRACK_CREDENTIALS",
    });
    session.replaceCredentials({
      serverUrl: sandbox.url,
      apiUser: "ben@studio.test",
      apiKey: await sandbox.control.apiKey("ben@studio.test"),
    });
    await expect(reads.query(users)).resolves.toHaveLength(1);
    expect(to.log.text()).not.toContain("revoked-key");
  });
});

describe("writing", () => {
  it("committed, then the answer is lost: found out, nothing written twice", async () => {
    const shots = [shotIn(project), shotIn(project)];
    await sandbox.control.faults({ commitThenReset: 1 });
    const results = await write([
      ...shots,
      update("Shot", shots[0]!.id, { description: "x" }),
    ]);
    expect(results.map((r) => r.status)).toEqual([
      "applied",
      "applied",
      "applied",
    ]);
    expect(await to.row("Shot", shots[0]!.id, "description")).toMatchObject({
      description: "x",
    });
    const { counts } = await sandbox.control.requests();
    expect(counts).toMatchObject({ "create Shot": 2, "update Shot": 2 });
  });

  it.each<[title: string, fault: FaultChanges]>([
    ["reset before anything is done", { reset: 1 }],
    ["HTML of a proxy", { badGateway: 1 }],
  ])("%s: asked, and sent again", async (_title, fault) => {
    const shot = shotIn(project);
    await sandbox.control.faults(fault);
    expect((await write([shot]))[0]?.status).toBe("applied");
    expect(await to.row("Shot", shot.id)).not.toBeNull();
  });

  it("no answer to the question either: failed, to be tried again, which is safe", async () => {
    const [shot, other] = [shotIn(project), shotIn(project)];
    await write([shot]);
    await sandbox.control.faults({ reset: 2 });
    expect((await write([other]))[0]).toMatchObject({
      status: "failed",
      error: { transient: true },
    });
    expect((await write([other, shot])).map((r) => r.status)).toEqual([
      "applied",
      "unchanged",
    ]);
  });

  it("an update next to a create that was there before is not taken for done", async () => {
    const known = shotIn(project);
    const other = shotIn(project);
    await write([known, other]);
    await sandbox.control.faults({ reset: 1 });
    const results = await write([
      known,
      update("Shot", other.id, { description: "late" }),
    ]);
    expect(results[1]?.status).toBe("applied");
    expect(await to.row("Shot", other.id, "description")).toMatchObject({
      description: "late",
    });
  });

  it("an outage ends the work: what is left is failed and may be tried again", async () => {
    const shots = Array.from({ length: 250 }, () => shotIn(project));
    await sandbox.control.faults({ badGateway: "all" });
    const results = await write(shots);
    expect(results).toHaveLength(250);
    for (const result of results)
      expect(result).toMatchObject({
        status: "failed",
        error: { transient: true },
      });
    await sandbox.control.clearFaults();
    const again = await write(shots);
    expect(new Set(again.map((r) => r.status))).toEqual(new Set(["applied"]));
  });

  it("wrong credentials: failed, to be tried again once they are mended", async () => {
    await sandbox.control.faults({
      failNext: {
        exception: "InvalidCredentialsError",
        content: "The supplied API key is not valid.",
        code: "api_credentials_invalid",
      },
    });
    expect((await write([shotIn(project)]))[0]).toMatchObject({
      status: "failed",
      error: { code: "E_FTRACK_CREDENTIALS", transient: true },
    });
  });

  it("a passing trouble of the server costs nothing", async () => {
    await sandbox.control.faults({
      failNext: {
        exception: "ServerError",
        content: "Lock wait timeout exceeded",
        code: null,
      },
    });
    const results = await write([shotIn(project), shotIn(project)]);
    expect(results.map((r) => r.status)).toEqual(["applied", "applied"]);
  });

  it("a lasting trouble of the server is not hammered at", async () => {
    const shots = Array.from({ length: 100 }, () => shotIn(project));
    await sandbox.control.faults({ errorRate: 1 });
    const results = await write(shots);
    expect(results.every((r) => r.error?.transient === true)).toBe(true);
    expect(await sent()).toBeLessThan(20);
  });
});

it("download: an error without the key, and null for what is gone", async () => {
  const id = ftrackId("00000000-0000-4000-8000-000000000000");
  await expect(to.reads.download(id)).resolves.toBeNull();
  await sandbox.control.faults({ everywhere: true, badGateway: 1 });
  const failed = await to.reads.download(id).catch((error: unknown) => error);
  expect(failed).toMatchObject({ code: "E_FTRACK_UNAVAILABLE" });
  await sandbox.control.faults({ everywhere: true, reset: 1 });
  const reset = await to.reads.download(id).catch((error: unknown) => error);
  expect(reset).toMatchObject({ code: "E_FTRACK_UNAVAILABLE" });
  to.log.warn({ failed, reset }, "as it would be logged");
  expect(to.log.text()).not.toContain(sandbox.apiKey);
});
