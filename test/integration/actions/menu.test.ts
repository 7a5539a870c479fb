/** What a menu costs, which opens hundreds of times an hour. */
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  context,
  person,
  project,
  version,
  type Person,
  type Picked,
} from "../../support/clicking.ts";
import { creation } from "../../support/edits.ts";
import { startWorld, type World } from "../../support/world.ts";

let world: World;
let admin: Person;
let shot: string;
let published: string;

beforeAll(async () => {
  world = await startWorld();
  const made = world.create("Shot", "sh010", world.projectId);
  const asset = creation("Asset", { name: "comp", context_id: made.id });
  const first = creation("AssetVersion", { asset_id: asset.id });
  await world.edit(made, asset, first);
  await world.settled();
  shot = made.id;
  published = first.id;
  admin = await person(world.ftrack, "admin@studio.test");
}, 60_000);

afterAll(async () => {
  admin.leave();
  await world.stop();
});

test.each<readonly [string, () => readonly Picked[]]>([
  ["a project", () => [project(world.projectId)]],
  ["a shot", () => [context(shot)]],
  ["a version", () => [version(published)]],
  ["all of them", () => [version(published), context(shot)]],
])(
  "a menu on %s that opens again costs one request to Ftrack and none to AYON",
  async (_name, selection) => {
    await admin.menu(...selection());
    await world.resetRequests();
    expect((await admin.menu(...selection())).size).toBeGreaterThan(0);
    expect(await world.requests()).toMatchObject({ ftrack: 1, ayon: 0 });
  },
);
