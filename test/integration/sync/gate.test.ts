import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AUDIT_JOB } from "../../../src/core/audit.ts";
import { fullSyncJob, SYNC_JOBS } from "../../../src/core/sync-jobs.ts";
import { toRefreshes, typeNames } from "../../../src/leecher/refresh.ts";
import { ask } from "../../support/ayon.ts";
import { branchIn } from "../../support/branch.ts";
import { eventually } from "../../support/redis.ts";
import { markerIn, startWorld, type World } from "../../support/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld({
    autoSync: false,
    settings: { enabled: true, sync: { thumbnails: false } },
  });
});
afterAll(async () => {
  await world.stop();
});

async function fullSyncs(): Promise<number> {
  const jobs = await world.jobs.list();
  return jobs.filter((job) => job.kind === SYNC_JOBS.full).length;
}

/** Another project in Ftrack, with auto-sync on; in AYON too, if so wished. */
async function anotherProject(name: string, isInAyon: boolean) {
  const id = randomUUID();
  const [schema] = await world.all("ProjectSchema", ["name"]);
  if (isInAyon)
    await ask(world.ayon.http, "POST", "/api/projects", {
      ...{ name, code: name, anatomy: {} },
    });
  await world.edit({
    action: "create",
    entity_type: "Project",
    entity_data: {
      ...{ __entity_type__: "Project", id, name, full_name: name },
      project_schema_id: schema?.["id"],
    },
  });
  await world.edit(await world.setValue(id, "auto_sync_enabled", true));
  return id;
}

/** Resolves when all events of a project that Ftrack sent so far have been handled. */
async function handledIn(project: string): Promise<void> {
  const eventId = await markerIn(world, project);
  await eventually("the events are handled", async () => {
    const found = await world.outcomes.query({ eventId });
    return found.length > 0;
  });
}

async function pathsIn(project: string): Promise<string[]> {
  const { folders } = await world.everything(project);
  return folders.map((folder) => folder.path);
}

describe("auto-sync", () => {
  it("off: neither side is written (ES-1)", async () => {
    const shot = world.create("Shot", "sh001", world.projectId);
    await world.edit(shot);
    await world.settled();
    await world.edit(world.update("Shot", shot.id, { name: "sh002" }));
    await world.resetRequests();
    await world.settled();
    expect((await world.requests()).ayonWrites).toBe(0);
    expect(await world.values(shot.id)).toEqual({});
    expect((await world.everything()).folders).toEqual([]);
  });

  it("switched on starts one full sync, which takes a rename of the same moment along; off starts none (ES-5, ES-6)", async () => {
    const shot = world.create("Shot", "sh010", world.projectId);
    await world.edit(shot);
    await world.edit(
      await world.setValue(world.projectId, "auto_sync_enabled", true),
      world.update("Shot", shot.id, { name: "sh020" }),
    );
    await world.settled();
    expect(await fullSyncs()).toBe(1);
    expect(await world.folder("/sh020")).toMatchObject({
      own: { ftrackId: shot.id },
    });
    await world.edit(
      await world.setValue(world.projectId, "auto_sync_enabled", false),
    );
    await world.settled();
    expect(await fullSyncs()).toBe(1);
    await world.edit(
      await world.setValue(world.projectId, "auto_sync_enabled", true),
    );
    await world.settled();
    expect(await fullSyncs()).toBe(2);
  });
});

describe("a project that may have changed unheard", () => {
  it("is audited; what else is said of it at that moment counts, removals too (ES-5)", async () => {
    const { task } = await branchIn(world);
    await world.settled();
    const fulls = await fullSyncs();
    await world.stopProcessor();
    await world.edit(world.remove("Task", task));
    const { envelopes } = toRefreshes(
      [
        {
          ...{ id: 1, at: 0, userId: null, parentType: "show" },
          ...{ parentId: world.projectId, projectId: world.projectId },
        },
      ],
      typeNames([]),
      Date.now(),
    );
    await world.leecher.queue.intake.put(envelopes);
    await world.startProcessor();
    await world.settled();
    expect(await fullSyncs()).toBe(fulls);
    const jobs = await world.jobs.list();
    expect(jobs.filter((job) => job.kind === AUDIT_JOB)).toMatchObject([
      { state: "done", data: { reason: "project-unclear" } },
    ]);
    const { tasks } = await world.everything();
    expect(tasks.map((found) => found.own["ftrackId"])).not.toContain(task);
  });
});

describe("projects", () => {
  it("without a counterpart in AYON is left alone (ES-3)", async () => {
    const other = await anotherProject("lonely", false);
    const shot = world.create("Shot", "sh010", other);
    await world.edit(shot);
    await handledIn(other);
    const outcomes = await world.outcomes.query({ projectId: other });
    expect(new Set(outcomes.map((outcome) => outcome.kind))).toEqual(
      new Set(["skipped"]),
    );
    expect(await world.values(shot.id)).toEqual({});
  });

  it("two of them in one event are each handled in their own (ES-9), and one removed stays in AYON (ES-4)", async () => {
    const other = await anotherProject("second", true);
    const here = world.create("Shot", "here", world.projectId);
    const there = world.create("Shot", "there", other);
    await world.edit(here, there);
    await world.settled();
    await eventually("the other project follows", async () =>
      (await pathsIn("second")).includes("/there"),
    );
    expect(await world.folder("/here")).toBeDefined();
    expect(await world.folder("/there")).toBeUndefined();
    expect(await pathsIn("second")).toEqual(["/there"]);

    await world.edit(world.remove("Project", other));
    await world.settled();
    await handledIn(other);
    expect(await pathsIn("second")).toEqual(["/there"]);
  });
});

describe("a slow project", () => {
  it("does not delay another (ES-61)", async () => {
    const slow = await anotherProject("slow", true);
    await eventually("the first sync of the slow one is over", async () => {
      const jobs = await world.jobs.list();
      return (
        jobs.some((job) => job.key.endsWith(slow)) &&
        jobs.every((job) => job.state === "done")
      );
    });
    const { control } = world.ayon.sandbox;
    const path = "/projects/slow/operations";
    control.addFault({ kind: "latency", ms: 3_000, path });
    await world.edit(world.create("Shot", "late", slow));
    await world.edit(world.create("Shot", "prompt", world.projectId));
    await eventually(
      "the other is through",
      async () => (await world.folder("/prompt")) !== undefined,
    );
    expect(await pathsIn("slow")).toEqual([]);
    await eventually("the slow one too", async () =>
      (await pathsIn("slow")).includes("/late"),
    );
    control.clearFaults();
    await handledIn(slow);
  });
});

describe("a full sync that takes its time", () => {
  it("lets the events of other projects pass, keeps those of its own for after it, and is not doubled (FS-38)", async () => {
    const slow = await anotherProject("whole", true);
    const ofSlow = async () =>
      (await world.jobs.list()).filter((job) => job.key.endsWith(slow));
    const allDone = async () => {
      const jobs = await ofSlow();
      return jobs.length > 0 && jobs.every((job) => job.state === "done");
    };
    await eventually("its first sync is over", allDone);
    const switchTo = async (isOn: boolean) =>
      world.edit(await world.setValue(slow, "auto_sync_enabled", isOn));
    await switchTo(false);
    await world.edit(world.create("Shot", "early", slow));
    await world.settled();
    expect(await pathsIn("whole")).toEqual([]);

    const { control } = world.ayon.sandbox;
    const path = "/projects/whole/operations";
    control.addFault({ kind: "latency", ms: 5_000, path });
    await switchTo(true);
    await eventually("it writes", async () => {
      const active = (await ofSlow()).filter((job) => job.state === "active");
      const said = JSON.stringify(active.map((job) => job.progress));
      return /\d of \d+ changes/.test(said);
    });
    const request = fullSyncJob({ projectId: slow, userId: null });
    const again = await world.jobs.submit(request);
    expect(again.isNew).toBe(false);
    await world.edit(world.create("Shot", "during", slow));
    await world.edit(world.create("Shot", "elsewhere", world.projectId));
    await eventually(
      "the other project is through",
      async () => (await world.folder("/elsewhere")) !== undefined,
    );
    expect(await pathsIn("whole")).toEqual([]);
    const running = await ofSlow();
    expect(running.filter((job) => job.state === "active")).toHaveLength(1);
    control.clearFaults();
    await eventually("its own events too", async () =>
      (await pathsIn("whole")).includes("/during"),
    );
    expect((await pathsIn("whole")).sort()).toEqual(["/during", "/early"]);
    await eventually("all is done", allDone);
    expect((await ofSlow()).every((job) => job.starts === 1)).toBe(true);
    // What is noted in Ftrack afterwards would count as requests of the tests below.
    await handledIn(slow);
  });
});

describe("events that say nothing new", () => {
  it("thumbnails and priorities that are not brought over cost no request (ES-7)", async () => {
    const { task } = await branchIn(world);
    await world.settled();
    const [priority] = await world.all("Priority", ["name"]);
    await world.resetRequests();
    await world.edit(
      world.update("Task", task, { priority_id: priority?.["id"] }),
    );
    await world.settled();
    expect(await world.requests()).toMatchObject({ ftrack: 0, ayon: 0 });
  });

  it("the echo of what was noted in Ftrack costs none either (ES-8)", async () => {
    await branchIn(world);
    await world.resetRequests();
    await world.settled();
    expect(await world.requests()).toMatchObject({ ftrack: 0, ayon: 0 });
  });

  it("milestones and allocations are ignored (ES-10)", async () => {
    const { name, sequence, task } = await branchIn(world);
    const [anna] = await world.people("anna@studio.test");
    const milestone = world.create("Milestone", "delivery", sequence, {
      type_id: world.ids.type("Animation"),
    });
    const allocation = world.assign(task, String(anna));
    await world.edit(milestone, {
      ...allocation,
      entity_data: {
        ...(allocation["entity_data"] as object),
        type: "allocation",
      },
    });
    await world.settled();
    expect(await world.folder(`/${name}/delivery`)).toBeUndefined();
    expect(await world.task(`/${name}/sh_010/anim`)).toMatchObject({
      assignees: [],
    });
  });

  it("an event that comes twice takes effect once (ES-11)", async () => {
    const { shot } = await branchIn(world);
    await world.settled();
    const event = {
      id: randomUUID(),
      topic: "ftrack.update",
      data: {
        entities: [
          {
            action: "update",
            entityType: "task",
            entity_type: "Shot",
            entityId: shot,
            keys: ["name"],
            parents: [
              { entityId: shot, entityType: "task", entity_type: "Shot" },
              { entityId: world.projectId, entityType: "show" },
            ],
          },
        ],
      },
      source: {},
      target: "",
      inReplyToEvent: null,
      sent: null,
    };
    await world.ftrack.control.inject(event);
    await world.ftrack.control.inject(event);
    await world.settled();
    const outcomes = await world.outcomes.query({
      eventId: event.id,
      handler: "sync",
    });
    expect(outcomes).toHaveLength(1);
  });
});

describe("the addon", () => {
  it("switched off for the project: nothing is written (ES-2)", async () => {
    const { sequence } = await branchIn(world);
    await ask(
      world.ayon.http,
      "PUT",
      `/api/addons/ftrack/1.0.0/rawOverrides/${world.name}?variant=production`,
      { enabled: false },
    );
    await eventually("the setting is known", async () => {
      const shot = world.create("Shot", randomUUID(), sequence);
      await world.edit(shot);
      await world.settled();
      return Object.keys(await world.values(shot.id)).length === 0;
    });
    const shot = world.create("Shot", "late", sequence);
    await world.edit(shot);
    await world.resetRequests();
    await world.settled();
    expect((await world.requests()).ayonWrites).toBe(0);
    expect(await world.values(shot.id)).toEqual({});
  });
});
