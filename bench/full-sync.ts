import { randomUUID } from "node:crypto";
import { STUDIO_SHOW } from "../sandbox/ftrack/index.ts";
import { startStack, type Stack } from "../scripts/stack/stack.ts";
import { openStudio } from "../scripts/stack/studio.ts";
import { FULL_SYNC_JOB } from "../src/core/full-sync.ts";
import { silentLog } from "../src/core/log.ts";
import { makeJobs, openJobQueue } from "../src/queue/jobs.ts";
import { connect } from "../src/queue/redis.ts";
import type { Jobs } from "../src/queue/types.ts";
import { count } from "./lib/numbers.ts";
import { arrived } from "./lib/shows.ts";
import { watchProcess } from "./lib/usage.ts";
import type { Figure, Part } from "./part.ts";

const ENTITIES = 20_000;
const MOST_MINUTES = 20;

export const fullSync: Part = {
  name: "full-sync",
  title: "A whole project",
  about: `The job behind the action _Sync to AYON_, on a project of ${count(ENTITIES)} entities that AYON has only the
name of; then once more, when nothing has changed.`,
  async run() {
    const stack = await startStack({
      seed: `studio:${ENTITIES}+ayon`,
      redis: { appendonly: true },
    });
    const address = { url: stack.redis.url, prefix: stack.redis.prefix };
    const connection = connect(address, "patient", silentLog);
    const queue = openJobQueue(connection, silentLog);
    try {
      await openStudio(stack);
      const { pid } = await stack.start("processor");
      const jobs = makeJobs(connection, queue);
      const run = (name: string, budget?: string): Promise<Figure[]> =>
        measureRun(stack, jobs, pid, name, budget);
      return [...(await run("first run")), ...(await run("second run", "0"))];
    } finally {
      await queue.close();
      await connection.close();
      await stack.stop();
    }
  },
};

async function measureRun(
  { ayon, ftrack }: Stack,
  jobs: Jobs,
  pid: number,
  name: string,
  writesBudget?: string,
): Promise<Figure[]> {
  await ayon.control.resetRequests();
  await ftrack.control.resetRequests();
  const watch = await watchProcess(pid);
  const begun = performance.now();
  const { id } = await jobs.submit({
    kind: FULL_SYNC_JOB,
    key: `${FULL_SYNC_JOB}-${randomUUID()}`,
    data: { projectId: STUDIO_SHOW, userId: null },
  });
  await arrived(
    `the ${name} ends`,
    async () => {
      const job = await jobs.get(id);
      if (job?.state === "failed") throw new Error(job.error ?? "failed");
      return job?.state === "done";
    },
    { everyMs: 100, withinMs: MOST_MINUTES * 60_000 },
  );
  const seconds = (performance.now() - begun) / 1000;
  const { maxMb } = await watch.stop();
  const { counts } = await ayon.control.requests();
  const asked = await ftrack.control.requests();
  const ftrackWrites = Object.entries(asked.counts)
    .filter(([what]) => !what.startsWith("query"))
    .reduce((sum, [, n]) => sum + n, 0);
  return [
    { what: `${name}: time`, measured: count(seconds, "s") },
    {
      what: `${name}: requests to AYON, to Ftrack`,
      measured: `${count(counts.total)}, ${count(asked.requests)}`,
      budget: "O(entities / page)",
    },
    {
      what: `${name}: requests that write, to AYON; entities written, to Ftrack`,
      measured: `${count(counts.writes)}; ${count(ftrackWrites)}`,
      ...(writesBudget === undefined ? {} : { budget: writesBudget }),
    },
    {
      what: `${name}: memory of the processor, at most`,
      measured: count(maxMb, "MB"),
      budget: "≤ 250 MB",
    },
  ];
}
