import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isOwnToken } from "../../../src/ftrack/token.ts";
import { writeFtrack } from "../../../src/ftrack/writes/writes.ts";
import { shotIn } from "../../support/ftrack-changes.ts";
import {
  entitiesIn,
  inboxOf,
  leecherWorld,
  startRig,
} from "../../support/leecher.ts";
import { eventually, itWithOwnServer } from "../../support/redis.ts";

const world = leecherWorld();

/** All that lies on disk, as text. */
async function spooledIn(dir: string): Promise<string> {
  const names = (await readdir(dir)).filter((name) => name.endsWith(".log"));
  const texts = names.map((name) => readFile(join(dir, name), "utf8"));
  return (await Promise.all(texts)).join("");
}

describe("from the hub into Redis", () => {
  it("every event once, in order, with who did it and the token of the writer", async () => {
    await world.start();
    const ids = await world.shots(30);
    await world.received(ids, "hub");
    const all = await inboxOf(world.redis, world.project);
    expect(await entitiesIn(world.redis, world.project)).toEqual(ids);
    expect(new Set(all.map((e) => e.id)).size).toBe(30);
    const { data, source } = all[0]!.event as {
      data: { clientToken: string };
      source: { user: { username: string } };
    };
    expect(isOwnToken(data.clientToken)).toBe(true);
    expect(source.user.username).toBe(world.sandbox.apiUser);
  });

  it("an event about two projects becomes one envelope in each", async () => {
    await world.start();
    const other = await world.to.project();
    const [a, b] = [shotIn(world.project), shotIn(other)];
    await writeFtrack(world.to.session, world.to.log, [a, b]);
    await eventually(
      "both",
      async () =>
        (await entitiesIn(world.redis, world.project)).includes(a.id) &&
        (await entitiesIn(world.redis, other)).includes(b.id),
    );
    const [here, there] = [
      await inboxOf(world.redis, world.project),
      await inboxOf(world.redis, other),
    ];
    expect(here.at(-1)?.id).toBe(there.at(-1)?.id);
    expect(await entitiesIn(world.redis, world.project)).not.toContain(b.id);
  });

  it("requests take the fast lane, canaries and talk of the hub go nowhere", async () => {
    const rig = await world.start();
    await world.sandbox.control.inject({
      topic: "ftrack.action.discover",
      data: { selection: [] },
    });
    await world.sandbox.control.inject({
      topic: "studio.custom",
      data: { a: 1 },
    });
    await eventually(
      "the custom event",
      async () => (await inboxOf(world.redis, null)).length > 0,
    );
    expect((await inboxOf(world.redis, null)).map((e) => e.topic)).toEqual([
      "studio.custom",
    ]);
    const waiting = await world.redis.client.llen(
      `{${world.redis.prefix}-q}:actions:wait`,
    );
    expect(waiting).toBe(1);
    expect(rig.leecher.health().hub.lastCanaryAt).not.toBeNull();
  });

  it("two leechers at once: every event once", async () => {
    await world.start();
    await world.start();
    const ids = await world.shots(20);
    await world.received(ids);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await entitiesIn(world.redis, world.project, "hub")).toEqual(ids);
    const all = await inboxOf(world.redis, world.project);
    expect(new Set(all.map((e) => e.id)).size).toBe(all.length);
  });

  it("two leechers at once, and a gap of both: what each finds in the log stands there once", async () => {
    const rigs = [await world.start(), await world.start()];
    await world.sandbox.control.dropSockets({ how: "freeze" });
    const missed = await world.shots(5);
    await world.received(missed, "catch-up");
    for (const rig of rigs) {
      await rig.live();
      await rig.leecher.caughtUp();
    }
    // Each of them read it.
    const known = (await world.ledger(rigs[0]!)).filter(
      ({ reason }) => reason === "reconnect",
    );
    expect(known).toHaveLength(2);
    const after = await world.shots(3);
    await world.received(after, "hub");
    const all = await inboxOf(world.redis, world.project);
    expect(new Set(all.map((e) => e.id)).size).toBe(all.length);
    const told = await entitiesIn(world.redis, world.project, "catch-up");
    expect(told.filter((id) => missed.includes(id))).toEqual(missed);
    expect(await entitiesIn(world.redis, world.project, "hub")).toEqual(after);
  });

  it("what cannot be read goes to the dead letters, with its content and the reason", async () => {
    const rig = await world.start();
    await world.sandbox.control.inject({
      topic: "ftrack.update",
      data: { nothing: true },
    });
    const [id] = await world.shots(1);
    await world.received([id!]);
    await eventually(
      "it is buried",
      async () => (await rig.queue.deadLetters.count()) > 0,
    );
    expect(await rig.queue.deadLetters.list({})).toMatchObject([
      {
        code: "E_EVENT_MALFORMED",
        handler: "leecher",
        detail: "it has no list of entities",
        envelope: { event: { data: { nothing: true } } },
      },
    ]);
  });

  it("duplicates of the hub are taken once", async () => {
    await world.start();
    await world.sandbox.control.faults({ events: { duplicate: 1 } });
    const ids = await world.shots(10);
    await world.received(ids);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await entitiesIn(world.redis, world.project)).toEqual(ids);
  });
});

describe("while others are away", () => {
  itWithOwnServer(
    "Redis dies: events go to the disk, and then in order into Redis, before newer ones",
    async () => {
      const rig = await world.start();
      const before = await world.shots(3);
      await world.received(before);
      await world.redis.kill();
      const during = await world.shots(20);
      await eventually("all of them are on disk", async () => {
        const text = await spooledIn(rig.spoolDir);
        return during.every((id) => text.includes(id));
      });
      await world.redis.restart();
      const after = await world.shots(3);
      await world.received([...before, ...during, ...after]);
      expect(await entitiesIn(world.redis, world.project, "hub")).toEqual([
        ...before,
        ...during,
        ...after,
      ]);
    },
  );

  itWithOwnServer(
    "Redis is away at the start, and the service dies before it is back: nothing is lost",
    async () => {
      await world.redis.kill();
      const first = await startRig(world.sandbox, world.redis);
      await first.live();
      const ids = await world.shots(5);
      await eventually("all of them are on disk", async () => {
        const text = await spooledIn(first.spoolDir);
        return ids.every((id) => text.includes(id));
      });
      await first.stop({ keepSpool: true });
      await world.redis.restart();
      const second = await world.start({ spoolDir: first.spoolDir });
      await world.received(ids, "hub");
      await second.leecher.caughtUp();
      expect(
        (await entitiesIn(world.redis, world.project, "hub")).slice(0, 5),
      ).toEqual(ids);
    },
  );

  it("Ftrack's API answers HTML while a gap is open: caught up with as soon as it is back", async () => {
    const rig = await world.start();
    await world.sandbox.control.dropSockets({ how: "freeze" });
    const missed = await world.shots(3);
    await world.sandbox.control.faults({ badGateway: "all" });
    await eventually("it was tried", () =>
      rig.log.lines.some((l) => l.message === "catching up failed"),
    );
    await world.sandbox.control.clearFaults();
    await world.received(missed, "catch-up");
    await rig.leecher.caughtUp();
    expect(
      (await world.ledger(rig)).filter((r) => r.reason === "reconnect"),
    ).toHaveLength(1);
  });

  it("the API key is rotated: told, and replaced without a restart", async () => {
    const refused: string[] = [];
    const anna = "anna@studio.test";
    const apiKey = await world.sandbox.control.apiKey(anna);
    const credentials = { serverUrl: world.sandbox.url, apiUser: anna, apiKey };
    const rig = await startRig(world.sandbox, world.redis, {
      credentials: { ...credentials, apiKey: "revoked-key-0123" },
      onRefused: (used) => {
        refused.push(used.apiKey);
        rig.leecher.replaceCredentials(credentials);
      },
    });
    world.rigs.add(rig);
    await rig.live();
    await rig.leecher.caughtUp();
    expect(refused).toContain("revoked-key-0123");
    const ids = await world.shots(1);
    await world.received(ids, "hub");
    expect(rig.log.text()).not.toContain("revoked-key-0123");
  });

  it("a kill -9 of Ftrack itself is the same as a lost socket", async () => {
    const rig = await world.start();
    await world.sandbox.control.faults({ everywhere: true, reset: "all" });
    await world.sandbox.control.dropSockets({ how: "cut" });
    await eventually(
      "it is noticed",
      () => rig.leecher.health().hub.status !== "live",
    );
    await world.sandbox.control.clearFaults();
    const missed = await world.shots(2);
    await world.received(missed);
    await rig.live();
  });
});
