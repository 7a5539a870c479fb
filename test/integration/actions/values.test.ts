/** Actions about many values: push, transfer, clean, sizes. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  attached,
  context,
  jobAfter,
  person,
  project,
  textOf,
  type Person,
} from "../../support/clicking.ts";
import { creation } from "../../support/edits.ts";
import { rows, type Loose } from "../../support/official-client.ts";
import { startWorld, type World } from "../../support/world.ts";

let world: World;
let admin: Person;
/** Ids of attribute definitions. */
const ids: Record<string, string> = {};

const PUSH = "ayon.admin.push_hier_values_to_non_hier";
const TRANSFER = "ayon.transfer.hierarchical.values";
const CLEAN = "ayon.clean.hierarchical.attr.server";
const SIZES = "project.components.sizes";

beforeAll(async () => {
  world = await startWorld({
    autoSync: false,
    settings: {
      service_event_handlers: {
        sync_hier_entity_attributes: { enabled: false },
      },
    },
  });
  admin = await person(world.ftrack, "admin@studio.test");
  const types = await rows(
    world.ftrack,
    "select id, name from CustomAttributeType",
  );
  const type = (name: string) => types.find((t) => t["name"] === name)?.["id"];
  const hierarchical = { entity_type: "show", is_hierarchical: true };
  const made = {
    shotFrame: creation("CustomAttributeConfiguration", {
      ...{ key: "frameStart", label: "Start", entity_type: "task" },
      type_id: type("number"),
      object_type_id: world.ids.objectType("Shot"),
      config: '{"isdecimal": false}',
    }),
    buildFrame: creation("CustomAttributeConfiguration", {
      ...{ key: "frameStart", label: "Start", entity_type: "task" },
      type_id: type("number"),
      object_type_id: world.ids.objectType("Asset Build"),
      config: '{"isdecimal": false}',
    }),
    taskFrame: creation("CustomAttributeConfiguration", {
      ...{ key: "frameStart", label: "Start", entity_type: "task" },
      type_id: type("number"),
      object_type_id: world.ids.objectType("Task"),
      config: '{"isdecimal": false}',
    }),
    note: creation("CustomAttributeConfiguration", {
      ...{ key: "aa_note", label: "Note", ...hierarchical },
      ...{ type_id: type("text"), config: "{}" },
    }),
    copy: creation("CustomAttributeConfiguration", {
      ...{ key: "ab_copy", label: "Copy", ...hierarchical },
      ...{ type_id: type("text"), config: "{}" },
    }),
    exact: creation("CustomAttributeConfiguration", {
      ...{ key: "ad_exact", label: "Exact", ...hierarchical },
      ...{ type_id: type("number"), config: '{"isdecimal": true}' },
    }),
    whole: creation("CustomAttributeConfiguration", {
      ...{ key: "ae_whole", label: "Whole", ...hierarchical },
      ...{ type_id: type("number"), config: '{"isdecimal": false}' },
    }),
    flag: creation("CustomAttributeConfiguration", {
      ...{ key: "ac_flag", label: "Flag", ...hierarchical },
      ...{ type_id: type("boolean"), config: "{}" },
    }),
  };
  await world.edit(...Object.values(made));
  for (const [name, { id }] of Object.entries(made)) ids[name] = id;
}, 60_000);

afterAll(async () => {
  admin.leave();
  await world.stop();
});

function on() {
  return [project(world.projectId)];
}

function value(definition: string, entity: string, content: unknown) {
  return {
    action: "create" as const,
    entity_type: "CustomAttributeValue",
    entity_data: {
      __entity_type__: "CustomAttributeValue",
      configuration_id: definition,
      entity_id: entity,
      value: content,
    },
  };
}

/** Stored values of a definition: entity → value. */
async function stored(definition: string): Promise<Record<string, Loose>> {
  const found = await rows(
    world.ftrack,
    `select entity_id, value from CustomAttributeValue where configuration_id is "${definition}"`,
  );
  return Object.fromEntries(found.map((r) => [r["entity_id"], r["value"]]));
}

describe("Push Hierarchical values To Non-Hierarchical", () => {
  test("FS-58 gives shots, asset builds and their tasks what holds for them, and rewrites nothing the second time", async () => {
    const sequence = world.create("Sequence", "sq", world.projectId);
    const one = world.create("Shot", "sh1", sequence.id);
    const two = world.create("Shot", "sh2", sequence.id);
    const task = world.create("Task", "anim", two.id, {
      type_id: world.ids.type("Animation"),
    });
    const build = world.create("AssetBuild", "tree", sequence.id);
    const model = world.create("Task", "model", build.id, {
      type_id: world.ids.type("Modeling"),
    });
    await world.edit(sequence, one, two, task, build, model);
    await world.edit(
      await world.setValue(sequence.id, "frameStart", 1001),
      await world.setValue(two.id, "frameStart", 1050),
    );
    const push = () =>
      jobAfter(world, "Push Hierarchical", () => admin.click(PUSH, on()));
    const job = await push();
    expect(job).toMatchObject({ status: "done" });
    expect(await stored(ids["shotFrame"]!)).toEqual({
      [one.id]: 1001,
      [two.id]: 1050,
    });
    expect(await stored(ids["buildFrame"]!)).toEqual({ [build.id]: 1001 });
    expect(await stored(ids["taskFrame"]!)).toEqual({
      ...{ [task.id]: 1050, [model.id]: 1001 },
    });
    await world.ftrack.control.resetRequests();
    expect((await push()).description).toContain("Nothing has changed");
    const { counts } = await world.ftrack.control.requests();
    for (const verb of ["create", "update", "delete"])
      expect(counts).not.toHaveProperty(`${verb} CustomAttributeValue`);
  });

  test("FS-58 on one shot leaves the others alone", async () => {
    const one = world.create("Shot", "alone", world.projectId);
    const two = world.create("Shot", "other", world.projectId);
    await world.edit(one, two);
    await world.edit(
      await world.setValue(one.id, "frameStart", 7),
      await world.setValue(two.id, "frameStart", 8),
    );
    await jobAfter(world, "Push Hierarchical", () =>
      admin.click(PUSH, [context(one.id)]),
    );
    const values = await stored(ids["shotFrame"]!);
    expect(values[one.id]).toBe(7);
    expect(values[two.id]).toBeUndefined();
  });
});

describe("Transfer values between 2 custom attributes", () => {
  async function preview(values: Record<string, Loose>): Promise<Loose> {
    const form = await admin.click(TRANSFER, on());
    return admin.send(TRANSFER, on(), form, values);
  }

  test("FS-59 shows counts, makes the destination equal to the source, and attaches what was there", async () => {
    const [a, b, c] = ["ta", "tb", "tc"].map((name) =>
      world.create("Shot", name, world.projectId),
    );
    await world.edit(a!, b!, c!);
    await world.edit(
      value(ids["note"]!, a!.id, "first"),
      value(ids["note"]!, b!.id, "second"),
      value(ids["copy"]!, b!.id, "old"),
      value(ids["copy"]!, c!.id, "gone"),
    );
    const form = await preview({
      src_attr_id: ids["note"],
      dst_attr_id: ids["copy"],
      delete_dst_attr_first: true,
    });
    expect(textOf(form)).toContain(
      "2 values would be written, 1 value removed",
    );
    expect((await stored(ids["copy"]!))[b!.id]).toBe("old");
    const job = await jobAfter(world, "Transfer values", () =>
      admin.send(TRANSFER, on(), form),
    );
    expect(await stored(ids["copy"]!)).toEqual(await stored(ids["note"]!));
    const undo = JSON.parse(
      (await attached(world, job.id))["undo-ab_copy.json"]!,
    );
    expect(undo.rows).toEqual(
      expect.arrayContaining([
        { entityId: b!.id, hadRow: true, value: "old" },
        { entityId: c!.id, hadRow: true, value: "gone" },
        { entityId: a!.id, hadRow: false },
      ]),
    );
  });

  test("FS-59 names the entity whose value does not fit, and changes none of the others", async () => {
    const [fits, odd] = ["fits", "odd"].map((name) =>
      world.create("Shot", name, world.projectId),
    );
    await world.edit(fits!, odd!);
    await world.edit(
      value(ids["exact"]!, fits!.id, 3),
      value(ids["exact"]!, odd!.id, 2.5),
    );
    const form = await preview({
      src_attr_id: ids["exact"],
      dst_attr_id: ids["whole"],
    });
    expect(textOf(form)).toMatch(
      /1 value cannot be converted.*\n- show\/odd: /,
    );
    expect(textOf(form)).not.toContain("show/fits");
    // There is no step behind it: sending it in only closes it.
    expect(form.submit_button_label).toBeUndefined();
    expect(await stored(ids["whole"]!)).toEqual({});

    // One that stops fitting after the form was shown stops the whole transfer.
    await world.edit(world.remove("Shot", odd!.id));
    const good = await preview({
      src_attr_id: ids["exact"],
      dst_attr_id: ids["whole"],
    });
    const late = world.create("Shot", "late", world.projectId);
    await world.edit(late);
    await world.edit(value(ids["exact"]!, late.id, 0.5));
    const job = await jobAfter(world, "Transfer values", () =>
      admin.send(TRANSFER, on(), good),
    );
    expect(job.status).toBe("failed");
    const [[, text] = []] = Object.entries(await attached(world, job.id));
    expect(text).toMatch(/^show\/late: /);
    expect(await stored(ids["whole"]!)).toEqual({});
  });

  test("FS-59 refuses attributes of types that do not go together, and changes nothing", async () => {
    const shot = world.create("Shot", "words", world.projectId);
    await world.edit(shot);
    await world.edit(value(ids["note"]!, shot.id, "many"));
    const form = await preview({
      src_attr_id: ids["note"],
      dst_attr_id: ids["flag"],
    });
    expect(textOf(form)).toContain(
      "Values of type text cannot become values of type boolean",
    );
    const same = await preview({
      src_attr_id: ids["note"],
      dst_attr_id: ids["note"],
    });
    expect(textOf(same)).toContain("Choose two different attributes");
    expect(await stored(ids["flag"]!)).toEqual({});
  });
});

describe("Clean hierarchical custom attributes", () => {
  test("removes empty rows of folders, and leaves those of tasks and set values", async () => {
    const shot = world.create("Shot", "clean", world.projectId);
    const task = world.create("Task", "anim", shot.id, {
      type_id: world.ids.type("Animation"),
    });
    await world.edit(shot, task);
    await world.edit(
      value(ids["copy"]!, shot.id, null),
      value(ids["copy"]!, task.id, null),
      value(ids["note"]!, shot.id, "kept"),
    );
    const form = await admin.click(CLEAN, on());
    expect(textOf(form)).toContain("1 empty value");
    await jobAfter(world, "Clean hierarchical", () =>
      admin.send(CLEAN, on(), form),
    );
    const values = await stored(ids["copy"]!);
    expect(values).not.toHaveProperty(shot.id);
    expect(values).toHaveProperty(task.id);
    expect((await stored(ids["note"]!))[shot.id]).toBe("kept");
    expect(await admin.click(CLEAN, on())).toMatchObject({ success: true });
  });
});

describe("Calculate project component sizes", () => {
  test("HA-78 ends its job with a table of all projects, largest first", async () => {
    const [schema] = await rows(world.ftrack, "select id from ProjectSchema");
    const locations = await rows(world.ftrack, "select id, name from Location");
    const at = (name: string) =>
      locations.find((l) => l["name"] === name)?.["id"];
    const sizes = { small: [10, 20], large: [3_000_000] };
    for (const [name, bytes] of Object.entries(sizes)) {
      const show = creation("Project", {
        ...{ name, full_name: name },
        project_schema_id: schema?.["id"],
      });
      const shot = world.create("Shot", "sh", show.id);
      const asset = creation("Asset", { name: "a", context_id: shot.id });
      const version = creation("AssetVersion", { asset_id: asset.id });
      await world.edit(show, shot, asset, version);
      for (const [i, size] of bytes.entries()) {
        const file = creation("FileComponent", {
          ...{ name: `f${String(i)}`, file_type: ".mov", size },
          version_id: version.id,
        });
        const place = (location: string) =>
          creation("ComponentLocation", {
            component_id: file.id,
            location_id: at(location),
            resource_identifier: file.id,
          });
        await world.edit(file, place("ftrack.server"), place("ftrack.review"));
        const elsewhere = creation("FileComponent", {
          ...{ name: "x", file_type: ".mov", size: 1_000_000_000 },
          version_id: version.id,
        });
        await world.edit(
          elsewhere,
          creation("ComponentLocation", {
            component_id: elsewhere.id,
            location_id: at("ftrack.unmanaged"),
            resource_identifier: "/x",
          }),
        );
      }
    }
    const form = await admin.click(SIZES, on());
    const job = await jobAfter(world, "Project component sizes", () =>
      admin.send(SIZES, on(), form),
    );
    expect(job.status).toBe("done");
    const table = (await attached(world, job.id))["project-sizes.csv"]!;
    expect(table.split("\n").slice(0, 4)).toEqual([
      "Project,Size,Bytes",
      '"large","2.86 MiB",3000000',
      '"small","30 B",30',
      '"show","0 B",0',
    ]);
  });
});
