/** A whole synchronisation that somebody clicked, and a plan that is carried out: stopped, and interrupted. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import {
  context,
  endOf,
  jobsOf,
  person,
  project,
  untouched,
  type Person,
  type SeenJob,
} from "../../support/clicking.ts";
import type { Loose } from "../../support/official-client.ts";
import { eventually } from "../../support/redis.ts";
import { startWorld, type World } from "../../support/world.ts";

const SYNC = "sync.from.ftrack.to.ayon";
const PREVIEW = "ayon.preview.sync";

let world: World;
let admin: Person;

beforeAll(async () => {
  world = await startWorld({ autoSync: false });
  admin = await person(world.ftrack, "admin@studio.test");
}, 60_000);

afterAll(async () => {
  admin.leave();
  await world.stop();
});

/** What the test at hand brings over: a sequence with shots, each of its own name. */
const SHOTS = 5;
let count = 0;
let name: string;
let sequence: string;
beforeEach(async () => {
  count += 1;
  name = `sq${String(count)}`;
  const made = world.create("Sequence", name, world.projectId);
  sequence = made.id;
  const shots = Array.from({ length: SHOTS }, (_, i) =>
    world.create("Shot", `${name}sh${String(i)}`, sequence),
  );
  await world.edit(made, ...shots);
});

interface Case {
  readonly words: string;
  /** Of the job in Ftrack. */
  readonly title: string;
  /** Kind of the job in the queue. */
  readonly kind: string;
  /** Up to the last click. */
  prepare(): Promise<Loose>;
  start(form: Loose): Promise<Loose>;
}

const cases: readonly Case[] = [
  {
    words: "a synchronisation",
    title: "Sync to AYON (show)",
    kind: "full-sync",
    prepare: () => Promise.resolve(null),
    start: () => admin.click(SYNC, [project(world.projectId)]),
  },
  {
    words: "a plan that is carried out",
    title: "Apply plan to AYON (show)",
    kind: "sync-apply",
    async prepare() {
      const before = admin.shown.length;
      await admin.click(PREVIEW, [context(sequence)]);
      const found = () =>
        admin.shown.slice(before).find((data) => data.type === "widget");
      await eventually("the plan", () => found() !== undefined);
      await world.settled();
      return found();
    },
    start: (form) =>
      admin.click(form.actionIdentifier, form.selection, {
        ...untouched(form),
        then: "apply",
      }),
  },
];

/** Names of the folders of the test at hand that AYON has. */
async function brought(): Promise<string[]> {
  const { folders } = await world.everything();
  return folders
    .map((folder) => folder.name)
    .filter((one) => one.startsWith(name))
    .toSorted();
}

/** All that the test at hand made in Ftrack, by name and once each. */
function all(): string[] {
  return [
    name,
    ...Array.from({ length: SHOTS }, (_, i) => `${name}sh${String(i)}`),
  ];
}

/** What finds the job in Ftrack that comes from now on. */
async function seeker(one: Case): Promise<() => Promise<SeenJob | null>> {
  const known = new Set((await jobsOf(world, one.title)).map(({ id }) => id));
  return async () => {
    const jobs = await jobsOf(world, one.title);
    return jobs.find(({ id }) => !known.has(id)) ?? null;
  };
}

async function jobIn(one: Case, id: string): Promise<SeenJob | undefined> {
  return (await jobsOf(world, one.title)).find((job) => job.id === id);
}

test.each(cases)(
  "$words goes on after a restart of the processor, in the same job, and makes everything once",
  async (one) => {
    const form = await one.prepare();
    const find = await seeker(one);
    // AYON takes its part at once; what is written back to Ftrack then takes its time.
    await world.ftrack.control.faults({ latency: { ms: 400, jitter: 0 } });
    world.ayon.sandbox.control.resetRequests();
    expect(await one.start(form)).toMatchObject({ success: true });
    await eventually("a part is written", () => {
      const { counts } = world.ayon.sandbox.control.requests({ limit: 0 });
      return counts.writes > 0;
    });
    await world.stopProcessor();
    await world.ftrack.control.clearFaults();
    const { id, status } = (await find())!;
    expect(status).toBe("running");
    await world.startProcessor();
    await eventually("the end", async () => {
      const now = (await jobIn(one, id))?.status;
      return now === "done" || now === "failed";
    });
    expect(await jobIn(one, id)).toMatchObject({
      ...{ status: "done", username: admin.username },
    });
    await world.settled();
    expect(await brought()).toEqual(all());
    const [last] = await world.jobs.list();
    expect(last).toMatchObject({ kind: one.kind, state: "done" });
    expect(last?.starts).toBeGreaterThan(1);
  },
);

test.each(cases)(
  "$words stops when a person ends its job, is not begun again, and can be clicked again",
  async (one) => {
    const form = await one.prepare();
    const find = await seeker(one);
    world.ayon.sandbox.control.addFault({ kind: "hang", path: "/operations" });
    expect(await one.start(form)).toMatchObject({ success: true });
    await eventually("the job", async () => (await find()) !== null);
    const { id } = (await find())!;
    await world.edit(world.update("Job", id, { status: "failed" }));
    await eventually("the job says so", async () => {
      const job = await jobIn(one, id);
      return job?.description === `${one.title}: stopped`;
    });
    world.ayon.sandbox.control.clearFaults();
    await world.settled();
    expect(await brought()).toEqual([]);
    const [last] = await world.jobs.list();
    expect(last).toMatchObject({ kind: one.kind, state: "cancelled" });
    expect(last?.starts).toBe(1);
    expect((await jobIn(one, id))?.status).toBe("failed");

    const again = await one.prepare();
    const before = await jobsOf(world, one.title);
    await one.start(again);
    expect(await endOf(world, one.title, before)).toMatchObject({
      status: "done",
    });
    await world.settled();
    expect(await brought()).toEqual(all());
  },
);

test("a plan that was begun is refused after a restart when it would do what it does not list, and says that a part is written", async () => {
  const one = cases[1]!;
  const form = await one.prepare();
  const find = await seeker(one);
  await world.ftrack.control.faults({ latency: { ms: 400, jitter: 0 } });
  world.ayon.sandbox.control.resetRequests();
  await one.start(form);
  await eventually("a part is written", () => {
    const { counts } = world.ayon.sandbox.control.requests({ limit: 0 });
    return counts.writes > 0;
  });
  await world.stopProcessor();
  await world.ftrack.control.clearFaults();
  const { id } = (await find())!;
  await world.edit(world.create("Shot", `${name}late`, sequence));
  await world.startProcessor();
  await eventually("the end", async () => {
    return (await jobIn(one, id))?.status === "failed";
  });
  expect((await jobIn(one, id))?.description).toContain(
    "A part of it is written",
  );
  await world.settled();
  expect(await brought()).not.toContain(`${name}late`);
});
