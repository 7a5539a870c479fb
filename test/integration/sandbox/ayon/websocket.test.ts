import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { useAyonSandbox, type Loose } from "../../../support/ayon-sandbox.ts";

const ayon = useAyonSandbox({
  seed: "demo",
  projects: [{ name: "other", code: "ot" }],
});
const open: WebSocket[] = [];

beforeEach(async () => {
  ayon.sandbox.control.reset();
  await ayon.get("/api/users/me"); // Opens the session that lets the key in.
});

afterEach(() => {
  for (const socket of open.splice(0)) socket.terminate();
});

interface Listener {
  readonly socket: WebSocket;
  readonly heard: Loose[];
  readonly topics: () => string[];
}

async function connect(auth?: object): Promise<Listener> {
  const socket = new WebSocket(`${ayon.sandbox.url}/ws`);
  open.push(socket);
  const heard: Loose[] = [];
  socket.on("message", (data) =>
    heard.push(JSON.parse((data as Buffer).toString())),
  );
  await once(socket, "open");
  if (auth !== undefined) {
    socket.send(
      JSON.stringify({ topic: "auth", token: ayon.sandbox.apiKey, ...auth }),
    );
    await answered(socket);
  }
  return { socket, heard, topics: () => heard.map(({ topic }) => topic) };
}

/** Frames are handled in order, so a pong says that all before it were read. */
async function answered(socket: WebSocket): Promise<void> {
  const pong = once(socket, "pong");
  socket.ping();
  await pong;
}

const dispatch = (topic: string, more: object = {}) =>
  ayon.post("/api/events", { topic, ...more });

describe("/ws", () => {
  it("AY-36 closes with code 1000 when nobody proves who he is within three seconds", async () => {
    const started = performance.now();
    const silent = await connect();
    const wrong = await connect({ token: "0".repeat(64), subscribe: ["*"] });
    const closes = [once(silent.socket, "close"), once(wrong.socket, "close")];
    await dispatch("ftrack.leech");
    expect((await Promise.all(closes)).map(([code]) => code as number)).toEqual(
      [1000, 1000],
    );
    expect(performance.now() - started).toBeGreaterThan(2500);
    expect([silent.heard, wrong.heard]).toEqual([[], []]);
  });

  it("AY-36 welcomes silently and tells of topics by their beginning", async () => {
    const one = await connect({ subscribe: ["ftrack.l", "entity.folder"] });
    const all = await connect({ subscribe: ["*"] });
    const none = await connect({ subscribe: [] });
    await dispatch("ftrack.leech");
    await dispatch("ftrack.proc");
    await dispatch("entity.folder_like");
    await vi.waitFor(() => {
      expect(all.topics()).toEqual([
        "ftrack.leech",
        "ftrack.proc",
        "entity.folder_like",
      ]);
    });
    expect(one.topics()).toEqual(["ftrack.leech", "entity.folder_like"]);
    expect(none.topics()).toEqual([]);
  });

  it("AY-36 tells no payload, and of the project asked for and of the studio", async () => {
    const demo = await connect({ subscribe: ["ftrack"], project: "demo_show" });
    await dispatch("ftrack.a1", { project: "other" });
    await dispatch("ftrack.a2");
    const made = await dispatch("ftrack.a3", {
      project: "demo_show",
      summary: { key: 1 },
      payload: { secret: 2 },
      description: "Hello",
    });
    await vi.waitFor(() => {
      expect(demo.topics()).toEqual(["ftrack.a2", "ftrack.a3"]);
    });
    expect(demo.heard[1]).toMatchObject({
      id: made.body.id.replaceAll("-", ""),
      topic: "ftrack.a3",
      project: "demo_show",
      user: "service",
      status: "finished",
      progress: 100,
      description: "Hello",
      summary: { key: 1 },
      dependsOn: null,
    });
    expect(demo.heard[1]).not.toHaveProperty("payload");
    expect(demo.heard[1].createdAt).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+$/);
  });

  it("AY-36 tells of entities and of changed settings", async () => {
    const { heard, topics } = await connect({
      subscribe: ["entity.", "settings."],
    });
    await ayon.post("/api/projects/demo_show/folders", {
      name: "wsf",
      folderType: "Shot",
    });
    await ayon.put("/api/addons/ftrack/1.0.0/rawOverrides?variant=staging", {
      a: 1,
    });
    await vi.waitFor(() => {
      expect(topics()).toEqual(["entity.folder.created", "settings.changed"]);
    });
    expect(heard[1]).toMatchObject({
      summary: {
        addon_name: "ftrack",
        addon_version: "1.0.0",
        variant: "staging",
      },
      project: null,
    });
  });

  it("AY-36 beats when it is quiet, whatever was subscribed", async () => {
    ayon.sandbox.control.switches({ heartbeatMs: 1 });
    const { heard } = await connect({ subscribe: [] });
    await vi.waitFor(() => {
      expect(heard).toContainEqual({ topic: "heartbeat" });
    });
  });

  it("AY-36 knows an API key only once a request has come with it", async () => {
    const fresh = "k".repeat(32);
    expect(
      (
        await ayon.put("/api/users/robot", {
          data: { isService: true },
          apiKey: fresh,
        })
      ).status,
    ).toBe(204);
    const auth = { token: fresh, subscribe: ["ftrack"] };
    const early = await connect(auth);
    await dispatch("ftrack.early");
    const me = await ayon.get("/api/users/me", { "x-api-key": fresh });
    expect(me.body.name).toBe("robot");
    const late = await connect(auth);
    // The server stays silent to the first, which may try again on the same connection.
    early.socket.send(JSON.stringify({ topic: "auth", ...auth }));
    await answered(early.socket);
    await dispatch("ftrack.late");
    await vi.waitFor(() => {
      expect([early.topics(), late.topics()]).toEqual([
        ["ftrack.late"],
        ["ftrack.late"],
      ]);
    });
  });

  it("survives what it does not understand", async () => {
    const { socket, topics } = await connect({ subscribe: ["ftrack"] });
    for (const text of [
      "{",
      "[]",
      "null",
      '{"topic":"auth"}',
      '{"topic":"auth","token":7}',
    ])
      socket.send(text);
    await answered(socket);
    await dispatch("ftrack.after");
    await vi.waitFor(() => {
      expect(topics()).toEqual(["ftrack.after"]);
    });
  });

  it("is cut on demand and by a restart, after which the server tells that it started", async () => {
    const first = await connect({ subscribe: ["*"] });
    const cut = once(first.socket, "close");
    ayon.sandbox.control.dropSockets();
    expect((await cut)[0]).toBe(1006);
    const second = await connect({ subscribe: ["*"] });
    const restarted = once(second.socket, "close");
    expect((await ayon.post("/api/system/restart")).status).toBe(204);
    await restarted;
    expect(second.topics()).toEqual(["server.restart_requested"]);
    const { body } = await ayon.get("/api/info");
    expect(body.uptime).toBeLessThan(5);
  });

  it("is the only path that can be upgraded", async () => {
    const socket = new WebSocket(`${ayon.sandbox.url}/other`);
    open.push(socket);
    const [error] = (await once(socket, "error")) as [Error];
    expect(error.message).not.toBe("");
  });
});
