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
import { isIntact, syncPlan } from "../../../src/core/sync-plan.ts";
import type { Loose } from "../../support/official-client.ts";
import { eventually } from "../../support/redis.ts";
import { startWorld, type World } from "../../support/world.ts";

const PREVIEW = "ayon.preview.sync";
const TITLE = "Preview of the sync to AYON (show)";
const APPLY = "Apply plan to AYON (show)";

let world: World;
let admin: Person;
let anna: Person;

beforeAll(async () => {
  world = await startWorld({ autoSync: false });
  [admin, anna] = await Promise.all([
    person(world.ftrack, "admin@studio.test"),
    person(world.ftrack, "anna@studio.test"),
  ]);
  // The processor reaches the event hub a moment after its start.
  await admin.menu(project(world.projectId));
}, 60_000);

afterAll(async () => {
  for (const someone of [admin, anna]) someone.leave();
  await world.stop();
});

/** Names of the test at hand: each has a sequence of its own. */
let count = 0;
let sequence: string;
let name: string;
beforeEach(async () => {
  count += 1;
  name = `sq${count}00`;
  const made = world.create("Sequence", name, world.projectId);
  sequence = made.id;
  await world.edit(made, world.create("Shot", "sh010", sequence));
});

/** The forms that have opened by themselves. */
function forms(): Loose[] {
  return admin.shown.filter((data) => data.type === "widget");
}

/** Clicks, and waits for so many plans to open. */
async function plans(
  selection: readonly Picked[],
  number = 1,
): Promise<Loose[]> {
  const before = forms().length;
  const answer = await admin.click(PREVIEW, selection);
  expect(answer).toMatchObject({ success: true });
  await eventually("the plans", () => forms().length === before + number);
  return forms().slice(before);
}

/** Sends a form that opened by itself, as the web interface does. */
function send(form: Loose, then = "apply", by = admin): Promise<Loose> {
  const values = { ...untouched(form), then };
  return by.click(form.actionIdentifier, form.selection, values);
}

describe("the preview of the sync", () => {
  test("shows what would be written, writes nothing, and then exactly that", async () => {
    const before = await jobsOf(world, TITLE);
    const [form] = await plans([context(sequence)]);
    expect(form.title).toBe(TITLE);
    const text = textOf(form);
    expect(text).toContain("AYON: 1 Shot created");
    expect(text).toContain("**In AYON, create: 2**");
    expect(text).toContain(`create ${name}/sh010`);
    expect(await world.folder(`/${name}`)).toBeUndefined();
    const job = await endOf(world, TITLE, before);
    expect(job).toMatchObject({ status: "done", username: admin.username });
    const files = await attached(world, job.id);
    const plan = syncPlan.parse(JSON.parse(files["sync-plan-show.json"]!));
    expect(isIntact(plan)).toBe(true);
    expect(plan.subtreeId).toBe(sequence);

    const applied = await jobsOf(world, APPLY);
    expect(await send(form)).toEqual({
      success: true,
      message: "The plan is being carried out; see your jobs.",
    });
    const end = await endOf(world, APPLY, applied);
    expect(end.description).toContain(`${plan.rows.length} changes`);
    expect(await world.folder(`/${name}/sh010`)).toBeDefined();
    expect(await send(form)).toMatchObject({
      success: false,
      message: expect.stringContaining("sent in before"),
    });

    const [done] = await plans([context(sequence)]);
    expect(textOf(done)).toContain("Nothing to do.");
    expect(untouched(done)).not.toHaveProperty("then");
  });

  test("names issues with their rule and what to do, and is of bounded length", async () => {
    const shots = Array.from({ length: 40 }, (_, i) =>
      world.create("Shot", `many${i}`, sequence),
    );
    const twin = world.create("Shot", "SH 010", sequence);
    const other = world.create("Shot", "sh_010", sequence);
    await world.edit(...shots, twin, other);
    const [form] = await plans([context(sequence)]);
    const text = textOf(form);
    expect(text).toContain("… and 28 more");
    expect(text).toMatch(/\*\*name-taken\*\* .*SH 010/);
    expect(form.items.length).toBeLessThan(60);
  });

  test("is one plan for each of a few folders, none for what lies in another, and one of the project for many", async () => {
    const others = ["a", "b", "c"].map((end) =>
      world.create("Sequence", `${name}${end}`, world.projectId),
    );
    const shot = world.create("Shot", "sh020", sequence);
    await world.edit(...others, shot);
    const some = [sequence, shot.id, others[0]!.id].map(context);
    const two = await plans(some, 2);
    const about = two.map((form) => form.selection);
    expect(about).toEqual(
      expect.arrayContaining([[context(sequence)], [context(others[0]!.id)]]),
    );
    const many = [sequence, ...others.map(({ id }) => id)].map(context);
    const [whole] = await plans(many);
    expect(whole.selection).toEqual([project(world.projectId)]);
    expect(textOf(whole)).toContain(`create ${name}c`);
  });

  test("is shown at once when it was made a moment ago, and made anew when that is chosen", async () => {
    const on = [context(sequence)];
    await plans(on);
    const known = await admin.click(PREVIEW, on);
    expect(known.type).toBe("form");
    await world.edit(world.create("Shot", "sh020", sequence));
    const before = forms().length;
    await admin.send(PREVIEW, on, known, { then: "again" });
    await eventually("the new plan", () => forms().length === before + 1);
    expect(textOf(forms().at(-1))).toContain(`create ${name}/sh020`);
  });

  test("that is out of date is refused, and the new one opens", async () => {
    const [form] = await plans([context(sequence)]);
    await world.edit(world.create("Shot", "sh020", sequence));
    const before = forms().length;
    await send(form);
    expect(await admin.told(/Something has changed/)).toMatchObject({
      type: "message",
      success: false,
    });
    await eventually("the new plan", () => forms().length === before + 1);
    expect(await world.folder(`/${name}`)).toBeUndefined();
    const applied = await jobsOf(world, APPLY);
    await send(forms().at(-1));
    await endOf(world, APPLY, applied);
    expect(await world.folder(`/${name}/sh020`)).toBeDefined();
  });

  test("HA-72 is for whoever may synchronise, and its form for whom it was opened on what it is about", async () => {
    const on = [context(sequence)];
    expect((await anna.menu(...on)).has(PREVIEW)).toBe(false);
    expect(await anna.click(PREVIEW, on)).toMatchObject({ success: false });
    const [form] = await plans(on);
    expect(await send(form, "apply", anna)).toMatchObject({ success: false });
    const elsewhere = { ...form, selection: [project(world.projectId)] };
    expect((await send(elsewhere)).message).toContain("not from this service");
    const jobs = await world.jobs.list();
    const about = jobs.filter((job) => JSON.stringify(job).includes(sequence));
    expect(about.map((job) => job.kind)).toEqual(["sync-plan"]);
  });
});

describe("the long work of the preview", () => {
  /** Starts a plan that waits for AYON for long; its job in Ftrack. */
  async function waiting(): Promise<SeenJob> {
    const before = await jobsOf(world, TITLE);
    world.ayon.sandbox.control.addFault({
      ...{ kind: "latency", path: "graphql", ms: 3000 },
    });
    await admin.click(PREVIEW, [context(sequence)]);
    let job: SeenJob | undefined;
    await eventually("the job", async () => {
      const jobs = await jobsOf(world, TITLE);
      job = jobs.find(({ id }) => !before.some((known) => known.id === id));
      return job !== undefined;
    });
    return job!;
  }

  test("goes on after a restart of the processor, in the same job", async () => {
    const opened = forms().length;
    const job = await waiting();
    await world.stopProcessor();
    expect(forms().length).toBe(opened);
    world.ayon.sandbox.control.clearFaults();
    await world.startProcessor();
    await eventually("the plan", () => forms().length === opened + 1);
    await world.settled();
    const jobs = await jobsOf(world, TITLE);
    expect(jobs.find(({ id }) => id === job.id)?.status).toBe("done");
    expect(jobs.filter(({ status }) => status === "running")).toEqual([]);
    const [done] = await world.jobs.list();
    expect(done).toMatchObject({ kind: "sync-plan", state: "done" });
    expect(done?.starts).toBeGreaterThan(1);
  });

  test("stops when its job is ended with the Job Killer", async () => {
    const opened = forms().length;
    const { id } = await waiting();
    const on = [project(world.projectId)];
    const form = await admin.click("ayon.job.killer.server", on);
    await admin.send("ayon.job.killer.server", on, form, { [id]: true });
    await eventually("the end", async () => {
      const jobs = await jobsOf(world, `${TITLE}: stopped`);
      return jobs.some((job) => job.id === id && job.status === "failed");
    });
    world.ayon.sandbox.control.clearFaults();
    await world.settled();
    expect(forms().length).toBe(opened);
    const [job] = await world.jobs.list();
    expect(job).toMatchObject({ kind: "sync-plan", state: "cancelled" });
  });
});
