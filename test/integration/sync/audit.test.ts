import fc from "fast-check";
import { z } from "zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AUDIT_ROUND_JOB, auditJob } from "../../../src/core/audit.ts";
import { ftrackId, projectName } from "../../../src/core/ids.ts";
import {
  fullSyncJob,
  fullSyncResult,
  planJob,
  planKey,
  planResult,
  type JobRequest,
} from "../../../src/core/sync-jobs.ts";
import { syncPlan, type PlanRow } from "../../../src/core/sync-plan.ts";
import type { Operation } from "../../../src/ftrack/session.ts";
import { memoryKey } from "../../../src/processor/jobs/audit.ts";
import type { Json } from "../../../src/queue/types.ts";
import { creation } from "../../support/edits.ts";
import { startWorld, type World } from "../../support/world.ts";

let world: World;
const sequences: string[] = [];
const shots: string[] = [];
const tasks: string[] = [];

async function run(request: JobRequest<object>): Promise<Json> {
  const { id } = await world.jobs.submit({
    ...request,
    data: request.data as Json,
  });
  await world.settled();
  const job = await world.jobs.get(id);
  expect(job).toMatchObject({ state: "done", error: null });
  return job?.result ?? null;
}

/** How it went, and how many entities were looked at. */
async function audit() {
  const projectId = ftrackId(world.projectId);
  const result = fullSyncResult.parse(await run(auditJob(projectId, "asked")));
  const line = world.log.lines.findLast((l) => l.message === "audited");
  return {
    ...result,
    ...(line?.fields as { lookedAt: number; isWhole: boolean }),
  };
}

async function fullPlan(): Promise<readonly PlanRow[]> {
  const data = { projectId: world.projectId, userId: null, subtreeId: null };
  const result = planResult.parse(await run(planJob(data)));
  if (result.kind !== "planned") throw new Error(result.detail);
  return syncPlan.parse(await world.store.get(planKey(result.planId))).rows;
}

/** Edits that no event tells of. */
async function unheard(work: () => Promise<void>): Promise<void> {
  await world.ftrack.control.faults({ events: { drop: 1 } });
  await work();
  await world.ftrack.control.clearFaults();
}

/** Everything in AYON with what a plan writes to it, by id. */
async function ayonState(): Promise<Map<string, Record<string, unknown>>> {
  const { folders, tasks: all } = await world.everything();
  return new Map(
    [...folders, ...all].map((node) => [node.id, { ...node }] as const),
  );
}

/** What the plan of a whole project would have written into AYON is what stands there now. */
async function expectCarriedOut(rows: readonly PlanRow[]): Promise<void> {
  const state = await ayonState();
  for (const { side, ayonId, after } of rows) {
    if (side !== "ayon" || ayonId === null) continue;
    const { attrib, ...columns } = after;
    delete columns["data"];
    expect(state.get(ayonId)).toMatchObject(columns);
    expect(state.get(ayonId)?.["own"]).toMatchObject(
      Object.fromEntries(
        Object.entries(attrib ?? {}).filter(([, value]) => value !== null),
      ),
    );
  }
}

beforeAll(async () => {
  world = await startWorld();
  const operations: Operation[] = [];
  function add(type: string, name: string, parent: string): string {
    const more =
      type === "Task" ? { type_id: world.ids.type("Animation") } : {};
    const one = world.create(type, name, parent, more);
    operations.push(one);
    return one.id;
  }
  for (let s = 0; s < 3; s += 1) {
    const sequence = add("Sequence", `sq${s}`, world.projectId);
    sequences.push(sequence);
    for (let n = 0; n < 4; n += 1) {
      const shot = add("Shot", `sh${n}`, sequence);
      shots.push(shot);
      for (const task of ["anim", "comp"]) tasks.push(add("Task", task, shot));
    }
  }
  await world.edit(...operations);
  await world.settled();
});
afterAll(async () => {
  await world.stop();
});

async function idOf(ftrack: string): Promise<string | undefined> {
  const state = await ayonState();
  return [...state.values()].find(
    (node) => (node["own"] as Record<string, unknown>)["ftrackId"] === ftrack,
  )?.["id"] as string | undefined;
}

describe("an audit", () => {
  it("compares the whole project at first, then nothing that stays as it is", async () => {
    expect(await audit()).toMatchObject({
      ...{ kind: "done", applied: 0, failed: 0, isWhole: true },
    });
    await world.resetRequests();
    expect(await audit()).toMatchObject({
      ...{ kind: "done", applied: 0, isWhole: false, lookedAt: 0 },
    });
    const counted = await world.requests();
    expect(counted.ayonWrites).toBe(0);
    expect(counted.ftrack).toBeLessThanOrEqual(12);
    expect(counted.ayon).toBeLessThanOrEqual(14);
  });

  it("repairs renames, moves, removals and creations that nobody heard of, by id (ES-59, FS-12, FS-13, FS-17)", async () => {
    const [, b = ""] = sequences;
    const [renamed = "", moved = "", removed = "", kept = ""] = shots;
    const before = await Promise.all([renamed, moved, removed, kept].map(idOf));
    const fresh = world.create("Shot", "fresh", b);
    await unheard(async () => {
      await world.edit(
        world.update("Shot", renamed, { name: "hero" }),
        world.update("Shot", moved, { parent_id: b, name: "guest" }),
        world.remove("Shot", removed),
        fresh,
      );
      await world.edit(await world.setValue(kept, "frameStart", 1009));
    });
    shots.splice(shots.indexOf(removed), 1);
    const planned = await fullPlan();
    expect(planned.length).toBeGreaterThan(4);
    const result = await audit();
    expect(result).toMatchObject({ kind: "done", failed: 0, isWhole: false });
    expect(result.lookedAt).toBeLessThan(15);
    await expectCarriedOut(planned);
    expect(
      await Promise.all([renamed, moved, removed, kept].map(idOf)),
    ).toEqual(before);
    expect(await world.folder("/sq0/hero")).toMatchObject({ id: before[0] });
    expect(await world.folder("/sq1/guest")).toMatchObject({ id: before[1] });
    expect((await ayonState()).get(before[2] ?? "")).toMatchObject({
      active: false,
    });
    expect(await world.folder("/sq0/sh3")).toMatchObject({
      own: { frameStart: 1009 },
    });
    expect(await world.values(renamed)).toMatchObject({
      ayon_path: "/sq0/hero",
    });
    expect(await fullPlan()).toEqual([]);
  });

  it("takes back edits made in AYON past the sync, and gives again what was deleted there, with its id", async () => {
    await audit();
    const folder = await world.folder("/sq2/sh1");
    const task = await world.task("/sq2/sh2/anim");
    const { ayon, name } = world;
    await world.ayonPatch("folders", folder?.id ?? "", {
      name: "mine",
      label: "mine",
    });
    await ayon.http.send({
      method: "DELETE",
      path: `/api/projects/${name}/tasks/${task?.id ?? ""}`,
      answer: z.unknown(),
    });
    expect(await audit()).toMatchObject({ isWhole: false, failed: 0 });
    expect(await world.folder("/sq2/sh1")).toMatchObject({ id: folder?.id });
    expect(await world.task("/sq2/sh2/anim")).toMatchObject({ id: task?.id });
    expect(await fullPlan()).toEqual([]);
  });

  it("looks again at what could not be brought over, until it can", async () => {
    const sequence = sequences[2] ?? "";
    const twin = world.create("Shot", "SH1", sequence);
    await unheard(() => world.edit(twin));
    for (let i = 0; i < 3; i += 1) {
      const result = await audit();
      expect(result).toMatchObject({ kind: "done", isWhole: false });
      expect(result).toHaveProperty("issues", 1);
    }
    await unheard(() =>
      world.edit(world.update("Shot", twin.id, { name: "sh77" })),
    );
    expect(await audit()).toMatchObject({ issues: 0 });
    expect(await world.folder("/sq2/sh77")).toMatchObject({
      own: { ftrackId: twin.id },
    });
  });

  it("brings links and lists over, and a member of theirs that could not come at first", async () => {
    const [first = "", second = ""] = shots.slice(-2);
    const late = world.create("Shot", "SH77", sequences[2] ?? "");
    const category = await world.all("ListCategory", ["id"]);
    const list = creation("TypedContextList", {
      name: "dailies",
      project_id: world.projectId,
      category_id: category[0]?.["id"],
      system_type: "task",
    });
    await unheard(() =>
      world.edit(
        late,
        list,
        ...[first, late.id].map((entity_id) =>
          creation("ListObject", { list_id: list.id, entity_id }),
        ),
        ...[second, late.id].map((to_id) =>
          creation("TypedContextLink", { from_id: first, to_id }),
        ),
      ),
    );
    expect(await audit()).toMatchObject({ isWhole: false, issues: 1 });
    const name = projectName(world.name);
    const members = async (): Promise<unknown[]> => {
      const [found] = await world.reads.lists(name);
      return found?.items.map((item) => item.entityId) ?? [];
    };
    const links = async (): Promise<unknown[]> => {
      const type = "breakdown|folder|folder";
      const found = await world.reads.links(name, type, "all");
      return found.map((row) => row.output).sort();
    };
    expect(await members()).toEqual([await idOf(first)]);
    expect(await links()).toEqual([await idOf(second)]);

    // Neither the list nor the link changes; what they are about does.
    await unheard(() =>
      world.edit(world.update("Shot", late.id, { name: "sh88" })),
    );
    expect(await audit()).toMatchObject({ isWhole: false, issues: 0 });
    const both = [await idOf(second), await idOf(late.id)].sort();
    expect(await members()).toHaveLength(2);
    expect(await links()).toEqual(both);
    shots.push(late.id);

    await unheard(() => world.edit(world.remove("TypedContextList", list.id)));
    await audit();
    expect(await audit()).toMatchObject({ applied: 0, lookedAt: 0 });
    expect(await fullPlan()).toEqual([]);
  });

  it("equals a plan of the whole project after any edits on both sides", async () => {
    const index = fc.nat({ max: 200 });
    const edits = fc.array(
      fc.record({
        kind: fc.constantFrom(
          "rename",
          "move",
          "value",
          "status",
          "create",
          "ayon-name",
          "ayon-link",
          "ayon-status",
        ),
        at: index,
        n: index,
      }),
      { minLength: 1, maxLength: 8 },
    );
    let made = 0;
    await audit();
    await fc.assert(
      fc.asyncProperty(edits, async (played) => {
        await unheard(async () => {
          for (const { kind, at, n } of played) {
            made += 1;
            await play(kind, at, made * 1000 + n);
          }
        });
        const planned = await fullPlan();
        expect(await audit()).toMatchObject({
          kind: "done",
          failed: 0,
          isWhole: false,
        });
        await expectCarriedOut(planned);
        expect(await fullPlan()).toEqual([]);
      }),
      { numRuns: 6, endOnFailure: true },
    );
    await audit();
    expect(await audit()).toMatchObject({ applied: 0, lookedAt: 0 });
    const full = await run(
      fullSyncJob({ projectId: world.projectId, userId: null }),
    );
    expect(fullSyncResult.parse(full)).toMatchObject({ applied: 0 });
  });

  it("of every project with auto-sync is made in a round", async () => {
    const [shot = ""] = shots;
    await unheard(() =>
      world.edit(world.update("Shot", shot, { name: "by night" })),
    );
    const result = await run({
      ...{ kind: AUDIT_ROUND_JOB, key: AUDIT_ROUND_JOB, data: {} },
    });
    expect(result).toEqual({ kind: "done", projects: 1, failed: [] });
    const node = (await ayonState()).get((await idOf(shot)) ?? "");
    expect(node).toMatchObject({ name: "by_night" });
  });

  it("without its memory it costs one whole comparison, and no more", async () => {
    await world.store.delete(memoryKey(ftrackId(world.projectId)));
    expect(await audit()).toMatchObject({ applied: 0, isWhole: true });
    await world.store.set(memoryKey(ftrackId(world.projectId)), { odd: 1 });
    expect(await audit()).toMatchObject({ applied: 0, isWhole: true });
    expect(await audit()).toMatchObject({ lookedAt: 0, isWhole: false });
  });
});

async function play(kind: string, at: number, n: number): Promise<void> {
  const shot = shots[at % shots.length] ?? "";
  const task = tasks[at % tasks.length] ?? "";
  const sequence = sequences[at % sequences.length] ?? "";
  const node = await idOf(kind === "ayon-status" ? task : shot);
  switch (kind) {
    case "rename":
      return world.edit(world.update("Shot", shot, { name: `sh${n}` }));
    case "move":
      return world.edit(
        world.update("Shot", shot, { parent_id: sequence, name: `mv${n}` }),
      );
    case "value":
      return world.edit(await world.setValue(shot, "frameStart", n));
    case "status":
      return world.edit(
        world.update("Shot", shot, {
          status_id: world.ids.status(
            n % 2 === 0 ? "In progress" : "Not started",
          ),
        }),
      );
    case "create": {
      const one = world.create("Shot", `new${n}`, sequence);
      shots.push(one.id);
      return world.edit(one);
    }
    case "ayon-name":
      if (node === undefined) return;
      return world.ayonPatch("folders", node, { name: `ayon${n}` });
    case "ayon-link":
      if (node === undefined) return;
      return world.ayonPatch("folders", node, { attrib: { ftrackId: null } });
    case "ayon-status":
      if (node === undefined) return;
      return world.ayonPatch("tasks", node, { active: false });
  }
}
