import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { RejectedError } from "../../src/core/errors.ts";
import { silentLog } from "../../src/core/log.ts";
import { openDrainQueue } from "../../src/queue/bell.ts";
import { connect } from "../../src/queue/redis.ts";
import { makeDashboard } from "../../src/ops/dashboard.ts";
import {
  startOpsServer,
  type OpsOptions,
  type OpsServer,
} from "../../src/ops/http.ts";
import { makeMetrics } from "../../src/ops/metrics.ts";
import { eventually, startRedis } from "../support/redis.ts";

let servers: OpsServer[] = [];
afterEach(async () => {
  for (const server of servers) await server.close();
  servers = [];
});

async function server(options: Partial<OpsOptions> = {}): Promise<OpsServer> {
  const started = await startOpsServer({
    ...{ host: "127.0.0.1", port: 0, token: "s3cret", live: [], ready: [] },
    metrics: makeMetrics("test", silentLog),
    log: silentLog,
    ...options,
  });
  servers.push(started);
  return started;
}

describe("the listener for operators", () => {
  it("tells whether the process lives and is ready, part by part", async () => {
    let isUp = false;
    const probe = {
      name: "redis",
      check: () =>
        isUp ? Promise.resolve("7 ms") : Promise.reject(new Error("away")),
    };
    const { url } = await server({ ready: [probe] });
    const live = await fetch(`${url}/live`);
    expect([live.status, await live.json()]).toEqual([
      200,
      { ok: true, checks: [] },
    ]);
    const red = await fetch(`${url}/ready`);
    expect([red.status, await red.json()]).toEqual([
      503,
      { ok: false, checks: [{ name: "redis", ok: false, detail: "away" }] },
    ]);
    isUp = true;
    const green = await fetch(`${url}/ready`);
    expect([green.status, await green.json()]).toEqual([
      200,
      { ok: true, checks: [{ name: "redis", ok: true, detail: "7 ms" }] },
    ]);
  });

  it("a probe that does not answer is a probe that fails", async () => {
    const probe = { name: "x", check: () => new Promise<string>(() => 0) };
    const { url } = await server({ live: [probe] });
    const live = await fetch(`${url}/live`);
    expect(live.status).toBe(503);
  });

  it("gives metrics to anybody, and everything else for the token only", async () => {
    const route = {
      ...({ method: "GET", path: "/holds" } as const),
      handle: () => Promise.resolve({ held: ["p"] }),
    };
    const { url } = await server({ routes: [route] });
    const metrics = await fetch(`${url}/metrics`);
    expect(await metrics.text()).toContain("ayon_ftrack_");
    const get = async (authorization?: string): Promise<number> => {
      const headers = authorization === undefined ? {} : { authorization };
      return (await fetch(`${url}/holds`, { headers })).status;
    };
    const basic = (login: string): string =>
      `Basic ${Buffer.from(login).toString("base64")}`;
    expect(await get()).toBe(401);
    expect(await get("Bearer wrong")).toBe(401);
    expect(await get("Bearer ")).toBe(401);
    expect(await get(basic("ops:wrong"))).toBe(401);
    expect(await get("Bearer s3cret")).toBe(200);
    expect(await get(basic("ops:s3cret"))).toBe(200);
    expect((await fetch(`${url}/nowhere`)).status).toBe(401);
    expect((await fetch(`${url}/holds/../live/x`)).status).toBe(401);
  });

  it("without a token has nothing but health and metrics", async () => {
    const route = {
      ...({ method: "POST", path: "/act" } as const),
      handle: () => Promise.resolve("done"),
    };
    const { url } = await server({ token: null, routes: [route] });
    const post = await fetch(`${url}/act`, {
      method: "POST",
      headers: { authorization: "Bearer null" },
    });
    expect(post.status).toBe(404);
    expect((await fetch(`${url}/ready`)).status).toBe(200);
  });

  it("answers a wrong request with what is wrong, and hides what broke inside", async () => {
    const errors: Record<string, Error> = {
      theirs: new RejectedError("no such project", { code: "E_NO_PROJECT" }),
      ours: new TypeError("cannot read properties of undefined"),
    };
    const route = {
      ...({ method: "POST", path: "/act" } as const),
      handle: ({ body }: { body: unknown }) => {
        throw errors[(body as { what: string }).what]!;
      },
    };
    const { url } = await server({ routes: [route] });
    const post = async (what: string): Promise<[number, unknown]> => {
      const reply = await fetch(`${url}/act`, {
        method: "POST",
        headers: {
          authorization: "Bearer s3cret",
          "content-type": "application/json",
        },
        body: JSON.stringify({ what }),
      });
      return [reply.status, await reply.json()];
    };
    expect(await post("theirs")).toEqual([
      400,
      { error: "no such project", code: "E_NO_PROJECT" },
    ]);
    expect(await post("ours")).toEqual([
      500,
      { error: "failed", code: "E_UNEXPECTED" },
    ]);
  });

  it("shows the queues behind the token, for reading", async () => {
    const redis = await startRedis();
    const { url: redisUrl, prefix } = redis;
    const connection = connect({ url: redisUrl, prefix }, "patient", silentLog);
    const queue = openDrainQueue(connection, silentLog);
    try {
      await queue.add("drain", { partition: "p" });
      const dashboard = makeDashboard();
      const { url } = await server({ extend: dashboard.extend });
      dashboard.show([queue]);
      const page = `${url}/dashboard/`;
      expect((await fetch(page)).status).toBe(401);
      const headers = { authorization: "Bearer s3cret" };
      expect((await fetch(page, { headers })).status).toBe(200);
      const list = await fetch(`${page}api/queues`, { headers });
      expect(JSON.stringify(await list.json())).toContain('"name":"drains"');
      const empty = await fetch(`${page}api/queues/drains/empty`, {
        ...{ method: "PUT", headers },
      });
      expect(empty.status).toBeGreaterThanOrEqual(400);
      expect(await queue.getWaitingCount()).toBe(1);
    } finally {
      await queue.close();
      await connection.close();
      await redis.stop();
    }
  });
});

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly lines: Record<string, unknown>[];
  readonly raw: string;
}

/** Runs the child, sends it signals once it is ready, and waits for its end. */
async function run(
  mode: string,
  signals: readonly NodeJS.Signals[],
  secret = "topsecret",
): Promise<Ended> {
  const script = join(import.meta.dirname, "../support/ops-child.ts");
  const child = spawn(
    process.execPath,
    ["--import", "tsx", script, mode, secret],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let raw = "";
  const add = (data: Buffer): void => void (raw += data.toString());
  child.stdout.on("data", add);
  child.stderr.on("data", add);
  const gone = once(child, "exit");
  await eventually("ready", () => raw.includes('"ready"'));
  if (signals.length > 0) await sleep(mode === "stall" ? 1_200 : 100);
  for (const one of signals) {
    child.kill(one);
    await sleep(one === "SIGSTOP" || one === "SIGCONT" ? 1_500 : 50);
  }
  const [code, signal] = (await gone) as [number | null, NodeJS.Signals | null];
  const lines = raw
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { code, signal, lines, raw };
}

describe("a process", () => {
  it("asked to stop does its steps, also after one has failed, and ends with 0", async () => {
    const { code, lines } = await run("idle", ["SIGTERM"]);
    expect(code).toBe(0);
    const said = lines.map((line) => line["msg"]);
    expect(said).toContain("stop step failed");
    expect(said.at(-1)).toBe("stopped");
  });

  it("asked twice ends at once with 1", async () => {
    const { code, lines } = await run("slow", ["SIGTERM", "SIGINT"]);
    expect(code).toBe(1);
    expect(lines.at(-1)?.["msg"]).toBe("asked to stop again, ending at once");
  });

  it("that cannot stop ends at its deadline with 1", async () => {
    const { code, lines } = await run("late", ["SIGTERM"]);
    expect(code).toBe(1);
    expect(lines.at(-1)).toMatchObject({
      ...{ level: "error", msg: "could not stop in time, ending anyway" },
    });
  });

  it.each([
    ["throw", "lost with ***"],
    ["reject", "nobody waits"],
  ])(
    "with an error nobody catches (%s) says so and ends with 1",
    async (mode, message) => {
      const { code, lines } = await run(mode, []);
      expect(code).toBe(1);
      expect(lines.at(-1)).toMatchObject({ level: "error", err: { message } });
    },
  );

  it("turns what libraries print into scrubbed lines of the log", async () => {
    const { raw, lines } = await run("print", ["SIGTERM"]);
    expect(raw).not.toContain("topsecret");
    const texts = lines.map((line) => line["text"]).filter(Boolean);
    expect(texts).toEqual([
      "a library says { key: '***' }",
      "a library complains about ***",
      "raw ***",
    ]);
  });

  it("reports that its event loop stood still", async () => {
    const { lines } = await run("stall", ["SIGTERM"]);
    const stall = lines.find((l) => l["msg"] === "the event loop stood still");
    expect(stall?.["ms"]).toBeGreaterThan(200);
  });

  it("whose event loop stands still for good is ended, and says why", async () => {
    const { signal, lines } = await run("hang", []);
    expect(signal).toBe("SIGKILL");
    expect(lines.at(-1)).toMatchObject({
      level: "error",
      service: "child",
      msg: "the event loop stands still for good, ending the process",
    });
  });

  it("that was frozen from outside goes on afterwards", async () => {
    const signals = ["SIGSTOP", "SIGCONT", "SIGTERM"] as const;
    const { code, lines } = await run("frozen", signals);
    expect(code).toBe(0);
    expect(lines.at(-1)?.["msg"]).toBe("stopped");
  });
});
