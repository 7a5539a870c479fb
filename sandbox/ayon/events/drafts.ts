import { sameJson, type JsonObject } from "../json.ts";
import type { EntityRow } from "../store/rows.ts";
import { snakeCase } from "../validation/field.ts";

/** An event as entity code asks for it; the stream adds id, sender, time. */
export interface EventDraft {
  readonly topic: string;
  readonly project: string | null;
  readonly user?: string | null;
  readonly description: string;
  readonly summary?: JsonObject;
  readonly payload?: JsonObject;
}

interface Changed {
  readonly row: EntityRow;
  readonly path: string;
  readonly parentId: string | null;
  readonly project: string;
  readonly user: string | null;
}

/** Column → last part of the topic, in the order the server looks at them. */
const COLUMNS: readonly (readonly [column: string, topic: string])[] = [
  ["data", "data_changed"],
  ["label", "label_changed"],
  ["folderType", "type_changed"],
  ["taskType", "type_changed"],
  ["thumbnailId", "thumbnail_changed"],
  ["active", "active_changed"],
  ["assignees", "assignees_changed"],
  ["productType", "product_type_changed"],
  ["author", "author_changed"],
  ["files", "files_changed"],
  ["tags", "tags_changed"],
  ["parentId", "parent_changed"],
  ["folderId", "folder_changed"],
  ["taskId", "task_changed"],
  ["productId", "product_changed"],
  ["versionId", "version_changed"],
];

/**
 * One event per changed field. All of them share one summary object, so its `value` is the last field's in
 * every one of them; a change of tags is told twice. Both are the server's own behaviour.
 */
export function changeEvents(
  changed: Changed,
  patch: JsonObject,
): EventDraft[] {
  const { row, path } = changed;
  const old = row as unknown as JsonObject;
  const summary: JsonObject = {
    entityId: row.id,
    parentId: changed.parentId,
    entityPath: path,
  };
  const drafts: EventDraft[] = [];
  const add = (
    topic: string,
    description: string,
    payload: JsonObject,
    value?: unknown,
  ): void => {
    if (value !== undefined) summary["value"] = value;
    drafts.push({
      topic: `entity.${row.type}.${topic}`,
      project: changed.project,
      user: changed.user,
      description,
      summary,
      payload,
    });
  };
  const differs = (key: string): boolean =>
    Object.hasOwn(patch, key) && !sameJson(old[key], patch[key]);
  const values = (key: string): JsonObject => ({
    oldValue: old[key],
    newValue: patch[key],
  });
  const text = (key: string): string => String(patch[key]);

  if (patch["name"] !== null && differs("name")) {
    add(
      "renamed",
      `Renamed ${row.type} ${path} to ${text("name")}`,
      values("name"),
      patch["name"],
    );
  }
  if (patch["status"] !== null && differs("status")) {
    const description = `Changed ${row.type} ${path} status to ${text("status")}`;
    add("status_changed", description, values("status"), patch["status"]);
  }
  if (Array.isArray(patch["tags"]) && differs("tags")) {
    const description = tagsDescription(
      `${row.type} ${path}`,
      row.tags,
      patch["tags"] as string[],
    );
    if (description !== "") {
      add("tags_changed", description, values("tags"), patch["tags"]);
    }
  }
  const attrib = changedAttributes(row.attrib, patch["attrib"]);
  if (attrib !== null) {
    const names = Object.keys(attrib.newValue).join(", ");
    add("attrib_changed", `Changed ${row.type} ${path} attributes: ${names}`, {
      ...attrib,
    });
  }
  for (const [key, topic] of COLUMNS) {
    if (!Object.hasOwn(old, key) || !differs(key)) continue;
    add(
      topic,
      columnDescription(row.type, path, key, patch[key]),
      values(key),
      patch[key],
    );
  }
  return drafts;
}

function changedAttributes(
  own: JsonObject,
  patch: unknown,
): { oldValue: JsonObject; newValue: JsonObject } | null {
  const entries = Object.entries((patch ?? {}) as JsonObject).filter(
    ([name, value]) => !Object.hasOwn(own, name) || !sameJson(own[name], value),
  );
  if (entries.length === 0) return null;
  const oldValue = Object.fromEntries(
    entries
      .filter(([name]) => Object.hasOwn(own, name))
      .map(([name]) => [name, own[name]]),
  );
  return { oldValue, newValue: Object.fromEntries(entries) };
}

function columnDescription(
  type: string,
  path: string,
  key: string,
  value: unknown,
): string {
  if (key === "active") {
    const word = type.charAt(0).toUpperCase() + type.slice(1);
    return `${word} ${path} ${value === true ? "activated" : "deactivated"}`;
  }
  const shown = pythonText(value);
  const to = shown.length < 30 ? ` to ${shown}` : "";
  return `Changed ${type} ${path} ${snakeCase(key)}${to}`;
}

function tagsDescription(
  what: string,
  old: readonly string[],
  now: readonly string[],
): string {
  const added = now.filter((tag) => !old.includes(tag));
  const removed = old.filter((tag) => !now.includes(tag));
  const label = (tags: readonly string[]): string =>
    `${what} ${tags.length === 1 ? "tag" : "tags"}`;
  const parts = [
    ...(added.length > 0 ? [`Added ${label(added)} ${added.join(", ")}`] : []),
    ...(removed.length > 0
      ? [
          `Removed ${added.length > 0 ? "" : `${label(removed)} `} ${removed.join(", ")}`,
        ]
      : []),
  ];
  return parts.join("").trim();
}

/** A JSON value as Python's `str` shows it; the server puts short ones into descriptions. */
export function pythonText(value: unknown, nested = false): string {
  if (value === null || value === undefined) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return nested ? `'${value}'` : value;
  if (Array.isArray(value)) {
    return `[${value.map((item) => pythonText(item, true)).join(", ")}]`;
  }
  const entries = Object.entries(value as JsonObject);
  return `{${entries.map(([k, v]) => `'${k}': ${pythonText(v, true)}`).join(", ")}}`;
}
