import { Event, Session } from "@ftrack/api";
import { setTimeout as sleep } from "node:timers/promises";
import { STUDIO_SHOW } from "../sandbox/ftrack/index.ts";
import { startStack, type Stack } from "../scripts/stack/stack.ts";
import { openStudio } from "../scripts/stack/studio.ts";
import { FULL_SYNC_JOB } from "../src/core/full-sync.ts";
import { silentLog } from "../src/core/log.ts";
import { makeJobs, openJobQueue } from "../src/queue/jobs.ts";
import { connect } from "../src/queue/redis.ts";
import { count, p50p95 } from "./lib/numbers.ts";
import { arrived } from "./lib/shows.ts";
import type { Figure, Part } from "./part.ts";

const ENTITIES = 20_000;
const PERSON = "admin@studio.test";
const PAUSE_MS = 100;
const ANSWER_MS = 10_000;
const QUIET_CLICKS = 50;
const MOST_MINUTES = 20;

/** A form that needs one question to Ftrack. */
const ACTION = "ayon.job.killer.server";
const SELECTION = [{ entityId: STUDIO_SHOW, entityType: "show" }];

interface Times {
  readonly menus: number[];
  readonly clicks: number[];
  /** What Ftrack itself takes to answer the smallest question, just then: of this the service is not master. */
  readonly ftrack: number[];
}

export const actions: Part = {
  name: "actions",
  title: "Actions during a synchronisation",
  about: `What a person waits for in Ftrack's web interface, from the event that goes to the hub to the answer that
comes back: menus, and clicks that open a form; first while nothing else is done, then while the only processor
synchronises a project of ${count(ENTITIES)} entities. Each asks Ftrack one question; how long a
question takes that somebody else puts at the same time is measured beside it.`,
  async run() {
    const stack = await startStack({ seed: `studio:${ENTITIES}+ayon` });
    const address = { url: stack.redis.url, prefix: stack.redis.prefix };
    const connection = connect(address, "patient", silentLog);
    const queue = openJobQueue(connection, silentLog);
    const jobs = makeJobs(connection, queue);
    try {
      await openStudio(stack);
      await Promise.all([stack.start("leecher"), stack.start("processor")]);
      const session = await openSession(stack);
      const hub = session.eventHub;
      await ask(hub, "ftrack.action.discover", {});
      let left = QUIET_CLICKS;
      const quiet = await clicking(session, () => (left -= 1) >= 0);
      const { id } = await jobs.submit({
        kind: FULL_SYNC_JOB,
        key: `${FULL_SYNC_JOB}-bench`,
        data: { projectId: STUDIO_SHOW, userId: null },
      });
      await arrived(
        "the synchronisation begins",
        async () => (await jobs.get(id))?.state === "active",
        { everyMs: 20, withinMs: 60_000 },
      );
      const until = performance.now() + MOST_MINUTES * 60_000;
      const busy = await clicking(session, async () => {
        const job = await jobs.get(id);
        if (job?.state === "failed") throw new Error(job.error ?? "failed");
        return job?.state === "active" && performance.now() < until;
      });
      hub.disconnect();
      return [...figures("idle", quiet), ...figures("during the sync", busy)];
    } finally {
      await queue.close();
      await connection.close();
      await stack.stop();
    }
  },
};

function figures(when: string, { menus, clicks, ftrack }: Times): Figure[] {
  const budget = when === "idle" ? {} : { budget: "p95 ≤ 150 ms" };
  return [
    {
      what: `menu, ${when} (${count(menus.length)})`,
      measured: p50p95(menus),
      ...budget,
    },
    {
      what: `click, ${when} (${count(clicks.length)})`,
      measured: p50p95(clicks),
      ...budget,
    },
    {
      what: `a question to Ftrack, ${when} (${count(ftrack.length)})`,
      measured: p50p95(ftrack),
    },
  ];
}

type Hub = Session["eventHub"];

async function openSession({ ftrack }: Stack): Promise<Session> {
  const apiKey = await ftrack.control.apiKey(PERSON);
  const session = new Session(ftrack.url, PERSON, apiKey);
  await session.initializing;
  session.eventHub.connect();
  await arrived(
    "a hub",
    () => Promise.resolve(session.eventHub.isConnected()),
    {
      everyMs: 20,
      withinMs: 10_000,
    },
  );
  return session;
}

/** Milliseconds to the answer. No answer in time fails: nobody would have waited. */
async function ask(
  hub: Hub,
  topic: string,
  more: Record<string, unknown>,
): Promise<number> {
  const begun = performance.now();
  await hub.publishAndWaitForReply(
    new Event(topic, { selection: SELECTION, ...more }),
    { timeout: ANSWER_MS },
  );
  return performance.now() - begun;
}

/** How long the smallest question to Ftrack takes, in milliseconds. */
async function question(session: Session): Promise<number> {
  const begun = performance.now();
  await session.query("select id from Status limit 1");
  return performance.now() - begun;
}

async function clicking(
  session: Session,
  goesOn: () => boolean | Promise<boolean>,
): Promise<Times> {
  const hub = session.eventHub;
  const times: Times = { menus: [], clicks: [], ftrack: [] };
  while (await goesOn()) {
    times.menus.push(await ask(hub, "ftrack.action.discover", {}));
    times.clicks.push(
      await ask(hub, "ftrack.action.launch", { actionIdentifier: ACTION }),
    );
    times.ftrack.push(await question(session));
    await sleep(PAUSE_MS);
  }
  return times;
}
