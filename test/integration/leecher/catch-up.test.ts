import { describe, expect, it } from "vitest";
import type { Envelope } from "../../../src/core/envelope.ts";
import { writeFtrack } from "../../../src/ftrack/writes/writes.ts";
import { setClock } from "../../support/clock.ts";
import { remove, shotIn, update } from "../../support/ftrack-changes.ts";
import {
  entitiesIn,
  inboxOf,
  leecherWorld,
  type LeecherRig,
} from "../../support/leecher.ts";
import { eventually } from "../../support/redis.ts";

const world = leecherWorld();

describe("what the hub did not deliver", () => {
  it("FP-37 events of a gap in the socket are recovered from the log", async () => {
    const rig = await world.start();
    const before = await world.shots(3);
    await world.received(before);
    await world.sandbox.control.dropSockets({ how: "freeze" });
    const missed = await world.shots(5);
    await writeFtrack(world.to.session, world.to.log, [
      remove("Shot", missed[0]!),
      update("Shot", before[0]!, { description: "x" }),
    ]);
    await world.received([...missed, before[0]!], "catch-up");
    await rig.leecher.caughtUp();
    const after = await world.shots(2);
    await world.received(after, "hub");
    expect(await entitiesIn(world.redis, world.project, "hub")).toEqual([
      ...before,
      ...after,
    ]);
    const [report] = await world.ledger(rig);
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
      await world.start();
      await world.sandbox.control.dropSockets({ how });
      const missed = await world.shots(3);
      await world.received(missed);
    },
  );

  it.each([
    ["back", -3_600_000],
    ["forward", 3_600_000],
  ])(
    "the clock of the computer is set %s: what the next gap holds is found",
    async (_way, byMs) => {
      const rig = await world.start();
      await world.received(await world.shots(2));
      const setRight = setClock(byMs);
      try {
        await world.sandbox.control.dropSockets({ how: "cut" });
        const missed = await world.shots(4);
        await world.received(missed);
        await rig.leecher.caughtUp();
        const [report] = await world.ledger(rig);
        expect(report).toMatchObject({ reason: "reconnect", isLogRead: true });
        const after = await world.shots(2);
        await world.received(after, "hub");
      } finally {
        setRight();
      }
    },
  );

  it("while no leecher ran: the next one begins where the last one was alive", async () => {
    const first = await world.start();
    await world.received(await world.shots(2));
    await eventually(
      "life is noted",
      async () => (await first.queue.store.get("hub-alive")) !== null,
    );
    await world.end(first);
    const missed = await world.shots(4);
    const second = await world.start();
    await world.received(missed, "catch-up");
    expect((await world.ledger(second))[0]).toMatchObject({
      reason: "start",
      from: expect.any(Number),
      audit: null,
    });
  });

  it("events that the hub loses silently are found by the regular run", async () => {
    await world.start({ timing: { catchUpMs: 400 } });
    await world.sandbox.control.faults({ events: { drop: 1 } });
    const lost = await world.shots(3);
    await world.received(lost, "catch-up");
  });

  it("rows that become visible late are found by a later run", async () => {
    await world.start({ timing: { catchUpMs: 300 } });
    await world.sandbox.control.faults({
      events: { drop: 1 },
      eventLog: { delayMs: 800 },
    });
    const early = await world.shots(2);
    await world.sandbox.control.faults({ eventLog: { delayMs: 0 } });
    const late = await world.shots(1);
    await world.received([...early, ...late], "catch-up");
  });

  it("a row is handed on once, however often the overlap is read", async () => {
    const rig = await world.start();
    const ids = await world.shots(5);
    const read = async (): Promise<Envelope[]> => {
      rig.leecher.catchUp("regular");
      await rig.leecher.caughtUp();
      return (await inboxOf(world.redis, world.project)).filter(
        (e) => e.via === "catch-up",
      );
    };
    const first = await read();
    expect(first.length).toBeGreaterThanOrEqual(ids.length);
    for (let i = 0; i < 3; i += 1) expect(await read()).toEqual(first);
    expect(await world.ledger(rig)).toHaveLength(2);
  });

  it("thousands of rows are read page by page", async () => {
    const first = await world.start();
    await world.end(first);
    const many = Array.from({ length: 1300 }, () => shotIn(world.project));
    await writeFtrack(world.to.session, world.to.log, many);
    const rig = await world.start();
    await world.received(
      many.map((s) => s.id),
      "catch-up",
    );
    expect((await world.ledger(rig))[0]?.recovered).toBeGreaterThanOrEqual(
      1300,
    );
  });
});

describe("what the log cannot tell is answered by an audit", () => {
  async function audits(rig: LeecherRig): Promise<unknown[]> {
    const jobs = await rig.queue.jobs.list();
    return jobs.filter((j) => j.kind === "audit").map((j) => j.data);
  }

  /** While an audit of a project waits, a second request adds nothing. */
  async function forgetJobs(): Promise<void> {
    const { client, prefix } = world.redis;
    await client.unlink(...(await client.keys(`{${prefix}-q}:*`)));
  }

  it("first start: all active projects", async () => {
    const rig = await world.start();
    expect(await audits(rig)).toContainEqual({
      projectId: world.project,
      reason: "first-start",
    });
    expect((await world.ledger(rig))[0]).toMatchObject({
      reason: "start",
      audit: "first-start",
    });
  });

  it("a log that may not be read: said loudly, and an audit for every gap", async () => {
    const first = await world.start();
    await world.end(first);
    await forgetJobs();
    await world.sandbox.control.faults({ eventLog: { denied: true } });
    const rig = await world.start();
    expect(await audits(rig)).toContainEqual({
      projectId: world.project,
      reason: "log-denied",
    });
    expect((await world.ledger(rig))[0]).toMatchObject({
      isLogRead: false,
      audit: "log-denied",
    });
    expect(
      rig.log.lines.some(
        (l) => l.level === "error" && l.message.includes("cannot be read"),
      ),
    ).toBe(true);
    const [id] = await world.shots(1);
    await world.received([id!], "hub");
  });

  it("a log that began anew: its ids say nothing about ours", async () => {
    const first = await world.start();
    await world.shots(3);
    first.leecher.catchUp("regular");
    await first.leecher.caughtUp();
    await world.end(first);
    await world.sandbox.control.restore("seed");
    world.project = await world.to.project();
    const rig = await world.start();
    expect((await world.ledger(rig))[0]).toMatchObject({ audit: "log-cut" });
    const [id] = await world.shots(1);
    await world.received([id!], "hub");
    rig.leecher.catchUp("regular");
    await rig.leecher.caughtUp();
    expect((await world.ledger(rig))[0]?.audit).not.toBe("log-denied");
  });

  it("a long absence: the projects that the log names since then, and no others", async () => {
    // Rows of another project that lie before the overlap which is read again: by time and by number.
    await world.sandbox.control.restore("seed");
    await world.sandbox.control.behaviour({ clockSkewMs: -600_000 });
    const untouched = await world.to.project();
    world.project = await world.to.project();
    const many = Array.from({ length: 250 }, () => shotIn(world.project));
    await writeFtrack(world.to.session, world.to.log, many);
    await world.sandbox.control.behaviour({ clockSkewMs: 0 });
    const first = await world.start();
    await eventually(
      "life is noted",
      async () => (await first.queue.store.get("hub-alive")) !== null,
    );
    await world.end(first);
    await forgetJobs();
    const missed = await world.shots(2);
    const rig = await world.start({ timing: { auditAfterMs: 1 } });
    await world.received(missed, "catch-up");
    expect((await world.ledger(rig))[0]).toMatchObject({
      audit: "long-gap",
      isLogRead: true,
    });
    const asked = await audits(rig);
    expect(asked).toContainEqual({
      projectId: world.project,
      reason: "long-gap",
    });
    expect(asked).not.toContainEqual(
      expect.objectContaining({ projectId: untouched }),
    );
  });
});
