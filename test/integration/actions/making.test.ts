/** What coordinators make by the dozen: tasks below many entities, the structure of a project. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask } from "../../support/ayon.ts";
import {
  attached,
  context,
  jobAfter,
  person,
  project,
  textOf,
  version,
  type Person,
} from "../../support/clicking.ts";
import { creation } from "../../support/edits.ts";
import { rows, type Loose } from "../../support/official-client.ts";
import { eventually } from "../../support/redis.ts";
import { startWorld, type World } from "../../support/world.ts";

const TASKS = "ayon.batch-tasks.server";
const STRUCTURE = "ayon.create.project.structure.server";

let world: World;
let manager: Person;

beforeAll(async () => {
  world = await startWorld();
  manager = await person(world.ftrack, "manager@studio.test");
}, 60_000);

afterAll(async () => {
  manager.leave();
  await world.stop();
});

type Selection = Parameters<Person["click"]>[1];

async function folders(...names: readonly string[]): Promise<string[]> {
  const made = names.map((name) => world.create("Shot", name, world.projectId));
  await world.edit(...made);
  return made.map(({ id }) => id);
}

describe("Batch Task Create", () => {
  /** From the click to the second form. */
  async function details(
    selection: Selection,
    ...types: readonly string[]
  ): Promise<Loose> {
    const form = await manager.click(TASKS, selection);
    return manager.send(TASKS, selection, form, {
      types: types.map(world.ids.type),
    });
  }

  function field(kind: string, type: string): string {
    return `${kind}_${world.ids.type(type)}`;
  }

  async function tasksIn(ids: readonly string[]): Promise<Loose[]> {
    return rows(
      world.ftrack,
      `select id, name, parent.name, type.name, status.name, assignments.resource_id from Task where parent_id in (${ids.map((id) => `"${id}"`).join(", ")}) order by parent.name, name`,
    );
  }
  const summary = (task: Loose) =>
    [task.parent.name, task.name, task.type.name, task.status.name].join(" ");

  test("HA-74 HA-80 makes the tasks of the form below each entity, once, and AYON gets them", async () => {
    const ids = await folders("b1", "b2");
    await world.edit(
      world.create("Task", "Layout", ids[0]!, {
        type_id: world.ids.type("Layout"),
        status_id: world.ids.status("Approved"),
      }),
    );
    const [anna] = await world.people("anna@studio.test");
    const selection = ids.map(context);
    const form = await details(selection, "Animation", "Layout");
    expect(textOf(form)).toContain("## Animation");
    const values = {
      [field("names", "Animation")]: "block, polish",
      [field("status", "Animation")]: world.ids.status("In progress"),
      [field("assignees", "Animation")]: [anna],
    };
    const run = async (of: Loose) =>
      jobAfter(world, "Batch Task Create", () =>
        manager.send(TASKS, selection, of, values),
      );
    expect(await run(form)).toMatchObject({
      status: "done",
      username: "manager@studio.test",
      description: "Batch Task Create: 5 tasks created. 1 task there already.",
    });
    const made = await tasksIn(ids);
    expect(made.map(summary)).toEqual([
      "b1 block Animation In progress",
      "b1 Layout Layout Approved",
      "b1 polish Animation In progress",
      "b2 block Animation In progress",
      "b2 layout Layout Not started",
      "b2 polish Animation In progress",
    ]);
    const assigned = made.filter((task) => task.assignments.length > 0);
    expect(assigned.map((task) => task.type.name)).toEqual(
      Array(4).fill("Animation"),
    );
    expect(assigned[0].assignments[0].resource_id).toBe(anna);
    await eventually("AYON has them", async () => {
      const task = await world.task("/b2/polish");
      return task?.assignees.length === 1;
    });

    expect((await manager.send(TASKS, selection, form, values)).success).toBe(
      false,
    );
    const again = await run(await details(selection, "Animation", "Layout"));
    expect(again.description).toBe(
      "Batch Task Create: 0 tasks created. 6 tasks there already.",
    );
    expect(await tasksIn(ids)).toHaveLength(6);
  });

  test("one bad parent is named and does not stop the others", async () => {
    const ids = await folders("c1", "c2", "c3");
    const mark = world.create("Milestone", "c4", world.projectId);
    await world.edit(
      mark,
      world.create("Task", "fx", ids[0]!, {
        type_id: world.ids.type("Animation"),
      }),
    );
    const selection = [...ids, mark.id].map(context);
    const form = await details(selection, "FX");
    await world.edit(world.remove("Shot", ids[1]!));
    const job = await jobAfter(world, "Batch Task Create", () =>
      manager.send(TASKS, selection, form),
    );
    expect(job.status).toBe("failed");
    expect(job.description).toContain("1 task created.");
    expect((await attached(world, job.id))["problems.txt"]).toBe(
      [
        "show/c1/fx is there, of the type Animation.",
        "show/c2 is gone.",
        "show/c4 cannot have tasks.",
        "",
      ].join("\n"),
    );
    expect((await tasksIn(ids)).map((t) => t.parent.name)).toEqual([
      "c1",
      "c3",
    ]);
  });

  test("asks again when nothing is chosen, or a name stands there twice", async () => {
    const selection = (await folders("d1")).map(context);
    const empty = await details(selection);
    expect(textOf(empty)).toContain("Choose at least one type.");
    const form = await details(selection, "Animation", "FX");
    const again = await manager.send(TASKS, selection, form, {
      [field("names", "Animation")]: "same",
      [field("names", "FX")]: "Same",
    });
    expect(textOf(again)).toContain("“Same” stands here twice");
    const job = await jobAfter(world, "Batch Task Create", () =>
      manager.send(TASKS, selection, again, {
        [field("names", "FX")]: "other",
      }),
    );
    expect(job.description).toContain("2 tasks created.");
  });

  test("is offered on folders only", async () => {
    const [shot] = await folders("e1");
    const task = world.create("Task", "anim", shot!, {
      type_id: world.ids.type("Animation"),
    });
    const asset = creation("Asset", { name: "a", context_id: shot });
    const made = creation("AssetVersion", { asset_id: asset.id });
    await world.edit(task, asset, made);
    const offered = async (...selection: Selection) =>
      (await manager.menu(...selection)).has(TASKS);
    expect(await offered(context(shot!))).toBe(true);
    expect(await offered(context(task.id))).toBe(false);
    expect(await offered(version(made.id))).toBe(false);
  });
});

describe("Create Project Structure", () => {
  const on = () => [project(world.projectId)];

  /** As an administrator sets it in AYON. */
  function structure(of: object | string): void {
    world.ayon.sandbox.control.putAddon({
      name: "core",
      version: "1.1.0",
      settings: {
        project_folder_structure:
          typeof of === "string" ? of : JSON.stringify(of),
      },
    });
  }

  async function tree(): Promise<string[]> {
    const found = await rows(
      world.ftrack,
      `select name, parent.name, object_type.name from TypedContext where project_id is "${world.projectId}" and (name like "st_%" or parent.name like "st_%") order by name`,
    );
    return found.map((row) =>
      [row["parent"].name, row["name"], row["object_type"].name].join(" "),
    );
  }

  test("says where the structure is set, when there is none or none of it is for Ftrack", async () => {
    const answer = await manager.click(STRUCTURE, on());
    expect(answer.success).toBe(false);
    expect(answer.message).toContain("marked for Ftrack");
    expect(answer.message).toContain("addon core");
    structure({ __project_root__: { prod: {}, editorial: {} } });
    expect((await manager.click(STRUCTURE, on())).message).toContain(
      "marked for Ftrack",
    );
  });

  test("refuses a wrong structure, names the node, and makes nothing", async () => {
    structure({
      "st_a[ftrack]": {},
      st_b: { "x[ftrack.Library of Babel]": {} },
    });
    const answer = await manager.click(STRUCTURE, on());
    expect(answer.success).toBe(false);
    expect(answer.message).toContain(
      "“st_b/x” is to be a Library of Babel, a type that Ftrack does not have.",
    );
    structure('{"st_a[ftrack.Shot": {}}');
    expect((await manager.click(STRUCTURE, on())).message).toContain(
      "“st_a[ftrack.Shot” has a mark that is not understood",
    );
    expect(await tree()).toEqual([]);
  });

  test("HA-74 HA-80 shows what is missing, makes it once, and AYON gets it", async () => {
    structure({
      __project_root__: {
        prod: {},
        "st_assets[ftrack]": { "chars[ftrack.Asset Build]": {}, raw: {} },
        st_shots: { "reel_1[ftrack.Sequence]": ["scripts"] },
      },
    });
    const there = world.create("Folder", "ST_Shots", world.projectId);
    await world.edit(there);
    const form = await manager.click(STRUCTURE, on());
    expect(textOf(form)).toContain("3 entities would be created");
    expect(textOf(form)).toContain(
      [
        "- **st&#95;assets (Folder)**",
        "    - **chars (Asset Build)**",
        "- st&#95;shots (Folder)",
        "    - **reel&#95;1 (Sequence)**",
      ].join("\n"),
    );
    expect(await tree()).toEqual([`${world.name} ST_Shots Folder`]);

    const job = await jobAfter(world, "Create Project Structure", () =>
      manager.send(STRUCTURE, on(), form),
    );
    expect(job).toMatchObject({
      status: "done",
      description:
        "Create Project Structure: 3 entities created. 1 there already.",
    });
    expect((await tree()).toSorted()).toEqual([
      "ST_Shots reel_1 Sequence",
      `${world.name} ST_Shots Folder`,
      `${world.name} st_assets Folder`,
      "st_assets chars Asset Build",
    ]);
    await eventually("AYON has it", async () => {
      const folder = await world.folder("/st_assets/chars");
      return folder?.folderType === "Asset Build";
    });
    expect(await manager.click(STRUCTURE, on())).toEqual({
      success: true,
      message: "The whole structure is there.",
    });
  });

  test("takes the structure that is set for the project alone", async () => {
    structure({ "st_studio[ftrack]": {} });
    await ask(
      world.ayon.http,
      "POST",
      `/api/addons/core/1.1.0/settings/${world.name}?variant=production`,
      { project_folder_structure: '{"st_own[ftrack]": {}}' },
    );
    const said = textOf(await manager.click(STRUCTURE, on()));
    expect(said).toContain("st&#95;own");
    expect(said).not.toContain("st&#95;studio");
  });
});
