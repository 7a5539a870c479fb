import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ayonId, projectName } from "../../../src/core/ids.ts";
import { ask } from "../../support/ayon.ts";
import { branchIn, type Branch } from "../../support/branch.ts";
import { creation } from "../../support/edits.ts";
import { fullSync } from "../../support/sync/full-sync.ts";
import { startWorld, type World } from "../../support/world.ts";

/** Auto-sync is off once there is something: only the full sync brings anything over. */
let world: World;
let branch: Branch;
beforeAll(async () => {
  world = await startWorld({
    settings: {
      service_event_handlers: {
        sync_from_ftrack: { sync_versions: false, sync_link_type: "likes" },
      },
    },
  });
  branch = await branchIn(world);
  await world.edit(
    await world.setValue(world.projectId, "auto_sync_enabled", false),
  );
  await world.settled();
});
afterAll(async () => {
  await world.stop();
});

/** Settings of this project; a processor that starts reads them. */
async function changeSettings(handlers: object): Promise<void> {
  const path = `/api/addons/ftrack/1.0.0/rawOverrides/${world.name}?variant=production`;
  await world.stopProcessor();
  await ask(world.ayon.http, "PUT", path, { service_event_handlers: handlers });
  await world.startProcessor();
}

async function links() {
  const type = "breakdown|folder|folder";
  return world.reads.links(projectName(world.name), type, "all");
}

describe("links", () => {
  it("of a type that AYON lacks: the sync finishes, and says so (FS-33); of one that it has they come", async () => {
    const late = world.create("Shot", "late", branch.sequence);
    const link = creation("TypedContextLink", {
      ...{ from_id: branch.shot, to_id: late.id },
    });
    await world.edit(late, link);
    const told = await fullSync(world);
    const missing = told.filter((line) => line.rule === "link-type-missing");
    expect(missing).toHaveLength(1);
    expect(missing[0]?.detail).toContain("likes");
    const folder = await world.folder(`/${branch.name}/late`);
    expect(folder).toMatchObject({ own: { ftrackId: late.id } });
    expect(await links()).toEqual([]);
    expect(await world.values(late.id)).toMatchObject({ ayon_id: folder?.id });

    await changeSettings({ sync_from_ftrack: { sync_link_type: "breakdown" } });
    const rules = (await fullSync(world)).map((line) => line.rule);
    expect(rules).not.toContain("link-type-missing");
    expect(await links()).toMatchObject([
      { input: branch.folderId, output: folder?.id },
    ]);
  });
});

describe("statuses of versions", () => {
  it("come only when they are wanted: by their id, else by folder, product and number; one without a folder is skipped (FS-34)", async () => {
    const { folderId, shot, sequence } = branch;
    const [named, guessed] = [
      await world.publish(folderId, "renderMain"),
      await world.publish(folderId, "plateMain"),
    ];
    const [type] = await world.all("AssetType", ["id"]);
    const status_id = world.ids.status("Revise");
    const nameless = world.create("Shot", "()", sequence);
    await world.edit(nameless);
    /** The first version of a new asset; gives its id. */
    async function versionOf(name: string, context_id: string) {
      const type_id = type?.["id"];
      const asset = creation("Asset", { name, context_id, type_id });
      const version = creation("AssetVersion", {
        ...{ asset_id: asset.id, version: 1, status_id },
      });
      await world.edit(asset, version);
      return version.id;
    }
    const byId = await versionOf("something else", shot);
    const byGuess = await versionOf("plateMain", shot);
    const homeless = await versionOf("renderMain", nameless.id);
    await world.edit(await world.setValue(byId, "ayon_id", named));
    async function inAyon(): Promise<unknown[]> {
      const { versions } = await world.reads.select(projectName(world.name), {
        versions: [{ ids: [named, guessed].map(ayonId) }],
      });
      const of = new Map(versions.map((v) => [v.id as string, v]));
      return [named, guessed].map((id) => {
        const found = of.get(id);
        return [found?.status, found?.own["ftrackId"] ?? null];
      });
    }
    const before = await inAyon();
    await fullSync(world);
    expect(await inAyon()).toEqual(before);
    expect(JSON.stringify(before)).not.toContain("Revise");

    await changeSettings({ sync_from_ftrack: { sync_versions: true } });
    const told = await fullSync(world);
    expect(await inAyon()).toEqual([
      ["Revise", byId],
      ["Revise", byGuess],
    ]);
    expect(await world.values(byGuess)).toMatchObject({ ayon_id: guessed });
    expect(await world.values(homeless)).not.toHaveProperty("ayon_id");
    expect(told.map((line) => `${line.rule} ${line.ftrackId ?? ""}`)).toContain(
      `name-empty ${nameless.id}`,
    );
  });
});

describe("lists", () => {
  it("hold the kind of entities that Ftrack says, else what the attribute says for all (FS-36)", async () => {
    const [category] = await world.all("ListCategory", ["id"]);
    const list = (name: string) =>
      creation("TypedContextList", {
        ...{ name, project_id: world.projectId, system_type: "task" },
        category_id: category?.["id"],
      });
    const members = (list_id: string) =>
      [branch.shot, branch.task].map((entity_id) =>
        creation("ListObject", { list_id, entity_id }),
      );
    const shown = async () => {
      const found = await world.reads.lists(projectName(world.name));
      return Object.fromEntries(
        found.map(({ label, entityType, own, items }) => [
          label,
          [own["ftrackId"], entityType, ...items.map((i) => i.entityId)],
        ]),
      );
    };
    const [tasks, plain, later] = [list("tasks"), list("plain"), list("later")];
    await world.edit(tasks, plain, ...members(tasks.id), ...members(plain.id));
    await world.edit(
      await world.setValue(tasks.id, "ayon_list_type", ["task"]),
    );
    await fullSync(world);
    const taskId = (await world.task(branch.taskPath))?.id;
    const first = {
      tasks: [tasks.id, "task", taskId],
      plain: [plain.id, "folder", branch.folderId],
    };
    expect(await shown()).toEqual(first);

    // What the attribute itself says holds for lists that say nothing.
    const key = "ayon_list_type";
    const known = await world.all("CustomAttributeConfiguration", ["key"]);
    const id = String(known.find((row) => row["key"] === key)?.["id"]);
    await world.edit(
      world.update("CustomAttributeConfiguration", id, { default: ["task"] }),
      later,
      ...members(later.id),
      await world.setValue(plain.id, key, ["folder"]),
    );
    await fullSync(world);
    expect(await shown()).toEqual({
      ...first,
      later: [later.id, "task", taskId],
    });
    const inFtrack = await world.all("ListObject", ["list_id"]);
    expect(inFtrack).toHaveLength(6);
  });

  it("are emptied with Ftrack's; of one whose label is taken only that is told (FS-35)", async () => {
    const name = projectName(world.name);
    const known = await world.all("TypedContextList", ["name"]);
    const tasks = known.find((row) => row["name"] === "tasks");
    const members = await world.all("ListObject", ["list_id"]);
    const [category] = await world.all("ListCategory", ["id"]);
    const clash = creation("TypedContextList", {
      ...{ name: "Clash", project_id: world.projectId, system_type: "task" },
      category_id: category?.["id"],
    });
    await ask(world.ayon.http, "POST", `/api/projects/${world.name}/lists`, {
      ...{ entityType: "folder", label: "clash" },
      attrib: { ftrackId: "of another" },
    });
    await world.edit(
      clash,
      ...members
        .filter((row) => row["list_id"] === tasks?.["id"])
        .map((row) => world.remove("ListObject", String(row["id"]))),
    );
    const told = await fullSync(world);
    expect(
      told.filter((line) => line.rule === "list-label-taken"),
    ).toMatchObject([{ ftrackId: clash.id, path: "Clash" }]);
    const lists = await world.reads.lists(name);
    const sizes = lists.map((list) => [list.label, list.items.length]);
    expect(Object.fromEntries(sizes)).toEqual({
      ...{ tasks: 0, plain: 1, later: 1, clash: 0 },
    });
    const taken = lists.find((list) => list.label === "clash");
    expect(taken?.own["ftrackId"]).toBe("of another");
  });
});
