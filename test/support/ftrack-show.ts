/** A local Ftrack server with a show in it. */
import { randomUUID } from "node:crypto";
import type { Session } from "@ftrack/api";
import {
  startFtrackSandbox,
  type FtrackSandbox,
} from "../../sandbox/ftrack/index.ts";
import {
  collect,
  connectHub,
  create,
  idOf,
  openSession,
  post,
  row,
  type Json,
  type Loose,
} from "./official-client.ts";
import { afterAll, beforeAll } from "vitest";
import { until } from "./until.ts";

/** A project and a shot, for tests to hang their own things below. */
export interface Show {
  readonly sandbox: FtrackSandbox;
  readonly session: Session;
  /** Ids. */
  readonly schema: string;
  readonly project: string;
  readonly shot: string;
  /** Creates an entity; answers its id. */
  readonly make: (type: string, data: Json) => Promise<string>;
  /** A new task below the shot. */
  readonly task: (data?: Json) => Promise<string>;
  /** What the operations are answered, results or error. */
  readonly attempt: (...operations: readonly Json[]) => Promise<Loose>;
  readonly stop: () => Promise<void>;
}

async function startShow(seed = "empty"): Promise<Show> {
  const sandbox = await startFtrackSandbox({ seed });
  const session = await openSession(sandbox);
  const make = async (type: string, data: Json): Promise<string> => {
    const { body } = await post(sandbox, [create(type, data)]);
    if (!Array.isArray(body)) throw new Error(JSON.stringify(body));
    return body[0].data.id as string;
  };
  const found = await row(sandbox, "select id from ProjectSchema");
  const schema = found["id"] as string;
  const project = await make("Project", {
    name: "show",
    full_name: "Show",
    project_schema_id: schema,
  });
  const shot = await make("Shot", { name: "sh", parent_id: project });
  return {
    sandbox,
    session,
    schema,
    project,
    shot,
    make,
    task: (data = {}) =>
      make("Task", { name: randomUUID(), parent_id: shot, ...data }),
    attempt: async (...operations) => (await post(sandbox, operations)).body,
    stop: () => sandbox.stop(),
  };
}

/** A show with a listener on the hub. */
export interface HeardShow extends Show {
  /** The `ftrack.update` events so far. */
  readonly events: Loose[];
  /** Posts operations; answers the one event they cause. */
  readonly told: (
    operations: readonly Json[],
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Loose>;
  /** Id of the one entity a condition finds. */
  readonly id: (entity: string) => Promise<string>;
}

async function startHeardShow(): Promise<HeardShow> {
  const show = await startShow();
  const { sandbox, session } = show;
  await connectHub(session);
  const events: Loose[] = await collect(sandbox, session);
  const told: HeardShow["told"] = async (operations, headers) => {
    events.length = 0;
    const { body } = await post(sandbox, operations, headers);
    if (!Array.isArray(body)) throw new Error(JSON.stringify(body));
    await until("event", () => events.length > 0);
    return events[0];
  };
  return {
    ...show,
    events,
    told,
    id: (entity) => idOf(sandbox, entity),
    make: async (type, data) => {
      const id = randomUUID();
      await told([create(type, { id, ...data })]);
      return id;
    },
    stop: () => {
      session.eventHub.disconnect();
      return sandbox.stop();
    },
  };
}

/** A show for one test file: there before its tests, stopped after them. */
export function useShow(seed?: string): Show {
  return used(() => startShow(seed));
}

export function useHeardShow(): HeardShow {
  return used(startHeardShow);
}

/** The server's own demo, for tests that only ask. */
export interface Demo {
  readonly sandbox: FtrackSandbox;
  readonly session: Session;
  /** The first sequence, with ten shots. */
  readonly sequence: string;
  readonly stop: () => Promise<void>;
}

export function useDemo(): Demo {
  return used(async () => {
    const sandbox = await startFtrackSandbox({ seed: "demo" });
    const session = await openSession(sandbox);
    const first = 'Sequence where name is "sq010" and parent.name is "ep01"';
    const sequence = await idOf(sandbox, first);
    return { sandbox, session, sequence, stop: () => sandbox.stop() };
  });
}

/** Filled in before the tests. */
function used<T extends { readonly stop: () => Promise<void> }>(
  start: () => Promise<T>,
): T {
  const show = {} as T;
  let stop: T["stop"] | undefined;
  beforeAll(async () => {
    Object.assign(show, await start());
    stop = show.stop;
  });
  afterAll(() => stop?.());
  return show;
}
