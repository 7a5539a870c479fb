import { randomUUID } from "node:crypto";
import { Event, type Session } from "@ftrack/api";
import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  vi,
} from "vitest";
import WebSocket from "ws";
import type { artists } from "../../../../sandbox/ftrack/index.ts";
import {
  DEMO_SHOW,
  startFtrackSandbox,
  type FtrackSandbox,
} from "../../../../sandbox/ftrack/index.ts";
import {
  collect,
  connectHub,
  openSession,
  post,
  row,
  rows,
  update,
  type Loose,
} from "../../../support/official-client.ts";
import { until } from "../../../support/until.ts";

let sandbox: FtrackSandbox;
const opened: Session[] = [];

beforeAll(async () => {
  sandbox = await startFtrackSandbox({ seed: "demo" });
});
afterAll(async () => {
  for (const session of opened) session.eventHub.disconnect();
  await sandbox.stop();
});
beforeEach(async () => {
  // The client dumps whole sockets, key and all, when a connection fails.
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  await sandbox.control.clearFaults();
});

/** A connected session. Each test takes another artist, because sessions of one user share a socket. */
async function connected(artist: (typeof artists)[number]): Promise<Session> {
  const session = await openSession(sandbox, {
    username: `${artist}@studio.test`,
  });
  opened.push(session);
  await connectHub(session);
  return session;
}

/** A connection without a client: frames in, frames out. */
async function rawHub(): Promise<{
  socket: WebSocket;
  frames: string[];
  send: (topic: string, data: unknown, extra?: object) => void;
}> {
  const handshake = await fetch(`${sandbox.url}/socket.io/1/`, {
    headers: {
      "ftrack-user": sandbox.apiUser,
      "ftrack-api-key": sandbox.apiKey,
    },
  });
  const [sid, , , transports] = (await handshake.text()).split(":");
  expect(transports).toBe("websocket");
  const socket = new WebSocket(
    `${sandbox.url.replace("http", "ws")}/socket.io/1/websocket/${sid ?? ""}`,
  );
  const frames: string[] = [];
  socket.on("message", (frame: Buffer) => frames.push(frame.toString()));
  await until("connected", () => frames.includes("1::"));
  let packet = 0;
  const send = (topic: string, data: unknown, extra = {}): void => {
    const event = {
      id: randomUUID(),
      topic,
      data,
      source: { id: "raw" },
      target: "",
      inReplyToEvent: null,
      ...extra,
    };
    socket.send(
      `5:${++packet}+::${JSON.stringify({ name: "ftrack.event", args: [event] })}`,
    );
  };
  return { socket, frames, send };
}

describe("the hub", () => {
  it("FP-33 a change made elsewhere arrives exactly once", async () => {
    const session = await connected("anna");
    const events = await collect(sandbox, session);
    const other = await openSession(sandbox);
    const shot = await row(sandbox, "select id, name from Shot limit 1");
    await other.update("Shot", [shot["id"]], { description: "seen" });
    await until("event", () => events.length > 0);
    await other.update("Shot", [shot["id"]], { description: "again" });
    await until("second event", () => events.length > 1);
    expect(
      events.map((e: Loose) => e.data.entities[0].changes.description.new),
    ).toEqual(["seen", "again"]);
  });

  it("FP-34 replies reach who asked, and nobody else", async () => {
    const asks = await connected("ben");
    const answers = await connected("chen");
    const bystander = await connected("dora");
    const stray: Loose[] = [];
    bystander.eventHub.subscribe(
      "topic=ftrack.meta.reply",
      (e) => void stray.push(e),
    );
    answers.eventHub.subscribe("topic=question", (e: Loose) => ({
      twice: e.data.n * 2,
    }));
    await until("subscribed", async () =>
      (await sandbox.control.connections()).some((c) =>
        c.subscriptions.includes("topic=question"),
      ),
    );
    const reply: Loose = await asks.eventHub.publishAndWaitForReply(
      new Event("question", { n: 21 }),
      { timeout: 5 },
    );
    expect(reply.data).toEqual({ twice: 42 });
    expect(stray).toEqual([]);
  });

  it("FP-36 a connection gets an event once, however often it subscribed; none after unsubscribing", async () => {
    const session = await connected("emil");
    const first = await collect(sandbox, session, "thing");
    const seen: string[] = [];
    const id = session.eventHub.subscribe(
      "topic=thi*",
      (e: Loose) => void seen.push(e.data.n),
    );
    const [connection] = (await sandbox.control.connections()).filter(
      (c) => c.user === session.apiUser,
    );
    await until("both", async () =>
      (await sandbox.control.connections()).some(
        (c) =>
          c.id === connection?.id && c.subscriptions.includes("topic=thi*"),
      ),
    );
    await session.eventHub.publish(new Event("thing", { n: 1 }));
    await until("arrived", () => first.length > 0 && seen.length > 0);
    session.eventHub.unsubscribe(id);
    await until(
      "gone",
      async () =>
        !(await sandbox.control.connections()).some((c) =>
          c.subscriptions.includes("topic=thi*"),
        ),
    );
    await session.eventHub.publish(new Event("thing", { n: 2 }));
    await until("arrived", () => first.length === 2);
    expect(seen).toEqual([1]);
  });

  it("FP-37 a client comes back after its socket was cut; what it missed is in the log", async () => {
    const session = await connected("fatima");
    const events = await collect(sandbox, session);
    const cursor =
      (
        await rows(
          sandbox,
          "select id from Event order by id descending limit 1",
        )
      )[0]?.["id"] ?? 0;
    const shot = (await row(sandbox, "select id from Shot limit 1"))["id"];
    expect(
      await sandbox.control.dropSockets({ how: "cut", user: session.apiUser }),
    ).toBe(1);
    await post(sandbox, [update("Shot", shot, { description: "in the gap" })]);
    await until("subscribed again", async () =>
      (await sandbox.control.connections()).some(
        (c) =>
          c.user === session.apiUser &&
          c.subscriptions.includes("topic=ftrack.update"),
      ),
    );
    await post(sandbox, [update("Shot", shot, { description: "after it" })]);
    await until("event", () => events.length > 0);
    expect(
      events.map((e: Loose) => e.data.entities[0].changes.description.new),
    ).toEqual(["after it"]);
    const missed = await rows(
      sandbox,
      `select parent_id from Event where id > ${cursor as number} order by id`,
    );
    expect(missed.map((e) => e["parent_id"])).toEqual([shot, shot]);
  });

  it("acknowledges packets with a number: true, or false and why", async () => {
    const { socket, frames, send } = await rawHub();
    send("ftrack.meta.subscribe", {
      subscriber: { id: "s" },
      subscription: "topic=x and data.k=v",
    });
    send("ftrack.meta.subscribe", {
      subscriber: { id: "s" },
      subscription: "topic=x",
    });
    send("ftrack.meta.subscribe", {
      subscriber: { id: "t" },
      subscription: "not an expression",
    });
    send("ftrack.meta.unsubscribe", { subscriber: { id: "u" } });
    send("x", { k: "w" });
    send("x", { k: "v" });
    socket.send("5:7+::{nonsense");
    await until(
      "acknowledged",
      () => frames.filter((f) => f.startsWith("6:")).length === 7,
    );
    const acks = frames.filter((f) => f.startsWith("6:"));
    expect(
      acks
        .map((f) => /^6:::(\d)\+\[(.*)\]$/.exec(f)?.[2])
        .map((a) => JSON.parse(a ?? "").success),
    ).toEqual([true, false, false, false, true, true, false]);
    const events = frames.filter((f) => f.startsWith("5:"));
    expect(events).toHaveLength(1);
    expect(events[0]).toMatch(/^5:::\{"name":"ftrack.event","args":\[/);
    socket.close();
  });

  it("sends no event with other keys than those every client knows, and completes its user", async () => {
    const { socket, frames, send } = await rawHub();
    send("ftrack.meta.subscribe", {
      subscriber: { id: "s" },
      subscription: "topic=y",
    });
    send(
      "y",
      { a: 1 },
      {
        unknown: true,
        source: { id: "i", user: { username: "anna@studio.test" } },
      },
    );
    await until("event", () => frames.some((f) => f.startsWith("5:")));
    const [event] = JSON.parse(
      frames.find((f) => f.startsWith("5:"))?.slice(4) ?? "",
    ).args;
    expect(Object.keys(event).sort()).toEqual([
      "data",
      "id",
      "inReplyToEvent",
      "sent",
      "source",
      "target",
      "topic",
    ]);
    expect(event.source.user.id).toBe(
      (
        await row(
          sandbox,
          'select id from User where username is "anna@studio.test"',
        )
      )["id"],
    );
    socket.close();
  });

  it.each([
    ["id=one", ["one"]],
    ['applicationId=app and user.id="u"', ["one", "two"]],
    ["id=one or id=two", ["one", "two"]],
    ["id=on", []],
    ["", ["one", "two"]],
  ])("target %s", async (target, hit) => {
    const one = await rawHub();
    const two = await rawHub();
    const subscriber = { applicationId: "app", user: { id: "u" } };
    one.send("ftrack.meta.subscribe", {
      subscriber: { id: "one", ...subscriber },
      subscription: "topic=z",
    });
    two.send("ftrack.meta.subscribe", {
      subscriber: { id: "two", ...subscriber },
      subscription: "topic=z",
    });
    await until("subscribed", () =>
      [one, two].every((c) => c.frames.some((f) => f.startsWith("6:"))),
    );
    one.send("z", {}, { target });
    one.send("ftrack.meta.unsubscribe", { subscriber: { id: "one" } });
    await until(
      "handled",
      () => one.frames.filter((f) => f.startsWith("6:")).length === 3,
    );
    await sandbox.control.inject({ topic: "z", target: "id=two" });
    await until("marker", () =>
      two.frames.some((f) => f.includes('"target":"id=two"')),
    );
    const got = [
      ["one", one],
      ["two", two],
    ] as const;
    expect(
      got
        .filter(([, c]) =>
          c.frames.some(
            (f) => f.startsWith("5:") && !f.includes('"target":"id=two"'),
          ),
        )
        .map(([name]) => name),
    ).toEqual(hit);
    one.socket.close();
    two.socket.close();
  });

  it("refuses a handshake without credentials, and a websocket without a handshake", async () => {
    expect(
      (await fetch(`${sandbox.url}/socket.io/1/?api_user=x&api_key=y`)).status,
    ).toBe(401);
    const socket = new WebSocket(
      `${sandbox.url.replace("http", "ws")}/socket.io/1/websocket/made-up`,
    );
    const [error] = await new Promise<[Error]>((resolve) =>
      socket.once("error", (e) => {
        resolve([e]);
      }),
    );
    expect(error.message).toContain("401");
  });

  it("FP-40 loses nothing of 10,000 events among 50 subscribers on two sessions", async () => {
    const sessions = [await connected("anna"), await connected("ben")];
    let received = 0;
    for (const [n, session] of sessions.entries())
      for (let i = 0; i < 25; i++)
        session.eventHub.subscribe(
          "topic=soak",
          () => {
            received++;
          },
          {
            id: `soak ${n} ${i}`,
          },
        );
    await until(
      "subscribed",
      async () =>
        (await sandbox.control.connections())
          .flatMap((c) => c.subscriptions)
          .filter((s) => s === "topic=soak").length === 50,
    );
    const before = (await sandbox.control.connections()).map(
      (c) => [c.id, c.sent] as const,
    );
    for (let i = 0; i < 10_000; i++)
      await sandbox.control.inject({ topic: "soak", data: { i } });
    await until("all arrived", () => received === 500_000);
    const after = new Map(
      (await sandbox.control.connections()).map((c) => [c.id, c.sent]),
    );
    const frames = before
      .map(([id, sent]) => (after.get(id) ?? 0) - sent)
      .filter((n) => n >= 10_000);
    expect(frames).toHaveLength(2);
  });
});

it("an event for an entity that is gone, or of a type nobody knows, can be injected", async () => {
  const session = await connected("chen");
  const events = await collect(sandbox, session);
  const entity = {
    entityType: "task",
    entity_type: "Unheard",
    entityId: randomUUID(),
    action: "update",
    keys: ["name"],
    changes: { name: { old: "a", new: "b" } },
    parents: [
      {
        entityId: DEMO_SHOW,
        entityType: "show",
        entity_type: "Project",
        parentId: null,
      },
    ],
  };
  const sent = await sandbox.control.inject({
    topic: "ftrack.update",
    data: { entities: [entity] },
  });
  await until("event", () => events.length > 0);
  expect(events).toEqual([sent]);
});
