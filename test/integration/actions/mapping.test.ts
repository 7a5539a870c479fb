/** Which of Ftrack's attributes feed AYON's when somebody synchronises a project. */
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  jobAfter,
  person,
  project,
  type Person,
} from "../../support/clicking.ts";
import { creation } from "../../support/edits.ts";
import { startWorld, type World } from "../../support/world.ts";

const SYNC = "sync.from.ftrack.to.ayon";

let world: World;
let admin: Person;

beforeAll(async () => {
  const row = (name: string, attr_type: string, key: string) => ({
    ...{ name, attr_type },
    // The other kind is named as well, and must not count.
    hierarchical: attr_type === "hierarchical" ? key : "both",
    standard: attr_type === "standard" ? [key] : ["both"],
  });
  world = await startWorld({
    autoSync: false,
    settings: {
      custom_attributes: {
        attributes_mapping: {
          enabled: true,
          mapping: [
            row("frameStart", "hierarchical", "both"),
            row("frameEnd", "standard", "both"),
            row("clipIn", "standard", "of_types"),
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

test("FS-49 a hierarchical entry takes the hierarchical attribute, a standard one that of the entity's type, and the project's own before that of all", async () => {
  const types = await world.all("CustomAttributeType", ["name"]);
  const number = types.find((type) => type["name"] === "number")?.["id"];
  const [schema] = await world.all("ProjectSchema", []);
  const other = creation("Project", {
    ...{ name: "other", full_name: "other", project_schema_id: schema?.["id"] },
  });
  const definition = (
    key: string,
    type: string | null,
    more: Readonly<Record<string, unknown>> = {},
  ) =>
    creation("CustomAttributeConfiguration", {
      ...{ key, label: key, type_id: number, config: '{"isdecimal": false}' },
      ...(type === null
        ? { entity_type: "show", is_hierarchical: true }
        : {
            entity_type: "task",
            object_type_id: world.ids.objectType(type),
          }),
      ...more,
    });
  const own = { project_id: world.projectId };
  const hierarchical = definition("both", null);
  const ofShots = definition("both", "Shot");
  const ofBuilds = definition("both", "Asset Build");
  const ofAllShots = definition("of_types", "Shot");
  const ofOurShots = definition("of_types", "Shot", own);
  const ofTheirShots = definition("of_types", "Shot", { project_id: other.id });
  const ofAllBuilds = definition("of_types", "Asset Build");
  await world.edit(other);
  await world.edit(
    ...[hierarchical, ofShots, ofBuilds],
    ...[ofAllShots, ofOurShots, ofTheirShots, ofAllBuilds],
  );
  const sequence = world.create("Sequence", "sq", world.projectId);
  const shot = world.create("Shot", "sh", sequence.id);
  const build = world.create("AssetBuild", "tree", world.projectId);
  await world.edit(sequence, shot, build);
  const value = (
    { id: configuration_id }: { readonly id: string },
    { id: entity_id }: { readonly id: string },
    content: number,
  ) => ({
    action: "create" as const,
    entity_type: "CustomAttributeValue",
    entity_data: {
      __entity_type__: "CustomAttributeValue",
      ...{ configuration_id, entity_id, value: content },
    },
  });
  await world.edit(
    value(hierarchical, sequence, 1000),
    value(hierarchical, shot, 1001),
    value(ofShots, shot, 1101),
    value(hierarchical, build, 2),
    value(ofBuilds, build, 3),
    value(ofAllShots, shot, 11),
    value(ofOurShots, shot, 12),
    value(ofAllBuilds, build, 13),
  );
  const job = await jobAfter(world, "Sync to AYON", () =>
    admin.click(SYNC, [project(world.projectId)]),
  );
  expect(job).toMatchObject({ status: "done", username: admin.username });
  await world.settled();
  const values = async (path: string) => {
    const { frameStart, frameEnd, clipIn } = (await world.folder(path))!.own;
    return { frameStart, frameEnd, clipIn };
  };
  expect(await values("/sq")).toEqual({ frameStart: 1000 });
  expect(await values("/sq/sh")).toEqual({
    ...{ frameStart: 1001, frameEnd: 1101, clipIn: 12 },
  });
  expect(await values("/tree")).toEqual({
    ...{ frameStart: 2, frameEnd: 3, clipIn: 13 },
  });
});
