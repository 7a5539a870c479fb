import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  test,
} from "vitest";
import {
  attached,
  context,
  endOf,
  jobsOf,
  person,
  project,
  textOf,
  untouched,
  type Person,
  type Picked,
  type SeenJob,
} from "../../support/clicking.ts";
import { fullSyncJob } from "../../../src/core/sync-jobs.ts";
import { projectName } from "../../../src/core/ids.ts";
import type { AyonFolder, AyonProduct } from "../../../src/core/ports.ts";
import { creation } from "../../support/edits.ts";
import type { Loose } from "../../support/official-client.ts";
import { eventually } from "../../support/redis.ts";
import { startWorld, type World } from "../../support/world.ts";

const DELETE = "delete.ayon.entities";
const TITLE = "Delete Folders/Products";

let world: World;
let admin: Person;
let anna: Person;

beforeAll(async () => {
  world = await startWorld();
  [admin, anna] = await Promise.all([
    person(world.ftrack, "admin@studio.test"),
    person(world.ftrack, "anna@studio.test"),
  ]);
  await admin.menu(project(world.projectId));
}, 60_000);

afterAll(async () => {
  for (const someone of [admin, anna]) someone.leave();
  await world.stop();
});

/** A sequence with two shots, a task in each, and assets in Ftrack; one per test. */
let count = 0;
let name: string;
let sequence: string;
let shots: string[];
let tasks: string[];
beforeEach(async () => {
  count += 1;
  name = `sq${count}00`;
  const made = world.create("Sequence", name, world.projectId);
  sequence = made.id;
  const two = ["sh010", "sh020"].map((shot) =>
    world.create("Shot", shot, sequence),
  );
  shots = two.map(({ id }) => id);
  const inside = shots.map((shot) =>
    world.create("Task", "anim", shot, {
      type_id: world.ids.type("Animation"),
    }),
  );
  tasks = inside.map(({ id }) => id);
  await world.edit(made, ...two, ...inside);
  await world.settled();
});

async function folderOf(path: string): Promise<AyonFolder | undefined> {
  const { folders } = await world.everything();
  return folders.find((folder) => folder.path === path);
}

async function productsIn(path: string): Promise<readonly AyonProduct[]> {
  const folder = await folderOf(path);
  const { products } = await world.reads.select(projectName(world.name), {
    products: [{ folderIds: folder === undefined ? [] : [folder.id] }],
  });
  return products;
}

/** Publishes into a folder, on both sides. */
async function publish(
  path: string,
  contextId: string,
  product: string,
): Promise<string> {
  const folder = await folderOf(path);
  await world.publish(folder!.id, product);
  const asset = creation("Asset", { name: product, context_id: contextId });
  await world.edit(
    asset,
    creation("AssetVersion", { asset_id: asset.id, version: 1 }),
  );
  return asset.id;
}

/** Which of these are still in Ftrack. */
async function inFtrack(
  type: string,
  ids: readonly string[],
): Promise<string[]> {
  const rows = await world.rows(type, [], ids);
  return rows.map((row) => String(row["id"]));
}

/** Goes through the forms up to the one that asks for the word. */
async function confirming(
  on: readonly Picked[],
  what: string,
  how: string,
  names?: readonly string[],
): Promise<Loose> {
  const first = await admin.click(DELETE, on);
  expect(untouched(first)).toMatchObject({
    entity_type: "folders",
    action_type: "archive",
  });
  const chosen = { entity_type: what, action_type: how };
  const second = await admin.send(DELETE, on, first, chosen);
  if (names === undefined) return second;
  return admin.send(DELETE, on, second, { product_names: [...names] });
}

async function removed(
  on: readonly Picked[],
  form: Loose,
  word: string,
): Promise<SeenJob> {
  const before = await jobsOf(world, TITLE);
  const answer = await admin.send(DELETE, on, form, { confirm: word });
  expect(answer).toMatchObject({ success: true });
  return endOf(world, TITLE, before);
}

describe("HA-77 deleting", () => {
  test("tells how much it is, asks for the word until it is right, and counts", async () => {
    await publish(`/${name}/sh010`, shots[0]!, "render");
    const on = [context(sequence)];
    const form = await confirming(on, "folders", "delete");
    expect(textOf(form)).toContain(
      "**3 folders, 2 tasks, 1 product with 1 version**",
    );
    expect(textOf(form)).toContain("**5 folders and tasks with 1 asset**");
    const again = await admin.send(DELETE, on, form, { confirm: "archive" });
    expect(textOf(again)).toMatch(/“archive” is not “delete”.*attempt 1/);
    const third = await admin.send(DELETE, on, again, { confirm: "" });
    expect(textOf(third)).toContain("attempt 2");
    await world.settled();
    expect(await inFtrack("TypedContext", [sequence, ...shots])).toHaveLength(
      3,
    );
    expect((await folderOf(`/${name}`))?.active).toBe(true);
    const jobs = await world.jobs.list();
    expect(jobs.some((job) => JSON.stringify(job).includes(sequence))).toBe(
      false,
    );
  });

  test("is only for those with a role, and for folders", async () => {
    expect((await anna.menu(context(sequence))).has(DELETE)).toBe(false);
    expect(await anna.click(DELETE, [context(sequence)])).toMatchObject({
      success: false,
    });
    expect((await admin.menu(context(tasks[0]!))).has(DELETE)).toBe(false);
    const form = await confirming([context(sequence)], "folders", "delete");
    const values = { ...untouched(form), confirm: "delete" };
    for (const [who, on] of [
      [anna, sequence],
      [admin, shots[0]!],
    ] as const)
      expect(await who.click(DELETE, [context(on)], values)).toMatchObject({
        success: false,
      });
    expect(await inFtrack("TypedContext", [sequence])).toHaveLength(1);
  });

  test("archives the chosen products of the selected folder, and none of those below", async () => {
    const assets = [
      await publish(`/${name}`, sequence, "model"),
      await publish(`/${name}`, sequence, "rig"),
      await publish(`/${name}/sh010`, shots[0]!, "model"),
    ];
    const on = [context(sequence)];
    const form = await confirming(on, "products", "archive", ["model"]);
    expect(textOf(form)).toContain("**1 product with 1 version**");
    const job = await removed(on, form, "Archive");
    expect(job.status).toBe("done");
    const state = async (path: string): Promise<Record<string, boolean>> =>
      Object.fromEntries(
        (await productsIn(path)).map((p) => [p.name, p.active]),
      );
    expect(await state(`/${name}`)).toEqual({ model: false, rig: true });
    expect(await state(`/${name}/sh010`)).toEqual({ model: true });
    expect(await inFtrack("Asset", assets)).toEqual(
      expect.not.arrayContaining([assets[0]]),
    );
    expect(await inFtrack("Asset", assets)).toHaveLength(2);
    expect((await folderOf(`/${name}`))?.active).toBe(true);
  });

  test("deletes products of the selected folder and of those below", async () => {
    const assets = [
      await publish(`/${name}`, sequence, "model"),
      await publish(`/${name}/sh010`, shots[0]!, "model"),
    ];
    const on = [context(sequence)];
    const form = await confirming(on, "products-below", "delete", ["model"]);
    await removed(on, form, "delete");
    expect(await productsIn(`/${name}`)).toEqual([]);
    expect(await productsIn(`/${name}/sh010`)).toEqual([]);
    expect(await inFtrack("Asset", assets)).toEqual([]);
    expect(await inFtrack("TypedContext", [sequence, ...shots])).toHaveLength(
      3,
    );
  });

  test("archives folders with all that is in them, published or not, and no sync changes that", async () => {
    await publish(`/${name}/sh010`, shots[0]!, "render");
    const on = [context(sequence)];
    const form = await confirming(on, "folders", "archive");
    const job = await removed(on, form, "archive");
    expect(job).toMatchObject({ status: "done", username: admin.username });
    const report = (await attached(world, job.id))["deleted.txt"];
    expect(report).toContain(`archived in AYON: folder /${name}/sh010`);
    expect(report).toContain(
      `deleted in Ftrack: Shot ${world.name}/${name}/sh010`,
    );
    await world.settled();
    expect(
      await inFtrack("TypedContext", [sequence, ...shots, ...tasks]),
    ).toEqual([]);

    async function states(): Promise<unknown[]> {
      const { folders, tasks: all } = await world.everything();
      return [...folders, ...all]
        .filter(({ path }) => path.startsWith(`/${name}`))
        .map(({ active, own }) => [active, own["ftrackId"]]);
    }
    const archived = Array.from({ length: 5 }, () => [false, "removed"]);
    expect(await states()).toEqual(archived);
    await world.jobs.submit(
      fullSyncJob({ projectId: world.projectId, userId: null }),
    );
    await world.settled();
    expect(await states()).toEqual(archived);
  });

  test("deletes selected folders with all that is in them, and nothing beside them", async () => {
    await publish(`/${name}/sh010`, shots[0]!, "render");
    const on = [context(shots[0]!)];
    await removed(on, await confirming(on, "folders", "delete"), "DELETE");
    await world.settled();
    expect(await folderOf(`/${name}/sh010`)).toBeUndefined();
    expect(await inFtrack("TypedContext", [shots[0]!, tasks[0]!])).toEqual([]);
    expect(await inFtrack("TypedContext", [shots[1]!, tasks[1]!])).toHaveLength(
      2,
    );
    expect((await folderOf(`/${name}/sh020`))?.active).toBe(true);
    expect(await world.task(`/${name}/sh020/anim`)).toBeDefined();
  });

  test("keeps on both sides what AYON refuses to delete, deletes the rest, and says so", async () => {
    await publish(`/${name}/sh010`, shots[0]!, "render");
    const [product] = await productsIn(`/${name}/sh010`);
    world.ayon.sandbox.control.addFault({
      kind: "operation",
      match: { type: "delete", entityId: product!.id },
      ...{ status: 403, detail: "Locked by production" },
    });
    const on = shots.map(context);
    const job = await removed(
      on,
      await confirming(on, "folders", "delete"),
      "delete",
    );
    world.ayon.sandbox.control.clearFaults();
    expect(job.status).toBe("failed");
    expect(job.description).toContain("Locked by production");
    await world.settled();
    expect(await inFtrack("TypedContext", [...shots, ...tasks])).toEqual(
      expect.arrayContaining([shots[0], tasks[0]]),
    );
    expect(await inFtrack("TypedContext", [shots[1]!, tasks[1]!])).toEqual([]);
    expect((await folderOf(`/${name}/sh010`))?.active).toBe(true);
    expect(await folderOf(`/${name}/sh020`)).toBeUndefined();
    const report = (await attached(world, job.id))["deleted.txt"];
    expect(report).toMatch(/PROBLEM .*render.*Locked by production/);
  });

  test("says what Ftrack refuses to delete, deletes the rest, and a synchronisation brings it back", async () => {
    await world.ftrack.control.faults({
      refuse: {
        holding: `"delete","entity_type":"Shot","entity_key":["${shots[0]!}"]`,
        ...{ exception: "PermissionError", content: "Locked by the client." },
      },
    });
    const on = shots.map(context);
    const form = await confirming(on, "folders", "delete");
    const job = await removed(on, form, "delete");
    await world.ftrack.control.clearFaults();
    expect(job.status).toBe("failed");
    expect(job.description).toContain("Locked by the client.");
    const report = (await attached(world, job.id))["deleted.txt"];
    expect(report).toMatch(/PROBLEM .*sh010: .*Locked by the client/);
    expect(report).not.toMatch(/deleted in Ftrack: Shot .*sh010/);
    expect(report).toMatch(/deleted in Ftrack: Shot .*sh020/);
    await world.settled();
    expect(await inFtrack("TypedContext", [sequence, ...shots])).toEqual(
      expect.arrayContaining([sequence, shots[0]]),
    );
    expect(await inFtrack("TypedContext", [shots[1]!])).toEqual([]);
    await world.jobs.submit(
      fullSyncJob({ projectId: world.projectId, userId: null }),
    );
    await world.settled();
    expect((await folderOf(`/${name}/sh010`))?.own["ftrackId"]).toBe(shots[0]);
    expect(await folderOf(`/${name}/sh020`)).toBeUndefined();
  });

  test.each(["archive", "delete"])(
    "%s leaves what belongs to an entity elsewhere in Ftrack, and where it lies",
    async (how) => {
      await publish(`/${name}/sh010`, shots[0]!, "render");
      const other = world.create("Sequence", `${name}b`, world.projectId);
      await world.edit(other);
      // Published: it stays where it is in AYON.
      await world.edit(
        world.update("Shot", shots[0]!, { parent_id: other.id }),
      );
      await world.settled();
      const on = [context(sequence)];
      const job = await removed(on, await confirming(on, "folders", how), how);
      expect(job.status).toBe("failed");
      expect(job.description).toContain(`/${name} stays`);
      await world.settled();
      expect((await folderOf(`/${name}/sh010`))?.active).toBe(true);
      expect((await folderOf(`/${name}`))?.active).toBe(true);
      expect(await inFtrack("TypedContext", [sequence, ...shots])).toEqual(
        expect.arrayContaining([sequence, shots[0]]),
      );
      expect(await inFtrack("TypedContext", [shots[1]!])).toEqual([]);
    },
  );

  test("does nothing when there is more than was confirmed", async () => {
    const on = [context(sequence)];
    const form = await confirming(on, "folders", "delete");
    await world.edit(world.create("Shot", "sh030", sequence));
    const job = await removed(on, form, "delete");
    expect(job.status).toBe("failed");
    expect(job.description).toContain("more than when it was confirmed");
    expect(await inFtrack("TypedContext", [sequence, ...shots])).toHaveLength(
      3,
    );
  });
});

describe("a deletion", () => {
  /** Starts one that waits for AYON for long. */
  async function waiting(): Promise<SeenJob> {
    const on = [context(sequence)];
    const form = await confirming(on, "folders", "delete");
    const before = await jobsOf(world, TITLE);
    world.ayon.sandbox.control.addFault({
      ...{ kind: "latency", path: "graphql", ms: 3000 },
    });
    await admin.send(DELETE, on, form, { confirm: "delete" });
    await eventually("the job", async () => {
      return (await jobsOf(world, TITLE)).length === before.length + 1;
    });
    const known = new Set(before.map(({ id }) => id));
    return (await jobsOf(world, TITLE)).find(({ id }) => !known.has(id))!;
  }

  test("goes on after a restart of the processor", async () => {
    const { id } = await waiting();
    await world.stopProcessor();
    expect(await inFtrack("TypedContext", [sequence])).toHaveLength(1);
    world.ayon.sandbox.control.clearFaults();
    await world.startProcessor();
    await eventually("the end", async () => {
      const jobs = await jobsOf(world, TITLE);
      return jobs.some((job) => job.id === id && job.status === "done");
    });
    expect(await inFtrack("TypedContext", [sequence, ...shots])).toEqual([]);
    expect(await folderOf(`/${name}`)).toBeUndefined();
    await world.settled();
    const [last] = (await world.jobs.list()).filter(
      ({ kind }) => kind === "delete-entities",
    );
    expect(last?.starts).toBeGreaterThan(1);
  });

  test("stops when its job is ended, and deletes nothing more", async () => {
    const { id } = await waiting();
    const on = [project(world.projectId)];
    const form = await admin.click("ayon.job.killer.server", on);
    await admin.send("ayon.job.killer.server", on, form, { [id]: true });
    await eventually("the end", async () => {
      const jobs = await jobsOf(world, `${TITLE}: stopped`);
      return jobs.some((job) => job.id === id);
    });
    world.ayon.sandbox.control.clearFaults();
    await world.settled();
    expect(await inFtrack("TypedContext", [sequence, ...shots])).toHaveLength(
      3,
    );
    expect(await folderOf(`/${name}`)).toBeDefined();
  });
});
