import { setTimeout as sleep } from "node:timers/promises";
import { count, p50p95 } from "./lib/numbers.ts";
import { watching, withRig, type Rig } from "./lib/rig.ts";
import {
  arrived,
  fillShow,
  readTasks,
  statusEdit,
  type FilledShow,
} from "./lib/shows.ts";
import type { Figure, Part } from "./part.ts";

const SHOWS = 8;
const TASKS = 200;
const PER_SECOND = 10;
const STEADY = 100;
/** None of them is the first, so that every change is one. Nobody has the same twice within the cases. */
const STATUSES = [
  "In progress",
  "Pending Review",
  "Revise",
  "Approved",
  "Ready to start",
];

export const rate: Part = {
  name: "rate",
  title: "Events a second, one and eight projects",
  about: `Status changes of different tasks, each an event of its own. _Steady_: ${PER_SECOND} a second in every project,
${STEADY} of them; the time from the edit until AYON has it. _Waiting_: ${TASKS} events for every project lie in Redis
when the processor goes on; from then until AYON has the last one. AYON takes 0 or 20 ms longer for every answer
than the local one does.`,
  run: () =>
    withRig(async (rig) => {
      const shows: FilledShow[] = [];
      for (let n = 0; n < SHOWS; n += 1)
        shows.push(await fillShow(rig.stack, rig.studio, `show_${n}`, TASKS));
      await rig.idle();
      return watching(rig, () => allCases(rig, shows));
    }),
};

async function allCases(
  rig: Rig,
  shows: readonly FilledShow[],
): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  let turn = 0;
  const nextStatus = (): string => STATUSES[turn++ % STATUSES.length] ?? "";
  for (const latencyMs of [0, 20]) {
    await rig.stack.ayon.control.switches({ latencyMs });
    let one = NaN;
    for (const part of [shows.slice(0, 1), shows]) {
      const where = `${part.length === 1 ? "1 project" : `${part.length} projects`}, ${latencyMs} ms`;
      const times = await steady(rig, part, nextStatus());
      figures.push({ what: `steady, ${where}`, measured: p50p95(times) });
      const perSecond = await waiting(rig, part, nextStatus());
      const isLast = part.length > 1;
      if (!isLast) one = perSecond;
      figures.push({
        what: `waiting, ${where}`,
        measured:
          count(perSecond, "events/s") +
          (isLast ? `, ${count(perSecond / one)} × one project` : ""),
        ...(isLast && latencyMs === 20 ? { budget: "≥ 6 × one project" } : {}),
      });
    }
  }
  await rig.stack.ayon.control.switches({ latencyMs: 0 });
  return figures;
}

/** Milliseconds from edit to AYON. */
async function steady(
  { stack, studio }: Rig,
  shows: readonly FilledShow[],
  status: string,
): Promise<readonly number[]> {
  const times = await Promise.all(
    shows.map(async (show, n) => {
      const begun = performance.now() + (n * 1000) / PER_SECOND / shows.length;
      const sent = new Map<string, number>();
      for (const [i, task] of show.tasks.slice(0, STEADY).entries()) {
        await sleep(begun + (i * 1000) / PER_SECOND - performance.now());
        sent.set(task, Date.now());
        await studio.save(statusEdit(studio, task, status));
      }
      await allHave(stack, show, [...sent.keys()], status);
      const rows = await readTasks(stack, show.name);
      return [...sent].map(
        ([task, at]) => (rows.get(task)?.updatedAt ?? NaN) - at,
      );
    }),
  );
  return times.flat();
}

/** Events per second. */
async function waiting(
  rig: Rig,
  shows: readonly FilledShow[],
  status: string,
): Promise<number> {
  const { stack, studio } = rig;
  await rig.idle();
  const taken = await rig.taken();
  const { pid } = rig.processor();
  // Stopped, not ended: its start is another measurement.
  process.kill(pid, "SIGSTOP");
  let begun: number;
  try {
    await Promise.all(
      shows.map(async ({ tasks }) => {
        for (const task of tasks)
          await studio.save(statusEdit(studio, task, status));
      }),
    );
    await taken(shows.length * TASKS);
  } finally {
    begun = Date.now();
    process.kill(pid, "SIGCONT");
  }
  await Promise.all(
    shows.map((show) => allHave(stack, show, show.tasks, status)),
  );
  const ends = await Promise.all(
    shows.map(async ({ name }) => {
      const rows = await readTasks(stack, name);
      return Math.max(...[...rows.values()].map((row) => row.updatedAt));
    }),
  );
  const seconds = (Math.max(...ends) - begun) / 1000;
  return (shows.length * TASKS) / seconds;
}

function allHave(
  stack: Rig["stack"],
  { name }: FilledShow,
  tasks: readonly string[],
  status: string,
): Promise<void> {
  return arrived(
    `${status} in ${name}`,
    async () => {
      const rows = await readTasks(stack, name);
      return tasks.every((task) => rows.get(task)?.status === status);
    },
    { everyMs: 500 },
  );
}
