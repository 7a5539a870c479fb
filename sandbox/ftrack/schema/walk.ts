import { keyOf, type Json, type Reader, type Row } from "../store/row.ts";

/** The contexts above this one, nearest first, the Project last. */
export function contextsAbove(row: Row, reader: Reader): readonly Row[] {
  const above: Row[] = [];
  let current = parentOf(row, reader);
  while (current !== undefined) {
    above.push(current);
    current = parentOf(current, reader);
  }
  return above;
}

function parentOf(row: Row, reader: Reader): Row | undefined {
  const parent = keyOf(row, "parent_id");
  return parent === "" ? undefined : reader.get("Context", parent);
}

/** The typed contexts above this one; Projects do not count as ancestors. */
export function ancestorsOf(row: Row, reader: Reader): readonly Row[] {
  return contextsAbove(row, reader).filter((r) => r.$type !== "Project");
}

export function descendantsOf(row: Row, reader: Reader): readonly Row[] {
  const found: Row[] = [];
  const open = [keyOf(row, "id")];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const child of reader.find("Context", "parent_id", id)) {
      found.push(child);
      open.push(keyOf(child, "id"));
    }
  }
  return found;
}

/**
 * `link` of a context: from the Project down to it.
 *
 * Unverified: whether a server names the concrete type or `TypedContext`; hence the switch.
 */
export function linkOf(row: Row, reader: Reader): Json[] {
  const types = reader.surroundings.linkTypes;
  return [row, ...contextsAbove(row, reader)].reverse().map((r) => ({
    id: r["id"] ?? null,
    name: (r.$type === "Project" ? r["full_name"] : null) ?? r["name"] ?? null,
    type:
      r.$type === "Project" || types === "concrete" ? r.$type : "TypedContext",
  }));
}

/** `link` of an asset version: the context's, the asset, the version. */
export function versionLinkOf(row: Row, reader: Reader): Json[] {
  const asset = reader.get("Asset", keyOf(row, "asset_id"));
  const context =
    asset === undefined
      ? undefined
      : reader.get("Context", keyOf(asset, "context_id"));
  const number = typeof row["version"] === "number" ? row["version"] : 0;
  return [
    ...(context === undefined ? [] : linkOf(context, reader)),
    {
      id: row["id"] ?? null,
      name: `${asset === undefined ? "" : keyOf(asset, "name")} v${String(number).padStart(3, "0")}`,
      type: "AssetVersion",
    },
  ];
}

/** The newest version of an asset. */
export function latestVersionOf(
  asset: string,
  reader: Reader,
): Row | undefined {
  let latest: Row | undefined;
  for (const version of reader.find("AssetVersion", "asset_id", asset)) {
    if (
      latest === undefined ||
      Number(version["version"]) > Number(latest["version"])
    )
      latest = version;
  }
  return latest;
}

/** Seconds reported on a context itself. */
export function timeLoggedOn(row: Row, reader: Reader): number {
  let seconds = 0;
  for (const log of reader.find("Timelog", "context_id", keyOf(row, "id")))
    seconds += Number(log["duration"] ?? 0);
  return seconds;
}
