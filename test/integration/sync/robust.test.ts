import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  fullSyncJob,
  fullSyncResult,
  type FullSyncResult,
} from "../../../src/core/sync-jobs.ts";
import { creation } from "../../support/edits.ts";
import { branchIn } from "../../support/branch.ts";
import { eventually } from "../../support/redis.ts";
import { waiting } from "../../support/queue-harness.ts";
import { startWorld, type World } from "../../support/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld({
    settings: {
      sync: { thumbnails: false },
      // A shot that follows the status of its task would be a write of its own.
      service_event_handlers: { status_task_to_parent: { enabled: false } },
    },
  });
});
afterAll(async () => {
  await world.stop();
});

async function fullSync(projectId = world.projectId): Promise<FullSyncResult> {
  const request = fullSyncJob({ projectId, userId: null });
  const { id } = await world.jobs.submit(request);
  await world.settled();
  return fullSyncResult.parse((await world.jobs.get(id))?.result);
}

describe("bursts", () => {
  it("fifty renames that wait, and other edits of the same shot, are one write with the last name (ES-55, ES-56)", async () => {
    const { name, shot, folderId } = await branchIn(world);
    await world.settled();
    await world.stopProcessor();
    for (let n = 1; n <= 50; n += 1)
      await world.edit(world.update("Shot", shot, { name: `take ${n}` }));
    await world.edit(world.update("Shot", shot, { description: "night" }));
    await eventually(
      "all of them wait",
      async () => (await waiting(world.redis, world.projectId)) >= 51,
    );
    world.ayon.sandbox.control.resetRequests();
    await world.startProcessor();
    await world.settled();
    expect(await world.folder(`/${name}/take_50`)).toMatchObject({
      id: folderId,
      own: { description: "night" },
    });
    const { counts } = world.ayon.sandbox.control.requests({ limit: 0 });
    const operations = Object.entries(counts.byRoute)
      .filter(([route]) => route.endsWith("/operations"))
      .map(([, number]) => number);
    // One for the shot; its task's path follows in the same request.
    expect(operations).toEqual([1]);
  });

  it("a status change costs as few requests in a large project as in a small one (ES-60)", async () => {
    const { sequence, task } = await branchIn(world);
    async function costOf(status: string) {
      await world.settled();
      await world.resetRequests();
      const status_id = world.ids.status(status);
      await world.edit(world.update("Task", task, { status_id }));
      await world.settled();
      return world.requests();
    }
    /** The cheapest of a few: once in a while what is remembered of the servers is read anew. */
    async function cost(): Promise<number> {
      const costs: number[] = [];
      for (const status of ["Revise", "In progress", "Revise", "In progress"]) {
        const { ayonWrites, ayon, ftrack } = await costOf(status);
        expect(ayonWrites).toBe(1);
        costs.push(ayon + ftrack);
      }
      return Math.min(...costs);
    }
    const small = await cost();
    const shots = Array.from({ length: 150 }, (_, n) =>
      world.create("Shot", `many ${n}`, sequence),
    );
    await world.edit(...shots);
    expect(await cost()).toBe(small);
    expect(small).toBeLessThanOrEqual(6);
  });

  it("what could not be written while AYON was away is written once it is back, and nothing twice (ES-57)", async () => {
    const { name, sequence } = await branchIn(world);
    world.ayon.sandbox.control.addFault({
      ...{ kind: "error", status: 503, times: 6 },
      path: "/operations",
    });
    const shots = ["a", "b", "c"].map((n) => world.create("Shot", n, sequence));
    await world.edit(...shots);
    await world.settled();
    world.ayon.sandbox.control.clearFaults();
    const { folders } = await world.everything();
    const paths = folders
      .filter(({ parentId, path }) => parentId !== null && path.includes(name))
      .map(({ path }) => path);
    expect(paths.sort()).toEqual(
      ["a", "b", "c", "sh_010"].map((n) => `/${name}/${n}`),
    );
  });

  it("one that AYON refuses for good is kept with the reason, the 199 others come (ES-58)", async () => {
    const { name, sequence } = await branchIn(world);
    world.ayon.sandbox.control.addFault({
      kind: "operation",
      match: { type: "create", name: "shot_77" },
      status: 400,
      detail: "Not this one",
    });
    const shots = Array.from({ length: 200 }, (_, n) =>
      world.create("Shot", `shot ${n}`, sequence),
    );
    await world.edit(...shots);
    await world.settled();
    world.ayon.sandbox.control.clearFaults();
    const bad = shots[77]?.id ?? "";
    const { folders } = await world.everything();
    const come = new Set(
      folders
        .filter(({ path }) => path.startsWith(`/${name}/shot_`))
        .map(({ own }) => own["ftrackId"]),
    );
    expect(shots.filter(({ id }) => !come.has(id)).map(({ id }) => id)).toEqual(
      [bad],
    );
    expect(come.size).toBe(199);
    const held = await world.quarantine.list(world.projectId);
    expect(held.filter(({ entityId }) => come.has(entityId))).toEqual([]);
    expect(held.find(({ entityId }) => entityId === bad)).toMatchObject({
      rule: "rejected-by-ayon",
      detail: expect.stringContaining("Not this one") as string,
    });
    expect(await world.values(bad)).toMatchObject({ ayon_sync_failed: true });
  });

  it("edits while the event hub was away come over, with the ids they had (ES-59)", async () => {
    const { name, shot, folderId } = await branchIn(world);
    await world.ftrack.control.faults({ events: { drop: 1 } });
    await world.edit(
      world.update("Shot", shot, { name: "unheard" }),
      world.create("Shot", "new", world.projectId),
    );
    await world.ftrack.control.clearFaults();
    await world.ftrack.control.dropSockets({ how: "close" });
    await eventually("the edits are caught up with", async () => {
      const folder = await world.folder(`/${name}/unheard`);
      return folder?.id === folderId;
    });
    expect(await world.folder("/new")).toBeDefined();
  });
});

describe("a full sync", () => {
  it("applies the rest when AYON refuses one operation, and reports that with AYON's words (FS-25)", async () => {
    const { name, sequence } = await branchIn(world);
    await world.edit(
      await world.setValue(world.projectId, "auto_sync_enabled", false),
    );
    await world.settled();
    const bad = world.create("Shot", "bad", sequence);
    const good = world.create("Shot", "good", sequence);
    await world.edit(bad, good);
    await world.settled();
    world.ayon.sandbox.control.addFault({
      kind: "operation",
      match: { type: "create", name: "bad" },
      status: 400,
      detail: "The moon is full",
    });
    const result = await fullSync();
    world.ayon.sandbox.control.clearFaults();
    expect(result).toMatchObject({ kind: "done", failed: 1 });
    expect(await world.folder(`/${name}/good`)).toBeDefined();
    expect(await world.values(bad.id)).toMatchObject({
      ayon_sync_failed: true,
    });
    const report = await world.reports.latest(world.projectId);
    expect(JSON.stringify(report)).toContain("The moon is full");
    const held = await world.quarantine.find(world.projectId, [bad.id]);
    expect(held.get(bad.id)).toMatchObject({ rule: "rejected-by-ayon" });

    // The cause is gone: it comes, and leaves quarantine.
    await fullSync();
    expect(await world.folder(`/${name}/bad`)).toBeDefined();
    expect(await world.values(bad.id)).toMatchObject({
      ayon_sync_failed: false,
    });
    expect((await world.quarantine.find(world.projectId, [bad.id])).size).toBe(
      0,
    );
  });

  it("is not answered to when its notes come back as events, and is one job however often it is asked for (FS-37, FS-38)", async () => {
    const sequence = world.create("Sequence", "echo", world.projectId);
    await world.edit(sequence);
    await world.settled();
    const request = fullSyncJob({ projectId: world.projectId, userId: null });
    await world.stopProcessor();
    const first = await world.jobs.submit(request);
    const second = await world.jobs.submit(request);
    expect(second).toEqual({ id: first.id, isNew: false });
    await world.startProcessor();
    await world.settled();
    expect(await world.folder("/echo")).toBeDefined();
    await world.edit(
      await world.setValue(world.projectId, "auto_sync_enabled", true),
    );
    await world.settled();
    await world.resetRequests();
    await world.settled();
    expect(await world.requests()).toMatchObject({ ftrack: 0, ayonWrites: 0 });
  });

  it("needs no request per entity (FS-40)", async () => {
    await fullSync();
    await world.resetRequests();
    await fullSync();
    const before = await world.requests();
    const sequence = world.create("Sequence", "crowd", world.projectId);
    const shots = Array.from({ length: 120 }, (_, n) =>
      world.create("Shot", `crowd ${n}`, sequence.id),
    );
    await world.edit(sequence, ...shots);
    await world.settled();
    await world.settled();
    await world.resetRequests();
    await fullSync();
    const after = await world.requests();
    // A page or two more of each, not a request for each of the 120.
    expect(after.ftrack - before.ftrack).toBeLessThanOrEqual(3);
    expect(after.ayon - before.ayon).toBeLessThanOrEqual(2);
  });

  it("of a project that AYON does not have writes nothing, and says what to do (FS-1)", async () => {
    const [schema] = await world.all("ProjectSchema", ["name"]);
    const id = crypto.randomUUID();
    await world.edit({
      action: "create",
      entity_type: "Project",
      entity_data: {
        ...{ __entity_type__: "Project", id, name: "nowhere" },
        ...{ full_name: "nowhere", project_schema_id: schema?.["id"] },
      },
    });
    const shot = world.create("Shot", "sh010", id);
    await world.edit(shot);
    const result = await fullSync(id);
    expect(result.kind).toBe("closed");
    expect(result).toHaveProperty(
      "detail",
      expect.stringContaining("Prepare Project"),
    );
    expect(await world.values(shot.id)).toEqual({});
  });
});

describe("the attributes the sync needs in Ftrack", () => {
  const KEY = "ayon_path";

  async function removed(): Promise<void> {
    const rows = await world.all("CustomAttributeConfiguration", ["key"]);
    await world.edit(
      ...rows
        .filter((row) => row["key"] === KEY)
        .map((row) =>
          world.remove("CustomAttributeConfiguration", String(row["id"])),
        ),
    );
  }
  /** Takes the service's roles away, or gives one. */
  async function setRoles(name: string | null): Promise<void> {
    const users = await world.all("User", ["username"]);
    const user = users.find((u) => u["username"] === world.ftrack.apiUser);
    const held = await world.all("UserSecurityRole", ["user_id"]);
    await world.edit(
      ...held
        .filter((row) => row["user_id"] === user?.["id"])
        .map((row) => world.remove("UserSecurityRole", String(row["id"]))),
    );
    if (name === null) return;
    const roles = await world.all("SecurityRole", ["name"]);
    const role = roles.find((row) => row["name"] === name);
    await world.edit(
      creation("UserSecurityRole", {
        user_id: user?.["id"],
        security_role_id: role?.["id"],
        is_all_projects: true,
      }),
    );
  }
  async function isThere(): Promise<boolean> {
    const rows = await world.all("CustomAttributeConfiguration", ["key"]);
    return rows.some((row) => row["key"] === KEY);
  }

  it("that cannot be made stop it before AYON is touched, by name (FS-2); else they are made first", async () => {
    const late = world.create("Sequence", "late", world.projectId);
    await world.edit(
      await world.setValue(world.projectId, "auto_sync_enabled", false),
    );
    await world.edit(late);
    await world.settled();
    await removed();
    await world.settled();
    await world.resetRequests();
    await setRoles(null);
    const stopped = await fullSync();
    expect(stopped).toMatchObject({ kind: "done", issues: 1 });
    expect((await world.requests()).ayonWrites).toBe(0);
    expect(
      JSON.stringify(await world.reports.latest(world.projectId)),
    ).toContain("may manage custom attributes");
    expect(await isThere()).toBe(false);

    await setRoles("Administrator");
    expect(await fullSync()).toMatchObject({ kind: "done", failed: 0 });
    expect(await isThere()).toBe(true);
    expect(await world.folder("/late")).toBeDefined();
  });
});
