/** The official client, and the bare wire, against a local Ftrack server. */
import { Session, type EventPayload, type SessionOptions } from "@ftrack/api";
import type { FtrackSandbox } from "../../sandbox/ftrack/index.ts";
import { until } from "./until.ts";

/** JSON of a remote server, as loosely typed as it comes. */
export type Loose = ReturnType<typeof JSON.parse>;
export type Json = Record<string, Loose>;

/** Where a sandbox is and who may use it: all that the bare wire needs. */
export type FtrackAddress = Pick<FtrackSandbox, "url" | "apiUser" | "apiKey">;

/** A session of the official client; as another user when one is named. */
export async function openSession(
  sandbox: FtrackSandbox,
  options: SessionOptions & { readonly username?: string } = {},
): Promise<Session> {
  const { username, ...rest } = options;
  const session = new Session(
    sandbox.url,
    username ?? sandbox.apiUser,
    username === undefined
      ? sandbox.apiKey
      : await sandbox.control.apiKey(username),
    { decodeDatesAsIso: true, ...rest },
  );
  await session.initializing;
  return session;
}

/** Connects the session's hub. Sessions of one user share a socket, so use another user for a second hub. */
export async function connectHub(session: Session): Promise<void> {
  session.eventHub.connect();
  await until("hub connected", () => session.eventHub.isConnected());
}

/** Collects the events of a topic; resolves once the server knows of the subscription. */
export async function collect(
  sandbox: FtrackSandbox,
  session: Session,
  topic = "ftrack.update",
): Promise<EventPayload[]> {
  const events: EventPayload[] = [];
  session.eventHub.subscribe(`topic=${topic}`, (event: EventPayload) => {
    events.push(event);
  });
  await until("subscription arrived", async () =>
    (await sandbox.control.connections()).some(
      (c) =>
        c.user === session.apiUser &&
        c.subscriptions.includes(`topic=${topic}`),
    ),
  );
  return events;
}

/** Posts operations without a client: what is on the wire comes back untouched. */
export async function post(
  sandbox: FtrackAddress,
  operations: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly body: Loose }> {
  const response = await fetch(`${sandbox.url}/api`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "ftrack-user": sandbox.apiUser,
      "ftrack-api-key": sandbox.apiKey,
      ...headers,
    },
    body: JSON.stringify(operations),
  });
  return { status: response.status, body: await response.json() };
}

/** The rows of a query, every entity in full wherever it occurs. */
export async function rows(
  sandbox: FtrackAddress,
  expression: string,
): Promise<Json[]> {
  const { body } = await post(sandbox, [{ action: "query", expression }], {
    "ftrack-api-options": "denormalize:1",
  });
  if (!Array.isArray(body))
    throw new Error(`${expression}: ${JSON.stringify(body)}`);
  return body[0].data as Json[];
}

/** The one row of a query. */
export async function row(
  sandbox: FtrackAddress,
  expression: string,
): Promise<Json> {
  const found = await rows(sandbox, expression);
  if (found.length !== 1 || found[0] === undefined)
    throw new Error(`${expression}: ${found.length} rows`);
  return found[0];
}

export function create(type: string, data: Json): Json {
  return { action: "create", entity_type: type, entity_data: data };
}
export function update(type: string, key: string | string[], data: Json): Json {
  return {
    action: "update",
    entity_type: type,
    entity_key: key,
    entity_data: data,
  };
}
export function remove(type: string, key: string | string[]): Json {
  return { action: "delete", entity_type: type, entity_key: key };
}

/** The id of the one entity a condition finds: `Status where name is "Approved"`. */
export async function idOf(
  sandbox: FtrackSandbox,
  entity: string,
): Promise<string> {
  return (await row(sandbox, `select id from ${entity}`))["id"] as string;
}
