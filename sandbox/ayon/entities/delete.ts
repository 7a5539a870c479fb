import type { Actor } from "../actor.ts";
import { DatabaseApiError, forbidden } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import { without, withoutNulls } from "../json.ts";
import type { EntityRow, EntityType, FolderRow } from "../store/rows.ts";
import type { ProjectTables } from "../store/tables.ts";
import type { Written } from "./create.ts";
import { hasVersions, pathOf, subtree } from "./hierarchy.ts";
import { parentIdOf } from "./kinds.ts";
import { checkAccess, loadEntity, type ProjectScope } from "./scope.ts";

/** Only the entity itself gets an event; what goes with it goes in silence. */
export function deleteEntity(
  scope: ProjectScope,
  actor: Actor | null,
  type: EntityType,
  entityId: string,
  force: boolean,
): Written {
  const row = loadEntity(scope, type, entityId);
  checkAccess(scope, actor);
  if (force && actor !== null && !actor.isManager) {
    throw forbidden("Only managers can force delete");
  }
  const path = pathOf(scope.tables, row);
  const event = {
    topic: `entity.${type}.deleted`,
    project: scope.project.name,
    user: actor?.name ?? null,
    description: `${type.charAt(0).toUpperCase()}${type.slice(1)} ${path} deleted`,
    summary: { entityId: row.id, parentId: parentIdOf(row) },
    payload: { entityData: entityData(scope.tables, row, path) },
  };
  removeEntity(scope.tables, row, force);
  removeLinks(scope.tables, row.id);
  return { id: row.id, events: [event], status: 204 };
}

function entityData(
  tables: ProjectTables,
  row: EntityRow,
  path: string,
): JsonObject {
  return withoutNulls({
    ...without(row, "order", "type"),
    path,
    ...(row.type === "folder"
      ? { hasVersions: hasVersions(tables, row.id) }
      : {}),
  });
}

function removeEntity(
  tables: ProjectTables,
  row: EntityRow,
  force: boolean,
): void {
  switch (row.type) {
    case "folder":
      removeFolder(tables, row, force);
      break;
    case "task":
      removeTask(tables, row.id);
      break;
    case "product":
      removeProduct(tables, row.id);
      break;
    case "version":
      removeVersion(tables, row.id);
      break;
    case "representation":
      tables.representations.remove(row.id);
      break;
    case "workfile":
      tables.workfiles.remove(row.id);
      break;
  }
}

/** Subfolders and tasks go along; a product below stops the delete unless it is forced. */
function removeFolder(
  tables: ProjectTables,
  row: FolderRow,
  force: boolean,
): void {
  const folders = [...subtree(tables, row.id)];
  const products = folders.flatMap((id) => tables.products.find("parent", id));
  if (products.length > 0 && !force) {
    throw new DatabaseApiError(
      409,
      "Unable to delete a folder with products or tasks.",
      { code: "delete-folder-with-children" },
    );
  }
  for (const product of products) removeProduct(tables, product.id);
  for (const id of folders) {
    for (const task of tables.tasks.find("parent", id))
      removeTask(tables, task.id);
    tables.folders.remove(id);
  }
}

/** Versions stay and forget the task. */
function removeTask(tables: ProjectTables, id: string): void {
  for (const version of tables.versions.find("task", id)) {
    tables.versions.put({ ...version, taskId: null });
  }
  for (const file of tables.workfiles.find("parent", id)) {
    tables.workfiles.remove(file.id);
  }
  tables.tasks.remove(id);
}

function removeProduct(tables: ProjectTables, id: string): void {
  for (const version of tables.versions.find("parent", id)) {
    removeVersion(tables, version.id);
  }
  tables.products.remove(id);
}

function removeVersion(tables: ProjectTables, id: string): void {
  for (const item of tables.representations.find("parent", id)) {
    tables.representations.remove(item.id);
  }
  tables.versions.remove(id);
}

function removeLinks(tables: ProjectTables, entityId: string): void {
  for (const link of tables.links.find("entity", entityId)) {
    tables.links.remove(link.id);
  }
}
