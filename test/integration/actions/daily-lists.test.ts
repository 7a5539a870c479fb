import { afterAll, beforeAll, expect, test } from "vitest";
import {
  endOf,
  jobsOf,
  person,
  project,
  type Person,
} from "../../support/clicking.ts";
import { creation } from "../../support/edits.ts";
import { rows } from "../../support/official-client.ts";
import { startWorld, type World } from "../../support/world.ts";

const ACTION = "create.daily.lists";
const TITLE = "Create Daily Lists";

let world: World;
let admin: Person;

beforeAll(async () => {
  const list = (name: string, status: string) => ({
    name_template: name,
    category: "Dailies",
    cycle_enabled: false,
    filters: [{ statuses: [status], custom_attributes: [] }],
  });
  world = await startWorld({
    autoSync: false,
    settings: {
      service_event_handlers: {
        create_daily_lists: {
          enabled: true,
          lists: [
            list("good {yyyy}", "approved"),
            list("open", "In progress"),
            list("none", "Nowhere"),
          ],
        },
      },
    },
  });
  admin = await person(world.ftrack, "admin@studio.test");
}, 60_000);

afterAll(async () => {
  admin.leave();
  await world.stop();
});

/** Name of a list → ids of its versions. */
async function lists(): Promise<Record<string, string[]>> {
  const found = await rows(
    world.ftrack,
    `select id, name from AssetVersionList where project_id is "${world.projectId}"`,
  );
  const items = await rows(
    world.ftrack,
    "select list_id, entity_id from ListObject",
  );
  return Object.fromEntries(
    found.map((list) => [
      list["name"],
      items
        .filter((item) => item["list_id"] === list["id"])
        .map((item): string => item["entity_id"])
        .toSorted(),
    ]),
  );
}

test("HA-79 HA-80 lists are filtered each for itself, and a second run adds what is new and nothing twice", async () => {
  const shot = world.create("Shot", "sh", world.projectId);
  const asset = creation("Asset", { name: "comp", context_id: shot.id });
  const version = (status: string) =>
    creation("AssetVersion", {
      asset_id: asset.id,
      status_id: world.ids.status(status),
    });
  const good = version("Approved");
  const open = version("In progress");
  const other = version("On Hold");
  const late = version("Approved");
  await world.edit(shot, asset, good, open, other);
  const run = async (): Promise<void> => {
    const before = await jobsOf(world, TITLE);
    const form = await admin.click(ACTION, [project(world.projectId)]);
    await admin.send(ACTION, [project(world.projectId)], form);
    const job = await endOf(world, TITLE, before);
    expect(job).toMatchObject({ status: "done" });
  };
  await run();
  const name = `good ${String(new Date().getUTCFullYear())}`;
  expect(await lists()).toEqual({ [name]: [good.id], open: [open.id] });
  await world.edit(late);
  await run();
  expect(await lists()).toEqual({
    [name]: [good.id, late.id].toSorted(),
    open: [open.id],
  });
  const all = await rows(
    world.ftrack,
    `select id from AssetVersionList where project_id is "${world.projectId}"`,
  );
  expect(all).toHaveLength(2);
});
