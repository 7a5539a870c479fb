/** The writes of a deletion. Pure. */
import { REMOVED } from "../../../core/bookkeeping.ts";
import type {
  AyonOperation,
  ChangeResult,
  FtrackDelete,
} from "../../../core/change.ts";
import type { AyonId, FtrackId, ProjectName } from "../../../core/ids.ts";
import type { AyonFolder, AyonTask } from "../../../core/ports.ts";
import { isTask, linkOf, type Reach } from "./reach.ts";
import type { Wanted } from "./wanted.ts";

interface About {
  readonly project: ProjectName;
  readonly entityType: AyonOperation["entityType"];
  readonly id: AyonId;
  readonly path: string;
  readonly ftrackId: FtrackId | null;
}

function operation(
  { project, entityType, id, path, ftrackId }: About,
  write: Pick<AyonOperation, "op" | "data" | "stage" | "needs">,
): AyonOperation {
  return {
    kind: "ayon.operation",
    id: `ayon ${id}`,
    subject: { ftrackId, ayonId: id, path, type: entityType },
    ...{ project, entityType, entityId: id },
    ...write,
  };
}

/** Folders that hold something of elsewhere: they stay, and so does what they lie in. */
function sheltering(reach: Reach): ReadonlySet<AyonId> {
  const byId = new Map(reach.folders.map((folder) => [folder.id, folder]));
  const kept = new Set<AyonId>();
  for (const node of reach.strangers) {
    let at: AyonId | null = "folderId" in node ? node.folderId : node.id;
    while (at !== null && !kept.has(at)) {
      kept.add(at);
      at = byId.get(at)?.parentId ?? null;
    }
  }
  return kept;
}

/** What lies in folders that stay must not go with a folder above it: it goes by itself. */
function nodesToGo(reach: Reach): {
  readonly folders: readonly AyonFolder[];
  readonly tasks: readonly AyonTask[];
  readonly kept: ReadonlySet<AyonId>;
  readonly spared: ReadonlySet<AyonId>;
} {
  const kept = sheltering(reach);
  const strangers = new Set(reach.strangers.map(({ id }) => id));
  const belowStranger = new Set<AyonId>(strangers);
  // Parents come before their children.
  for (const folder of reach.folders)
    if (folder.parentId !== null && belowStranger.has(folder.parentId))
      belowStranger.add(folder.id);
  const spared = new Set([...kept, ...belowStranger]);
  return {
    ...{ kept, spared },
    folders: reach.folders.filter(({ id }) => !spared.has(id)),
    tasks: reach.tasks.filter(
      ({ id, folderId }) => !strangers.has(id) && !belowStranger.has(folderId),
    ),
  };
}

/** Archived, and no longer tied to what goes away in Ftrack: the sync lets it lie. */
function archiving(
  project: ProjectName,
  entityType: "folder" | "task",
  node: AyonFolder | AyonTask,
): AyonOperation {
  const link = linkOf(node);
  return operation(
    {
      ...{ project, entityType, id: node.id, path: node.path },
      ftrackId: link as FtrackId | null,
    },
    {
      op: "update",
      stage: 0,
      data: {
        active: false,
        ...(link === null ? {} : { attrib: { ftrackId: REMOVED } }),
      },
    },
  );
}

function productWrites(
  project: ProjectName,
  reach: Reach,
  how: Wanted["how"],
): readonly AyonOperation[] {
  const paths = new Map(reach.folders.map(({ id, path }) => [id, path]));
  return reach.products.map((product) =>
    operation(
      {
        ...{ project, entityType: "product", id: product.id, ftrackId: null },
        path: `${paths.get(product.folderId) ?? ""}/${product.name}`,
      },
      how === "delete"
        ? { op: "delete", data: {}, stage: 0 }
        : { op: "update", data: { active: false }, stage: 0 },
    ),
  );
}

export interface AyonPlan {
  readonly changes: readonly AyonOperation[];
  /** Folders that stay because something of elsewhere lies in them. */
  readonly kept: ReadonlySet<AyonId>;
  /** These, and what lies in something of elsewhere. */
  readonly spared: ReadonlySet<AyonId>;
}

export function planAyon(
  project: ProjectName,
  reach: Reach,
  { what, how }: Wanted,
): AyonPlan {
  if (what !== "folders")
    return {
      changes: productWrites(project, reach, how),
      ...{ kept: new Set(), spared: new Set() },
    };
  const { folders, tasks, kept, spared } = nodesToGo(reach);
  if (how === "archive")
    return {
      ...{ kept, spared },
      changes: [
        ...folders.map((folder) => archiving(project, "folder", folder)),
        ...tasks
          .filter(({ folderId }) => !kept.has(folderId))
          .map((task) => archiving(project, "task", task)),
      ],
    };
  const going = new Set(folders.map(({ id }) => id));
  const products = productWrites(
    project,
    {
      ...reach,
      products: reach.products.filter(({ folderId }) => going.has(folderId)),
    },
    "delete",
  );
  // AYON deletes folders and tasks along with the folder they lie in, and refuses while a product is left.
  const tops = folders.filter(
    ({ parentId }) => parentId === null || !going.has(parentId),
  );
  return {
    ...{ kept, spared },
    changes: [
      ...products,
      ...tops.map((folder) =>
        operation(
          {
            ...{ project, entityType: "folder", id: folder.id },
            ...{ path: folder.path, ftrackId: linkOf(folder) as FtrackId },
          },
          { op: "delete", data: {}, stage: 1 },
        ),
      ),
    ],
  };
}

const UNMADE: ReadonlySet<ChangeResult["status"]> = new Set([
  "failed",
  "blocked",
  "conflict",
]);

/** Ids of what is still there in AYON because it, or what it lies in, was not to go or could not be written. */
export function left(
  reach: Reach,
  { changes, spared }: AyonPlan,
  results: readonly ChangeResult[],
): ReadonlySet<AyonId> {
  const failed = new Set(
    results
      .filter(({ status }) => UNMADE.has(status))
      .map(({ changeId }) => changeId),
  );
  const stay = new Set(spared);
  const whole = new Set<AyonId>();
  for (const { id, entityId, op } of changes) {
    if (!failed.has(id)) continue;
    stay.add(entityId);
    if (op === "delete") whole.add(entityId);
  }
  for (const { id, parentId } of reach.folders)
    if (parentId !== null && whole.has(parentId)) whole.add(id);
  return new Set([...stay, ...whole]);
}

function deletion(
  entityType: string,
  id: FtrackId,
  path: string,
  needs: readonly string[],
): FtrackDelete {
  return {
    kind: "ftrack.delete",
    id: `ftrack ${id}`,
    subject: { ftrackId: id, path, type: entityType },
    ...{ entityType, key: [id], needs },
  };
}

/**
 * Deletions in Ftrack: tasks, then folders from the leaves up. What stays in AYON stays in Ftrack too, and
 * what it lies in.
 */
export function planFtrack(
  reach: Reach,
  { what }: Wanted,
  stay: ReadonlySet<AyonId>,
): readonly FtrackDelete[] {
  const path = new Map(reach.contexts.map((one) => [one.id, one.path]));
  if (what !== "folders")
    return reach.assets
      .filter(({ name, contextId }) => {
        const products = reach.products.filter((p) => p.name === name);
        const folder = reach.folders.find((f) => linkOf(f) === contextId);
        return !products.some(
          (p) => p.folderId === folder?.id && stay.has(p.id),
        );
      })
      .map(({ id, name, contextId }) =>
        deletion(
          "Asset",
          id,
          `${contextId === null ? "" : (path.get(contextId) ?? "")}/${name}`,
          [],
        ),
      );
  const byId = new Map(reach.contexts.map((one) => [one.id, one]));
  const held = new Set<FtrackId>();
  const staying = [...reach.folders, ...reach.tasks].filter(
    (node) =>
      stay.has(node.id) || ("folderId" in node && stay.has(node.folderId)),
  );
  for (const node of staying) {
    let at = (linkOf(node) as FtrackId | null) ?? null;
    while (at !== null && byId.has(at) && !held.has(at)) {
      held.add(at);
      at = byId.get(at)?.parentId ?? null;
    }
  }
  const going = reach.contexts.filter(({ id }) => !held.has(id));
  const leavesFirst = going.toReversed();
  const ordered = [
    ...leavesFirst.filter(isTask),
    ...leavesFirst.filter((one) => !isTask(one)),
  ];
  const children = new Map<FtrackId, string[]>();
  for (const { id, parentId } of going)
    if (parentId !== null)
      children.set(parentId, [
        ...(children.get(parentId) ?? []),
        `ftrack ${id}`,
      ]);
  return ordered.map(({ id, type, path: at }) =>
    deletion(type, id, at, children.get(id) ?? []),
  );
}
