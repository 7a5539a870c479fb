import type { World } from "./world.ts";

let numbers = 0;

/** A synced sequence `sqN` with one shot `sh-010` (in AYON `sh_010`) and one task `anim`. */
export interface Branch {
  /** Name of the sequence. */
  readonly name: string;
  readonly sequence: string;
  readonly shot: string;
  readonly task: string;
  /** AYON id of the shot's folder. */
  readonly folderId: string;
  readonly shotPath: string;
  readonly taskPath: string;
}

/** Makes a branch of its own for a test, and waits until it has come to AYON. */
export async function branchIn(world: World): Promise<Branch> {
  const name = `sq${String(++numbers)}`;
  const sequence = world.create("Sequence", name, world.projectId);
  const shot = world.create("Shot", "sh-010", sequence.id);
  const task = world.create("Task", "anim", shot.id, {
    type_id: world.ids.type("Animation"),
  });
  await world.edit(sequence, shot, task);
  await world.settled();
  const shotPath = `/${name}/sh_010`;
  const folder = await world.folder(shotPath);
  if (folder === undefined) throw new Error("The shot did not come to AYON");
  return {
    name,
    sequence: sequence.id,
    shot: shot.id,
    task: task.id,
    folderId: folder.id,
    shotPath,
    taskPath: `${shotPath}/anim`,
  };
}
