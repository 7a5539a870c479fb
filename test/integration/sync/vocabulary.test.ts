import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AyonProject } from "../../../src/core/ports.ts";
import type { Operation } from "../../../src/ftrack/session.ts";
import { ask } from "../../support/ayon.ts";
import { creation } from "../../support/edits.ts";
import { fullSync } from "../../support/sync/full-sync.ts";
import { startWorld, type World } from "../../support/world.ts";

type Row = Readonly<Record<string, unknown>>;

/** Auto-sync is off: only the full sync brings anything over. */
let world: World;
let sequence: string;
beforeAll(async () => {
  world = await startWorld({ autoSync: false });
  const made = world.create("Sequence", "sq", world.projectId);
  sequence = made.id;
  await world.edit(made);
});
afterAll(async () => {
  await world.stop();
});

async function inAyon(): Promise<AyonProject> {
  const project = await world.reads.project(world.name);
  if (project === null) throw new Error("The project is gone");
  return project;
}

async function patchAyon(patch: Row): Promise<void> {
  await ask(world.ayon.http, "PATCH", `/api/projects/${world.name}`, patch);
}

/** A folder that only AYON has; gives its id. */
async function ownFolder(name: string, folderType: string): Promise<string> {
  const path = `/api/projects/${world.name}/folders`;
  const made = await ask(world.ayon.http, "POST", path, { name, folderType });
  return (made as { readonly id: string }).id;
}

async function folderById(id: string) {
  const { folders } = await world.everything();
  return folders.find((folder) => folder.id === id);
}

/** The id of the one row of a type. */
async function theOne(type: string, field: string): Promise<string> {
  const rows = await world.all(type, [field]);
  expect(rows).toHaveLength(1);
  return String(rows[0]?.[field]);
}

/** A row whose key is made of two others. */
function pair(type: string, data: Row): Operation {
  return {
    ...{ action: "create", entity_type: type },
    entity_data: { __entity_type__: type, ...data },
  };
}

describe("types", () => {
  it("of another case are renamed, keep their looks, and their folders follow (FS-5)", async () => {
    const looks = { shortName: "sx", icon: "star", color: "#123456" };
    const { folderTypes } = await inAyon();
    await patchAyon({
      folderTypes: folderTypes.map((type) =>
        type.name === "Shot"
          ? { ...looks, name: "shot", original_name: "Shot" }
          : type,
      ),
    });
    const mine = await ownFolder("mine", "shot");
    const shot = world.create("Shot", "sh010", sequence);
    await world.edit(shot);
    await fullSync(world);
    const after = (await inAyon()).folderTypes;
    expect(after.filter((type) => /^shot$/i.test(type.name))).toEqual([
      expect.objectContaining({ ...looks, name: "Shot" }),
    ]);
    expect(await folderById(mine)).toMatchObject({ folderType: "Shot" });
    expect(await world.folder("/sq/sh010")).toMatchObject({
      folderType: "Shot",
      own: { ftrackId: shot.id },
    });
    expect(await world.rows("Shot", ["name"], [shot.id])).toMatchObject([
      { name: "sh010" },
    ]);
  });

  it("that AYON alone has stay, though only an archived folder uses them, and are told (FS-6)", async () => {
    const old = await ownFolder("old", "Library");
    await world.ayonPatch("folders", old, { active: false });
    const shot = world.create("Shot", "sh020", sequence);
    await world.edit(shot);
    const told = await fullSync(world);
    expect(
      told.filter(({ rule, detail }) =>
        `${rule} ${detail}`.includes("type-only-in-ayon Object type Library"),
      ),
    ).toHaveLength(1);
    const { folderTypes } = await inAyon();
    expect(folderTypes.map((type) => type.name)).toContain("Library");
    expect(await folderById(old)).toMatchObject({
      folderType: "Library",
      active: false,
    });
    expect(await world.folder("/sq/sh020")).toBeDefined();
  });

  it("outside the project's schema are added for the task that has one, with a warning (FS-7)", async () => {
    const task = world.create("Task", "odd", sequence, {
      type_id: world.ids.type("Character"),
    });
    expect((await inAyon()).taskTypes.map((t) => t.name)).not.toContain(
      "Character",
    );
    await world.edit(task);
    const told = await fullSync(world);
    expect(told.filter((line) => line.rule === "type-outside-schema")).toEqual([
      expect.objectContaining({
        detail: expect.stringContaining("Character") as string,
      }),
    ]);
    expect(await world.task("/sq/odd")).toMatchObject({
      taskType: "Character",
      own: { ftrackId: task.id },
    });
    expect(await world.values(task.id)).not.toMatchObject({
      ayon_sync_failed: true,
    });
  });

  it("of tasks that are new have Ftrack's name, a short name nobody has and an icon (FS-8)", async () => {
    const { taskTypes } = await inAyon();
    const taken = { name: "Taken", shortName: "rotopaint", icon: "brush" };
    await patchAyon({ taskTypes: [...taskTypes, taken] });
    const type = creation("Type", {
      ...{ name: "Roto / Paint", sort: 99, color: "#aabbcc" },
      is_billable: true,
    });
    await world.edit(
      type,
      pair("TaskTypeSchemaType", {
        task_type_schema_id: await theOne("TaskTypeSchema", "id"),
        type_id: type.id,
      }),
    );
    const task = world.create("Task", "paint", sequence, { type_id: type.id });
    await world.edit(task);
    await fullSync(world);
    const after = (await inAyon()).taskTypes;
    expect(after.find(({ name }) => name === "Roto / Paint")).toMatchObject({
      ...{ shortName: "rotopaint2", icon: "task_alt" },
    });
    expect(after.find(({ name }) => name === "Taken")).toMatchObject(taken);
    expect(await world.task("/sq/paint")).toMatchObject({
      taskType: "Roto / Paint",
    });
  });
});

describe("statuses", () => {
  it("have the scopes of what uses them and the states of Ftrack's (FS-9, FS-10)", async () => {
    await fullSync(world);
    const { statuses } = await inAyon();
    const version = ["product", "version"];
    const all = ["folder", "task", ...version];
    for (const [name, state, scopes] of [
      ["Not started", "not_started", ["folder", "task"]],
      ["Ready to start", "not_started", ["task"]],
      ["In progress", "in_progress", all],
      ["Pending Review", "in_progress", ["task", ...version]],
      ["Revise", "in_progress", ["task", ...version]],
      ["Approved", "done", all],
      ["Client approved", "done", version],
      // Of tasks, only those of one type have it: their workflow is an exception to the schema's.
      ["Completed", "done", ["folder", "task"]],
      ["On Hold", "blocked", ["task"]],
      ["Omitted", "blocked", all],
    ] as const) {
      const found = statuses.find((status) => status.name === name);
      expect([name, found?.state]).toEqual([name, state]);
      expect([name, ...[...(found?.scope ?? [])].sort()]).toEqual([
        name,
        ...[...scopes, "representation", "workfile"].sort(),
      ]);
    }
  });

  it("of a state nobody knows count as not started, with a warning, and the rest goes on (FS-10)", async () => {
    const state = creation("State", { name: "Strange", short: "STRANGE" });
    const status = creation("Status", {
      ...{ name: "Odd one", sort: 50, color: "#112233", is_active: true },
      state: { __entity_type__: "State", id: state.id },
    });
    await world.edit(state, status);
    await world.edit(
      pair("WorkflowSchemaStatus", {
        workflow_schema_id: await theOne(
          "ProjectSchema",
          "task_workflow_schema_id",
        ),
        status_id: status.id,
      }),
    );
    const shot = world.create("Shot", "sh030", sequence);
    const task = world.create("Task", "anim", shot.id, {
      type_id: world.ids.type("Animation"),
      status_id: status.id,
    });
    await world.edit(shot, task);
    const told = await fullSync(world);
    expect(
      told.filter((line) => line.rule === "status-state-unknown"),
    ).toHaveLength(1);
    const { statuses } = await inAyon();
    expect(statuses.find(({ name }) => name === "Odd one")).toMatchObject({
      state: "not_started",
    });
    expect(await world.task("/sq/sh030/anim")).toMatchObject({
      status: "Odd one",
    });
  });
});
