import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fullSyncJob, fullSyncResult } from "../../../src/core/sync-jobs.ts";
import { creation } from "../../support/edits.ts";
import { startWorld, type World } from "../../support/world.ts";

type Row = Readonly<Record<string, unknown>>;

let world: World;
beforeAll(async () => {
  world = await startWorld({ autoSync: false });
});
afterAll(async () => {
  await world.stop();
});

const DEFINITION = "CustomAttributeConfiguration";
const FIELDS = [
  ...["id", "key", "config", "group_id", "type.name"],
  ...["read_security_roles.name", "write_security_roles.name"],
];

async function definition(key: string): Promise<Row> {
  const rows = await world.all(DEFINITION, FIELDS);
  const found = rows.filter((row) => row["key"] === key);
  expect(found).toHaveLength(1);
  return found[0]!;
}

function rolesOf(row: Row): unknown[] {
  const roles = row["write_security_roles"] as readonly Row[];
  return roles.map((role) => role["name"]).sort();
}

async function fullSync() {
  const request = fullSyncJob({ projectId: world.projectId, userId: null });
  const { id } = await world.jobs.submit(request);
  await world.settled();
  return fullSyncResult.parse((await world.jobs.get(id))?.result);
}

async function setDefinition(key: string, data: Row): Promise<void> {
  const { id } = await definition(key);
  await world.edit(world.update(DEFINITION, String(id), data));
}

async function roleRows(...names: readonly string[]): Promise<object[]> {
  const roles = await world.all("SecurityRole", ["id", "name"]);
  return roles
    .filter((role) => names.includes(String(role["name"])))
    .map(({ id }) => ({ __entity_type__: "SecurityRole", id }));
}

describe("the attributes the sync keeps in Ftrack", () => {
  it("are mended where it could not work with them, and left alone the next time (FS-3, FS-47)", async () => {
    await fullSync();
    const before = await definition("ayon_list_type");
    const failed = await definition("ayon_sync_failed");
    expect(before["group_id"]).not.toBeNull();
    const all = await world.all("SecurityRole", ["name"]);
    await setDefinition("ayon_list_type", {
      group_id: null,
      config: JSON.stringify({
        multiSelect: false,
        data: JSON.stringify([{ menu: "Folder", value: "folder" }]),
      }),
    });
    await setDefinition("ayon_sync_failed", {
      write_security_roles: await roleRows(
        ...all.map((role) => String(role["name"])),
      ),
    });
    expect(await fullSync()).toMatchObject({ kind: "done", failed: 0 });
    const after = await definition("ayon_list_type");
    expect(after["group_id"]).toBe(before["group_id"]);
    for (const option of ["folder", "task", "version"])
      expect(after["config"]).toContain(option);
    const mended = await definition("ayon_sync_failed");
    expect(rolesOf(mended)).toEqual(rolesOf(failed));
    expect(rolesOf(mended).length).toBeLessThan(all.length);
    expect(await fullSync()).toMatchObject({ applied: 0 });
  });

  it("an administrator's narrower roles are never widened", async () => {
    await setDefinition("ayon_sync_failed", {
      write_security_roles: await roleRows("Administrator"),
    });
    expect(await fullSync()).toMatchObject({ kind: "done", applied: 0 });
    expect(rolesOf(await definition("ayon_sync_failed"))).toEqual([
      "Administrator",
    ]);
  });

  it("one of another type is not converted nor doubled: it stops the sync by name, and AYON is not touched (FS-48)", async () => {
    const { id } = await definition("ayon_path");
    const types = await world.all("CustomAttributeType", ["id", "name"]);
    const sequence = world.create("Sequence", "sq", world.projectId);
    await world.edit(world.remove(DEFINITION, String(id)));
    const odd = creation(DEFINITION, {
      ...{ key: "ayon_path", label: "AYON path", entity_type: "show" },
      ...{ is_hierarchical: true, config: JSON.stringify({}) },
      type_id: types.find((type) => type["name"] === "boolean")?.["id"],
    });
    await world.edit(odd, sequence);
    await world.settled();
    await world.resetRequests();
    expect(await fullSync()).toMatchObject({ kind: "done", applied: 0 });
    expect((await world.requests()).ayonWrites).toBe(0);
    const report = JSON.stringify(await world.reports.latest(world.projectId));
    expect(report).toContain("attributes-not-made");
    expect(report).toMatch(/ayon_path: there is an attribute of this key/);
    expect((await definition("ayon_path"))["id"]).toBe(odd.id);

    await world.edit(world.remove(DEFINITION, odd.id));
    expect(await fullSync()).toMatchObject({ kind: "done", failed: 0 });
    expect(await world.folder("/sq")).toBeDefined();
  });
});
