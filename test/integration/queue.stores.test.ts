import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ftrackId } from "../../src/core/ids.ts";
import { silentLog } from "../../src/core/log.ts";
import type { Outcome } from "../../src/core/outcome.ts";
import { HISTORY_MS } from "../../src/core/own-writes.ts";
import { openDrainQueue } from "../../src/queue/bell.ts";
import { makeDeadLetters } from "../../src/queue/dead-letters.ts";
import { meterDepth, readDepth } from "../../src/queue/depth.ts";
import { checkRedisSetup, redisProbe } from "../../src/queue/health.ts";
import { readMemory } from "../../src/queue/memory.ts";
import { makeOutcomes } from "../../src/queue/outcomes.ts";
import { makeOwnWriteStore } from "../../src/queue/own-writes.ts";
import {
  makeKeyValue,
  makeQuarantine,
  makeReports,
} from "../../src/queue/records.ts";
import { relieveMemory } from "../../src/queue/relief.ts";
import type { DeadLetters } from "../../src/queue/types.ts";
import {
  anEvent,
  countingMeter,
  eachEvent,
  events,
  range,
} from "../support/queue.ts";
import { queueHarness, waiting } from "../support/queue-harness.ts";
import {
  eventually,
  itWithOwnServer,
  startRedis,
  type TestRedis,
} from "../support/redis.ts";

let redis: TestRedis;
const queue = queueHarness(() => redis);

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(async () => {
  await redis.stop();
});

/** Times are kept in milliseconds: what is to be in order must not share one. */
async function anotherMillisecond(): Promise<void> {
  const now = Date.now();
  await eventually("later", () => Date.now() > now + 1);
}

describe("dead letters", () => {
  async function store(): Promise<DeadLetters> {
    const connection = await queue.connection("patient");
    const drains = openDrainQueue(connection, silentLog);
    queue.closeLater(drains);
    const meter = countingMeter();
    return makeDeadLetters({
      connection,
      queue: drains,
      log: silentLog,
      meter,
    });
  }
  const because = (code: string, handler = "sync") => ({
    ...{ handler, code, detail: "d", attempts: 1 },
  });

  it("are found by project, handler, code, topic, age and id", async () => {
    const letters = await store();
    const a = await letters.add(anEvent("p", 1), because("E_A"));
    await anotherMillisecond();
    const between = Date.now();
    await anotherMillisecond();
    const b = await letters.add(anEvent("p", 2), because("E_B", "status"));
    await anotherMillisecond();
    const other = { ...anEvent("q", 3), topic: "ftrack.other" };
    const c = await letters.add(other, because("E_A"));
    await anotherMillisecond();
    const none = { ...anEvent("x", 4), projectId: null };
    const d = await letters.add(none, because("E_A"));
    const ids = async (filter: Parameters<DeadLetters["list"]>[0]) =>
      (await letters.list(filter)).map((l) => l.id);
    expect(await ids({})).toEqual([a, b, c, d]);
    expect(await letters.count()).toBe(4);
    expect(await ids({ projectId: "p" })).toEqual([a, b]);
    expect(await ids({ projectId: null })).toEqual([d]);
    expect(await ids({ handler: "status" })).toEqual([b]);
    expect(await ids({ code: "E_A" })).toEqual([a, c, d]);
    expect(await ids({ topic: "ftrack.other" })).toEqual([c]);
    expect(await ids({ before: between })).toEqual([a]);
    expect(await ids({ since: between })).toEqual([b, c, d]);
    expect(await ids({ ids: [c, a, "q/0-1", "odd"] })).toEqual([a, c]);
    expect((await letters.list({}, 2)).map((l) => l.id)).toEqual([a, b]);
    expect(await letters.get(b)).toMatchObject({ id: b, code: "E_B" });
    expect(await letters.get("p/-")).toBeNull();
    expect(await letters.get("odd")).toBeNull();
  });

  it("are put back at the end of their inbox in order, accepted once more, and the act is noted", async () => {
    const letters = await store();
    const inbox = await queue.inbox();
    await inbox.enqueue(events("p", 1, 3));
    await redis.client.del(`${redis.prefix}:{p}:inbox`);
    for (const e of events("p", 1, 3)) await letters.add(e, because("E_A"));
    await letters.add(anEvent("q", 9), because("E_B"));
    const filter = { code: "E_A" };
    expect(await letters.redrive(filter, { who: "ann", dryRun: true })).toEqual(
      { matched: 3, redriven: 0 },
    );
    expect(await waiting(redis, "p")).toBe(0);
    const startedAt = performance.now();
    expect(await letters.redrive(filter, { who: "ann", rate: 20 })).toEqual({
      matched: 3,
      redriven: 3,
    });
    // Two at once, then a tenth of a second for each two.
    expect(performance.now() - startedAt).toBeGreaterThan(90);
    const handled: string[] = [];
    await queue.worker(
      eachEvent((e) => {
        handled.push(e.id);
      }),
    );
    await eventually("handled", () => handled.length === 3);
    expect(handled).toEqual(["p-1", "p-2", "p-3"]);
    expect(await letters.count()).toBe(1);
    expect(await letters.audit()).toMatchObject([
      { who: "ann", what: "redrive", filter, affected: 3 },
    ]);
  });

  it("that cannot be read stay where they are", async () => {
    const letters = await store();
    await letters.add(anEvent("p", 1), because("E_A"));
    const key = `${redis.prefix}:{p}:dead`;
    await redis.client.xadd(key, "*", "i", "x", "p", "{broken");
    expect(await letters.redrive({}, { who: "ann" })).toEqual({
      matched: 1,
      redriven: 1,
    });
    expect((await letters.list({})).map((l) => l.raw)).toEqual(["{broken"]);
  });

  it("are purged on request, and the act is noted", async () => {
    const letters = await store();
    for (const e of events("p", 1, 3)) await letters.add(e, because("E_A"));
    const all = await letters.list({});
    const filter = { ids: [all[0]!.id, all[2]!.id] };
    const trial = await letters.purge(filter, { who: "bob", dryRun: true });
    expect(trial).toEqual({ matched: 2, purged: 0 });
    expect(await letters.purge(filter, { who: "bob" })).toEqual({
      matched: 2,
      purged: 2,
    });
    expect((await letters.list({})).map((l) => l.id)).toEqual([all[1]!.id]);
    expect((await letters.audit()).map((a) => a.who)).toEqual(["bob"]);
  });
});

function anOutcome(n: number, changes: Partial<Outcome> = {}): Outcome {
  return {
    ...{ eventId: `e${n}`, topic: "ftrack.update", projectId: "p" },
    ...{ handler: "sync", kind: "applied", reason: null, detail: null },
    ...{ entityId: `t${n}`, entityPath: `a/${n}`, changes: 1, attempt: 1 },
    ...{ durationMs: 12, at: 1000 + n, receivedAt: 1000 },
    ...changes,
  };
}

describe("outcomes", () => {
  it("come back whole, newest first, by event, entity, project, handler, kind and time", async () => {
    const outcomes = makeOutcomes(await queue.connection("patient"));
    await outcomes.write([
      anOutcome(1),
      anOutcome(2, { kind: "skipped", reason: "frozen" }),
      anOutcome(3, { kind: "failed", projectId: null, handler: "status" }),
    ]);
    await anotherMillisecond();
    const later = Date.now();
    await anotherMillisecond();
    await outcomes.write([anOutcome(4, { kind: "unchanged", entityId: null })]);
    const found = async (filter: Parameters<typeof outcomes.query>[0]) =>
      (await outcomes.query(filter)).map((o) => o.eventId);
    expect((await outcomes.query({}))[0]).toEqual(
      anOutcome(4, { kind: "unchanged", entityId: null }),
    );
    expect((await found({})).toSorted()).toEqual(["e1", "e2", "e3", "e4"]);
    expect((await found({}))[0]).toBe("e4");
    expect(await found({ eventId: "e2" })).toEqual(["e2"]);
    expect(await found({ entityId: "t3" })).toEqual(["e3"]);
    expect(await found({ projectId: null })).toEqual(["e3"]);
    expect(await found({ handler: "status" })).toEqual(["e3"]);
    expect((await found({ kinds: ["skipped", "failed"] })).toSorted()).toEqual([
      "e2",
      "e3",
    ]);
    expect(await found({ since: later })).toEqual(["e4"]);
    expect((await found({ before: later })).length).toBe(3);
    expect(await outcomes.query({}, 2)).toHaveLength(2);
  });

  it("are read page by page", async () => {
    const outcomes = makeOutcomes(await queue.connection("patient"));
    await outcomes.write(range(1, 1200).map((n) => anOutcome(n)));
    const all = await outcomes.query({}, 5000);
    expect(all.map((o) => o.eventId)).toEqual(
      range(1, 1200)
        .map((n) => `e${n}`)
        .reverse(),
    );
    expect(await outcomes.query({ eventId: "e1" })).toHaveLength(1);
  });

  it("are bounded, and the quiet ones never drive out the others", async () => {
    const connection = await queue.connection("patient");
    const options = { mostKept: 100, mostQuiet: 100, retentionDays: () => 14 };
    const outcomes = makeOutcomes(connection, options);
    await outcomes.write([anOutcome(0, { kind: "failed" })]);
    for (const part of range(1, 20)) {
      await outcomes.write(
        range(1, 100).map((n) =>
          anOutcome(part * 100 + n, { kind: "skipped" }),
        ),
      );
    }
    const quiet = await redis.client.xlen(connection.keys.quietOutcomes);
    // Trimmed by whole nodes of a stream, about a hundred entries each.
    expect(quiet).toBeLessThan(400);
    expect(await outcomes.query({ kinds: ["failed"] })).toHaveLength(1);
  });

  it("older than the retention go", async () => {
    const connection = await queue.connection("patient");
    const outcomes = makeOutcomes(connection, { retentionDays: () => 1 });
    const old = Date.now() - 3 * 24 * 3600_000;
    for (const n of range(0, 300)) {
      await redis.client.xadd(
        connection.keys.outcomes,
        `${old + n}-0`,
        "o",
        "[]",
      );
    }
    await outcomes.write([anOutcome(1)]);
    expect(await redis.client.xlen(connection.keys.outcomes)).toBeLessThan(200);
    expect(await outcomes.query({})).toHaveLength(1);
  });
});

describe("own writes", () => {
  it("of every process are known to the others, for the entities asked for", async () => {
    const writer = makeOwnWriteStore(await queue.connection("patient"));
    const reader = makeOwnWriteStore(await queue.connection("patient"));
    const now = Date.now();
    const write = (entity: string, value: unknown, at = now) => ({
      entityId: ftrackId(entity),
      ...{ key: "status_id", value, by: "status", at },
    });
    await writer.remember([write("t1", "done"), write("t2", true)]);
    await writer.remember([write("t1", 1001, now + 1)]);
    await writer.remember([]);
    const own = await reader.load(["t1", "t2", "t3", "t1"], now + 10);
    const id = ftrackId("t1");
    expect(own.wrote(id, "status_id", "done")).toBe(true);
    expect(own.wrote(id, "status_id", "1001")).toBe(true);
    expect(own.wrote(id, "status_id", "other")).toBe(false);
    expect(own.wrote(id, "status_id", "done", "else")).toBe(false);
    expect(own.wrote(ftrackId("t2"), "status_id", "1")).toBe(true);
    expect(own.history(id, "status_id").map((w) => w.value)).toEqual([
      "done",
      "1001",
    ]);
    const late = await reader.load(["t1"], now + HISTORY_MS + 10);
    expect(late.history(id, "status_id")).toEqual([]);
    expect((await reader.load([], now)).history(id, "status_id")).toEqual([]);
    const ttl = await redis.client.pttl(`${redis.prefix}:{ctl}:own:t1`);
    expect(ttl).toBeGreaterThan(HISTORY_MS - 10_000);
  });

  it("are bounded per entity", async () => {
    const store = makeOwnWriteStore(await queue.connection("patient"));
    const now = Date.now();
    await store.remember(
      range(1, 500).map((n) => ({
        entityId: ftrackId("t"),
        ...{ key: "k", value: n, by: "h", at: now + n },
      })),
    );
    const own = await store.load(["t"], now + 600);
    const history = own.history(ftrackId("t"), "k");
    expect(history).toHaveLength(200);
    expect(history.at(-1)?.value).toBe("500");
  });
});

describe("records", () => {
  it("reports are found by id and as the latest of a project", async () => {
    const reports = makeReports(await queue.connection("patient"));
    expect(await reports.latest("p")).toBeNull();
    const first = await reports.store("p", { issues: [1] });
    const second = await reports.store("p", { issues: [] });
    expect(await reports.get(first)).toMatchObject({
      ...{ id: first, projectId: "p", report: { issues: [1] } },
    });
    expect((await reports.latest("p"))?.id).toBe(second);
    expect(await reports.latest("q")).toBeNull();
    expect(await reports.get("no such")).toBeNull();
    const key = `${redis.prefix}:{ctl}:report:${first}`;
    expect(await redis.client.pttl(key)).toBeGreaterThan(29 * 24 * 3600_000);
  });

  it("quarantine keeps the first time and the last reason, until released", async () => {
    const quarantine = makeQuarantine(await queue.connection("patient"));
    await quarantine.put("p", [
      { entityId: "a", rule: "name", detail: "bad name" },
      { entityId: "__proto__", rule: "name", detail: "odd id" },
    ]);
    const since = (await quarantine.find("p", ["a"])).get("a")?.since;
    await quarantine.put("p", [{ entityId: "a", rule: "type", detail: "x" }]);
    expect(await quarantine.find("p", ["a", "b"])).toEqual(
      new Map([["a", { entityId: "a", rule: "type", detail: "x", since }]]),
    );
    const all = await quarantine.list("p");
    expect(all.map((e) => e.entityId).toSorted()).toEqual(["__proto__", "a"]);
    expect(await quarantine.list("q")).toEqual([]);
    expect(await quarantine.release("p", ["a", "b"])).toBe(1);
    expect(await quarantine.release("p", [])).toBe(0);
    expect((await quarantine.find("p", ["a"])).size).toBe(0);
  });

  it("values come back as they were, until they expire", async () => {
    const values = makeKeyValue(await queue.connection("patient"));
    expect(await values.get("cursor")).toBeNull();
    await values.set("cursor", { id: 7, list: [null, "x"] });
    expect(await values.get("cursor")).toEqual({ id: 7, list: [null, "x"] });
    await values.set("short", 1, { ttlMs: 30 });
    await eventually("gone", async () => (await values.get("short")) === null);
    await values.delete("cursor");
    expect(await values.get("cursor")).toBeNull();
  });
});

describe("depth", () => {
  it("tells how much waits where, and since when", async () => {
    const connection = await queue.connection("patient");
    const drains = openDrainQueue(connection, silentLog);
    queue.closeLater(drains);
    const inbox = await queue.inbox();
    await inbox.enqueue([...events("p", 1, 5), ...events("q", 1, 2)]);
    await eventually("old", async () => {
      const { projects } = await readDepth(connection, drains);
      return (projects[0]?.headAgeMs ?? 0) > 20;
    });
    const depth = await readDepth(connection, drains);
    expect(depth).toMatchObject({
      ...{ dirty: 2, seen: 7, deadLetters: 0 },
      drains: { waiting: 2, active: 0, delayed: 0 },
    });
    expect(depth.memoryBytes).toBeGreaterThan(100_000);
    const waitingBy = depth.projects.map((p) => [p.partition, p.waiting]);
    expect(waitingBy).toEqual([
      ["p", 5],
      ["q", 2],
    ]);
    const gauges = new Map<string, number>();
    const meter = countingMeter();
    meterDepth(
      { ...meter, gauge: (name, _l, value) => void gauges.set(name, value) },
      depth,
    );
    expect(gauges.get("inbox_events")).toBe(7);
    expect(gauges.get("inbox_events_max")).toBe(5);
    expect(gauges.get("inbox_head_age_seconds")).toBeGreaterThan(0.02);
  });
});

describe("the set-up of Redis", () => {
  itWithOwnServer("is checked in words", async () => {
    const connection = await queue.connection("patient");
    expect(await checkRedisSetup(connection)).toEqual([
      expect.stringContaining("appendonly yes"),
    ]);
  });

  it("is probed: well while it answers", async () => {
    const probe = redisProbe(
      await queue.connection("patient"),
      countingMeter(),
    );
    expect(await probe.check()).toMatch(/^answers in \d+ ms$/);
  });

  itWithOwnServer(
    "runs short of memory: older outcomes go, events stay",
    async () => {
      const connection = await queue.connection("patient");
      const outcomes = makeOutcomes(connection);
      const inbox = await queue.inbox();
      await inbox.enqueue(events("p", 1, 5));
      for (const kind of ["applied", "skipped"] as const) {
        await outcomes.write(range(1, 2000).map((n) => anOutcome(n, { kind })));
      }
      expect(await relieveMemory(connection, silentLog)).toBe(0);
      const { usedBytes } = await readMemory(redis.client);
      await redis.config("maxmemory", String(Math.round(usedBytes * 1.2)));
      try {
        const dropped = await relieveMemory(connection, silentLog);
        expect(dropped).toBeGreaterThan(1500);
        expect(dropped).toBeLessThan(2500);
        expect(await waiting(redis, "p")).toBe(5);
        const [newest] = await outcomes.query({ kinds: ["applied"] });
        expect(newest?.eventId).toBe("e2000");
      } finally {
        await redis.config("maxmemory", "0");
      }
    },
  );
});
