import { afterAll, beforeAll, expect, it } from "vitest";
import { startWorld, type World } from "../../support/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world.stop();
});

it("brings a sequence, a shot and a task made in one event (ES-12, ES-13, ES-16)", async () => {
  const sequence = world.create("Sequence", "sq 010", world.projectId);
  const shot = world.create("Shot", "sh-010", sequence.id, {
    status_id: world.ids.status("In progress"),
    description: "a first shot",
  });
  const task = world.create("Task", "Anim main", shot.id, {
    type_id: world.ids.type("Animation"),
  });
  await world.edit(sequence, shot, task);
  await world.settled();
  await world.settled();

  const folder = await world.folder("/sq_010/sh_010");
  expect(folder).toMatchObject({
    name: "sh_010",
    label: "sh-010",
    folderType: "Shot",
    own: {
      ftrackId: shot.id,
      ftrackPath: "sq 010/sh-010",
      description: "a first shot",
    },
  });
  expect(await world.task("/sq_010/sh_010/Anim_main")).toMatchObject({
    taskType: "Animation",
  });
  expect(await world.values(shot.id)).toMatchObject({
    ayon_id: folder?.id,
    ayon_path: "/sq_010/sh_010",
  });
});
