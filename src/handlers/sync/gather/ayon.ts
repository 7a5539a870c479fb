import type { HandlerContext } from "../../../core/handler.ts";
import type { AyonReads, AyonEntities } from "../../../core/ports.ts";
import type { AyonId, ProjectName } from "../../../core/ids.ts";
import type { Steps } from "../../../core/steps.ts";
import { folderNode, taskNode } from "../facts.ts";
import type { AyonNeeds, PublishedNeeds } from "./needs.ts";
import { addNode, type Store } from "./store.ts";

export function* keepNodes(
  store: Store,
  entities: Pick<AyonEntities, "folders" | "tasks">,
): Steps<void> {
  for (const folder of entities.folders) {
    yield;
    addNode(store, folderNode(folder));
  }
  for (const task of entities.tasks) {
    yield;
    addNode(store, taskNode(task));
  }
}

/** Reads what is needed from AYON in one request. */
export async function readAyon(
  { ayon, project, inSlices }: HandlerContext,
  store: Store,
  needs: AyonNeeds,
): Promise<void> {
  const { counterparts, nodes, childNodes } = needs;
  const folderIds = childNodes.filter((id): id is AyonId => id !== null);
  const byIds = [
    ...(counterparts.length === 0 ? [] : [{ ftrackIds: counterparts }]),
    ...(nodes.length === 0 ? [] : [{ ids: nodes }]),
  ];
  const entities = await ayon.select(project.ayonName, {
    folders: [
      ...byIds,
      ...(childNodes.length === 0 ? [] : [{ parentIds: childNodes }]),
    ],
    tasks: [...byIds, ...(folderIds.length === 0 ? [] : [{ folderIds }])],
  });
  await inSlices(keepNodes(store, entities));
  const { asked } = store;
  counterparts.forEach((id) => asked.counterparts.add(id));
  nodes.forEach((id) => asked.nodes.add(id));
  childNodes.forEach((id) => asked.childNodes.add(id));
}

/** Asks which of these AYON protects for their published versions. */
export async function readPublished(
  ayon: AyonReads,
  project: ProjectName,
  store: Store,
  { folders, tasks }: PublishedNeeds,
): Promise<void> {
  if (folders.length > 0) {
    const found = await ayon.foldersWithVersions(project, folders);
    found.forEach((id) => store.frozen.add(id));
    folders.forEach((id) => store.asked.frozen.add(id));
  }
  if (tasks.length > 0) {
    const { versions } = await ayon.select(project, {
      versions: [{ taskIds: tasks }],
    });
    for (const { taskId } of versions) {
      if (taskId !== null) store.publishedTasks.add(taskId);
    }
    tasks.forEach((id) => store.asked.publishedTasks.add(id));
  }
}
