/** Both servers as plain data, for tests of the planner. */
import {
  ayonId,
  ftrackId,
  type AyonId,
  type FtrackId,
} from "../../../src/core/ids.ts";
import type { AyonProject } from "../../../src/core/ports.ts";
import {
  linkedTo,
  type FtrackContext,
  type Node,
  type SyncFacts,
  type World,
} from "../../../src/handlers/sync/facts.ts";
import {
  everything,
  type Interest,
} from "../../../src/handlers/sync/interest.ts";
import type { SyncSettings } from "../../../src/handlers/sync/settings.ts";
import { anAyonProject, aWorld, PROJECT, TASK_TYPES, TYPES } from "./world.ts";

const ANYBODY = { read_security_roles: [], write_security_roles: [] };
export const SETTINGS: SyncSettings = {
  mapping: { enabled: true, mapping: [] },
  linkType: null,
  mandatoryRoles: {
    ayon_id: ANYBODY,
    ayon_path: ANYBODY,
    ayon_sync_failed: ANYBODY,
    auto_sync_enabled: ANYBODY,
    ayon_list_type: ANYBODY,
  },
  versionStatuses: false,
  publishedPolicy: "report",
  thumbnails: false,
  priority: false,
  maxRemovals: null,
};

/** A typed context; a shot directly under the project unless told otherwise. */
export function aContext(
  id: string,
  name: string,
  more: Partial<FtrackContext> = {},
): FtrackContext {
  return {
    id: ftrackId(id),
    name,
    parentId: PROJECT,
    objectTypeId: TYPES.shot,
    typeId: null,
    statusId: null,
    priorityId: null,
    thumbnailId: null,
    startDate: null,
    endDate: null,
    description: null,
    createdAt: null,
    ...more,
  };
}

/** A task of type Animation. */
export function aTask(
  id: string,
  name: string,
  parent: string,
  more: Partial<FtrackContext> = {},
): FtrackContext {
  return aContext(id, name, {
    parentId: ftrackId(parent),
    objectTypeId: TYPES.task,
    typeId: TASK_TYPES.anim,
    ...more,
  });
}

/** A folder of type Shot at the root, linked to an Ftrack entity; a task when told so. */
export function aNode(
  id: string,
  name: string,
  linked: string | null,
  more: Partial<Node> = {},
): Node {
  const kind = more.kind ?? "folder";
  return {
    kind,
    id: ayonId(id),
    name,
    label: null,
    type: kind === "folder" ? "Shot" : "Animation",
    parentId: null,
    status: "Not ready",
    active: true,
    thumbnailId: null,
    own: linked === null ? {} : { ftrackId: linked, ftrackPath: name },
    data: {},
    path: `/${name}`,
    assignees: [],
    ...more,
  };
}

export interface Model {
  contexts: Map<FtrackId, FtrackContext>;
  values: Map<FtrackId, Map<FtrackId, unknown>>;
  assigned: Map<FtrackId, Set<FtrackId>>;
  nodes: Map<AyonId, Node>;
  /** Folders that hold a version themselves. */
  published: Set<AyonId>;
  publishedTasks: Set<AyonId>;
  /** Folders that hold products without versions: AYON refuses to delete them. */
  productive: Set<AyonId>;
  project: AyonProject;
  world: World;
}

export function aModel(
  contexts: readonly FtrackContext[] = [],
  nodes: readonly Node[] = [],
  more: Partial<Model> = {},
): Model {
  const model: Model = {
    contexts: new Map(contexts.map((c) => [c.id, c])),
    values: new Map(),
    assigned: new Map(),
    nodes: new Map(),
    published: new Set(),
    publishedTasks: new Set(),
    productive: new Set(),
    project: anAyonProject(),
    world: aWorld(),
    ...more,
  };
  for (const node of nodes) model.nodes.set(node.id, node);
  refreshPaths(model);
  return model;
}

export function above(model: Model, node: Node): Node[] {
  const found: Node[] = [];
  let at = node.parentId === null ? undefined : model.nodes.get(node.parentId);
  while (at !== undefined && !found.includes(at)) {
    found.push(at);
    at = at.parentId === null ? undefined : model.nodes.get(at.parentId);
  }
  return found;
}

export function refreshPaths(model: Model): void {
  for (const node of model.nodes.values()) {
    const names = [node, ...above(model, node)].map((n) => n.name).reverse();
    model.nodes.set(node.id, { ...node, path: `/${names.join("/")}` });
  }
}

export function frozenIn(model: Model): Set<AyonId> {
  const frozen = new Set<AyonId>();
  for (const id of model.published) {
    const node = model.nodes.get(id);
    if (node === undefined) continue;
    [node, ...above(model, node)].forEach((n) => frozen.add(n.id));
  }
  return frozen;
}

/** Facts of the whole project, as a full sync gathers them; with a focus, as after events about those. */
export function factsOf(
  model: Model,
  focus?: ReadonlyMap<FtrackId, Interest>,
): SyncFacts {
  const gone = new Set<FtrackId>();
  for (const node of model.nodes.values()) {
    const id = linkedTo(node);
    if (id !== null && !model.contexts.has(id)) gone.add(id);
  }
  focus?.forEach((_, id) => {
    if (!model.contexts.has(id)) gone.add(id);
  });
  return {
    origin: focus === undefined ? "project" : "events",
    subtreeId: null,
    project: {
      id: PROJECT,
      fullName: "show",
      name: "sh",
      status: "active",
      isPrivate: false,
      schemaId: ftrackId("schema"),
      autoSync: true,
    },
    projectFocus: null,
    ayonProject: model.project,
    timezone: "UTC",
    world: model.world,
    focus:
      focus ??
      new Map(
        [...model.contexts.keys(), ...gone].map((id) => [id, everything]),
      ),
    drawnIn: new Set(),
    contexts: model.contexts,
    gone,
    unreadable: new Set(),
    values: model.values,
    assigned: new Map(
      [...model.contexts.keys()].map((id) => [
        id,
        model.assigned.get(id) ?? new Set(),
      ]),
    ),
    nodes: model.nodes,
    frozen: frozenIn(model),
    publishedTasks: model.publishedTasks,
    links: {
      linkType: null,
      missingType: null,
      ends: null,
      ftrack: [],
      ayon: [],
      removed: [],
    },
    lists: { ftrack: [], gone: new Set(), ayon: [] },
    versions: { focus: new Map(), ftrack: new Map(), ayon: [], products: [] },
    actors: [],
  };
}

export function focusOn(...ids: readonly string[]): Map<FtrackId, Interest> {
  return new Map(ids.map((id) => [ftrackId(id), everything]));
}
