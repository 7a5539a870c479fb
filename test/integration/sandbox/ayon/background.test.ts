import { beforeEach, describe, expect, it } from "vitest";
import { freshId, useAyonSandbox } from "../../../support/ayon-sandbox.ts";
import { createFolder, update } from "../../../support/ayon-wire.ts";

const ayon = useAyonSandbox({
  seed: "demo",
  projects: [{ name: "demo", code: "dm" }],
});
const base = "/api/projects/demo";

const status = async (path: string): Promise<number> =>
  (await ayon.get(`${base}/${path}`)).status;

let n = 0;
/** A name no other test uses. */
const name = (): string => `f${(n += 1)}`;

beforeEach(() => {
  ayon.sandbox.control.clearFaults();
});

describe("in the background", () => {
  const start = (operations: object[], more: object = {}) =>
    ayon.post(`${base}/operations/background`, { operations, ...more });
  const poll = async (id: string) =>
    (await ayon.get(`${base}/operations/background/${id}`)).body;

  it("AY-24 answers at once, and later with the whole result", async () => {
    const folder = createFolder(name());
    const { status: code, body } = await start([folder]);
    expect(code).toBe(200);
    expect(body).toEqual({
      id: expect.any(String),
      status: "pending",
      progress: null,
      result: null,
    });
    await expect
      .poll(async () => (await poll(body.id)).status)
      .toBe("completed");
    expect(await poll(body.id)).toMatchObject({
      progress: 100,
      result: { success: true, operations: [{ entityId: folder.entityId }] },
    });
    expect(await ayon.get(`${base}/operations/background/xx`)).toMatchObject({
      status: 404,
      body: { detail: "Background operations task 'xx' not found" },
    });
  });

  it("AY-24 tells a failure inside a completed result, and forgets after half an hour", async () => {
    const { body } = await start([update(freshId(), {})]);
    await expect
      .poll(async () => (await poll(body.id)).status)
      .toBe("completed");
    expect((await poll(body.id)).result).toMatchObject({ success: false });
    ayon.sandbox.control.clock({ advanceMs: 31 * 60_000 });
    expect(
      (await ayon.get(`${base}/operations/background/${String(body.id)}`))
        .status,
    ).toBe(404);
  });

  it("AY-24 stays in progress for ever when the task dies, as it does over a duplicate operation", async () => {
    const id = freshId();
    const { body } = await start([update(id, {}), update(id, {})]);
    await expect
      .poll(async () => (await poll(body.id)).status)
      .toBe("in_progress");
    ayon.sandbox.control.addFault({ kind: "stuckBackground", times: 1 });
    const folder = createFolder(name());
    const stuck = (await start([folder])).body.id;
    const next = (await start([createFolder(name())])).body.id;
    await expect.poll(async () => (await poll(next)).status).toBe("completed");
    expect(await poll(stuck)).toMatchObject({
      status: "in_progress",
      result: null,
    });
    expect(await status(`folders/${folder.entityId}`)).toBe(404);
  });
});

describe("failures on demand", () => {
  it("loses a deadlock inside a 200, and keeps nothing of the batch", async () => {
    const folder = createFolder(name());
    await ayon.operations("demo", [folder]);
    const other = createFolder(name());
    ayon.sandbox.control.addFault({ kind: "deadlock", times: 1 });
    const batch = [other, update(folder.entityId, { label: "L" })];
    const lost = await ayon.operations("demo", batch);
    expect(lost.operations).toMatchObject([
      { success: true },
      {
        success: false,
        status: 503,
        errorCode: "database-deadlock-detected",
        detail: "Database deadlock detected",
      },
    ]);
    expect(await status(`folders/${other.entityId}`)).toBe(404);
    expect((await ayon.operations("demo", batch)).success).toBe(true);
  });

  it("fails the operation a rule or a predicate picks", async () => {
    const { control } = ayon.sandbox;
    const [good, bad] = [createFolder(name()), createFolder("picked")];
    control.addFault({
      kind: "operation",
      match: { name: "picked" },
      status: 418,
      errorCode: "teapot",
      times: 1,
    });
    const answer = await ayon.operations("demo", [good, bad], {
      canFail: true,
    });
    expect(answer.operations).toMatchObject([
      { success: true },
      { status: 418, errorCode: "teapot" },
    ]);
    expect((await ayon.operations("demo", [bad])).success).toBe(true);
    control.failOperations((operation) =>
      operation.type === "delete" ? new Error("no deletes") : null,
    );
    const removed = await ayon.operations("demo", [
      { type: "delete", entityType: "folder", entityId: good.entityId },
    ]);
    expect(removed.operations[0]).toMatchObject({
      status: 500,
      detail: "no deletes",
    });
  });
});
