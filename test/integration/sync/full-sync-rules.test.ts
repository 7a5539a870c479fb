import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { projectName } from "../../../src/core/ids.ts";
import type { Operation } from "../../../src/ftrack/session.ts";
import { creation } from "../../support/edits.ts";
import { fullSync } from "../../support/sync/full-sync.ts";
import { startWorld, type World } from "../../support/world.ts";

/** Auto-sync is off: only the full sync brings anything over. */
let world: World;
const ids: Record<string, string> = {};
beforeAll(async () => {
  world = await startWorld({ autoSync: false });
});
afterAll(async () => {
  await world.stop();
});

/** What the report says of entities that a test gave a name. */
async function synced(): Promise<readonly string[]> {
  const told = await fullSync(world);
  return told.map(({ rule, ftrackId, detail }) => {
    const name = Object.keys(ids).find((key) => ids[key] === ftrackId);
    return `${rule} ${name ?? "-"}: ${detail}`;
  });
}

/** The line of a rule and a name. */
function about(start: string, told: readonly string[]): string | undefined {
  return told.find((line) => line.startsWith(`${start}: `));
}

function add(name: string, operation: Operation & { id: string }): Operation {
  ids[name] = operation.id;
  return operation;
}

function of(name: string): string {
  return ids[name] ?? "";
}

async function node(name: string) {
  const { folders, tasks } = await world.everything();
  return [...folders, ...tasks].find((n) => n.own["ftrackId"] === of(name));
}

describe("a full sync", () => {
  it("brings what can come, and tells of the rest by name (FS-20, FS-21, FS-22, FS-27)", async () => {
    const [anna] = await world.people("anna@studio.test");
    const sequence = world.create("Sequence", "sq", world.projectId);
    const shot = (name: string, more = {}) =>
      world.create("Shot", name, sequence.id, more);
    const hero = shot("hero", { start_date: "2024-10-29T22:00:00" });
    const type_id = world.ids.type("Animation");
    const task = world.create("Task", "anim", hero.id, { type_id });
    await world.edit(
      add("sequence", sequence),
      add("hero", hero),
      add("second", shot("second", { start_date: "2024-10-30T00:00:00" })),
      add("empty", shot("()")),
      add("quoted", shot("Bob's; shot")),
      add("task", task),
      add("loose", world.create("Task", "loose", world.projectId, { type_id })),
      world.assign(task.id, String(anna)),
    );
    await synced();
    const twin = shot("HERO");
    const inTwin = world.create("Task", "anim", twin.id, { type_id });
    await world.edit(add("twin", twin), add("inTwin", inTwin));
    const told = await synced();
    expect(about("name-taken twin", told)).toContain("sq/hero");
    expect(about("parent-not-synced inTwin", told)).toBeDefined();
    expect(about("name-empty empty", told)).toBeDefined();
    expect(about("task-at-root loose", told)).toBeDefined();
    expect(await node("hero")).toMatchObject({ path: "/sq/hero" });
    expect((await node("quoted"))?.label).not.toMatch(/[';]/);
    expect(await node("task")).toMatchObject({ assignees: ["anna"] });
    const failed = { ayon_sync_failed: true };
    for (const name of ["twin", "empty", "loose"]) {
      expect(await node(name)).toBeUndefined();
      expect(await world.values(of(name))).toMatchObject(failed);
    }
    // It says nothing itself, so that the twin's shines through.
    expect(await node("inTwin")).toBeUndefined();
    const own = await world.values(inTwin.id);
    expect({ ...failed, ...own }).toMatchObject(failed);
    for (const name of ["hero", "second"])
      expect(String((await node(name))?.own["startDate"])).toMatch(
        /^2024-10-30/,
      );
  });

  it("lets no type for tasks or milestones become one of folders, and keeps AYON's own words (FS-4, FS-11)", async () => {
    const project = await world.reads.project(world.name);
    const names = project?.folderTypes.map((type) => type.name) ?? [];
    expect(names).toContain("Shot");
    expect(names).not.toContain("Task");
    expect(names).not.toContain("Milestone");
    const mine = {
      ...project!.statuses[0]!,
      name: "Only here",
      shortName: "OH",
    };
    await world.ayon.http.send({
      method: "PATCH",
      path: `/api/projects/${world.name}`,
      body: { statuses: [mine, ...(project?.statuses ?? [])] },
      answer: z.unknown(),
    });
    await synced();
    const after = await world.reads.project(world.name);
    const order = after?.statuses.map((status) => status.name) ?? [];
    expect(order.indexOf("Only here")).toBeGreaterThan(
      order.indexOf("Not started"),
    );
    expect(order).toContain("Not started");
  });

  it("renames and moves by id, keeps what is published where it is, and lets go of it again (FS-12, FS-13, FS-14, FS-15)", async () => {
    const before = await node("hero");
    const quoted = await node("quoted");
    const second = world.create("Sequence", "sq2", world.projectId);
    await world.publish(quoted?.id ?? "");
    await world.edit(
      add("sequence2", second),
      world.update("Shot", of("hero"), {
        ...{ name: "lead", parent_id: second.id },
      }),
      world.update("Shot", of("quoted"), {
        ...{ name: "other name", description: "at night" },
        status_id: world.ids.status("In progress"),
      }),
    );
    const told = await fullSync(world);
    // Both paths: where it lies in Ftrack, and where AYON keeps it.
    expect(
      told.filter((line) => line.rule === "published-renamed"),
    ).toMatchObject([
      {
        ...{ ftrackId: of("quoted"), path: "sq/other name" },
        detail: expect.stringContaining("/sq/Bobs_shot") as string,
      },
    ]);
    expect(await node("hero")).toMatchObject({
      ...{ id: before?.id, path: "/sq2/lead" },
    });
    expect((await node("task"))?.path).toBe("/sq2/lead/anim");
    expect(await node("quoted")).toMatchObject({
      ...{ id: quoted?.id, name: quoted?.name, status: "In progress" },
      own: { description: "at night" },
    });
    const failed = { ayon_sync_failed: true };
    expect(await world.values(of("quoted"))).toMatchObject(failed);
    await world.edit(
      world.update("Shot", of("quoted"), { name: "Bob's; shot" }),
    );
    expect(about("published-renamed quoted", await synced())).toBeUndefined();
    expect(await world.values(of("quoted"))).not.toMatchObject(failed);
  });

  it("marks what is published and gone, archives the rest, and gives it back to one of the name (FS-16, FS-17, FS-18)", async () => {
    const [quoted, second] = [await node("quoted"), await node("second")];
    await world.edit(
      world.remove("Shot", of("quoted")),
      world.remove("Shot", of("second")),
    );
    expect(about("published-removed quoted", await synced())).toContain(
      "/sq/Bobs_shot",
    );
    const { folders } = await world.everything();
    const byId = new Map(folders.map((folder) => [folder.id, folder]));
    expect(byId.get(quoted!.id)).toMatchObject({
      ...{ active: true, own: { ftrackId: "removed" } },
    });
    expect(byId.get(second!.id)).toMatchObject({ active: false });

    const again = world.create("Shot", "second", of("sequence"));
    await world.edit(add("second", again));
    await synced();
    expect(await node("second")).toMatchObject({
      ...{ id: second?.id, active: true },
    });
  });

  it("makes again what AYON lost, with the id it had (FS-24)", async () => {
    const task = await node("task");
    await world.ayon.http.send({
      method: "DELETE",
      path: `/api/projects/${world.name}/tasks/${task?.id ?? ""}`,
      answer: z.unknown(),
    });
    expect(await node("task")).toBeUndefined();
    await synced();
    expect(await node("task")).toMatchObject({ id: task?.id });
  });

  it("brings values, takes them back when they inherit again, and links as many as there are (FS-28, FS-32)", async () => {
    const name = projectName(world.name);
    const link = creation("TypedContextLink", {
      ...{ from_id: of("hero"), to_id: of("second") },
    });
    await world.edit(
      link,
      await world.setValue(of("hero"), "frameStart", 1010),
    );
    const links = () =>
      world.reads.links(name, "breakdown|folder|folder", "all");
    for (let i = 0; i < 2; i += 1) {
      await synced();
      expect((await node("hero"))?.own).toMatchObject({ frameStart: 1010 });
      expect(await links()).toHaveLength(1);
    }
    await world.edit(
      world.remove("TypedContextLink", link.id),
      await world.setValue(of("hero"), "frameStart", undefined),
    );
    await synced();
    expect((await node("hero"))?.own).not.toHaveProperty("frameStart");
    expect(await links()).toEqual([]);
  });
});
