import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask } from "../../support/ayon.ts";
import { definition, stored } from "../../support/sync/definitions.ts";
import { fullSync } from "../../support/sync/full-sync.ts";
import { startWorld, type World } from "../../support/world.ts";

function hierarchical(name: string, key = name) {
  return { name, attr_type: "hierarchical", hierarchical: key, standard: [] };
}

/** Auto-sync is off at first: only the full sync brings anything over. */
let world: World;
let sequence: string;
/** Ids of attribute definitions. */
const ids: Record<string, string> = {};
beforeAll(async () => {
  world = await startWorld({
    autoSync: false,
    settings: {
      custom_attributes: {
        attributes_mapping: {
          enabled: true,
          mapping: [
            hierarchical("frameStart"),
            hierarchical("handleStart"),
            hierarchical("resolutionWidth"),
            hierarchical("priority", "level"),
            {
              ...{ name: "fps", attr_type: "standard", hierarchical: "" },
              standard: ["fps"],
            },
          ],
        },
      },
    },
  });
  const ofShots = {
    ...{ entity_type: "task", is_hierarchical: false },
    object_type_id: world.ids.objectType("Shot"),
  };
  const made = {
    handle: await definition(world, "handleStart", "number"),
    shotHandle: await definition(world, "handleStart", "number", ofShots),
    width: await definition(world, "resolutionWidth", "number"),
    level: await definition(world, "level", "text"),
    rate: await definition(world, "fps", "number"),
  };
  for (const [name, { id }] of Object.entries(made)) ids[name] = id;
  const known = await world.all("CustomAttributeConfiguration", [
    ...["key", "object_type_id", "is_hierarchical"],
  ]);
  ids["shotRate"] = String(
    known.find(
      (row) =>
        row["key"] === "fps" &&
        row["object_type_id"] === ofShots.object_type_id,
    )?.["id"],
  );
  const top = world.create("Sequence", "sq", world.projectId);
  sequence = top.id;
  await world.edit(...Object.values(made), top);
});
afterAll(async () => {
  await world.stop();
});

async function store(
  name: string,
  entity: string,
  value: unknown,
): Promise<void> {
  await world.edit(await stored(world, ids[name] ?? "", entity, value));
}

/** What is stored in Ftrack under a definition. */
async function inFtrack(name: string, entity: string): Promise<unknown> {
  const rows = await world.stored(entity);
  return rows.find((row) => row["configuration_id"] === ids[name])?.["value"];
}

async function own(path: string): Promise<Readonly<Record<string, unknown>>> {
  const folder = await world.folder(path);
  if (folder === undefined) throw new Error(`There is no ${path}`);
  return folder.own;
}

describe("a full sync", () => {
  it("keeps assignees that are nobody in Ftrack, makes the others equal, and tells of each unknown user once (FS-26)", async () => {
    const [anna, ben, chen] = await world.people(
      ...["anna@studio.test", "ben@studio.test", "chen@studio.test"],
    );
    const type_id = world.ids.type("Animation");
    const tasks = ["one", "two"].map((name) =>
      world.create("Task", name, sequence, { type_id }),
    );
    const [one, two] = tasks.map((task) => task.id) as [string, string];
    await world.edit(...tasks);
    await fullSync(world);
    // Bob and Carol are in AYON alone; the administrator is in both, and assigned in AYON only.
    const before = { one: ["bob", "admin"], two: ["carol"] };
    for (const [name, assignees] of Object.entries(before)) {
      const task = await world.task(`/sq/${name}`);
      await world.ayonPatch("tasks", task?.id ?? "", { assignees });
    }
    await world.edit(
      world.assign(one, String(anna)),
      world.assign(one, String(ben)),
      world.assign(two, String(ben)),
      world.assign(two, String(chen)),
    );
    const told = await fullSync(world);
    const assigneesOf = async (name: string) =>
      [...((await world.task(`/sq/${name}`))?.assignees ?? [])].sort();
    expect(await assigneesOf("one")).toEqual(["anna", "bob"]);
    expect(await assigneesOf("two")).toEqual(["carol"]);
    const unknown = told.filter((line) => line.rule === "user-not-mapped");
    expect(unknown.map((line) => line.path).sort()).toEqual([
      "ben@studio.test",
      "chen@studio.test",
    ]);
    const rows = await world.all("Appointment", ["context_id"]);
    expect(rows.map((row) => row["context_id"]).sort()).toEqual(
      [one, one, two, two].sort(),
    );
  });

  it("brings a project's values, and lets those be that Ftrack does not say (FS-29)", async () => {
    const { name, projectId } = world;
    const attrib = {
      ...{ frameStart: 5, fps: 30, resolutionWidth: 100 },
      endDate: "2030-01-02T00:00:00+00:00",
    };
    await ask(world.ayon.http, "PATCH", `/api/projects/${name}`, { attrib });
    await world.edit(
      // A row that says nothing, as a server keeps one of a value that was cleared.
      await world.setValue(projectId, "frameStart", null),
      await stored(world, ids["handle"] ?? "", projectId, 8),
      world.update("Project", projectId, { end_date: null }),
    );
    await fullSync(world);
    const project = await world.reads.project(name);
    expect(project?.own).toMatchObject({
      ...{ ...attrib, handleStart: 8, ftrackId: projectId },
    });
    expect(await world.values(projectId)).toMatchObject({ frameStart: null });
  });

  it("leaves out a value beyond AYON's bounds or options alone, and tells of it (FS-31)", async () => {
    const odd = world.create("Shot", "odd", sequence, { description: "dusk" });
    const fine = world.create("Shot", "fine", sequence);
    await world.edit(odd, fine);
    await world.edit(
      await stored(world, ids["width"] ?? "", odd.id, 60_000),
      await stored(world, ids["level"] ?? "", odd.id, "soon"),
      await world.setValue(odd.id, "frameStart", 1010),
      await stored(world, ids["width"] ?? "", fine.id, 2048),
      await stored(world, ids["level"] ?? "", fine.id, "High"),
    );
    const told = await fullSync(world);
    const shown = await own("/sq/odd");
    expect(shown).toMatchObject({ frameStart: 1010, description: "dusk" });
    expect(Object.keys(shown)).not.toContain("resolutionWidth");
    expect(Object.keys(shown)).not.toContain("priority");
    expect(await own("/sq/fine")).toMatchObject({
      ...{ resolutionWidth: 2048, priority: "high" },
    });
    const wrong = told.filter((line) => line.rule === "value-invalid");
    expect(wrong.map((line) => line.ftrackId)).toEqual([odd.id, odd.id]);
    const details = wrong.map((line) => line.detail).join(" ");
    expect(details).toMatch(/resolutionWidth = 60000 must be below/);
    expect(details).toMatch(/level = "soon" is not among the options/);
    expect(await inFtrack("width", odd.id)).toBe(60_000);
    expect(await world.values(odd.id)).not.toMatchObject({
      ayon_sync_failed: true,
    });
  });

  it("leaves out what lies below a task, and says so (FS-23)", async () => {
    // A server that lets tasks have children.
    const type = world.ids.objectType("Task");
    const setLeaf = (is_leaf: boolean) =>
      world.edit(world.update("ObjectType", type, { is_leaf }));
    await setLeaf(false);
    const type_id = world.ids.type("Animation");
    const outer = world.create("Task", "outer", sequence, { type_id });
    const inner = world.create("Task", "inner", outer.id, { type_id });
    await world.edit(outer, inner);
    await setLeaf(true);
    const told = await fullSync(world);
    expect(told.filter((line) => line.ftrackId === inner.id)).toEqual([
      expect.objectContaining({ rule: "task-below-task" }),
    ]);
    expect(await world.task("/sq/outer")).toMatchObject({
      own: { ftrackId: outer.id },
    });
    const { tasks, folders } = await world.everything();
    expect([...tasks, ...folders].map((n) => n.own["ftrackId"])).not.toContain(
      inner.id,
    );
    const failed = { ayon_sync_failed: true };
    expect(await world.values(inner.id)).toMatchObject(failed);
    expect(await world.values(outer.id)).not.toMatchObject(failed);
  });
});

describe("two attributes of one key", () => {
  it("only the mapped one reaches AYON, be it the hierarchical or that of the type (ES-45)", async () => {
    const shot = world.create("Shot", "twins", sequence);
    await world.edit(
      shot,
      await world.setValue(world.projectId, "auto_sync_enabled", true),
    );
    await world.settled();
    const path = "/sq/twins";
    await store("shotHandle", shot.id, 3);
    await store("rate", shot.id, 48);
    await world.settled();
    expect(await own(path)).not.toHaveProperty("handleStart");
    expect(await own(path)).not.toHaveProperty("fps");

    await store("handle", shot.id, 5);
    await store("shotRate", shot.id, 30);
    await world.settled();
    expect(await own(path)).toMatchObject({ handleStart: 5, fps: 30 });

    await store("shotHandle", shot.id, 4);
    await store("rate", shot.id, 50);
    await world.settled();
    expect(await own(path)).toMatchObject({ handleStart: 5, fps: 30 });
    for (const [name, value] of Object.entries({
      ...{ handle: 5, shotHandle: 4, rate: 50, shotRate: 30 },
    }))
      expect([name, await inFtrack(name, shot.id)]).toEqual([name, value]);
  });

  it("a change of the other one does not clear what was set in AYON (ES-45, ES-62)", async () => {
    const shot = world.create("Shot", "own", sequence);
    await world.edit(shot);
    await world.settled();
    const folder = await world.folder("/sq/own");
    await world.ayonPatch("folders", folder?.id ?? "", {
      attrib: { handleStart: 12 },
    });
    await store("shotHandle", shot.id, 7);
    await world.settled();
    expect(await own("/sq/own")).toMatchObject({ handleStart: 12 });
  });
});
