import { freshId, type AyonUnderTest } from "./ayon-sandbox.ts";

/** Ids of one of each: `seq/sh010` with a task, a product and its version. */
export interface Show {
  readonly sequence: string;
  readonly shot: string;
  readonly task: string;
  readonly product: string;
  readonly version: string;
}

/** Makes a small show in a project that has none of these names. */
export async function makeShow(
  ayon: AyonUnderTest,
  project: string,
): Promise<Show> {
  const [sequence, shot, task, product, version] = [
    freshId(),
    freshId(),
    freshId(),
    freshId(),
    freshId(),
  ];
  const create = (
    entityType: string,
    entityId: string,
    data: object,
  ): object => ({
    type: "create",
    entityType,
    entityId,
    data,
  });
  const { success } = await ayon.operations(project, [
    create("folder", sequence, { name: "seq", folderType: "Sequence" }),
    create("folder", shot, {
      name: "sh010",
      folderType: "Shot",
      parentId: sequence,
    }),
    create("task", task, {
      name: "anim",
      taskType: "Animation",
      folderId: shot,
    }),
    create("product", product, {
      name: "animMain",
      productType: "animation",
      folderId: shot,
    }),
    create("version", version, {
      version: 1,
      productId: product,
      taskId: task,
    }),
  ]);
  if (success !== true) throw new Error("The show could not be made");
  return { sequence, shot, task, product, version };
}
