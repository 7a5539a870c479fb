/** People in front of Ftrack's web interface: the official client, subscribed and publishing as it does. */
import { randomUUID } from "node:crypto";
import { Event, type EventPayload } from "@ftrack/api";
import type { FtrackSandbox } from "../../sandbox/ftrack/index.ts";
import {
  connectHub,
  openSession,
  row,
  rows,
  type Loose,
} from "./official-client.ts";
import { ask } from "./ayon.ts";
import type { World } from "./world.ts";
import { eventually } from "./redis.ts";

/** Sets overrides of the studio, as an administrator does on the settings page. */
export async function setStudio(
  world: World,
  overrides: Readonly<Record<string, unknown>>,
): Promise<void> {
  await ask(
    world.ayon.http,
    "POST",
    "/api/addons/ftrack/1.0.0/settings?variant=production",
    overrides,
  );
}

export interface Picked {
  readonly entityId: string;
  readonly entityType: string;
}

/** What is under the mouse. */
export function project(id: string): Picked {
  return { entityId: id, entityType: "show" };
}
export function context(id: string): Picked {
  return { entityId: id, entityType: "task" };
}
export function version(id: string): Picked {
  return { entityId: id, entityType: "assetversion" };
}

/** Values by the names of the items, as a form comes back that was not touched. */
export function untouched(form: Loose): Record<string, Loose> {
  return Object.fromEntries(
    form.items
      .filter((item: Loose) => item.name !== undefined)
      .map((item: Loose) => [item.name, item.value]),
  );
}

/** Everything a form says to its reader. */
export function textOf(form: Loose): string {
  return form.items
    .map((item: Loose) =>
      item.type === "label" ? item.value : [item.name, item.label].join(": "),
    )
    .join("\n");
}

export interface Person {
  readonly username: string;
  /** Entries of the menu, by identifier. Fails when nobody answers. */
  menu(...selection: readonly Picked[]): Promise<Map<string, Loose>>;
  /** Clicks an entry; the answer. */
  click(
    identifier: string,
    selection: readonly Picked[],
    values?: Record<string, Loose>,
    extra?: Record<string, Loose>,
  ): Promise<Loose>;
  /** Fills in and sends a form that was the answer to a click. */
  send(
    identifier: string,
    selection: readonly Picked[],
    form: Loose,
    values?: Record<string, Loose>,
  ): Promise<Loose>;
  /** Messages and forms that came unasked, oldest first. */
  readonly shown: readonly Loose[];
  /** Waits for one that came unasked. */
  told(about: RegExp): Promise<Loose>;
  leave(): void;
}

const ANSWER_MS = 15_000;

/** A person in front of the web interface. */
export async function person(
  sandbox: FtrackSandbox,
  username: string,
): Promise<Person> {
  const session = await openSession(sandbox, { username });
  await connectHub(session);
  const { id } = await row(
    sandbox,
    `select id from User where username is "${username}"`,
  );
  const shown: Loose[] = [];
  // Messages are addressed to the web interface of a user: it says who it is when it subscribes.
  session.eventHub.subscribe(
    "topic=ftrack.action.trigger-user-interface",
    (event: EventPayload) => {
      shown.push(event.data);
    },
    { id: randomUUID(), applicationId: "ftrack.client.web", user: { id } },
  );

  async function publish(
    topic: string,
    data: Record<string, Loose>,
    timeout: number,
  ): Promise<Loose> {
    const reply: Loose = await session.eventHub.publishAndWaitForReply(
      new Event(topic, data),
      { timeout },
    );
    return reply.data;
  }

  const me: Person = {
    username,
    async menu(...selection) {
      const { items } = await publish(
        "ftrack.action.discover",
        { selection: [...selection] },
        ANSWER_MS,
      );
      return new Map(items.map((item: Loose) => [item.actionIdentifier, item]));
    },
    click: (actionIdentifier, selection, values, extra = {}) =>
      publish(
        "ftrack.action.launch",
        {
          ...extra,
          actionIdentifier,
          selection: [...selection],
          ...(values === undefined ? {} : { values }),
        },
        ANSWER_MS,
      ),
    send: (identifier, selection, form, values = {}) =>
      me.click(identifier, selection, { ...untouched(form), ...values }),
    shown,
    async told(about) {
      let found: Loose;
      await eventually(
        `a message about ${about.source}`,
        () => {
          found = shown.find((data) => about.test(JSON.stringify(data)));
          return found !== undefined;
        },
        ANSWER_MS,
      );
      return found;
    },
    leave() {
      session.eventHub.disconnect();
    },
  };
  return me;
}

export interface SeenJob {
  readonly id: string;
  readonly description: string;
  readonly status: string;
  readonly username: string;
}

/** The jobs of Ftrack whose text begins so, newest first. */
export async function jobsOf(
  world: World,
  title: string,
): Promise<readonly SeenJob[]> {
  const found = await rows(
    world.ftrack,
    "select id, status, data, user.username from Job order by created_at descending",
  );
  return found
    .map((job): SeenJob => ({
      id: job["id"],
      status: job["status"],
      username: job["user"].username,
      description: JSON.parse(job["data"]).description,
    }))
    .filter((job) => job.description.startsWith(title));
}

/** Waits until a job whose text begins so, and that was not there before, has ended; that one. */
export async function endOf(
  world: World,
  title: string,
  before: readonly SeenJob[] = [],
): Promise<SeenJob> {
  const known = new Set(before.map((job) => job.id));
  let ended: SeenJob | undefined;
  await eventually(`the end of ${title}`, async () => {
    const jobs = await jobsOf(world, title);
    ended = jobs.find(
      ({ id, status }) =>
        !known.has(id) && (status === "done" || status === "failed"),
    );
    return ended !== undefined;
  });
  return ended!;
}

/** Does something that starts a job; the job when it has ended. */
export async function jobAfter(
  world: World,
  title: string,
  start: () => Promise<Loose>,
): Promise<SeenJob> {
  const before = await jobsOf(world, title);
  const { success, message } = await start();
  if (success !== true) throw new Error(`No ${title}: ${String(message)}`);
  return endOf(world, title, before);
}

/** The newest job of Ftrack whose text begins so. */
export async function jobOf(world: World, title: string): Promise<SeenJob> {
  const [job] = await jobsOf(world, title);
  if (job === undefined) throw new Error(`No job ${title}`);
  return job;
}

/** The files of a job: name → text. */
export async function attached(
  world: World,
  jobId: string,
): Promise<Record<string, string>> {
  const found = await rows(
    world.ftrack,
    `select component_id, component.id, component.name, component.file_type from JobComponent where job_id is "${jobId}"`,
  );
  const { url, apiUser, apiKey } = world.ftrack;
  return Object.fromEntries(
    await Promise.all(
      found.map(async (row) => {
        const { id, name, file_type } = row["component"] as Record<
          "id" | "name" | "file_type",
          string
        >;
        const query = new URLSearchParams({ id, username: apiUser, apiKey });
        const response = await fetch(`${url}/component/get?${String(query)}`);
        return [`${name}${file_type}`, await response.text()];
      }),
    ),
  );
}
