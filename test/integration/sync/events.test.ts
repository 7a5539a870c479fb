import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask } from "../../support/ayon.ts";
import { branchIn } from "../../support/branch.ts";
import { startWorld, type World } from "../../support/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world.stop();
});

describe("creating", () => {
  it("brings a sequence, a shot and a task made in one event (ES-12, ES-13, ES-16)", async () => {
    const sequence = world.create("Sequence", "sq 010", world.projectId);
    const shot = world.create("Shot", "sh-010", sequence.id, {
      status_id: world.ids.status("In progress"),
    });
    const task = world.create("Task", "Anim main", shot.id, {
      type_id: world.ids.type("Animation"),
      ...{ description: "walk cycle", end_date: "2024-10-30T00:00:00" },
      status_id: world.ids.status("Revise"),
    });
    await world.edit(sequence, shot, task);
    await world.settled();

    const folder = await world.folder("/sq_010/sh_010");
    expect(folder).toMatchObject({
      name: "sh_010",
      label: "sh-010",
      folderType: "Shot",
      status: "In progress",
      own: { ftrackId: shot.id, ftrackPath: "sq 010/sh-010" },
    });
    expect(await world.task("/sq_010/sh_010/Anim_main")).toMatchObject({
      ...{ taskType: "Animation", status: "Revise" },
      own: {
        description: "walk cycle",
        endDate: "2024-10-30T00:00:00+00:00",
      },
    });
    expect(await world.values(shot.id)).toMatchObject({
      ayon_id: folder?.id,
      ayon_path: "/sq_010/sh_010",
    });
  });

  it("brings a task assigned in the same event, and an assignment taken back (ES-15, ES-51)", async () => {
    const { shot, shotPath } = await branchIn(world);
    const [anna] = await world.people("anna@studio.test");
    const task = world.create("Task", "comp", shot, {
      type_id: world.ids.type("Compositing"),
    });
    const assignment = world.assign(task.id, String(anna));
    await world.edit(task, assignment);
    await world.settled();
    const path = `${shotPath}/comp`;
    expect(await world.task(path)).toMatchObject({ assignees: ["anna"] });
    await world.edit(world.remove("Appointment", assignment.id));
    await world.settled();
    expect(await world.task(path)).toMatchObject({ assignees: [] });
  });

  it("adds types that AYON does not know before it uses them (ES-17, ES-18)", async () => {
    const { name, sequence } = await branchIn(world);
    const build = world.create("AssetBuild", "hero", sequence, {
      type_id: world.ids.type("Character"),
    });
    const task = world.create("Task", "odd", build.id, {
      type_id: world.ids.type("Environment"),
    });
    // The project's schema does not offer this task type to tasks; the folder type is taken away here.
    const known = await world.reads.project(world.name);
    expect(known?.taskTypes.map((type) => type.name)).not.toContain(
      "Environment",
    );
    await ask(world.ayon.http, "PATCH", `/api/projects/${world.name}`, {
      folderTypes: known?.folderTypes.filter((t) => t.name !== "Asset Build"),
    });
    await world.edit(build, task);
    await world.settled();
    expect(await world.folder(`/${name}/hero`)).toMatchObject({
      folderType: "Asset Build",
    });
    expect(await world.task(`/${name}/hero/odd`)).toMatchObject({
      ...{ taskType: "Environment", own: { ftrackId: task.id } },
    });
  });

  it("keeps what is published when Ftrack removes it, and gives it to one of the same name (ES-19, ES-41)", async () => {
    const { sequence, shot, shotPath, folderId } = await branchIn(world);
    await world.publish(folderId);
    await world.edit(world.remove("Shot", shot));
    await world.settled();
    expect(await world.folder(shotPath)).toMatchObject({
      id: folderId,
      own: { ftrackId: "removed" },
    });
    const again = world.create("Shot", "sh 010", sequence);
    await world.edit(again);
    await world.settled();
    expect(await world.folder(shotPath)).toMatchObject({
      id: folderId,
      label: "sh 010",
      own: { ftrackId: again.id },
    });
  });

  it("marks what cannot come, and brings it once it can, with what lies in it (ES-38, ES-39)", async () => {
    const { name, sequence } = await branchIn(world);
    const twin = world.create("Shot", "SH 010", sequence);
    const task = world.create("Task", "anim", twin.id, {
      type_id: world.ids.type("Animation"),
    });
    await world.edit(twin, task);
    await world.settled();
    expect(await world.folder(`/${name}/SH_010`)).toBeUndefined();
    // What the task does not say itself shines through from the shot.
    const seenOnTask = async () => ({
      ...(await world.values(twin.id)),
      ...(await world.values(task.id)),
    });
    expect(await world.values(twin.id)).toMatchObject({
      ayon_sync_failed: true,
    });
    expect(await seenOnTask()).toMatchObject({ ayon_sync_failed: true });
    await world.edit(world.update("Shot", twin.id, { name: "sh 020" }));
    await world.settled();
    expect(await world.task(`/${name}/sh_020/anim`)).toMatchObject({
      own: { ftrackId: task.id },
    });
    expect(await world.values(twin.id)).toMatchObject({
      ayon_sync_failed: false,
      ayon_path: `/${name}/sh_020`,
    });
    expect(await seenOnTask()).toMatchObject({ ayon_sync_failed: false });
  });

  it("brings a task whose name was taken once it has one of its own, with its assignees (ES-37)", async () => {
    const { shot, shotPath, taskPath } = await branchIn(world);
    const [anna] = await world.people("anna@studio.test");
    const first = await world.task(taskPath);
    const twin = world.create("Task", "ANIM", shot, {
      type_id: world.ids.type("Animation"),
    });
    await world.edit(twin, world.assign(twin.id, String(anna)));
    await world.settled();
    const { tasks } = await world.everything();
    expect(tasks.map((task) => task.own["ftrackId"])).not.toContain(twin.id);
    expect(await world.values(twin.id)).toMatchObject({
      ayon_sync_failed: true,
    });
    await world.edit(world.update("Task", twin.id, { name: "anim b" }));
    await world.settled();
    expect(await world.task(`${shotPath}/anim_b`)).toMatchObject({
      ...{ assignees: ["anna"], own: { ftrackId: twin.id } },
    });
    expect(await world.values(twin.id)).toMatchObject({
      ayon_sync_failed: false,
    });
    expect(await world.task(taskPath)).toEqual(first);
  });
});

describe("renaming, moving, removing", () => {
  it("renames, and the paths of all that lies below follow (ES-25, ES-26)", async () => {
    const { name, sequence, shot, task, folderId } = await branchIn(world);
    await world.edit(world.update("Sequence", sequence, { name: `${name} b` }));
    await world.settled();
    const renamed = `${name}_b`;
    expect(await world.folder(`/${renamed}/sh_010`)).toMatchObject({
      id: folderId,
      own: { ftrackPath: `${name} b/sh-010` },
    });
    expect(await world.task(`/${renamed}/sh_010/anim`)).toMatchObject({
      own: { ftrackId: task, ftrackPath: `${name} b/sh-010/anim` },
    });
    expect(await world.values(shot)).toMatchObject({
      ayon_path: `/${renamed}/sh_010`,
    });
  });

  it("moves with a new name below a parent made in the same event (ES-32)", async () => {
    const { shot, folderId } = await branchIn(world);
    const episode = world.create("Episode", "ep9", world.projectId);
    const sequence = world.create("Sequence", "sq9", episode.id);
    await world.edit(
      episode,
      sequence,
      world.update("Shot", shot, { name: "moved", parent_id: sequence.id }),
    );
    await world.settled();
    expect(await world.folder("/ep9/sq9/moved")).toMatchObject({
      id: folderId,
    });
  });

  it("swaps two names (ES-33)", async () => {
    const { name, sequence, shot, folderId } = await branchIn(world);
    const other = world.create("Shot", "sh020", sequence);
    await world.edit(other);
    await world.settled();
    await world.edit(
      world.update("Shot", shot, { name: "tmp" }),
      world.update("Shot", other.id, { name: "sh-010" }),
      world.update("Shot", shot, { name: "sh020" }),
    );
    await world.settled();
    expect(await world.folder(`/${name}/sh020`)).toMatchObject({
      id: folderId,
    });
    expect(await world.folder(`/${name}/sh_010`)).toMatchObject({
      own: { ftrackId: other.id },
    });
  });

  it("leaves a published folder its name, and marks it (ES-27)", async () => {
    const { shot, shotPath, folderId } = await branchIn(world);
    await world.publish(folderId);
    await world.edit(world.update("Shot", shot, { name: "renamed" }));
    await world.settled();
    expect(await world.folder(shotPath)).toMatchObject({ id: folderId });
    expect(await world.values(shot)).toMatchObject({ ayon_sync_failed: true });
    await world.edit(world.update("Shot", shot, { name: "sh 010" }));
    await world.settled();
    expect(await world.folder(shotPath)).toMatchObject({ label: "sh 010" });
    expect(await world.values(shot)).toMatchObject({ ayon_sync_failed: false });
  });

  it("leaves a published folder its place, and marks it (ES-29)", async () => {
    const { shot, shotPath, folderId, sequence } = await branchIn(world);
    const other = await branchIn(world);
    await world.publish(folderId);
    const isFailed = async () => (await world.values(shot))["ayon_sync_failed"];
    await world.edit(
      world.update("Shot", shot, { parent_id: other.sequence, name: "there" }),
    );
    await world.settled();
    expect(await world.folder(shotPath)).toMatchObject({ id: folderId });
    expect(await world.folder(`/${other.name}/there`)).toBeUndefined();
    expect(await isFailed()).toBe(true);
    expect(await world.rows("Shot", ["parent_id"], [shot])).toMatchObject([
      { parent_id: other.sequence },
    ]);
    await world.edit(
      world.update("Shot", shot, { parent_id: sequence, name: "sh-010" }),
    );
    await world.settled();
    expect(await isFailed()).toBe(false);
  });

  it("moves a task; to the root of the project it does not go (ES-36)", async () => {
    const { name, sequence, task } = await branchIn(world);
    const other = world.create("Shot", "other", sequence);
    await world.edit(
      other,
      world.update("Task", task, { parent_id: other.id }),
    );
    await world.settled();
    const moved = await world.task(`/${name}/other/anim`);
    expect(moved).toMatchObject({ own: { ftrackId: task } });
    await world.edit(
      world.update("Task", task, { parent_id: world.projectId }),
    );
    await world.settled();
    expect(await world.task(`/${name}/other/anim`)).toMatchObject({
      id: moved?.id,
    });
    expect(await world.values(task)).toMatchObject({ ayon_sync_failed: true });
  });

  it("deletes an unpublished shot with its tasks (ES-40)", async () => {
    const { shot, shotPath, taskPath } = await branchIn(world);
    await world.edit(world.remove("Shot", shot));
    await world.settled();
    const { folders, tasks } = await world.everything();
    expect(folders.map((f) => f.path)).not.toContain(shotPath);
    expect(tasks.map((t) => t.path)).not.toContain(taskPath);
  });

  it("gives a removed folder to the namesake that could not come (ES-42)", async () => {
    const { sequence, shot, shotPath, folderId } = await branchIn(world);
    const twin = world.create("Shot", "sh 010", sequence);
    await world.edit(twin);
    await world.settled();
    await world.edit(world.remove("Shot", shot));
    await world.settled();
    expect(await world.folder(shotPath)).toMatchObject({
      id: folderId,
      own: { ftrackId: twin.id },
    });
  });
});

describe("values", () => {
  it("brings status, type, days, description and the value of an attribute, and clears it again (ES-44, ES-48, ES-49, ES-50)", async () => {
    const { shot, task, shotPath, taskPath } = await branchIn(world);
    await world.edit(
      world.update("Task", task, {
        status_id: world.ids.status("Revise"),
        type_id: world.ids.type("Lighting"),
        start_date: "2024-10-29T22:00:00Z",
        description: "redo",
      }),
      await world.setValue(shot, "frameStart", 1001),
    );
    await world.settled();
    expect(await world.task(taskPath)).toMatchObject({
      status: "Revise",
      taskType: "Lighting",
      own: { startDate: "2024-10-30T00:00:00+00:00", description: "redo" },
    });
    expect(await world.folder(shotPath)).toMatchObject({
      own: { frameStart: 1001 },
    });
    expect((await world.task(taskPath))?.own).not.toHaveProperty("frameStart");
    await world.edit(await world.setValue(shot, "frameStart", undefined));
    await world.settled();
    const folder = await world.folder(shotPath);
    expect(folder?.own).not.toHaveProperty("frameStart");
  });

  it("leaves alone what was edited in AYON meanwhile (ES-62)", async () => {
    const { task, taskPath } = await branchIn(world);
    const { id } = (await world.task(taskPath)) ?? { id: "" };
    await world.ayonPatch("tasks", id, { attrib: { description: "mine" } });
    await world.edit(
      world.update("Task", task, {
        status_id: world.ids.status("In progress"),
      }),
    );
    await world.settled();
    expect(await world.task(taskPath)).toMatchObject({
      status: "In progress",
      own: { description: "mine" },
    });
  });
});
