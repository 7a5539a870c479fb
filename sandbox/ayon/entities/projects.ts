import { abortedTransaction, AssertionFailure } from "../errors.ts";
import {
  asObject,
  mergeOneLevel,
  sameJson,
  without,
  type JsonObject,
} from "../json.ts";
import type { EventDraft } from "../events/drafts.ts";
import type { LinkType, Named, ProjectRow } from "../store/rows.ts";
import type { ProjectTables } from "../store/tables.ts";
import type { ProjectScope } from "./scope.ts";
import { snakeCase } from "../validation/field.ts";

/** Types, statuses and tags of a project: their list, and the rows that point at a name in it. */
const AUX = ["folderTypes", "taskTypes", "statuses", "tags"] as const;
type Aux = (typeof AUX)[number];

/**
 * Applies a PATCH. Lists replace the whole list; an entry with `original_name` renames, and what pointed to
 * the old name follows. `attrib`, `data` and `config` merge on one level, null removes.
 *
 * @throws UnhandledError when an entry in use is dropped or two entries differ in case only: PostgreSQL
 * refuses, and the server trips over its broken transaction.
 */
export function patchProject(
  scope: ProjectScope,
  patch: JsonObject,
): EventDraft[] {
  const { project, tables, db } = scope;
  const events = projectEvents(project, patch);
  db.transaction(() => {
    const lists: Partial<Record<Aux, readonly Named[]>> = {};
    for (const key of AUX) {
      const list = patch[key];
      if (Array.isArray(list)) {
        lists[key] = replaceList(tables, key, project[key], list as Named[]);
      }
    }
    const next: ProjectRow = {
      ...project,
      ...scalars(patch),
      ...lists,
      linkTypes: linkTypes(project, patch["linkTypes"]),
      attrib: mergeOneLevel(project.attrib, asObject(patch["attrib"])),
      data: mergeOneLevel(project.data, asObject(patch["data"])),
      config: mergeOneLevel(project.config, asObject(patch["config"])),
      updatedAt: scope.clock.iso(),
    };
    db.studio.projects.put(next);
  });
  return events;
}

function scalars(patch: JsonObject): JsonObject {
  const keys = ["code", "label", "library", "active"];
  return Object.fromEntries(
    Object.entries(patch).filter(
      ([key, value]) => keys.includes(key) && value !== null,
    ),
  );
}

function linkTypes(project: ProjectRow, sent: unknown): readonly LinkType[] {
  if (!Array.isArray(sent)) return project.linkTypes;
  return (sent as LinkType[]).map((type) => ({
    ...type,
    name: `${type.linkType}|${type.inputType}|${type.outputType}`,
    data: asObject(type.data),
  }));
}

const WORDS: Readonly<Record<Aux, string>> = {
  folderTypes: "folder type",
  taskTypes: "task type",
  statuses: "status",
  tags: "tag",
};

function replaceList(
  tables: ProjectTables,
  key: Aux,
  old: readonly Named[],
  sent: readonly Named[],
): Named[] {
  if (sent.length === 0 && key !== "tags") {
    throw new AssertionFailure(`Project must have at least one ${WORDS[key]}`);
  }
  const left = new Set(old.map((item) => item.name));
  const list: Named[] = [];
  for (const { original_name: original, ...entry } of sent) {
    if (
      typeof original === "string" &&
      original !== entry.name &&
      left.has(original)
    ) {
      left.delete(original);
      followRename(tables, key, original, entry.name);
    }
    left.delete(entry.name);
    list.push(entry);
  }
  const lower = new Set(list.map((item) => item.name.toLowerCase()));
  const clash =
    key !== "tags" && lower.size < new Set(list.map((i) => i.name)).size;
  if (clash || [...left].some((name) => isUsed(tables, key, name))) {
    throw abortedTransaction();
  }
  // An entry named twice is one row in the database: the later wins.
  return [...new Map(list.map((item) => [item.name, item])).values()];
}

function isUsed(tables: ProjectTables, key: Aux, name: string): boolean {
  switch (key) {
    case "folderTypes":
      return tables.folders.all().some((row) => row.folderType === name);
    case "taskTypes":
      return tables.tasks.all().some((row) => row.taskType === name);
    case "statuses":
      return withStatus(tables).some((table) =>
        table.all().some((row) => row.status === name),
      );
    case "tags":
      return false;
  }
}

const withStatus = (tables: ProjectTables) =>
  [
    tables.folders,
    tables.tasks,
    tables.products,
    tables.versions,
    tables.representations,
    tables.workfiles,
  ] as const;

function followRename(
  tables: ProjectTables,
  key: Aux,
  from: string,
  to: string,
): void {
  if (key === "folderTypes") {
    for (const row of tables.folders.all()) {
      if (row.folderType === from)
        tables.folders.put({ ...row, folderType: to });
    }
  }
  if (key === "taskTypes") {
    for (const row of tables.tasks.all()) {
      if (row.taskType === from) tables.tasks.put({ ...row, taskType: to });
    }
  }
  if (key === "statuses") {
    for (const table of withStatus(tables)) {
      for (const row of table.all()) {
        if (row.status === from) table.put({ ...row, status: to } as never);
      }
    }
  }
}

const EVENT_COLUMNS = [
  ["data", "data_changed"],
  ["label", "label_changed"],
  ["folderTypes", "folder_types_changed"],
  ["taskTypes", "task_types_changed"],
  ["active", "active_changed"],
  ["config", "config_changed"],
  ["statuses", "statuses_changed"],
  ["tags", "tags_changed"],
] as const;

function projectEvents(project: ProjectRow, patch: JsonObject): EventDraft[] {
  const event = (
    topic: string,
    description: string,
    payload?: JsonObject,
  ): EventDraft => ({
    topic: `entity.project.${topic}`,
    project: project.name,
    description,
    ...(payload === undefined ? {} : { payload }),
  });
  const events: EventDraft[] = [];
  const attrib = Object.entries(asObject(patch["attrib"])).filter(
    ([name, value]) => !sameJson(project.attrib[name] ?? null, value),
  );
  if (attrib.length > 0) {
    events.push(
      event("attrib_changed", "Changed project attributes", {
        oldValue: Object.fromEntries(
          attrib.map(([name]) => [name, project.attrib[name] ?? null]),
        ),
        newValue: Object.fromEntries(attrib),
      }),
    );
  }
  for (const [key, topic] of EVENT_COLUMNS) {
    if (!Object.hasOwn(patch, key)) continue;
    const newValue = withoutOriginalNames(patch[key]);
    if (sameJson(project[key], newValue)) continue;
    const description =
      key === "active"
        ? `Project ${newValue === true ? "activated" : "deactivated"}`
        : `Changed project ${snakeCase(key)}`;
    events.push(
      event(topic, description, { oldValue: project[key], newValue }),
    );
  }
  return [...events, event("changed", `Updated project ${project.name}`)];
}

function withoutOriginalNames(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value.map((item) => without(asObject(item), "original_name"));
}
