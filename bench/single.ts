import { setTimeout as sleep } from "node:timers/promises";
import { p50p95, count } from "./lib/numbers.ts";
import { withRig, watching, type Rig } from "./lib/rig.ts";
import { fillShow, readTasks, statusEdit } from "./lib/shows.ts";
import type { Figure, Part } from "./part.ts";

const TASKS = 100;
const PAUSE_MS = 200;

export const single: Part = {
  name: "single",
  title: "One status change at a time",
  about: `${TASKS} tasks get another status, one every ${PAUSE_MS} ms, so that each is handled alone. AYON's own
\`updatedAt\` says when it had the change. Own overhead leaves out the time until Ftrack had the edit, and all that
AYON took for its answers; what Ftrack took to answer our reads is in it. The
rules that are on by default are on; what they ask and write counts with the requests.`,
  run: () =>
    withRig(async (rig) => {
      // The first few pay for everything that is remembered afterwards.
      await changeAll(rig, "warm_up");
      return watching(rig, () => changeAll(rig, "show"));
    }),
};

async function changeAll(rig: Rig, name: string): Promise<readonly Figure[]> {
  const { stack, studio } = rig;
  const show = await fillShow(stack, studio, name, TASKS);
  await rig.idle();
  await stack.ftrack.control.resetRequests();
  await stack.ayon.control.resetRequests();
  const sent: { task: string; at: number; saved: number }[] = [];
  for (const task of show.tasks) {
    const at = Date.now();
    await studio.save(statusEdit(studio, task, "In progress"));
    sent.push({ task, at, saved: Date.now() });
    await sleep(PAUSE_MS);
  }
  await rig.idle();
  const ftrack = await stack.ftrack.control.requests();
  const ayon = await stack.ayon.control.requests();
  const rows = await readTasks(stack, name);
  const whole: number[] = [];
  const own: number[] = [];
  for (const { task, at, saved } of sent) {
    const row = rows.get(task);
    if (row?.status !== "In progress")
      throw new Error(`${task} has the status ${row?.status ?? "of nobody"}`);
    whole.push(row.updatedAt - at);
    const inAyon = ayon.requests.filter(
      (r) => r.at - r.durationMs >= saved - 1 && r.at <= row.updatedAt + 50,
    );
    // The write is counted until its commit only.
    const waited = inAyon.reduce(
      (sum, r) =>
        sum +
        Math.min(r.at, row.updatedAt) -
        Math.min(r.at - r.durationMs, row.updatedAt),
      0,
    );
    own.push(Math.max(0, row.updatedAt - saved - waited));
  }
  return [
    { what: "edit sent → AYON has it", measured: p50p95(whole) },
    {
      what: "own overhead",
      measured: p50p95(own),
      budget: "p50 ≤ 15, p95 ≤ 50 ms",
    },
    {
      what: "requests to AYON for each",
      measured: count(ayon.counts.total / TASKS),
      budget: "≤ 3",
    },
    {
      what: "requests to Ftrack for each",
      // Ours, without those of the person at work.
      measured: count((ftrack.requests - TASKS) / TASKS),
      budget: "≤ 3",
    },
  ];
}
