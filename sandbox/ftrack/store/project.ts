import { keyOf, type Reader, type Row } from "./row.ts";

/** Column → table in which to look for the project of a row that does not name it itself. */
const ways: readonly (readonly [column: string, base: string])[] = [
  ["context_id", "Context"],
  ["asset_id", "Asset"],
  ["version_id", "AssetVersion"],
  ["from_id", "Context"],
  ["list_id", "List"],
  ["component_id", "Component"],
  ["note_id", "Note"],
  ["task_id", "Context"],
  ["review_session_id", "ReviewSession"],
  ["review_session_object_id", "ReviewSessionObject"],
  ["container_id", "Component"],
];
const owners = ["Context", "AssetVersion", "Asset", "List", "Note"];

/** Id of the project a row belongs to; empty when it belongs to none. */
export function projectIdOf(row: Row, reader: Reader): string {
  if (row.$type === "Project") return keyOf(row, "id");
  const own = keyOf(row, "project_id");
  if (own !== "") return own;
  for (const [column, base] of ways) {
    const id = keyOf(row, column);
    const next = id === "" ? undefined : reader.get(base, id);
    if (next !== undefined) return projectIdOf(next, reader);
  }
  const owner = keyOf(row, "entity_id") || keyOf(row, "parent_id");
  if (owner === "") return "";
  for (const base of owners) {
    const next = reader.get(base, owner);
    if (next !== undefined && next !== row) return projectIdOf(next, reader);
  }
  return "";
}
