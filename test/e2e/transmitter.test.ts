/** The way back: what people change in AYON comes to Ftrack, over both servers, Redis and the processor. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask } from "../support/ayon.ts";
import { editInAyon } from "../support/ayon-people.ts";
import { branchIn } from "../support/branch.ts";
import { becomes, publish, statusOf } from "../support/crew.ts";
import { creation } from "../support/edits.ts";
import { eventually } from "../support/redis.ts";
import { startService } from "../support/service-process.ts";
import { startWorld, type World } from "../support/world.ts";

const SETTINGS = "/api/addons/ftrack/1.0.0/settings/show";
const on = (more: object = {}) => ({
  service_event_handlers: { transmit_to_ftrack: { enabled: true, ...more } },
});

let world: World;
beforeAll(async () => {
  world = await startWorld({
    settings: {
      service_event_handlers: {
        transmit_to_ftrack: { enabled: true, statuses: true, assignees: true },
        // Other rules would write too: here every write is counted.
        status_task_to_parent: { enabled: false },
        status_task_to_version: { enabled: false },
        status_version_to_task: { enabled: false },
        next_task_update: { enabled: false },
      },
    },
  });
});
afterAll(async () => {
  await world.stop();
});

/** Outcomes of events of AYON at the transmitter, as "kind reason". */
async function told(count: number): Promise<string[]> {
  let found: string[] = [];
  await eventually(`${String(count)} outcomes`, async () => {
    const rows = await world.outcomes.query({ handler: "transmitter" }, 100);
    found = rows.map((row) => `${row.kind} ${row.reason ?? ""}`.trim());
    return found.length >= count;
  });
  return found;
}

async function outcomes(): Promise<number> {
  const rows = await world.outcomes.query({ handler: "transmitter" }, 100);
  return rows.length;
}

/** Users assigned to a task in Ftrack, one for each row. */
async function assigned(task: string): Promise<unknown[]> {
  const rows = await world.all("Appointment", ["context_id", "resource_id"]);
  return rows
    .filter((row) => row["context_id"] === task)
    .map((row) => row["resource_id"]);
}

async function taskAt(path: string) {
  const task = await world.task(path);
  if (task === undefined) throw new Error(`No task ${path}`);
  return task;
}

describe("statuses", () => {
  it("HA-84: of a task, a folder and a version, each written once and with no echo", async () => {
    const { shot, task, folderId, taskPath } = await branchIn(world);
    const made = await publish(world, { shot, task });
    const productVersion = await world.publish(folderId);
    await ask(
      world.ayon.http,
      "PATCH",
      `/api/projects/show/versions/${productVersion}`,
      { attrib: { ftrackId: made.version } },
    );
    await world.settled();
    const { id } = await taskAt(taskPath);
    const before = await outcomes();
    await world.resetRequests();

    await editInAyon(world, "anna", "tasks", id, { status: "Approved" });
    await editInAyon(world, "anna", "folders", folderId, {
      status: "In progress",
    });
    await editInAyon(world, "anna", "versions", productVersion, {
      status: "Approved",
    });
    await becomes(world, "Task", task, "Approved");
    await becomes(world, "Shot", shot, "In progress");
    await becomes(world, "AssetVersion", made.version, "Approved");
    await told(before + 3);
    await world.settled();
    // The three edits are the only writes of AYON: nothing comes back.
    expect((await world.requests()).ayonWrites).toBe(3);
    expect(await outcomes()).toBe(before + 3);
    expect((await taskAt(taskPath)).status).toBe("Approved");
  });

  it("HA-84: of a version that AYON has no Ftrack id of, by folder, product name and number", async () => {
    const { shot, folderId } = await branchIn(world);
    const [type] = await world.all("AssetType", ["name"]);
    const asset = creation("Asset", {
      name: "CompMain",
      context_id: shot,
      type_id: type?.["id"],
    });
    const version = creation("AssetVersion", { asset_id: asset.id });
    await world.edit(asset, version);
    await world.settled();
    const id = await world.publish(folderId, "compMain");
    const other = await world.publish(folderId, "plateMain");
    const count = await outcomes();
    await editInAyon(world, "anna", "versions", other, { status: "Approved" });
    expect((await told(count + 1))[0]).toBe("skipped not-linked");
    await editInAyon(world, "anna", "versions", id, { status: "Approved" });
    await becomes(world, "AssetVersion", version.id, "Approved");
  });

  it("HA-84: of edits in quick succession none is taken back by the echo of the one before", async () => {
    const { task, taskPath } = await branchIn(world);
    const { id } = await taskAt(taskPath);
    const turns = ["In progress", "Approved", "Revise", "Pending Review"];
    let count = await outcomes();
    for (const status of [...turns, ...turns]) {
      await editInAyon(world, "anna", "tasks", id, { status });
      await told(++count);
      expect((await taskAt(taskPath)).status).toBe(status);
    }
    await becomes(world, "Task", task, "Pending Review");
    await world.settled();
    expect((await taskAt(taskPath)).status).toBe("Pending Review");
  });

  it("HA-84: what the processor brings to AYON stays there", async () => {
    const { task, taskPath } = await branchIn(world);
    const before = await outcomes();
    await world.edit(
      world.update("Task", task, { status_id: world.ids.status("Revise") }),
    );
    await eventually(
      "AYON follows",
      async () => (await taskAt(taskPath)).status === "Revise",
    );
    await world.settled();
    expect(await outcomes()).toBe(before);
    expect(await statusOf(world, "Task", task)).toBe("Revise");
  });

  it("HA-84: not where the type does not offer it, and not where it is switched off", async () => {
    const { task, taskPath } = await branchIn(world);
    const { id } = await taskAt(taskPath);
    const was = await statusOf(world, "Task", task);
    const before = await outcomes();
    const project = (await ask(
      world.ayon.http,
      "GET",
      "/api/projects/show",
    )) as { statuses: { name: string }[] };
    await ask(world.ayon.http, "PATCH", "/api/projects/show", {
      statuses: [...project.statuses, { name: "Only in AYON" }],
    });
    await editInAyon(world, "anna", "tasks", id, { status: "Only in AYON" });
    const [newest] = await told(before + 1);
    expect(newest).toBe("skipped status-not-available");
    expect(await statusOf(world, "Task", task)).toBe(was);

    // Settings count as soon as the server has told of them.
    await ask(world.ayon.http, "POST", SETTINGS, on({ statuses: false }));
    const turns = ["Approved", "Revise"];
    await eventually("the settings count", async () => {
      turns.reverse();
      const count = await outcomes();
      await editInAyon(world, "anna", "tasks", id, { status: turns[0] });
      const [last] = await told(count + 1);
      return last === "skipped switched-off";
    });
    expect(await statusOf(world, "Task", task)).not.toBe(turns[0]);
    await ask(world.ayon.http, "POST", SETTINGS, on({ statuses: true }));
    await eventually("they count again", async () => {
      turns.reverse();
      const count = await outcomes();
      await editInAyon(world, "anna", "tasks", id, { status: turns[0] });
      await told(count + 1);
      return (await statusOf(world, "Task", task)) === turns[0];
    });
  });
});

describe("assignees", () => {
  it("HA-85: who is assigned gets one Appointment, whoever is taken off loses it", async () => {
    const { task, taskPath } = await branchIn(world);
    const { id } = await taskAt(taskPath);
    const [anna] = await world.people("anna@studio.test");
    await editInAyon(world, "anna", "tasks", id, { assignees: ["anna"] });
    await eventually(
      "Anna is assigned",
      async () => (await assigned(task)).join() === anna,
    );
    await world.settled();
    expect((await taskAt(taskPath)).assignees).toEqual(["anna"]);

    // The same events again, as after a lost place in the log.
    const before = await outcomes();
    await world.stopProcessor();
    await world.store.set("ayon-log", { at: new Date(0).toISOString() });
    await world.startProcessor();
    await editInAyon(world, "anna", "tasks", id, { priority: null, tags: [] });
    await world.settled();
    expect(await assigned(task)).toEqual([anna]);
    expect(await outcomes()).toBe(before);

    await editInAyon(world, "anna", "tasks", id, { assignees: [] });
    await eventually(
      "Anna is free",
      async () => (await assigned(task)).length === 0,
    );
    await world.settled();
    expect((await taskAt(taskPath)).assignees).toEqual([]);
  });

  it("HA-85: one who comes right behind another stays", async () => {
    const { task, taskPath } = await branchIn(world);
    const { id } = await taskAt(taskPath);
    const count = await outcomes();
    await editInAyon(world, "anna", "tasks", id, { assignees: ["anna"] });
    await told(count + 1);
    await editInAyon(world, "anna", "tasks", id, {
      assignees: ["anna", "admin"],
    });
    await eventually(
      "both are assigned",
      async () => (await assigned(task)).length === 2,
    );
    await world.settled();
    expect((await taskAt(taskPath)).assignees).toEqual(["anna", "admin"]);
  });
});

it("HA-84: what was changed while no processor ran is not lost, and comes once", async () => {
  const { task, taskPath } = await branchIn(world);
  const { id } = await taskAt(taskPath);
  const before = await outcomes();
  await world.stopProcessor();
  for (const status of ["In progress", "Approved", "Revise"])
    await editInAyon(world, "anna", "tasks", id, { status });
  await world.startProcessor();
  await becomes(world, "Task", task, "Revise");
  await told(before + 3);
  await world.settled();
  expect(await outcomes()).toBe(before + 3);
  expect((await taskAt(taskPath)).status).toBe("Revise");
});

it("HA-84, HA-85: a processor that is killed in the middle loses nothing and doubles nothing", async () => {
  const { ftrack, ayon, redis } = world;
  const { shot, shotPath } = await branchIn(world);
  const tasks = Array.from({ length: 20 }, (_, n) =>
    world.create("Task", `t${String(n)}`, shot, {
      type_id: world.ids.type("Animation"),
    }),
  );
  await world.edit(...tasks);
  await world.settled();
  const [anna = ""] = await world.people("anna@studio.test");
  const { tasks: seen } = await world.everything();
  const pathOf = (n: number): string => `${shotPath}/t${String(n)}`;
  const ayonIds = tasks.map(
    (_, n) => seen.find((task) => task.path === pathOf(n))?.id ?? "",
  );
  await world.stopProcessor();
  const victim = startService("processor", {
    AYON_SERVER_URL: ayon.sandbox.url,
    AYON_API_KEY: ayon.sandbox.apiKey,
    AYON_ADDON_VERSION: "1.0.0",
    FTRACK_SERVER: ftrack.url,
    FTRACK_API_USER: ftrack.apiUser,
    FTRACK_API_KEY: ftrack.apiKey,
    REDIS_URL: redis.url,
    AYON_FTRACK_REDIS_PREFIX: redis.prefix,
    AYON_FTRACK_OPS_PORT: "0",
  });
  await eventually("it is ready", () => victim.ready(), 30_000);

  const done = () => approved(tasks.map((task) => task.id));
  const edits = ayonIds.map(async (id) => {
    await editInAyon(world, "anna", "tasks", id, {
      status: "Approved",
      assignees: ["anna"],
    });
  });
  await eventually("some have come", async () => (await done()) > 0, 30_000);
  expect(await victim.end("SIGKILL")).toBeNull();
  await Promise.all(edits);
  await world.startProcessor();

  for (const { id } of tasks) await becomes(world, "Task", id, "Approved");
  await eventually("all are assigned", async () => {
    const rows = await Promise.all(tasks.map((task) => assigned(task.id)));
    return rows.every((row) => row.length > 0);
  });
  await world.settled();
  for (const { id } of tasks) expect(await assigned(id)).toEqual([anna]);
  const { tasks: after } = await world.everything();
  for (const id of ayonIds)
    expect(after.find((task) => task.id === id)).toMatchObject({
      status: "Approved",
      assignees: ["anna"],
    });
});

/** How many of the tasks are Approved in Ftrack. */
async function approved(ids: readonly string[]): Promise<number> {
  const rows = await world.rows("Task", ["status.name"], ids);
  return rows.filter(
    (row) => (row["status"] as { name?: string }).name === "Approved",
  ).length;
}
