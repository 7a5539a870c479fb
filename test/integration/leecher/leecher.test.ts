import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from "vitest";
import type { Envelope } from "../../../src/core/envelope.ts";
import { isOwnToken } from "../../../src/ftrack/token.ts";
import { writeFtrack } from "../../../src/ftrack/writes/writes.ts";
import { createLedger, type GapReport } from "../../../src/leecher/ledger.ts";
import {
  startFtrackSandbox,
  type FtrackSandbox,
} from "../../../sandbox/ftrack/index.ts";
import { connectTo, type Connection } from "../../support/ftrack.ts";
import { remove, shotIn, update } from "../../support/ftrack-changes.ts";
import {
  entitiesIn,
  inboxOf,
  startRig,
  type LeecherRig,
  type RigOptions,
} from "../../support/leecher.ts";
import {
  eventually,
  itWithOwnServer,
  startRedis,
  type TestRedis,
} from "../../support/redis.ts";

let sandbox: FtrackSandbox;
let redis: TestRedis;
let to: Connection;
let project: string;
let rigs: LeecherRig[];

beforeAll(async () => {
  [sandbox, redis] = await Promise.all([
    startFtrackSandbox(),
    startRedis({ appendonly: true }),
  ]);
  to = connectTo(sandbox);
});
afterAll(async () => {
  await Promise.all([sandbox.stop(), redis.stop()]);
});
beforeEach(async () => {
  rigs = [];
  project = await to.project();
});
afterEach(async () => {
  for (const rig of rigs) {
    await rig.stop();
    expect(rig.log.text()).not.toContain(sandbox.apiKey);
  }
  await sandbox.control.clearFaults();
  await redis.clear();
});

async function start(options?: RigOptions): Promise<LeecherRig> {
  const rig = await startRig(sandbox, redis, options);
  rigs.push(rig);
  await rig.live();
  await rig.leecher.caughtUp();
  return rig;
}

/** Writes shots in one batch each and returns their ids. */
async function shots(count: number): Promise<string[]> {
  const made = Array.from({ length: count }, () => shotIn(project));
  for (const shot of made) {
    const [result] = await writeFtrack(to.session, to.log, [shot]);
    expect(result?.status).toBe("applied");
  }
  return made.map((s) => s.id);
}

async function received(
  ids: readonly string[],
  via?: Envelope["via"],
): Promise<void> {
  await eventually(`${ids.length} entities in the inbox`, async () => {
    const seen = new Set(await entitiesIn(redis, project, via));
    return ids.every((id) => seen.has(id));
  });
}

async function ledgerOf(rig: LeecherRig): Promise<readonly GapReport[]> {
  return createLedger(rig.queue.store, rig.log).list();
}

describe("from the hub into Redis", () => {
  it("every event once, in order, with who did it and the token of the writer", async () => {
    await start();
    const ids = await shots(30);
    await received(ids, "hub");
    const all = await inboxOf(redis, project);
    expect(await entitiesIn(redis, project)).toEqual(ids);
    expect(new Set(all.map((e) => e.id)).size).toBe(30);
    const { data, source } = all[0]!.event as {
      data: { clientToken: string };
      source: { user: { username: string } };
    };
    expect(isOwnToken(data.clientToken)).toBe(true);
    expect(source.user.username).toBe(sandbox.apiUser);
  });

  it("an event about two projects becomes one envelope in each", async () => {
    await start();
    const other = await to.project();
    const [a, b] = [shotIn(project), shotIn(other)];
    await writeFtrack(to.session, to.log, [a, b]);
    await eventually(
      "both",
      async () =>
        (await entitiesIn(redis, project)).includes(a.id) &&
        (await entitiesIn(redis, other)).includes(b.id),
    );
    const [here, there] = [
      await inboxOf(redis, project),
      await inboxOf(redis, other),
    ];
    expect(here.at(-1)?.id).toBe(there.at(-1)?.id);
    expect(await entitiesIn(redis, project)).not.toContain(b.id);
  });

  it("requests take the fast lane, canaries and talk of the hub go nowhere", async () => {
    const rig = await start();
    await sandbox.control.inject({
      topic: "ftrack.action.discover",
      data: { selection: [] },
    });
    await sandbox.control.inject({ topic: "studio.custom", data: { a: 1 } });
    await eventually(
      "the custom event",
      async () => (await inboxOf(redis, null)).length > 0,
    );
    expect((await inboxOf(redis, null)).map((e) => e.topic)).toEqual([
      "studio.custom",
    ]);
    const waiting = await redis.client.llen(`{${redis.prefix}-q}:actions:wait`);
    expect(waiting).toBe(1);
    expect(rig.leecher.health().hub.lastCanaryAt).not.toBeNull();
  });

  it("two leechers at once: every event once", async () => {
    await start();
    await start();
    const ids = await shots(20);
    await received(ids);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await entitiesIn(redis, project, "hub")).toEqual(ids);
    const all = await inboxOf(redis, project);
    expect(new Set(all.map((e) => e.id)).size).toBe(all.length);
  });

  it("what cannot be read goes to the dead letters, with its content and the reason", async () => {
    const rig = await start();
    await sandbox.control.inject({
      topic: "ftrack.update",
      data: { nothing: true },
    });
    const [id] = await shots(1);
    await received([id!]);
    const dead = await rig.queue.deadLetters.list({});
    expect(dead).toMatchObject([
      {
        code: "E_EVENT_MALFORMED",
        handler: "leecher",
        detail: "it has no list of entities",
        envelope: { event: { data: { nothing: true } } },
      },
    ]);
  });

  it("duplicates of the hub are taken once", async () => {
    await start();
    await sandbox.control.faults({ events: { duplicate: 1 } });
    const ids = await shots(10);
    await received(ids);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await entitiesIn(redis, project)).toEqual(ids);
  });
});

describe("what the hub did not deliver", () => {
  it("FP-37 events of a gap in the socket are recovered from the log", async () => {
    const rig = await start();
    const before = await shots(3);
    await received(before);
    await sandbox.control.dropSockets({ how: "freeze" });
    const missed = await shots(5);
    await writeFtrack(to.session, to.log, [
      remove("Shot", missed[0]!),
      update("Shot", before[0]!, { description: "x" }),
    ]);
    await received([...missed, before[0]!], "catch-up");
    await rig.leecher.caughtUp();
    const after = await shots(2);
    await received(after, "hub");
    expect(await entitiesIn(redis, project, "hub")).toEqual([
      ...before,
      ...after,
    ]);
    const [report] = await ledgerOf(rig);
    expect(report).toMatchObject({
      reason: "reconnect",
      unrecoverable: 0,
      isLogRead: true,
      audit: null,
    });
    expect(report!.from).toBeGreaterThan(0);
    expect(report!.recovered).toBeGreaterThanOrEqual(7);
    expect(report!.expected).toBe(report!.recovered + report!.known);
  });

  it.each(["close", "cut"] as const)(
    "a socket that is ended (%s)",
    async (how) => {
      await start();
      await sandbox.control.dropSockets({ how });
      const missed = await shots(3);
      await received(missed);
    },
  );

  it("while no leecher ran: the next one begins where the last one was alive", async () => {
    const first = await start();
    await received(await shots(2));
    await eventually(
      "life is noted",
      async () => (await first.queue.store.get("hub-alive")) !== null,
    );
    await first.stop();
    rigs = [];
    const missed = await shots(4);
    const second = await start();
    await received(missed, "catch-up");
    expect((await ledgerOf(second))[0]).toMatchObject({
      reason: "start",
      from: expect.any(Number),
      audit: null,
    });
  });

  it("events that the hub loses silently are found by the regular run", async () => {
    await start({ timing: { catchUpMs: 400 } });
    await sandbox.control.faults({ events: { drop: 1 } });
    const lost = await shots(3);
    await received(lost, "catch-up");
  });

  it("rows that become visible late are found by a later run", async () => {
    await start({ timing: { catchUpMs: 300 } });
    await sandbox.control.faults({
      events: { drop: 1 },
      eventLog: { delayMs: 800 },
    });
    const early = await shots(2);
    await sandbox.control.faults({ eventLog: { delayMs: 0 } });
    const late = await shots(1);
    await received([...early, ...late], "catch-up");
  });

  it("a row is handed on once, however often the overlap is read", async () => {
    const rig = await start();
    const ids = await shots(5);
    const read = async (): Promise<Envelope[]> => {
      rig.leecher.catchUp("regular");
      await rig.leecher.caughtUp();
      return (await inboxOf(redis, project)).filter(
        (e) => e.via === "catch-up",
      );
    };
    const first = await read();
    expect(first.length).toBeGreaterThanOrEqual(ids.length);
    for (let i = 0; i < 3; i += 1) expect(await read()).toEqual(first);
    expect(await ledgerOf(rig)).toHaveLength(2);
  });

  it("thousands of rows are read page by page", async () => {
    const first = await start();
    await first.stop();
    rigs = [];
    const many = Array.from({ length: 1300 }, () => shotIn(project));
    await writeFtrack(to.session, to.log, many);
    const rig = await start();
    await received(
      many.map((s) => s.id),
      "catch-up",
    );
    expect((await ledgerOf(rig))[0]?.recovered).toBeGreaterThanOrEqual(1300);
  });
});

describe("what the log cannot tell is answered by an audit", () => {
  async function audits(rig: LeecherRig): Promise<unknown[]> {
    const jobs = await rig.queue.jobs.list();
    return jobs.filter((j) => j.kind === "audit").map((j) => j.data);
  }

  it("first start: all active projects", async () => {
    const rig = await start();
    expect(await audits(rig)).toContainEqual({
      projectId: project,
      reason: "first-start",
    });
    expect((await ledgerOf(rig))[0]).toMatchObject({
      reason: "start",
      audit: "first-start",
    });
  });

  it("a log that may not be read: said loudly, and an audit for every gap", async () => {
    const first = await start();
    await first.stop();
    rigs = [];
    await redis.client.unlink(
      ...(await redis.client.keys(`{${redis.prefix}-q}:*`)),
    );
    await sandbox.control.faults({ eventLog: { denied: true } });
    const rig = await start();
    expect(await audits(rig)).toContainEqual({
      projectId: project,
      reason: "log-denied",
    });
    expect((await ledgerOf(rig))[0]).toMatchObject({
      isLogRead: false,
      audit: "log-denied",
    });
    expect(
      rig.log.lines.some(
        (l) => l.level === "error" && l.message.includes("cannot be read"),
      ),
    ).toBe(true);
    const [id] = await shots(1);
    await received([id!], "hub");
  });

  it("a log that began anew: its ids say nothing about ours", async () => {
    const first = await start();
    await shots(3);
    first.leecher.catchUp("regular");
    await first.leecher.caughtUp();
    await first.stop();
    rigs = [];
    await sandbox.control.restore("seed");
    project = await to.project();
    const rig = await start();
    expect((await ledgerOf(rig))[0]).toMatchObject({ audit: "log-cut" });
    const [id] = await shots(1);
    await received([id!], "hub");
    rig.leecher.catchUp("regular");
    await rig.leecher.caughtUp();
    expect((await ledgerOf(rig))[0]?.audit).not.toBe("log-denied");
  });

  it("a long absence", async () => {
    const first = await start();
    await eventually(
      "life is noted",
      async () => (await first.queue.store.get("hub-alive")) !== null,
    );
    await first.stop();
    rigs = [];
    const rig = await start({ timing: { auditAfterMs: 1 } });
    expect((await ledgerOf(rig))[0]).toMatchObject({
      audit: "long-gap",
      isLogRead: true,
    });
  });
});

describe("while others are away", () => {
  itWithOwnServer(
    "Redis dies: events go to the disk, and then in order into Redis, before newer ones",
    async () => {
      const rig = await start();
      const before = await shots(3);
      await received(before);
      await redis.kill();
      const during = await shots(20);
      await eventually(
        "they are on disk",
        () => rig.queue.intake.state().spooledBytes > 0,
      );
      await redis.restart();
      const after = await shots(3);
      await received([...before, ...during, ...after]);
      expect(await entitiesIn(redis, project, "hub")).toEqual([
        ...before,
        ...during,
        ...after,
      ]);
    },
  );

  itWithOwnServer(
    "Redis is away at the start, and the service dies before it is back: nothing is lost",
    async () => {
      await redis.kill();
      const first = await startRig(sandbox, redis);
      await first.live();
      const ids = await shots(5);
      await eventually(
        "they are on disk",
        () => first.queue.intake.state().spooledBytes > 0,
      );
      await first.stop({ keepSpool: true });
      await redis.restart();
      const second = await start({ spoolDir: first.spoolDir });
      await received(ids, "hub");
      await second.leecher.caughtUp();
      expect((await entitiesIn(redis, project, "hub")).slice(0, 5)).toEqual(
        ids,
      );
    },
  );

  it("Ftrack's API answers HTML while a gap is open: caught up with as soon as it is back", async () => {
    const rig = await start();
    await sandbox.control.dropSockets({ how: "freeze" });
    const missed = await shots(3);
    await sandbox.control.faults({ badGateway: 4 });
    await received(missed, "catch-up");
    await rig.leecher.caughtUp();
    expect(rig.log.lines.some((l) => l.message === "catching up failed")).toBe(
      true,
    );
    expect(
      (await ledgerOf(rig)).filter((r) => r.reason === "reconnect"),
    ).toHaveLength(1);
  });

  it("the API key is rotated: told, and replaced without a restart", async () => {
    const refused: string[] = [];
    const anna = "anna@studio.test";
    const apiKey = await sandbox.control.apiKey(anna);
    const credentials = { serverUrl: sandbox.url, apiUser: anna, apiKey };
    const rig = await startRig(sandbox, redis, {
      credentials: { ...credentials, apiKey: "revoked-key-0123" },
      onRefused: (used) => {
        refused.push(used.apiKey);
        rig.leecher.replaceCredentials(credentials);
      },
    });
    rigs.push(rig);
    rig.leecher.catchUp("regular");
    await rig.live();
    await rig.leecher.caughtUp();
    expect(refused).toContain("revoked-key-0123");
    const ids = await shots(1);
    await received(ids, "hub");
    expect(rig.log.text()).not.toContain("revoked-key-0123");
  });

  it("a kill -9 of Ftrack itself is the same as a lost socket", async () => {
    const rig = await start();
    await sandbox.control.faults({ everywhere: true, reset: "all" });
    await sandbox.control.dropSockets({ how: "cut" });
    await eventually(
      "it is noticed",
      () => rig.leecher.health().hub.status !== "live",
    );
    await sandbox.control.clearFaults();
    const missed = await shots(2);
    await received(missed);
    await rig.live();
  });
});
