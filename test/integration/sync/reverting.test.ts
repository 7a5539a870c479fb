import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ADMINISTRATOR } from "../../../sandbox/ftrack/index.ts";
import { branchIn } from "../../support/branch.ts";
import { person, type Person } from "../../support/clicking.ts";
import { startWorld, type World } from "../../support/world.ts";

let world: World;
/** Who makes the edits. */
let admin: Person;
beforeAll(async () => {
  world = await startWorld({
    settings: { sync: { published_policy: "revert" } },
  });
  admin = await person(world.ftrack, ADMINISTRATOR);
});
afterAll(async () => {
  admin.leave();
  await world.stop();
});

/** Name, parent and status of a shot in Ftrack; undefined when there is none. */
async function shotIn(
  id: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const fields = ["id", "name", "parent_id", "status_id"];
  return (await world.rows("Shot", fields, [id]))[0];
}

describe("an edit of something published is taken back in Ftrack", () => {
  it("a rename, and whoever made it is told (ES-27, ES-30)", async () => {
    const { shot, shotPath, folderId } = await branchIn(world);
    await world.publish(folderId);
    await world.edit(world.update("Shot", shot, { name: "sh-999" }));
    await world.settled();
    expect(await shotIn(shot)).toMatchObject({ name: "sh-010" });
    expect((await world.folder(shotPath))?.id).toBe(folderId);
    const shown = JSON.stringify(await admin.told(/\(show\)/));
    expect(shown).toContain("published-renamed");
    expect(shown).toContain("sh-999");
  });

  it("a move, renamed with it (ES-29, ES-30)", async () => {
    const { shot, sequence, shotPath, folderId } = await branchIn(world);
    const other = await branchIn(world);
    await world.publish(folderId);
    await world.edit(
      world.update("Shot", shot, { parent_id: other.sequence, name: "moved" }),
    );
    await world.settled();
    expect(await shotIn(shot)).toMatchObject({
      name: "sh-010",
      parent_id: sequence,
    });
    expect((await world.folder(shotPath))?.id).toBe(folderId);
  });

  it("a removal: entity, task, attributes and ids are there again (ES-41)", async () => {
    const { shot, task, sequence, shotPath, taskPath, folderId } =
      await branchIn(world);
    const taskId = (await world.task(taskPath))?.id;
    await world.edit(
      await world.setValue(shot, "frameStart", 1017),
      world.update("Shot", shot, {
        status_id: world.ids.status("In progress"),
      }),
    );
    await world.settled();
    await world.publish(folderId);
    await world.edit(world.remove("Shot", shot));
    await world.settled();

    expect(await shotIn(shot)).toMatchObject({
      name: "sh-010",
      parent_id: sequence,
      status_id: world.ids.status("In progress"),
    });
    expect(await world.values(shot)).toMatchObject({
      ayon_id: folderId,
      ayon_path: shotPath,
      frameStart: 1017,
    });
    expect(await world.rows("Task", ["id", "name"], [task])).toMatchObject([
      { name: "anim" },
    ]);
    expect(await world.folder(shotPath)).toMatchObject({
      id: folderId,
      active: true,
      own: { ftrackId: shot, frameStart: 1017 },
    });
    expect((await world.task(taskPath))?.id).toBe(taskId);
  });
});
