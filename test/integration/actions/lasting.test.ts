/** What holds for each of these actions: who may, that a restart does no harm, that it can be stopped. */
import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  context,
  endOf,
  jobOf,
  jobsOf,
  person,
  project,
  setStudio,
  type Person,
  type Picked,
} from "../../support/clicking.ts";
import { picture } from "../../support/crew.ts";
import { creation } from "../../support/edits.ts";
import { rows, type Loose } from "../../support/official-client.ts";
import { eventually } from "../../support/redis.ts";
import { startWorld, type World } from "../../support/world.ts";

const KEYS = [
  "thumbnail_to_parent",
  "thumbnail_to_children",
  "sort_review",
  "batch_task_create",
  "create_project_structure",
] as const;

/** Those of our actions for holders of these roles; something else is open to everybody, so that menus answer. */
function settingsFor(roles: readonly string[]) {
  return {
    service_event_handlers: {
      ...Object.fromEntries(KEYS.map((key) => [key, { role_list: roles }])),
    },
    user_handlers: { job_killer: { role_list: [] } },
  };
}

let world: World;
let manager: Person;
let anna: Person;

beforeAll(async () => {
  world = await startWorld({
    autoSync: false,
    settings: settingsFor(["PROJECT manager"]),
  });
  world.ayon.sandbox.control.putAddon({
    name: "core",
    version: "1.0.0",
    settings: {
      project_folder_structure: JSON.stringify({
        "assets[ftrack]": { "chars[ftrack]": {} },
      }),
    },
  });
  [manager, anna] = await Promise.all([
    person(world.ftrack, "manager@studio.test"),
    person(world.ftrack, "anna@studio.test"),
  ]);
}, 60_000);

afterEach(() => world.ftrack.control.clearFaults());

afterAll(async () => {
  for (const someone of [manager, anna]) someone.leave();
  await world.stop();
});

interface Scene {
  readonly selection: readonly Picked[];
  /** Up to the last form; null where the click does it. */
  open(): Promise<Loose>;
  /** What the work makes, as people see it. */
  seen(): Promise<unknown>;
  readonly before: unknown;
  readonly after: unknown;
}

interface Case {
  readonly identifier: string;
  readonly title: string;
  scene(): Promise<Scene>;
}

function unique(): string {
  return `x${randomUUID().slice(0, 8)}`;
}

async function family() {
  const sequence = world.create("Sequence", unique(), world.projectId);
  const shot = world.create("Shot", unique(), sequence.id);
  await world.edit(sequence, shot);
  return { sequence: sequence.id, shot: shot.id };
}

async function pictured(type: string, id: string): Promise<string> {
  const thumbnail_id = await picture(world);
  await world.edit(world.update(type, id, { thumbnail_id }));
  return thumbnail_id;
}

async function valueOf(type: string, id: string, key: string) {
  const [row] = await world.rows(type, [key], [id]);
  return row?.[key];
}

const noForm = () => Promise.resolve(null);

const cases: readonly Case[] = [
  {
    identifier: "ayon.thumb.to.parent.server",
    title: "Thumbnail to Parent",
    async scene() {
      const { sequence, shot } = await family();
      const after = await pictured("Shot", shot);
      return {
        ...{ selection: [context(shot)], open: noForm },
        seen: () => valueOf("Sequence", sequence, "thumbnail_id"),
        ...{ before: null, after },
      };
    },
  },
  {
    identifier: "ayon.thumb.to.children.server",
    title: "Thumbnail to Children",
    async scene() {
      const { sequence, shot } = await family();
      const after = await pictured("Sequence", sequence);
      return {
        ...{ selection: [context(sequence)], open: noForm },
        seen: () => valueOf("Shot", shot, "thumbnail_id"),
        ...{ before: null, after },
      };
    },
  },
  {
    identifier: "ayon.client.review.sort.server",
    title: "Sort Review",
    async scene() {
      const { shot } = await family();
      const review = creation("ReviewSession", {
        name: unique(),
        project_id: world.projectId,
      });
      const asset = creation("Asset", { name: "a", context_id: shot });
      const shown = creation("AssetVersion", { asset_id: asset.id });
      const objects = ["b", "a"].map((name, sort_order) =>
        creation("ReviewSessionObject", {
          ...{ name, sort_order, version_id: shown.id },
          review_session_id: review.id,
        }),
      );
      await world.edit(review, asset, shown, ...objects);
      return {
        selection: [{ entityId: review.id, entityType: "reviewsession" }],
        open: noForm,
        async seen() {
          const found = await rows(
            world.ftrack,
            `select name, sort_order from ReviewSessionObject where review_session_id is "${review.id}" order by sort_order`,
          );
          return found.map((row) => row["name"]);
        },
        ...{ before: ["b", "a"], after: ["a", "b"] },
      };
    },
  },
  {
    identifier: "ayon.batch-tasks.server",
    title: "Batch Task Create",
    async scene() {
      const { sequence, shot } = await family();
      const selection = [sequence, shot].map(context);
      return {
        selection,
        open: () => detailsOf(selection),
        seen: async () => (await tasksBelow([sequence, shot])).length,
        ...{ before: 0, after: 2 },
      };
    },
  },
  {
    identifier: "ayon.create.project.structure.server",
    title: "Create Project Structure",
    async scene() {
      const before = await structure();
      for (const { id } of before)
        await world.edit(world.remove("Folder", String(id)));
      const selection = [project(world.projectId)];
      return {
        selection,
        open: () =>
          manager.click("ayon.create.project.structure.server", selection),
        seen: async () => (await structure()).map((row) => row["name"]),
        ...{ before: [], after: ["assets", "chars"] },
      };
    },
  },
];

async function detailsOf(selection: readonly Picked[]): Promise<Loose> {
  const action = "ayon.batch-tasks.server";
  const form = await manager.click(action, selection);
  return manager.send(action, selection, form, {
    types: [world.ids.type("FX")],
  });
}

async function tasksBelow(ids: readonly string[]): Promise<Loose[]> {
  return rows(
    world.ftrack,
    `select id from Task where parent_id in (${ids.map((id) => `"${id}"`).join(", ")})`,
  );
}

async function structure(): Promise<Loose[]> {
  return rows(
    world.ftrack,
    `select id, name from Folder where project_id is "${world.projectId}" order by name`,
  );
}

/** The last click of the way. */
function start(who: Person, { identifier }: Case, scene: Scene, form: Loose) {
  return form === null
    ? who.click(identifier, scene.selection)
    : who.send(identifier, scene.selection, form);
}

async function running(title: string, known: ReadonlySet<string>) {
  await eventually(`${title} has begun`, async () => {
    const jobs = await jobsOf(world, title);
    return jobs.some((job) => !known.has(job.id) && job.status === "running");
  });
  return jobOf(world, title);
}

describe.each(cases)("$title", (one) => {
  test("HA-70 HA-72 is for those of the settings, at discover and at each step", async () => {
    const scene = await one.scene();
    const inMenuOf = async (who: Person) =>
      (await who.menu(...scene.selection)).has(one.identifier);
    expect(await inMenuOf(manager)).toBe(true);
    expect(await inMenuOf(anna)).toBe(false);
    const refused = await anna.click(one.identifier, scene.selection);
    expect(refused.success).toBe(false);
    expect(refused.message).toContain("PROJECT manager");

    const form = await scene.open();
    await setStudio(world, settingsFor(["Chief"]));
    try {
      await eventually("the role is taken away", async () => {
        return !(await inMenuOf(manager));
      });
      const late = await start(manager, one, scene, form);
      expect(late.success).toBe(false);
      expect(late.message).toContain("Chief");
      expect(await scene.seen()).toEqual(scene.before);
    } finally {
      await setStudio(world, settingsFor(["PROJECT manager"]));
      await eventually("the role is given back", () => inMenuOf(manager));
    }
  });

  test("goes on after a restart of the processor, in the same job, and does it once", async () => {
    const scene = await one.scene();
    const form = await scene.open();
    const known = new Set(
      (await jobsOf(world, one.title)).map((job) => job.id),
    );
    await world.ftrack.control.faults({ latency: { ms: 250, jitter: 0 } });
    expect(await start(manager, one, scene, form)).toMatchObject({
      success: true,
    });
    const job = await running(one.title, known);
    await world.stopProcessor();
    await world.ftrack.control.clearFaults();
    expect((await jobOf(world, one.title)).status).toBe("running");
    await world.startProcessor();
    const end = await endOf(
      world,
      one.title,
      (await jobsOf(world, one.title)).filter(({ id }) => id !== job.id),
    );
    expect(end).toMatchObject({ id: job.id, status: "done" });
    expect(await scene.seen()).toEqual(scene.after);
  });
});

test("Batch Task Create stops between two parts when its job is ended", async () => {
  const shots = Array.from({ length: 300 }, (_, i) =>
    world.create("Shot", `stop_${String(i)}`, world.projectId),
  );
  await world.edit(...shots);
  const ids = shots.map(({ id }) => id);
  const selection = ids.map(context);
  const form = await detailsOf(selection);
  const title = "Batch Task Create";
  const known = new Set((await jobsOf(world, title)).map((job) => job.id));
  await world.ftrack.control.faults({ latency: { ms: 800, jitter: 0 } });
  await manager.send("ayon.batch-tasks.server", selection, form);
  const job = await running(title, known);
  await world.edit(world.update("Job", job.id, { status: "failed" }));
  await eventually("the job says so", async () => {
    return (await jobOf(world, title)).description === `${title}: stopped`;
  });
  await world.ftrack.control.clearFaults();
  expect((await tasksBelow(ids)).length).toBeLessThan(ids.length);
});
