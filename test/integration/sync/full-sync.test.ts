import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import { ftrackId } from "../../../src/core/ids.ts";
import {
  applyJob,
  applyResult,
  explainJob,
  explainResult,
  fullSyncJob,
  fullSyncResult,
  planJob,
  planKey,
  planResult,
  type JobRequest,
} from "../../../src/core/sync-jobs.ts";
import { isIntact, syncPlan } from "../../../src/core/sync-plan.ts";
import type { Json } from "../../../src/queue/types.ts";
import { startWorld, type World } from "../../support/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld({ autoSync: false });
});
afterAll(async () => {
  await world.stop();
});

/** Does a job, and gives its result. */
async function run<T>(
  request: JobRequest<object>,
  result: z.ZodType<T>,
): Promise<T> {
  const { id } = await world.jobs.submit({
    ...request,
    data: request.data as Json,
  });
  await world.settled();
  const job = await world.jobs.get(id);
  expect(job?.state).toBe("done");
  return result.parse(job?.result);
}

async function fullSync(userId: string | null = null) {
  return run(
    fullSyncJob({ projectId: world.projectId, userId }),
    fullSyncResult,
  );
}

async function makePlan(subtreeId: string | null = null) {
  const request = { projectId: world.projectId, userId: null, subtreeId };
  const result = await run(planJob(request), planResult);
  if (result.kind !== "planned") throw new Error(result.detail);
  const plan = syncPlan.parse(await world.store.get(planKey(result.planId)));
  return { result, plan };
}

describe("a whole project", () => {
  it("comes over, tells its user in a job with a report, and a second time writes nothing (FS-3, FS-39, ES-1)", async () => {
    const sequence = world.create("Sequence", "sq010", world.projectId);
    const shots = ["sh010", "sh020"].map((name) =>
      world.create("Shot", name, sequence.id),
    );
    const tasks = shots.map((shot) =>
      world.create("Task", "anim", shot.id, {
        type_id: world.ids.type("Animation"),
      }),
    );
    await world.edit(sequence, ...shots, ...tasks);
    await world.settled();
    expect(await world.folder("/sq010")).toBeUndefined();

    const [anna] = await world.people("anna@studio.test");
    const first = await fullSync(anna);
    expect(first).toMatchObject({ kind: "done", failed: 0 });
    expect(await world.task("/sq010/sh020/anim")).toMatchObject({
      own: { ftrackId: tasks[1]?.id },
    });
    expect(await world.values(String(shots[0]?.id))).toMatchObject({
      ayon_path: "/sq010/sh010",
    });
    const [job] = await world.all("Job", ["data", "status", "user_id"]);
    expect(job).toMatchObject({ status: "done", user_id: anna });
    expect(job?.["data"]).toMatch(/Sync to AYON \(show\): \d+ changes/);
    const files = await world.all("FileComponent", ["name"]);
    expect(files.map((file) => file["name"])).toEqual(["sync-report-show"]);

    await world.resetRequests();
    expect(await fullSync()).toMatchObject({ kind: "done", applied: 0 });
    expect(await world.requests()).toMatchObject({ ayonWrites: 0 });
    const { counts } = await world.ftrack.control.requests();
    const writes = Object.keys(counts).filter((what) =>
      /^(create|update|delete) /.test(what),
    );
    expect(writes).toEqual([]);
  });

  it("is planned as data, limited to a subtree, and the plan is carried out exactly", async () => {
    const one = world.create("Sequence", "sq100", world.projectId);
    const two = world.create("Sequence", "sq200", world.projectId);
    const shot = world.create("Shot", "sh010", one.id);
    await world.edit(one, two, shot);
    await world.settled();

    const { plan, result } = await makePlan(shot.id);
    expect(isIntact(plan)).toBe(true);
    const creates = plan.rows.filter((row) => row.side === "ayon");
    expect(creates.map((row) => [row.action, row.path])).toEqual([
      ["create", "sq100"],
      ["create", "sq100/sh010"],
    ]);
    expect(result.summary).toContain("AYON: 1 Shot created");
    expect(await world.folder("/sq100")).toBeUndefined();

    const applied = await run(
      applyJob({
        projectId: world.projectId,
        userId: null,
        subtreeId: shot.id,
        fingerprint: plan.fingerprint,
      }),
      applyResult,
    );
    expect(applied).toMatchObject({ kind: "done", failed: 0 });
    expect(applied).toHaveProperty("applied", plan.rows.length);
    expect(await world.folder("/sq100/sh010")).toBeDefined();
    expect(await world.folder("/sq200")).toBeUndefined();
    expect((await makePlan(shot.id)).plan.rows).toEqual([]);
  });

  it("a plan is refused once the state has moved", async () => {
    const { plan } = await makePlan();
    expect(plan.rows.map((row) => row.path)).toContain("sq200");
    const late = world.create("Sequence", "sq300", world.projectId);
    await world.edit(late);
    await world.settled();
    const refused = await run(
      applyJob({
        projectId: world.projectId,
        userId: null,
        subtreeId: null,
        fingerprint: plan.fingerprint,
      }),
      applyResult,
    );
    expect(refused.kind).toBe("stale");
    expect(await world.folder("/sq200")).toBeUndefined();
  });

  it("says why something is not in AYON", async () => {
    const task = world.create("Task", "loose", world.projectId, {
      type_id: world.ids.type("Animation"),
    });
    const fine = world.create("Sequence", "sq400", world.projectId);
    await world.edit(task, fine);
    await world.settled();
    const result = await run(
      explainJob({
        projectId: world.projectId,
        entityIds: [task.id, fine.id, ftrackId("nobody")],
      }),
      explainResult,
    );
    if (result.kind !== "explained") throw new Error(result.detail);
    const lines = result.entities.map((entity) => entity.lines.join(" "));
    expect(lines[0]).toContain("directly under the project");
    expect(lines[1]).toContain("the next sync brings it");
    expect(lines[2]).toContain("no such folder or task");
  });
});
