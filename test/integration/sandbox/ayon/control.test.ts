import { once } from "node:events";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import {
  connectAyonControl,
  type Fault,
} from "../../../../sandbox/ayon/index.ts";
import { freshId, useAyonSandbox } from "../../../support/ayon-sandbox.ts";

const ayon = useAyonSandbox({
  projects: [{ name: "demo", code: "dm" }],
  addonSettings: { enabled: true },
});
const base = "/api/projects/demo";

beforeEach(() => {
  ayon.sandbox.control.reset();
});

const addFault = (fault: Fault): void => {
  ayon.sandbox.control.addFault(fault);
};
const operation = (name: string, entityId = freshId()) => ({
  type: "create",
  entityType: "folder",
  entityId,
  data: { name, folderType: "Shot" },
});
const names = async (): Promise<string[]> =>
  (await ayon.get(`${base}/folders`)).body.folders
    .map((folder: { name: string }) => folder.name)
    .sort();

describe("faults", () => {
  it("turns requests away with a page of a proxy, so often and where it is told", async () => {
    addFault({
      kind: "error",
      status: 502,
      path: "/folders",
      method: "get",
      times: 2,
    });
    for (let i = 0; i < 2; i += 1) {
      const reply = await ayon.get(`${base}/folders`);
      expect(reply).toMatchObject({
        status: 502,
        body: expect.stringContaining("<h1>502 Bad Gateway</h1>"),
      });
      expect(reply.headers.get("content-type")).toContain("text/html");
    }
    expect((await ayon.get(`${base}/folders`)).status).toBe(200);
    expect(
      (await ayon.post(`${base}/folders`, { name: "a", folderType: "Shot" }))
        .status,
    ).toBe(201);
    addFault({ kind: "error", status: 503, json: true });
    expect(await ayon.get("/api/info")).toMatchObject({
      status: 503,
      body: { code: 503 },
    });
    ayon.sandbox.control.clearFaults();
    expect((await ayon.get("/api/info")).status).toBe(200);
  });

  it("strikes a share of the requests, the same in every run", async () => {
    const run = async (): Promise<boolean[]> => {
      ayon.sandbox.control.reset();
      addFault({ kind: "error", status: 503, rate: 0.3 });
      const hits: boolean[] = [];
      for (let i = 0; i < 60; i += 1)
        hits.push((await ayon.get("/api/info")).status === 503);
      return hits;
    };
    const first = await run();
    const share = first.filter(Boolean).length / first.length;
    expect(share).toBeGreaterThan(0.1);
    expect(share).toBeLessThan(0.5);
    expect(await run()).toEqual(first);
  });

  it("delays, hangs and breaks connections", async () => {
    addFault({ kind: "latency", ms: 80, times: 1 });
    const started = performance.now();
    await ayon.get("/api/info");
    expect(performance.now() - started).toBeGreaterThan(70);
    addFault({ kind: "reset", times: 1 });
    await expect(ayon.get("/api/info")).rejects.toThrow("fetch failed");
    addFault({ kind: "hang", times: 1 });
    await expect(
      fetch(`${ayon.sandbox.url}/api/info`, {
        signal: AbortSignal.timeout(100),
      }),
    ).rejects.toThrow(/timeout/);
    expect((await ayon.get("/api/info")).status).toBe(200);
  });

  it("does what it was asked and breaks off before it says so", async () => {
    addFault({ kind: "commitThenReset", path: "/operations", times: 1 });
    const made = operation("kept");
    await expect(ayon.operations("demo", [made])).rejects.toThrow(
      "fetch failed",
    );
    expect(await names()).toEqual(["kept"]);
    const again = await ayon.operations("demo", [made]);
    expect(again.operations[0]).toMatchObject({
      success: false,
      errorCode: "unique-violation",
    });
  });

  it("says what is laid out and how often it will strike", () => {
    addFault({ kind: "deadlock", times: 3 });
    addFault({ kind: "hang", path: "/x" });
    expect(ayon.sandbox.control.faults()).toMatchObject([
      { kind: "deadlock", left: 3 },
      { kind: "hang", path: "/x", left: null },
    ]);
  });
});

describe("state", () => {
  it("goes back to a snapshot, and to the seed", async () => {
    const { control } = ayon.sandbox;
    await ayon.operations("demo", [operation("one")]);
    control.snapshot("with one");
    await ayon.operations("demo", [operation("two")]);
    await ayon.post("/api/projects", { name: "extra", code: "ex" });
    expect(await names()).toEqual(["one", "two"]);
    control.restore("with one");
    expect(await names()).toEqual(["one"]);
    expect((await ayon.get("/api/projects/extra")).status).toBe(404);
    expect(() => {
      control.restore("never made");
    }).toThrow("No snapshot never made");
    control.reset();
    expect(await names()).toEqual([]);
    expect((await ayon.get("/api/users/me")).body.name).toBe("service");
    expect((await ayon.get("/api/addons/ftrack/1.0.0/settings")).body).toEqual({
      enabled: true,
    });
  });

  it("keeps its clock where it is put", async () => {
    const { control } = ayon.sandbox;
    const at = Date.UTC(2030, 0, 1);
    expect(control.clock({ set: at }).now - at).toBeLessThan(50);
    const { id } = (
      await ayon.post(`${base}/folders`, { name: "late", folderType: "Shot" })
    ).body;
    expect(
      (await ayon.get(`${base}/folders/${String(id)}`)).body.createdAt,
    ).toMatch(/^2030-01-01T00:00:/);
    control.clock({ advanceMs: 86_400_000 });
    expect(new Date(control.clock().now).getUTCDate()).toBe(2);
  });

  it("counts requests by route, operations by kind, and what writes", async () => {
    const { control } = ayon.sandbox;
    await ayon.get(`${base}/folders`);
    await ayon.operations("demo", [operation("a"), operation("b")]);
    await ayon.graphql("{ me { name } }");
    await ayon.post("/api/query", { entity: "event" });
    await ayon.post("/api/events", { topic: "ftrack.leech" });
    const { counts, requests } = control.requests({ limit: 2 });
    expect(counts).toEqual({
      total: 5,
      byRoute: {
        "GET /api/projects/:project/folders": 1,
        "POST /api/projects/:project/operations": 1,
        "POST /graphql": 1,
        "POST /api/query": 1,
        "POST /api/events": 1,
      },
      operations: { "create folder": 2 },
      writes: 2,
    });
    expect(requests).toMatchObject([
      { method: "POST", path: "/api/query", status: 200 },
      { method: "POST", path: "/api/events", status: 200, operations: 0 },
    ]);
    control.resetRequests();
    expect(control.requests().counts).toMatchObject({
      total: 0,
      writes: 0,
      operations: {},
    });
  });
});

describe("manners", () => {
  it("can be as slow as a small real server", async () => {
    const { control } = ayon.sandbox;
    const timed = async (work: () => Promise<unknown>): Promise<number> => {
      const started = performance.now();
      await work();
      return performance.now() - started;
    };
    control.switches({ latencyMs: 60 });
    expect(await timed(() => ayon.get("/api/info"))).toBeGreaterThan(55);
    control.switches({ latencyMs: 0, costs: "real" });
    expect(
      await timed(() => ayon.operations("demo", [operation("slow")])),
    ).toBeGreaterThan(140);
    expect(() => control.switches({ nonsense: 1 } as object)).toThrow(
      "No switch nonsense",
    );
  });

  it("is silent for a while, and comes back on the same port", async () => {
    await ayon.get("/api/users/me");
    const socket = new WebSocket(`${ayon.sandbox.url}/ws`);
    await once(socket, "open");
    const closed = once(socket, "close");
    const back = ayon.sandbox.control.refuse(150);
    await closed;
    await vi.waitFor(async () => {
      await expect(fetch(`${ayon.sandbox.url}/api/info`)).rejects.toThrow(
        "fetch failed",
      );
    });
    await back;
    expect((await ayon.get("/api/info")).status).toBe(200);
  });

  it("obeys over HTTP whoever has the token", async () => {
    const { url, controlToken } = ayon.sandbox;
    const remote = connectAyonControl(url, controlToken);
    await ayon.operations("demo", [operation("one")]);
    await remote.snapshot("s");
    await remote.addFault({
      kind: "error",
      status: 503,
      path: "/api/info",
      times: 1,
    });
    expect((await remote.faults()).length).toBe(1);
    expect((await ayon.get("/api/info")).status).toBe(503);
    expect(
      (await remote.switches({ ownAttribTrap: false })).ownAttribTrap,
    ).toBe(false);
    expect((await remote.clock({ advanceMs: 5000 })).now).toBeGreaterThan(
      Date.now() + 4000,
    );
    expect((await remote.requests()).counts.total).toBe(2);
    await remote.settled();
    await remote.reset();
    expect(await names()).toEqual([]);
    await remote.restore("s");
    expect(await names()).toEqual(["one"]);
    await expect(remote.restore("none")).rejects.toThrow("No snapshot none");
    await expect(
      remote.addFault({ kind: "nonsense" } as never),
    ).rejects.toThrow(/^kind must be one of/);
    await expect(connectAyonControl(url, "wrong").reset()).rejects.toThrow(
      "x-sandbox-token is missing or wrong",
    );
    expect((await ayon.post("/control/reset", {}, {})).status).toBe(403);
    expect(
      (
        await ayon.post(
          "/control/nonsense",
          {},
          { "x-sandbox-token": controlToken },
        )
      ).status,
    ).toBe(404);
    expect(
      (
        await ayon.post(
          "/control/toString",
          {},
          { "x-sandbox-token": controlToken },
        )
      ).status,
    ).toBe(404);
  });
});
