import { asArray, asObject, asString, asStrings, isObject } from "../json.ts";
import type { FolderRow, TaskRow, VersionRow } from "../store/rows.ts";
import type { ProjectGraph } from "./context.ts";

/**
 * The one attribute that has an index: Ftrack ids asked for by `attributes` or by an and-joined `filter`. Null
 * when the query does not narrow by them.
 */
export function ftrackIdsWanted(
  attributes: unknown,
  filter: unknown,
): string[] | null {
  for (const item of asArray(attributes)) {
    const { name, values } = asObject(item);
    if (name === "ftrackId") return asStrings(values);
  }
  return typeof filter === "string" ? fromFilter(filter) : null;
}

function fromFilter(text: string): string[] | null {
  let filter: unknown;
  try {
    filter = JSON.parse(text);
  } catch {
    return null; // Refused with the server's words where the filter is compiled.
  }
  if (!isObject(filter) || asString(filter["operator"])?.toLowerCase() === "or")
    return null;
  for (const condition of asArray(filter["conditions"])) {
    const { key, operator = "eq", value } = asObject(condition);
    if (asString(key)?.replaceAll("/", ".") !== "attrib.ftrackId") continue;
    if (operator === "in") return asStrings(value);
    if (operator === "eq" && typeof value === "string") return [value];
  }
  return null;
}

/** Folders that have one of the ids, or seem to: filters let children see their ancestors' ids. */
export function foldersWithFtrackId(
  graph: ProjectGraph,
  wanted: readonly string[],
): FolderRow[] {
  const found = new Map<string, FolderRow>();
  const add = (folder: FolderRow): void => {
    if (found.has(folder.id)) return;
    found.set(folder.id, folder);
    graph.tables.folders.find("parent", folder.id).filter(hasNone).forEach(add);
  };
  for (const id of new Set(wanted))
    graph.tables.folders.find("ftrackId", id).forEach(add);
  const ofProject = asString(graph.project.attrib["ftrackId"]);
  if (ofProject !== null && wanted.includes(ofProject)) {
    graph.tables.folders.find("parent", "root").filter(hasNone).forEach(add);
  }
  return [...found.values()];
}

export function tasksWithFtrackId(
  graph: ProjectGraph,
  wanted: readonly string[],
): TaskRow[] {
  const own = [...new Set(wanted)].flatMap((id) =>
    graph.tables.tasks.find("ftrackId", id),
  );
  const below = foldersWithFtrackId(graph, wanted).flatMap((folder) =>
    graph.tables.tasks.find("parent", folder.id).filter(hasNone),
  );
  return [...own, ...below];
}

export function versionsWithFtrackId(
  graph: ProjectGraph,
  wanted: readonly string[],
): VersionRow[] {
  return [...new Set(wanted)].flatMap((id) =>
    graph.tables.versions.find("ftrackId", id),
  );
}

function hasNone(row: FolderRow | TaskRow): boolean {
  return asString(row.attrib["ftrackId"]) === null;
}

/** Rows of these ids that exist, each once. */
export function byIds<R>(
  table: { get(id: string): R | undefined },
  wanted: readonly string[],
): R[] {
  return [...new Set(wanted)]
    .map((id) => table.get(id))
    .filter((row) => row !== undefined);
}

/** Folders at these paths; slashes at the ends do not count. */
export function foldersAt(
  graph: ProjectGraph,
  paths: readonly string[],
): FolderRow[] {
  const found = new Map<string, FolderRow>();
  for (const path of paths) {
    let parents = ["root"];
    let level: FolderRow[] = [];
    for (const name of path.replace(/^\/+|\/+$/g, "").split("/")) {
      level = parents.flatMap((parent) =>
        graph.tables.folders
          .find("parent", parent)
          .filter((folder) => folder.name === name),
      );
      parents = level.map((folder) => folder.id);
    }
    for (const folder of level) found.set(folder.id, folder);
  }
  return [...found.values()];
}
