import { readAyon } from "../scripts/stack/ayon-view.ts";
import { count } from "./lib/numbers.ts";
import { withRig, type Rig } from "./lib/rig.ts";
import { arrived, fillShow, readTasks, statusEdit, tree } from "./lib/shows.ts";
import type { Figure, Part } from "./part.ts";

const FLIPS = 100;
const BURST = 1_000;
const PER_SAVE = 100;
const SHOWS = 4;
const TASKS = 250;
const ROUNDS = 3;
const EVENTS = SHOWS * TASKS * ROUNDS;

export const bulk: Part = {
  name: "bulk",
  title: "Bursts and backlogs",
  about: `${FLIPS} changes of one task's status, and then ${count(EVENTS)} of ${count(SHOWS * TASKS)} tasks in ${SHOWS} projects, while no
processor runs; the time counts from when a new one is ready. ${count(BURST)} tasks that a script makes in Ftrack,
${PER_SAVE} in a transaction, while everything runs. Requests that write count whole: creating, changing and
deleting of any number of entities; what is in them is in brackets. The rules that are on by default are on: a
shot's status follows its tasks, which is a write of its own.`,
  run: () =>
    withRig(async (rig) => [
      ...(await flips(rig)),
      ...(await burst(rig)),
      ...(await backlog(rig)),
    ]),
};

/** Requests that wrote entities, since the last reset, and what was in them. */
async function writes({
  stack,
}: Rig): Promise<{ readonly requests: number; readonly operations: string }> {
  const { counts } = await stack.ayon.control.requests();
  const requests = Object.entries(counts.byRoute)
    .filter(([route]) => /^(POST|PATCH|DELETE) .*projects\//.test(route))
    .reduce((sum, [, n]) => sum + n, 0);
  const operations = Object.entries(counts.operations)
    .map(([what, n]) => `${what} ${count(n)}`)
    .join(", ");
  return { requests, operations };
}

async function flips(rig: Rig): Promise<Figure[]> {
  const { stack, studio } = rig;
  const show = await fillShow(stack, studio, "flips", 1);
  await rig.idle();
  await rig.pause();
  const [task = ""] = show.tasks;
  const taken = await rig.taken();
  for (let n = 1; n <= FLIPS; n += 1)
    await studio.save(
      statusEdit(studio, task, n % 2 === 0 ? "Approved" : "In progress"),
    );
  await taken(FLIPS);
  await stack.ayon.control.resetRequests();
  await rig.resume();
  await arrived("the last status", async () => {
    const row = (await readTasks(stack, show.name)).get(task);
    return row?.status === "Approved";
  });
  await rig.idle();
  const { requests, operations } = await writes(rig);
  return [
    {
      what: `${FLIPS} changes of one status, waiting: requests that write`,
      measured: `${count(requests)} (${operations})`,
      budget: "1",
    },
  ];
}

async function burst(rig: Rig): Promise<Figure[]> {
  const { stack, studio } = rig;
  const show = await studio.addShow("burst");
  const edits = tree(studio, show, BURST);
  await studio.save(...edits.folders);
  await arrived(
    "the shots",
    async () => (await folderCount(rig, show.name)) === edits.folders.length,
  );
  await rig.idle();
  await stack.ayon.control.resetRequests();
  const begun = Date.now();
  for (let n = 0; n < BURST; n += PER_SAVE)
    await studio.save(...edits.tasks.slice(n, n + PER_SAVE));
  const saved = Date.now();
  await arrived(
    "all tasks",
    async () => (await readTasks(stack, show.name)).size === BURST,
    { everyMs: 250 },
  );
  await rig.idle();
  const { requests, operations } = await writes(rig);
  const rows = await readTasks(stack, show.name);
  const last = Math.max(...[...rows.values()].map((row) => row.updatedAt));
  return [
    {
      what: `${count(BURST)} new tasks: requests that write`,
      measured: `${count(requests)} (${operations})`,
      budget: "≤ 10",
    },
    {
      what: `${count(BURST)} new tasks: first edit → last in AYON (last edit after)`,
      measured: `${count(last - begun)} ms (${count(saved - begun)} ms)`,
    },
  ];
}

async function backlog(rig: Rig): Promise<Figure[]> {
  const { stack, studio } = rig;
  const shows = [];
  for (let n = 0; n < SHOWS; n += 1)
    shows.push(await fillShow(stack, studio, `backlog_${n}`, TASKS));
  await rig.idle();
  await rig.pause();
  const taken = await rig.taken();
  await Promise.all(
    shows.map(async ({ tasks }) => {
      for (const status of ["In progress", "Pending Review", "Approved"])
        for (const task of tasks)
          await studio.save(statusEdit(studio, task, status));
    }),
  );
  await taken(EVENTS);
  const startedAt = performance.now();
  await rig.resume();
  const readyAt = performance.now();
  await rig.idle();
  const doneAt = performance.now();
  for (const { name } of shows)
    for (const row of (await readTasks(stack, name)).values())
      if (row.status !== "Approved")
        throw new Error(`A task of ${name} ends as ${row.status}`);
  const rate = (since: number): string =>
    count(EVENTS / ((doneAt - since) / 1000), "events/s");
  return [
    {
      what: `${count(EVENTS)} waiting events, from ready`,
      measured: rate(readyAt),
      budget: "≥ 300 events/s",
    },
    {
      what: `${count(EVENTS)} waiting events, from the start of the process`,
      measured: rate(startedAt),
    },
  ];
}

async function folderCount({ stack }: Rig, name: string): Promise<number> {
  return (await readAyon(stack.ayon, name)).size;
}
