/** Writes to the model, with the rules of AYON's that a plan can break. */
import type {
  AyonOperation,
  Change,
  ChangeResult,
} from "../../../src/core/change.ts";
import { ftrackId, type AyonId, type FtrackId } from "../../../src/core/ids.ts";
import type { AyonProject } from "../../../src/core/ports.ts";
import type { Node } from "../../../src/handlers/sync/facts.ts";
import {
  aContext,
  above,
  aNode,
  frozenIn,
  refreshPaths,
  type Model,
} from "./model.ts";
import { PROJECT, TYPES } from "./world.ts";

class Refused extends Error {
  readonly code: string;
  constructor(reason: string, code: string) {
    super(reason);
    this.code = code;
  }
}

function refuse(reason: string, code = "E_AYON_INVALID"): never {
  throw new Refused(reason, code);
}

function checkSlot(model: Model, node: Node): void {
  if (!node.active) return;
  for (const other of model.nodes.values()) {
    if (
      other.id !== node.id &&
      other.active &&
      other.kind === node.kind &&
      other.parentId === node.parentId &&
      other.name.toLowerCase() === node.name.toLowerCase()
    )
      refuse(`unique-violation: ${node.name}`);
  }
}

function checkNode(model: Model, node: Node): void {
  const types =
    node.kind === "folder"
      ? model.project.folderTypes
      : model.project.taskTypes;
  if (!types.some((t) => t.name === node.type))
    refuse(`foreign key: type ${node.type}`);
  if (!model.project.statuses.some((s) => s.name === node.status))
    refuse(`foreign key: status ${node.status}`);
  if (!/^[a-zA-Z0-9_]([a-zA-Z0-9_.-]*[a-zA-Z0-9_])?$/.test(node.name))
    refuse(`bad name ${node.name}`);
  if (/[';]/.test(node.label ?? "")) refuse(`bad label ${node.label ?? ""}`);
  if (node.kind === "task" && node.parentId === null)
    refuse("task without folder");
  if (
    node.parentId !== null &&
    model.nodes.get(node.parentId)?.kind !== "folder"
  )
    refuse("foreign key: parent");
  if (above(model, node).some((n) => n.id === node.id))
    refuse("own descendant");
  checkSlot(model, node);
}

function merged(
  before: Readonly<Record<string, unknown>>,
  patch: unknown,
): Record<string, unknown> {
  const entries = Object.entries({ ...before, ...(patch as object) });
  return Object.fromEntries(entries.filter(([, value]) => value !== null));
}

function applyOperation(model: Model, op: AyonOperation): void {
  const before = model.nodes.get(op.entityId);
  if (op.op === "delete") {
    if (before === undefined) return;
    if (frozenIn(model).has(before.id)) refuse("has versions");
    if (model.productive.has(before.id))
      refuse("Unable to delete a folder with products", "E_AYON_HAS_CHILDREN");
    const doomed = [...model.nodes.values()].filter(
      (node) =>
        node.id === before.id ||
        above(model, node).some((n) => n.id === before.id),
    );
    doomed.forEach((node) => model.nodes.delete(node.id));
    return;
  }
  if (op.op === "create" && before !== undefined)
    refuse("unique-violation: id");
  if (op.op === "update" && before === undefined) refuse("not found");
  const data = op.data;
  const base: Node = before ?? {
    ...aNode(op.entityId, "", null),
    kind: op.entityType as Node["kind"],
    type:
      op.entityType === "folder"
        ? (model.project.folderTypes[0]?.name ?? "")
        : "",
    status: model.project.statuses[0]?.name ?? "",
    own: {},
  };
  const parent =
    data["parentId"] !== undefined ? data["parentId"] : data["folderId"];
  const after: Node = {
    ...base,
    name: (data["name"] as string | undefined) ?? base.name,
    label:
      data["label"] === undefined
        ? base.label
        : (data["label"] as string | null),
    type:
      ((data["folderType"] ?? data["taskType"]) as string | undefined) ??
      base.type,
    parentId: parent === undefined ? base.parentId : (parent as AyonId | null),
    status: (data["status"] as string | undefined) ?? base.status,
    active: (data["active"] as boolean | undefined) ?? base.active,
    own: merged(base.own, data["attrib"] ?? {}),
    data: merged(base.data, data["data"] ?? {}),
    assignees: (data["assignees"] as string[] | undefined) ?? base.assignees,
  };
  if (
    before !== undefined &&
    frozenIn(model).has(before.id) &&
    (before.name !== after.name ||
      before.parentId !== after.parentId ||
      before.type !== after.type)
  )
    refuse("Cannot change a folder with published versions");
  model.nodes.set(after.id, after);
  try {
    checkNode(model, after);
  } catch (error) {
    if (before === undefined) model.nodes.delete(after.id);
    else model.nodes.set(before.id, before);
    throw error;
  }
  refreshPaths(model);
}

function applyPatch(
  model: Model,
  patch: Readonly<Record<string, unknown>>,
): void {
  const renames = new Map<string, string>();
  const next: Record<string, unknown> = { ...model.project };
  for (const [key, value] of Object.entries(patch)) {
    if (!Array.isArray(value)) continue;
    next[key] = (value as Record<string, unknown>[]).map(
      ({ original_name: old, ...entry }) => {
        if (typeof old === "string")
          renames.set(`${key}/${old}`, entry["name"] as string);
        return entry;
      },
    );
  }
  model.project = next as unknown as AyonProject;
  for (const node of model.nodes.values()) {
    const list = node.kind === "folder" ? "folderTypes" : "taskTypes";
    model.nodes.set(node.id, {
      ...node,
      type: renames.get(`${list}/${node.type}`) ?? node.type,
      status: renames.get(`statuses/${node.status}`) ?? node.status,
    });
  }
}

function applyValue(
  model: Model,
  change: Extract<Change, { kind: "ftrack.value" }>,
): void {
  const rows =
    model.values.get(change.entityId) ?? new Map<FtrackId, unknown>();
  if (rows.has(change.configurationId) !== change.rowExists)
    refuse("wrong verb");
  if (change.unset === true) rows.delete(change.configurationId);
  else rows.set(change.configurationId, change.value);
  model.values.set(change.entityId, rows);
}

function applyEdit(
  model: Model,
  change: Extract<Change, { kind: "ftrack.update" }>,
): void {
  const context = model.contexts.get(change.entityId);
  if (context === undefined) refuse("gone");
  const data = change.data as { name?: string; parent_id?: FtrackId };
  model.contexts.set(context.id, {
    ...context,
    name: data.name ?? context.name,
    parentId: data.parent_id ?? context.parentId,
  });
}

/** An entity with its own id, as Ftrack's API takes it. */
function applyCreate(
  model: Model,
  { entityType, data }: Extract<Change, { kind: "ftrack.create" }>,
): void {
  const text = (key: string): string | null =>
    typeof data[key] === "string" ? data[key] : null;
  if (entityType === "Appointment") {
    const task = ftrackId(text("context_id") ?? "");
    const users = model.assigned.get(task) ?? new Set<FtrackId>();
    model.assigned.set(task, users.add(ftrackId(text("resource_id") ?? "")));
    return;
  }
  const id = ftrackId(text("id") ?? "");
  const parentId = ftrackId(text("parent_id") ?? "");
  if (model.contexts.has(id)) refuse("exists");
  if (parentId !== PROJECT && !model.contexts.has(parentId))
    refuse("foreign key: parent");
  const type = text("type_id");
  const status = text("status_id");
  model.contexts.set(
    id,
    aContext(id, text("name") ?? "", {
      parentId,
      objectTypeId: TYPES[entityType.toLowerCase() as keyof typeof TYPES],
      typeId: type === null ? null : ftrackId(type),
      statusId: status === null ? null : ftrackId(status),
      startDate: text("start_date"),
      endDate: text("end_date"),
      description: text("description"),
    }),
  );
}

function applyOne(model: Model, change: Change): void {
  if (change.kind === "ayon.operation") applyOperation(model, change);
  else if (change.kind === "ayon.project.update")
    applyPatch(model, change.patch);
  else if (change.kind === "ftrack.value") applyValue(model, change);
  else if (change.kind === "ftrack.update") applyEdit(model, change);
  else if (change.kind === "ftrack.create") applyCreate(model, change);
}

/** Applies changes one by one, stage by stage, as `canFail` does; refuses two updates of one entity in a stage. */
export function applyTo(
  model: Model,
  changes: readonly Change[],
): ChangeResult[] {
  const results = new Map<string, ChangeResult>();
  const seen = new Set<string>();
  const stages = [0, 1];
  for (const stage of stages) {
    for (const change of changes) {
      const isStage =
        change.kind === "ayon.operation" ? change.stage === stage : stage === 0;
      if (!isStage) continue;
      if (change.kind === "ayon.operation" && change.op !== "create") {
        const key = `${stage}/${change.entityId}`;
        if (seen.has(key))
          throw new Error(`two writes of ${change.entityId} in one request`);
        seen.add(key);
      }
      if (
        change.needs?.some(
          (id) =>
            results.get(id)?.status === "failed" ||
            results.get(id)?.status === "blocked",
        ) === true
      ) {
        results.set(change.id, { changeId: change.id, status: "blocked" });
        continue;
      }
      try {
        applyOne(model, change);
        results.set(change.id, { changeId: change.id, status: "applied" });
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        results.set(change.id, {
          changeId: change.id,
          status: "failed",
          error: {
            code: error.code,
            message: error.message,
            transient: false,
          },
        });
      }
    }
  }
  return changes.map((change) => results.get(change.id)!);
}
