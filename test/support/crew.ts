/** People at work in a world, beside the administrator: sessions of their own, starts of actions, publishing. */
import { randomUUID } from "node:crypto";
import { uploadComponent } from "../../src/ftrack/upload.ts";
import {
  createFtrackSession,
  type FtrackSession,
} from "../../src/ftrack/session.ts";
import { creation } from "./edits.ts";
import { eventually } from "./redis.ts";
import type { World } from "./world.ts";

/** One grey pixel. */
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNoAAAAggCByxOyYQAAAABJRU5ErkJggg==",
  "base64",
);

/** A session of a user by name. */
export async function sessionOf(
  { ftrack, log }: World,
  username: string,
): Promise<FtrackSession> {
  return createFtrackSession({
    credentials: {
      serverUrl: ftrack.url,
      apiUser: username,
      apiKey: await ftrack.control.apiKey(username),
    },
    log,
  });
}

/** What the web client sends when somebody starts an action. */
export async function launch(
  { ftrack }: World,
  action: string,
  entities: readonly string[],
  more: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const id = randomUUID();
  await ftrack.control.inject({
    id,
    topic: "ftrack.action.launch",
    data: {
      actionIdentifier: action,
      selection: entities.map((entityId) => ({ entityId, entityType: "task" })),
      ...more,
    },
    source: { id: randomUUID(), user: { username: "anna@studio.test" } },
    target: "",
    inReplyToEvent: null,
    sent: null,
  });
  return id;
}

/** A picture in Ftrack's own storage; gives the id of its component. */
export async function picture(world: World): Promise<string> {
  const session = await sessionOf(world, "admin@studio.test");
  return uploadComponent(session, world.log, {
    fileName: "frame.png",
    data: PNG,
  });
}

/** A version as a pipeline makes it: of an asset that is there, or of a new one. */
export async function publish(
  world: World,
  where: { readonly shot: string; readonly task: string | null },
  data: Readonly<Record<string, unknown>> = {},
  asset?: string,
): Promise<{ readonly asset: string; readonly version: string }> {
  const made = creation("Asset", {
    name: `asset ${randomUUID().slice(0, 8)}`,
    context_id: where.shot,
    type_id: (await assetTypes(world)).get("Render"),
  });
  const version = creation("AssetVersion", {
    asset_id: asset ?? made.id,
    ...(where.task !== null && { task_id: where.task }),
    ...data,
  });
  await world.edit(...(asset === undefined ? [made] : []), version);
  return { asset: asset ?? made.id, version: version.id };
}

async function assetTypes(world: World): Promise<ReadonlyMap<string, string>> {
  const found = await world.all("AssetType", ["name"]);
  return new Map(found.map((r) => [String(r["name"]), String(r["id"])]));
}

/** Name of an entity's status. */
export async function statusOf(
  world: World,
  type: string,
  id: string,
): Promise<string> {
  const [found] = await world.rows(type, ["status.name"], [id]);
  const status = found?.["status"] as { readonly name?: string } | undefined;
  return status?.name ?? "";
}

/** Awaits that an entity gets a status. */
export async function becomes(
  world: World,
  type: string,
  id: string,
  status: string,
): Promise<void> {
  let now = "";
  await eventually(
    `${type} becomes ${status}`,
    async () => {
      now = await statusOf(world, type, id);
      return now === status;
    },
    30_000,
  ).catch((thrown: unknown) => {
    throw new Error(`${String(thrown)}; it is ${now}`);
  });
}
