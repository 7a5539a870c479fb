import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from "vitest";
import { applyOperations } from "../../../src/ayon/operations.ts";
import type { AyonId } from "../../../src/core/ids.ts";
import { ServiceError } from "../../../src/core/errors.ts";
import { type Ayon, ask, startAyon } from "../../support/ayon.ts";
import {
  anOperation,
  brief,
  folder,
  newId,
  task,
} from "../../support/ayon-operations.ts";

/** Troubles that the sandbox makes by itself, as the real server has them. */

let ayon: Ayon;
let root: AyonId;

beforeAll(async () => {
  ayon = await startAyon();
});
afterAll(async () => {
  await ayon[Symbol.asyncDispose]();
});
beforeEach(async () => {
  root = newId();
  await applyOperations(ayon.http, ayon.project, [folder("root", root, null)]);
  ayon.sandbox.control.resetRequests();
});
afterEach(() => {
  ayon.sandbox.control.clearFaults();
});

async function taskNames(): Promise<string[]> {
  const { tasks } = await ayon.reads.select(ayon.project, {
    tasks: [{ folderIds: [root] }],
  });
  return tasks.map((t) => t.name).sort();
}

describe("operations", () => {
  it("that were committed before the connection broke are found done", async () => {
    ayon.sandbox.control.addFault({
      kind: "commitThenReset",
      path: "/operations",
      times: 1,
    });
    const results = await applyOperations(ayon.http, ayon.project, [
      task("a", root),
      task("b", root),
    ]);
    expect(brief(results)).toEqual(["a unchanged", "b unchanged"]);
    expect(await taskNames()).toEqual(["a", "b"]);
  });

  it("that met a deadlock are sent again, those that did not are not", async () => {
    ayon.sandbox.control.addFault({ kind: "deadlock", times: 2 });
    const results = await applyOperations(
      ayon.http,
      ayon.project,
      [
        task("a", root),
        anOperation("u", { entityId: root, data: { label: "x" } }),
      ],
      { againDelaysMs: [5, 5, 5] },
    );
    expect(brief(results)).toEqual(["a applied", "u applied"]);
  });

  it("of a server that restarts for a while are carried out when it is back", async () => {
    const patient = ayon.client({
      retries: { delaysMs: [50, 100, 200, 400, 800] },
    });
    const back = ayon.sandbox.control.refuse(300);
    const results = await applyOperations(patient, ayon.project, [
      task("a", root),
    ]);
    await back;
    expect(brief(results)).toEqual(["a applied"]);
  });

  it("ES-57: sent again and again through a storm end as in calm weather", async () => {
    const control = ayon.sandbox.control;
    control.addFault({
      kind: "commitThenReset",
      path: "/operations",
      rate: 0.3,
    });
    control.addFault({
      kind: "error",
      status: 502,
      path: "/operations",
      rate: 0.3,
    });
    control.addFault({ kind: "reset", path: "/operations", rate: 0.2 });
    const operations = Array.from({ length: 40 }, (_, n) =>
      task(`t${n}`, root, { stage: n % 4 }),
    );
    const open = new Set(operations.map((o) => o.id));
    for (let round = 0; round < 50 && open.size > 0; round++) {
      const wanted = operations.filter((o) => open.has(o.id));
      for (const r of await applyOperations(ayon.http, ayon.project, wanted)) {
        if (r.status === "failed") expect(r.error?.transient).toBe(true);
        else open.delete(r.changeId);
      }
    }
    expect(open.size).toBe(0);
    control.clearFaults();
    expect(await taskNames()).toHaveLength(40);
  });
});

describe("reads", () => {
  it.each([
    ["502 pages", { kind: "error", status: 502, times: 2 } as const],
    ["broken connections", { kind: "reset", times: 2 } as const],
    ["answers that break off", { kind: "commitThenReset", times: 2 } as const],
    [
      "errors of the server",
      { kind: "error", status: 503, json: true, times: 2 } as const,
    ],
  ])("get through %s", async (_, fault) => {
    ayon.sandbox.control.addFault(fault);
    const found = await ayon.reads.select(ayon.project, {
      folders: [{ ids: [root] }],
    });
    expect(found.folders).toHaveLength(1);
  });

  it("end in time when nothing is answered", async () => {
    ayon.sandbox.control.addFault({ kind: "hang", path: "/graphql" });
    const hasty = ayon.client({ timeoutMs: 100 });
    const asked = ask(hasty, "POST", "/graphql", { query: "{ me { name } }" });
    await expect(asked).rejects.toMatchObject({ code: "E_AYON_TIMEOUT" });
  });
});

describe("a key that the server does not know yet", () => {
  it("is accepted a minute after it was made, without a restart of ours", async () => {
    const apiKey = "abcdef0123456789abcdef0123456789";
    const early = ayon.client({ apiKey, authPauseMs: 20 });
    const me = (): Promise<unknown> =>
      ask(early, "GET", "/api/users/me").catch((thrown: unknown) => {
        if (thrown instanceof ServiceError) return thrown.code;
        throw thrown;
      });
    expect(await me()).toBe("E_AYON_AUTH");
    await ask(ayon.http, "PUT", "/api/users/late.service", {
      data: { isService: true },
      apiKey,
    });
    // The server remembers for 60 s that it did not know the key.
    ayon.sandbox.control.clock({ advanceMs: 30_000 });
    await expect.poll(me).toBe("E_AYON_AUTH");
    ayon.sandbox.control.clock({ advanceMs: 31_000 });
    await expect.poll(me).toMatchObject({ name: "late.service" });
  });
});

describe("what is sent", () => {
  it("is marked as ours in every event the server makes of it", async () => {
    await applyOperations(ayon.http, ayon.project, [task("marked", root)]);
    await ayon.sandbox.control.settled();
    const conditions = [
      { key: "topic", operator: "eq", value: "entity.task.created" },
    ];
    const events = await ask(ayon.http, "POST", "/api/query", {
      entity: "event",
      filter: { operator: "and", conditions },
      limit: 1,
    });
    expect(events).toMatchObject([{ sender: "test", sender_type: "ftrack" }]);
  });
});
