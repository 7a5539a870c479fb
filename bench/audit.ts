import { readFile } from "node:fs/promises";
import { operation } from "@ftrack/api";
import { STUDIO_SHOW } from "../sandbox/ftrack/index.ts";
import { startStack, type Stack } from "../scripts/stack/stack.ts";
import { openStudio } from "../scripts/stack/studio.ts";
import { AUDIT_JOB } from "../src/core/audit.ts";
import { FULL_SYNC_JOB } from "../src/core/full-sync.ts";
import { silentLog } from "../src/core/log.ts";
import { makeJobs, openJobQueue } from "../src/queue/jobs.ts";
import { connect } from "../src/queue/redis.ts";
import type { Jobs } from "../src/queue/types.ts";
import { count } from "./lib/numbers.ts";
import { arrived } from "./lib/shows.ts";
import type { Figure, Part } from "./part.ts";

const SIZES = [2_000, 20_000];
const MOST_MINUTES = 20;

export const audit: Part = {
  name: "audit",
  title: "An audit",
  about: `A project that is in step on both sides: compared by a full sync, by the first audit, which remembers what is
well, and by the next one. Bytes are what the processor read meanwhile, from both servers and Redis.`,
  async run() {
    const figures: Figure[] = [];
    for (const size of SIZES) figures.push(...(await measureSize(size)));
    return figures;
  },
};

async function measureSize(entities: number): Promise<Figure[]> {
  const stack = await startStack({
    seed: `studio:${entities}+ayon`,
    redis: { appendonly: true },
  });
  const address = { url: stack.redis.url, prefix: stack.redis.prefix };
  const connection = connect(address, "patient", silentLog);
  const queue = openJobQueue(connection, silentLog);
  try {
    const studio = await openStudio(stack);
    await studio.save(
      operation.create("CustomAttributeValue", {
        configuration_id: studio.idOf("Attribute", "auto_sync_enabled"),
        entity_id: STUDIO_SHOW,
        value: true,
      }),
    );
    const { pid } = await stack.start("processor");
    const jobs = makeJobs(connection, queue);
    await done(jobs, FULL_SYNC_JOB);
    const title = `${count(entities)} entities`;
    return [
      await measured(stack, jobs, pid, FULL_SYNC_JOB, `${title}: full sync`),
      await measured(stack, jobs, pid, AUDIT_JOB, `${title}: first audit`),
      await measured(stack, jobs, pid, AUDIT_JOB, `${title}: next audit`),
    ];
  } finally {
    await queue.close();
    await connection.close();
    await stack.stop();
  }
}

async function done(jobs: Jobs, kind: string): Promise<void> {
  const { id } = await jobs.submit({
    kind,
    key: `${kind}-bench`,
    data: { projectId: STUDIO_SHOW, userId: null },
  });
  await arrived(
    `${kind} ends`,
    async () => {
      const job = await jobs.get(id);
      if (job?.state === "failed") throw new Error(job.error ?? "failed");
      return job?.state === "done";
    },
    { everyMs: 50, withinMs: MOST_MINUTES * 60_000 },
  );
  const result = JSON.stringify((await jobs.get(id))?.result);
  if (!result.includes('"done"')) throw new Error(`${kind}: ${result}`);
}

/** Bytes that the process has read so far, from sockets too. */
async function readBy(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/io`, "utf8");
  return Number(/^rchar: (\d+)/m.exec(text)?.[1]);
}

async function measured(
  { ayon, ftrack }: Stack,
  jobs: Jobs,
  pid: number,
  kind: string,
  what: string,
): Promise<Figure> {
  await ayon.control.resetRequests();
  await ftrack.control.resetRequests();
  const before = await readBy(pid);
  const begun = performance.now();
  await done(jobs, kind);
  const seconds = (performance.now() - begun) / 1000;
  const bytes = (await readBy(pid)) - before;
  const { counts } = await ayon.control.requests();
  const asked = await ftrack.control.requests();
  return {
    what: `${what}: time; read; requests to AYON, to Ftrack; that write`,
    measured: [
      count(seconds, "s"),
      count(bytes / 1e6, "MB"),
      `${count(counts.total)}, ${count(asked.requests)}`,
      count(counts.writes),
    ].join("; "),
  };
}
