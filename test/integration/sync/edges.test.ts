import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { branchIn } from "../../support/branch.ts";
import type { Operation } from "../../../src/ftrack/session.ts";
import { creation } from "../../support/edits.ts";
import { projectName } from "../../../src/core/ids.ts";
import { startWorld, type World } from "../../support/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld({
    settings: {
      custom_attributes: {
        attributes_mapping: {
          enabled: true,
          mapping: ["frameStart", "fps"].map((name) => ({
            ...{ name, attr_type: "hierarchical", hierarchical: name },
            standard: [],
          })),
        },
      },
    },
  });
});
afterAll(async () => {
  await world.stop();
});

const failed = { ayon_sync_failed: true };

async function rulesOf(id: string): Promise<unknown[]> {
  const found = await world.quarantine.list(world.projectId);
  return found.filter((one) => one.entityId === id).map((one) => one.rule);
}

describe("what cannot come harms nothing else", () => {
  it("a task at the root (ES-14), names that differ in case (ES-20, ES-21), and one without letters (ES-23)", async () => {
    const { sequence, shotPath, shot, name } = await branchIn(world);
    const before = await world.folder(shotPath);
    const type_id = world.ids.type("Animation");
    const loose = world.create("Task", "loose", world.projectId, { type_id });
    const twin = world.create("Shot", "SH 010", sequence);
    const empty = world.create("Shot", "()", sequence);
    const quoted = world.create("Shot", "Bob's; shot", sequence);
    await world.edit(loose, twin, empty, quoted);
    await world.settled();
    expect(await rulesOf(loose.id)).toEqual(["task-at-root"]);
    expect(await rulesOf(twin.id)).toEqual(["name-taken"]);
    expect(await rulesOf(empty.id)).toEqual(["name-empty"]);
    for (const { id } of [loose, twin, empty])
      expect(await world.values(id)).toMatchObject(failed);
    const made = await world.folder(`/${name}/Bobs_shot`);
    expect(made?.own["ftrackId"]).toBe(quoted.id);
    expect(made?.label).not.toMatch(/[';]/);
    expect(await world.folder(shotPath)).toEqual(before);
    expect(before?.own["ftrackId"]).toBe(shot);
  });

  it("an entity that is gone before its event is looked at (ES-24)", async () => {
    const { sequence, name } = await branchIn(world);
    await world.stopProcessor();
    const brief = world.create("Shot", "brief", sequence);
    await world.edit(brief);
    await world.edit(world.remove("Shot", brief.id));
    await world.startProcessor();
    await world.settled();
    expect(await world.folder(`/${name}/brief`)).toBeUndefined();
    expect(await rulesOf(brief.id)).toEqual([]);
  });

  it("a value that AYON cannot hold, beside a rename that it can (ES-46, ES-47, FS-30)", async () => {
    const { shot, name } = await branchIn(world);
    const types = await world.all("CustomAttributeType", ["id", "name"]);
    const fps = creation("CustomAttributeConfiguration", {
      ...{ key: "fps", label: "fps", entity_type: "show" },
      ...{ is_hierarchical: true, config: JSON.stringify({}) },
      type_id: types.find((type) => type["name"] === "text")?.["id"],
    });
    await world.edit(fps);
    const rate = (value: string): Operation => ({
      action: "create",
      entity_type: "CustomAttributeValue",
      entity_key: [fps.id, shot],
      entity_data: {
        __entity_type__: "CustomAttributeValue",
        ...{ configuration_id: fps.id, entity_id: shot, value },
      },
    });
    await world.stopProcessor();
    await world.edit(
      rate("abc"),
      world.update("Shot", shot, { name: "renamed" }),
    );
    await world.startProcessor();
    await world.settled();
    expect(await world.folder(`/${name}/renamed`)).toBeDefined();
    const latest = JSON.stringify(await world.reports.latest(world.projectId));
    expect(latest).toContain("value-invalid");
    expect(latest).toContain("abc");
    await world.edit({ ...rate("24000/1001"), action: "update" });
    await world.settled();
    const shown = await world.folder(`/${name}/renamed`);
    expect(shown?.own["fps"]).toBeCloseTo(23.976023976, 6);
  });
});

describe("copies and namesakes", () => {
  it("a copy that carries the id of its original gets a folder and an id of its own (ES-22)", async () => {
    const { sequence, shot, folderId, name } = await branchIn(world);
    const copy = world.create("Shot", "copy", sequence);
    await world.stopProcessor();
    await world.edit(copy);
    await world.edit(await world.setValue(copy.id, "ayon_id", folderId));
    await world.startProcessor();
    await world.settled();
    const made = await world.folder(`/${name}/copy`);
    expect(made?.id).not.toBe(folderId);
    expect(await world.values(copy.id)).toMatchObject({ ayon_id: made?.id });
    expect(await world.values(shot)).toMatchObject({ ayon_id: folderId });
  });

  it("a folder on the way is an obstacle to a move, a task of the name is none (ES-35, FS-19)", async () => {
    const one = await branchIn(world);
    const other = await branchIn(world);
    await world.edit(
      world.update("Shot", one.shot, {
        name: "SH_010",
        parent_id: other.sequence,
      }),
    );
    await world.settled();
    expect(await world.folder(one.shotPath)).toMatchObject({
      id: one.folderId,
    });
    expect(await world.values(one.shot)).toMatchObject(failed);
    const type_id = world.ids.type("Animation");
    const task = world.create("Task", "build", other.sequence, { type_id });
    const folder = world.create("Shot", "BUILD", other.sequence);
    await world.edit(task, folder);
    await world.settled();
    expect(await world.task(`/${other.name}/build`)).toBeDefined();
    expect(await world.folder(`/${other.name}/BUILD`)).toBeDefined();
  });

  it("a name that is freed in the same event can be taken (ES-34)", async () => {
    const { sequence, shot, folderId, shotPath, name } = await branchIn(world);
    const other = world.create("Shot", "sh 020", sequence);
    await world.edit(other);
    await world.settled();
    const kept = await world.folder(`/${name}/sh_020`);
    await world.stopProcessor();
    await world.edit(world.remove("Shot", shot));
    await world.edit(world.update("Shot", other.id, { name: "sh-010" }));
    await world.startProcessor();
    await world.settled();
    expect(await world.folder(shotPath)).toMatchObject({ id: kept?.id });
    expect(kept?.id).not.toBe(folderId);
  });

  it("a parent renamed and a child moved below it in one event (ES-31)", async () => {
    const one = await branchIn(world);
    const other = await branchIn(world);
    await world.edit(
      world.update("Sequence", other.sequence, { name: `${other.name}x` }),
      world.update("Shot", one.shot, { parent_id: other.sequence, name: "in" }),
    );
    await world.settled();
    expect(await world.folder(`/${other.name}x/in`)).toMatchObject({
      id: one.folderId,
    });
    expect(await world.values(one.shot)).not.toMatchObject(failed);
    expect(await world.values(one.shot)).toMatchObject({
      ayon_path: `/${other.name}x/in`,
    });
  });
});

describe("what is published", () => {
  it("takes a new label as long as the name stays the same (ES-28)", async () => {
    const { shot, folderId, shotPath } = await branchIn(world);
    await world.publish(folderId);
    await world.edit(world.update("Shot", shot, { name: "sh 010" }));
    await world.settled();
    expect(await world.folder(shotPath)).toMatchObject({ label: "sh 010" });
    expect(await world.values(shot)).not.toMatchObject(failed);
  });

  it("a task that versions came from is kept, and marked, when Ftrack removes it (ES-43)", async () => {
    const { task, taskPath, folderId } = await branchIn(world);
    const inAyon = await world.task(taskPath);
    const version = await world.publish(folderId);
    await world.ayonPatch("versions", version, { taskId: inAyon?.id });
    await world.edit(world.remove("Task", task));
    await world.settled();
    expect(await world.task(taskPath)).toMatchObject({
      ...{ id: inAyon?.id, own: { ftrackId: "removed" } },
    });
  });

  it("a version is found by folder, product and number, takes the status, and Ftrack notes its id (ES-52)", async () => {
    const { shot, task, folderId } = await branchIn(world);
    const versionId = await world.publish(folderId, "renderMain");
    const types = await world.all("AssetType", ["id"]);
    const asset = creation("Asset", {
      ...{ name: "renderMain", context_id: shot },
      type_id: types[0]?.["id"],
    });
    const version = creation("AssetVersion", {
      ...{ asset_id: asset.id, task_id: task, version: 1 },
      status_id: world.ids.status("Not started"),
    });
    await world.edit(asset, version);
    await world.settled();
    const project = await world.reads.project(world.name);
    const status = project?.statuses.find(
      ({ scope, name }) => scope.includes("version") && name !== "Not started",
    );
    expect(status).toBeDefined();
    await world.edit(
      world.update("AssetVersion", version.id, {
        status_id: world.ids.status(status?.name ?? ""),
      }),
    );
    await world.settled();
    const { versions } = await world.reads.select(projectName(world.name), {
      versions: [{ ids: [versionId as never] }],
    });
    expect(versions[0]).toMatchObject({ status: status?.name });
    expect(await world.values(version.id)).toMatchObject({
      ayon_id: versionId,
    });
  });
});

describe("links and lists", () => {
  it("a link comes once however often it is made, with both ends in the same event, and goes again (ES-53)", async () => {
    const { sequence, shot, folderId } = await branchIn(world);
    const late = world.create("Shot", "late", sequence);
    const link = creation("TypedContextLink", {
      ...{ from_id: shot, to_id: late.id },
    });
    await world.ftrack.control.faults({ events: { duplicate: 1 } });
    await world.edit(late, link);
    await world.ftrack.control.clearFaults();
    await world.settled();
    const type = "breakdown|folder|folder";
    const read = () => world.reads.links(projectName(world.name), type, "all");
    const ours = async () =>
      (await read()).filter((row) => row.input === folderId);
    expect(await ours()).toHaveLength(1);
    await world.edit(world.remove("TypedContextLink", link.id));
    await world.settled();
    expect(await ours()).toEqual([]);
  });

  it("a list is made, filled, renamed, emptied and removed; one of AYON's own stays (ES-54, FS-35)", async () => {
    const { shot, folderId } = await branchIn(world);
    const name = projectName(world.name);
    await world.ayon.http.send({
      method: "POST",
      path: `/api/projects/${world.name}/lists`,
      body: { entityType: "version", label: "mine" },
      answer: z.unknown(),
    });
    const categories = await world.all("ListCategory", ["id"]);
    const list = creation("TypedContextList", {
      ...{ name: "picks", project_id: world.projectId, system_type: "task" },
      category_id: categories[0]?.["id"],
    });
    const member = creation("ListObject", {
      list_id: list.id,
      entity_id: shot,
    });
    await world.edit(list, member);
    await world.settled();
    async function lists(): Promise<[string, unknown[]][]> {
      const found = await world.reads.lists(name);
      return found
        .map(({ label, items }): [string, unknown[]] => [
          label,
          items.map((item) => item.entityId),
        ])
        .sort();
    }
    expect(await lists()).toEqual([
      ["mine", []],
      ["picks", [folderId]],
    ]);
    await world.edit(
      world.update("TypedContextList", list.id, { name: "selects" }),
      world.remove("ListObject", member.id),
    );
    await world.settled();
    expect(await lists()).toEqual([
      ["mine", []],
      ["selects", []],
    ]);
    await world.edit(world.remove("TypedContextList", list.id));
    await world.settled();
    expect(await lists()).toEqual([["mine", []]]);
  });
});
