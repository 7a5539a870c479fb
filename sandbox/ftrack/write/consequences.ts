import { randomUUID } from "node:crypto";
import { descendantsOf } from "../schema/walk.ts";
import { typedContextId } from "../schema/objectTypes.ts";
import { keyOf, type Row } from "../store/row.ts";
import type { WriteContext } from "./context.ts";
import { placeNote, type Draft } from "./derive.ts";

/** What else changes when a row was created. */
export function afterCreate(row: Row, context: WriteContext): void {
  if (row.$type === "Note") touchThread(row, context);
}

/** What else changes when a row was changed. */
export function afterUpdate(
  before: Row,
  row: Row,
  context: WriteContext,
): void {
  const changed = (column: string): boolean => before[column] !== row[column];
  if (changed("status_id") && statusTypes[kindOf(row)] !== undefined)
    recordStatus(before, row, context);
  if (row["context_type"] === "task" && changed("parent_id"))
    carryAlong(row, context);
  if (row.$type === "Note" && changed("in_reply_to_id"))
    touchThread(row, context);
  if (row.$type === "ObjectType" && changed("name")) retag(row, context);
}

/** Columns that follow from others of the same row. */
export function follow(before: Row, draft: Draft, context: WriteContext): void {
  const changed = (column: string): boolean =>
    (before[column] ?? null) !== (draft[column] ?? null);
  switch (draft.$type) {
    case "Job":
      if (changed("status"))
        draft["finished_at"] = /^(done|failed)$/.test(keyOf(draft, "status"))
          ? context.now
          : null;
      return;
    case "Note": {
      const above = context.store.get("Note", keyOf(draft, "in_reply_to_id"));
      if (above !== undefined)
        draft["parent_id"] ??= above["parent_id"] ?? null;
      if (changed("parent_id")) placeNote(draft, context);
      return;
    }
    case "UserSecurityRole": {
      const all = changed("is_all_projects")
        ? draft["is_all_projects"]
        : draft["is_all_open_projects"];
      draft["is_all_projects"] = draft["is_all_open_projects"] = all ?? false;
      return;
    }
    default:
      if (draft["context_type"] === "task" && changed("parent_id"))
        draft["project_id"] =
          context.store.get("Context", keyOf(draft, "parent_id"))?.[
            "project_id"
          ] ?? null;
  }
}

const statusTypes: Readonly<Record<string, string>> = {
  task: "TypedContextStatusChange",
  assetversion: "AssetVersionStatusChange",
};

function kindOf(row: Row): string {
  return row.$type === "AssetVersion"
    ? "assetversion"
    : keyOf(row, "context_type");
}

function recordStatus(before: Row, row: Row, context: WriteContext): void {
  const kind = kindOf(row);
  context.store.put("StatusChange", {
    $type: statusTypes[kind] ?? "",
    id: randomUUID(),
    date: context.now,
    parent_id: row["id"] ?? null,
    parent_type: kind,
    status_id: row["status_id"] ?? null,
    from_status_id: before["status_id"] ?? null,
    user_id: context.identity.userId,
  });
}

/** Everything below a moved context follows it into another project. */
function carryAlong(row: Row, { store }: WriteContext): void {
  const project = row["project_id"] ?? null;
  const put = (base: string, member: Row): void => {
    if (member["project_id"] !== project)
      store.put(base, { ...member, project_id: project });
  };
  for (const context of [row, ...descendantsOf(row, store)]) {
    put("Context", context);
    for (const asset of [
      ...store.find("Asset", "context_id", keyOf(context, "id")),
    ]) {
      put("Asset", asset);
      for (const version of [
        ...store.find("AssetVersion", "asset_id", keyOf(asset, "id")),
      ])
        put("AssetVersion", version);
    }
  }
}

/** A reply moves its thread to the top. */
function touchThread(note: Row, { store, now }: WriteContext): void {
  let above = store.get("Note", keyOf(note, "in_reply_to_id"));
  while (above !== undefined) {
    if (above["thread_activity"] !== now)
      store.put("Note", { ...above, thread_activity: now });
    above = store.get("Note", keyOf(above, "in_reply_to_id"));
  }
}

/** The contexts of a renamed object type are of a type with another name. */
function retag(objectType: Row, { store }: WriteContext): void {
  const $type = typedContextId(keyOf(objectType, "name"));
  for (const row of [
    ...store.find("Context", "object_type_id", keyOf(objectType, "id")),
  ])
    store.put("Context", { ...row, $type });
}
