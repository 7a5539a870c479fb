/** Trees that a deletion reaches, in short. */
import { ayonId, ftrackId, type AyonId } from "../../src/core/ids.ts";
import type { AyonFolder, AyonTask } from "../../src/core/ports.ts";
import type {
  Context,
  Reach,
} from "../../src/handlers/actions/delete-entities/reach.ts";

/**
 * Of what a folder or task of AYON is: `own` of an entity in the selection, `stranger` of one that lies
 * elsewhere in Ftrack, `local` of none.
 */
export type Kind = "own" | "stranger" | "local";

export interface Folder {
  readonly name: string;
  readonly in?: string;
  readonly kind?: Kind;
  /** In Ftrack, where that is another than in AYON. */
  readonly ftrackParent?: string;
  readonly tasks?: Readonly<Record<string, Kind>>;
  readonly products?: readonly string[];
}

function node(name: string, path: string, kind: Kind) {
  return {
    ...{ id: ayonId(`a-${name}`), name, label: null, path },
    ...{ status: "", active: true, tags: [], thumbnailId: null, data: {} },
    own: kind === "local" ? {} : { ftrackId: `f-${name}` },
  };
}

/** Folders, parents first; only those that are `own`, and their own tasks, are in the selection. */
export function reachOf(tree: readonly Folder[]): Reach {
  const paths = new Map<string, string>();
  const folders: AyonFolder[] = [];
  const tasks: AyonTask[] = [];
  const contexts: Context[] = [];
  const strangers: (AyonFolder | AyonTask)[] = [];
  const products: Reach["products"][number][] = [];
  const assets: Reach["assets"][number][] = [];
  for (const one of tree) {
    const { name, kind = "own" } = one;
    const above = one.in ?? null;
    const path = `${above === null ? "" : (paths.get(above) ?? "")}/${name}`;
    paths.set(name, path);
    const folder: AyonFolder = {
      ...node(name, path, kind),
      folderType: "Shot",
      parentId: above === null ? null : ayonId(`a-${above}`),
    };
    folders.push(folder);
    if (kind === "stranger") strangers.push(folder);
    const id = ftrackId(`f-${name}`);
    if (kind === "own") {
      const parent = one.ftrackParent ?? above;
      const parentId = parent === null ? null : ftrackId(`f-${parent}`);
      contexts.push({ id, path: `show${path}`, type: "Shot", parentId });
    }
    for (const [taskName, of] of Object.entries(one.tasks ?? {})) {
      const task: AyonTask = {
        ...node(taskName, `${path}/${taskName}`, of),
        ...{ taskType: "Anim", folderId: folder.id, assignees: [] },
      };
      tasks.push(task);
      if (of === "stranger") strangers.push(task);
      if (of === "own" && kind === "own")
        contexts.push({
          id: ftrackId(`f-${taskName}`),
          ...{ path: `show${task.path}`, type: "Task", parentId: id },
        });
    }
    for (const product of one.products ?? []) {
      const productId = ayonId(`p-${name}-${product}`);
      products.push({
        ...{ id: productId, name: product, folderId: folder.id },
        ...{ productType: "render", active: true },
      });
      assets.push({
        id: ftrackId(`asset-${name}-${product}`),
        ...{ name: product, contextId: id },
      });
    }
  }
  const versions = products.map(({ id }) => ({
    ...{ id: ayonId(`v-${id}`), version: 1, productId: id, taskId: null },
    ...{ status: "", active: true, thumbnailId: null, own: {} },
  }));
  return { contexts, assets, folders, tasks, products, versions, strangers };
}

/** A folder with all that lies in it. */
export function subtree(reach: Reach, top: AyonId): Set<AyonId> {
  const inside = new Set([top]);
  for (const { id, parentId } of reach.folders)
    if (parentId !== null && inside.has(parentId)) inside.add(id);
  for (const { id, folderId } of reach.tasks)
    if (inside.has(folderId)) inside.add(id);
  return inside;
}
