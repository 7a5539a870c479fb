import type { Actor } from "../actor.ts";
import { badRequest, notFound } from "../errors.ts";
import type { EventDraft } from "../events/drafts.ts";
import { newId } from "../ids.ts";
import {
  asNumber,
  asObject,
  asString,
  asStrings,
  isObject,
  mergeOneLevel,
  type JsonObject,
} from "../json.ts";
import type {
  EntityRow,
  EntityType,
  ListItemRow,
  ListRow,
} from "../store/rows.ts";
import { recordWord, uniqueViolation } from "./constraints.ts";
import { folderNames } from "./hierarchy.ts";
import { tableOf } from "./kinds.ts";
import type { ProjectScope } from "./scope.ts";

export type ListItem = JsonObject;

export function loadList(scope: ProjectScope, id: string): ListRow {
  const row = scope.tables.lists.get(id);
  if (row === undefined) throw notFound(`Entity list ${id} not found`);
  return row;
}

export function itemsOf(scope: ProjectScope, list: ListRow): ListItemRow[] {
  return scope.tables.listItems
    .find("list", list.id)
    .sort((a, b) => a.position - b.position || a.order - b.order);
}

/** @throws IntegrityError when the label is taken: labels are unique in a project. */
export function createList(
  scope: ProjectScope,
  actor: Actor,
  sent: JsonObject,
): ListRow {
  const now = scope.clock.iso();
  const list: ListRow = {
    id: asString(sent["id"]) ?? newId(),
    order: scope.db.nextOrder(),
    label: asString(sent["label"]) ?? "",
    entityListType: asString(sent["entityListType"]) ?? "generic",
    entityType: asString(sent["entityType"]) ?? "",
    folderId: asString(sent["entityListFolderId"]),
    access: asObject(sent["access"]),
    attrib: asObject(sent["attrib"]),
    data: asObject(sent["data"]),
    template: asObject(sent["template"]),
    tags: asStrings(sent["tags"]),
    owner: asString(sent["owner"]) ?? actor.name,
    active: sent["active"] !== false,
    createdBy: actor.name,
    updatedBy: actor.name,
    createdAt: now,
    updatedAt: now,
  };
  if (list.label === "") throw badRequest("Label is required");
  saveList(scope, list);
  return list;
}

export function patchList(
  scope: ProjectScope,
  old: ListRow,
  sent: JsonObject,
): ListRow {
  const dict = (key: "attrib" | "data"): JsonObject =>
    isObject(sent[key]) ? mergeOneLevel(old[key], sent[key]) : old[key];
  const list: ListRow = {
    ...old,
    label: asString(sent["label"]) ?? old.label,
    access: isObject(sent["access"]) ? sent["access"] : old.access,
    attrib: dict("attrib"),
    data: dict("data"),
    folderId: Object.hasOwn(sent, "entityListFolderId")
      ? asString(sent["entityListFolderId"])
      : old.folderId,
    tags: Array.isArray(sent["tags"]) ? asStrings(sent["tags"]) : old.tags,
    owner: asString(sent["owner"]) ?? old.owner,
    active: typeof sent["active"] === "boolean" ? sent["active"] : old.active,
    updatedAt: scope.clock.iso(),
  };
  saveList(scope, list);
  return list;
}

function saveList(scope: ProjectScope, list: ListRow): void {
  const { lists } = scope.tables;
  if (lists.find("label", list.label).some((other) => other.id !== list.id)) {
    throw uniqueViolation("entity_lists", "label", list.label);
  }
  lists.put(list);
}

/** At its position, or at the end. Positions are counted anew. */
export function addItem(
  scope: ProjectScope,
  list: ListRow,
  sent: ListItem,
  actor: Actor,
): void {
  const entityId = asString(sent["entityId"]) ?? "";
  entityIn(scope, list, entityId);
  const now = scope.clock.iso();
  const row: ListItemRow = {
    id: asString(sent["id"]) ?? newId(),
    order: scope.db.nextOrder(),
    listId: list.id,
    entityId,
    position: 0,
    label: asString(sent["label"]),
    attrib: asObject(sent["attrib"]),
    data: asObject(sent["data"]),
    tags: asStrings(sent["tags"]),
    createdBy: actor.name,
    updatedBy: actor.name,
    createdAt: now,
    updatedAt: now,
  };
  scope.tables.listItems.put(row);
  const items = itemsOf(scope, list).filter((item) => item.id !== row.id);
  items.splice(asNumber(sent["position"]) ?? items.length, 0, row);
  renumber(scope, items);
}

export function updateItem(
  scope: ProjectScope,
  list: ListRow,
  id: string,
  sent: ListItem,
  actor: Actor,
): void {
  const old = loadItem(scope, list, id);
  const entityId = asString(sent["entityId"]) ?? old.entityId;
  if (entityId !== old.entityId) entityIn(scope, list, entityId);
  scope.tables.listItems.put({
    ...old,
    entityId,
    position: asNumber(sent["position"]) ?? old.position,
    label: asString(sent["label"]) ?? old.label,
    attrib: isObject(sent["attrib"])
      ? mergeOneLevel(old.attrib, sent["attrib"])
      : old.attrib,
    data: isObject(sent["data"])
      ? mergeOneLevel(old.data, sent["data"])
      : old.data,
    tags: Array.isArray(sent["tags"]) ? asStrings(sent["tags"]) : old.tags,
    updatedBy: actor.name,
    updatedAt: scope.clock.iso(),
  });
}

export function removeItem(
  scope: ProjectScope,
  list: ListRow,
  id: string,
): void {
  scope.tables.listItems.remove(loadItem(scope, list, id).id);
  renumber(scope, itemsOf(scope, list));
}

function loadItem(scope: ProjectScope, list: ListRow, id: string): ListItemRow {
  const item = scope.tables.listItems.get(id);
  if (item?.listId !== list.id)
    throw notFound(`Item ID ${id} not found in ${list.label}`);
  return item;
}

function renumber(scope: ProjectScope, items: readonly ListItemRow[]): void {
  const { listItems } = scope.tables;
  items.forEach((item, position) => {
    if (item.position !== position) listItems.put({ ...item, position });
  });
}

export type ItemsMode = "replace" | "merge" | "delete";

export function changeItems(
  scope: ProjectScope,
  list: ListRow,
  mode: ItemsMode,
  items: readonly ListItem[],
  actor: Actor,
): void {
  if (mode === "delete") {
    for (const item of items) {
      const id = asString(item["id"]);
      if (id !== null) removeItem(scope, list, id);
    }
    return;
  }
  if (mode === "replace") {
    for (const item of itemsOf(scope, list))
      scope.tables.listItems.remove(item.id);
  }
  for (const item of items) {
    const id = asString(item["id"]);
    if (id !== null && scope.tables.listItems.get(id)?.listId === list.id) {
      updateItem(scope, list, id, item, actor);
    } else if (asString(item["entityId"]) === null) {
      throw badRequest(
        `Entity ID is required in ${mode === "replace" ? "replace mode" : "for new items"}`,
      );
    } else {
      addItem(scope, list, item, actor);
    }
  }
  renumber(scope, itemsOf(scope, list));
}

export function deleteList(scope: ProjectScope, list: ListRow): void {
  for (const item of itemsOf(scope, list))
    scope.tables.listItems.remove(item.id);
  scope.tables.lists.remove(list.id);
}

function entityIn(scope: ProjectScope, list: ListRow, id: string): EntityRow {
  const row = tableOf(scope.tables, list.entityType as EntityType).get(id);
  if (row === undefined)
    throw notFound(`${recordWord(list.entityType)} ${id} not found`);
  return row;
}

/** Path of the folder an item's entity is in, without a leading slash. */
export function itemFolderPath(
  scope: ProjectScope,
  list: ListRow,
  item: ListItemRow,
): string {
  let row: EntityRow | undefined = tableOf(
    scope.tables,
    list.entityType as EntityType,
  ).get(item.entityId);
  while (row !== undefined && row.type !== "folder") row = above(scope, row);
  return row === undefined ? "" : folderNames(scope.tables, row).join("/");
}

function above(scope: ProjectScope, row: EntityRow): EntityRow | undefined {
  const { folders, tasks, products, versions } = scope.tables;
  switch (row.type) {
    case "task":
    case "product":
      return folders.get(row.folderId);
    case "version":
      return products.get(row.productId);
    case "representation":
      return versions.get(row.versionId);
    case "workfile":
      return tasks.get(row.taskId);
    case "folder":
      return undefined;
  }
}

export function listSummary(scope: ProjectScope, list: ListRow): JsonObject {
  return {
    id: list.id,
    entityListType: list.entityListType,
    entityType: list.entityType,
    label: list.label,
    count: scope.tables.listItems.count("list", list.id),
  };
}

/** The event's summary has the database's names. */
export function listEvent(
  scope: ProjectScope,
  list: ListRow,
  what: "created" | "changed" | "deleted",
  actor: Actor,
): EventDraft {
  return {
    topic: `entity_list.${what}`,
    project: scope.project.name,
    user: actor.name,
    description:
      what === "deleted"
        ? `Deleted entity list ${list.label}`
        : `Entity list ${list.label} ${what}`,
    summary: {
      id: list.id,
      entity_list_type: list.entityListType,
      entity_type: list.entityType,
      label: list.label,
      count: scope.tables.listItems.count("list", list.id),
    },
  };
}
