import type { Envelope } from "../core/envelope.ts";
import type { LogRow } from "./event-log.ts";

/** What the server's schemas say of a type's name. */
export interface TypeName {
  /** The table in lower case: `entityType` of events. */
  readonly baseType: string;
  /** The schema's id, when the name is one of a concrete type; else "". */
  readonly objectType: string;
}

export type TypeNames = (name: string) => TypeName;

/** Tables whose rows only tell of other rows. */
const BOOKKEEPING = new Set([
  "socialfeed",
  "socialnotification",
  "socialevent",
  "team",
]);

/**
 * Looks up names by schema id ("Shot") and by table ("task", "Show"): which of the two the log uses is not
 * known. Unverified: a real server's `parent_type` was not seen.
 */
export function typeNames(
  schemas: readonly {
    readonly id: string;
    readonly baseType: string;
  }[],
): TypeNames {
  const plain = (name: string): string =>
    name.replaceAll("_", "").toLowerCase();
  const byTable = new Map<string, TypeName>();
  const byId = new Map<string, TypeName>();
  const shared = new Map<string, number>();
  for (const { baseType } of schemas)
    shared.set(baseType, (shared.get(baseType) ?? 0) + 1);
  for (const { id, baseType } of schemas) {
    byId.set(plain(id), { baseType, objectType: id });
    // A table of several types ("task") does not say which one it is.
    const objectType = shared.get(baseType) === 1 ? id : "";
    byTable.set(plain(baseType), { baseType, objectType });
  }
  return (name) =>
    byTable.get(plain(name)) ??
    byId.get(plain(name)) ?? { baseType: name.toLowerCase(), objectType: "" };
}

/**
 * Rows as events that say "look at this entity again", one per entity: the last of several rows speaks for
 * all of them.
 *
 * `recovered` counts rows that are told by an event, `unclear` are those that do not say what they are about;
 * what is left over is bookkeeping.
 */
export function toRefreshes(
  rows: readonly LogRow[],
  names: TypeNames,
  receivedAt: number,
): {
  readonly envelopes: readonly Envelope[];
  readonly recovered: number;
  readonly unclear: readonly LogRow[];
} {
  const byEntity = new Map<string, Envelope>();
  let recovered = 0;
  const unclear: LogRow[] = [];
  for (const row of rows) {
    const envelope = refreshOf(row, names, receivedAt);
    if (envelope === "unclear") unclear.push(row);
    if (typeof envelope === "string") continue;
    recovered += 1;
    // Set anew, so that the envelopes stand in the order of their rows.
    const key = `${row.projectId ?? ""} ${row.parentId ?? ""}`;
    byEntity.delete(key);
    byEntity.set(key, envelope);
  }
  return { envelopes: [...byEntity.values()], recovered, unclear };
}

/**
 * A row of the log as an event that says "look at this entity again", or why it cannot be one. What exactly
 * happened is not taken from the row.
 */
function refreshOf(
  row: LogRow,
  names: TypeNames,
  receivedAt: number,
): Envelope | "bookkeeping" | "unclear" {
  if (row.parentId === null || row.parentType === null) return "unclear";
  const { baseType, objectType } = names(row.parentType);
  if (BOOKKEEPING.has(baseType)) return "bookkeeping";
  const projectId =
    row.projectId ?? (baseType === "show" ? row.parentId : null);
  const self = {
    entityId: row.parentId,
    entityType: baseType,
    entity_type: objectType,
  };
  const project = {
    entityId: projectId,
    entityType: "show",
    entity_type: "Project",
  };
  const id = `catchup-${row.id}`;
  return {
    v: 1,
    id,
    topic: "ftrack.update",
    projectId,
    via: "catch-up",
    receivedAt,
    event: {
      id,
      topic: "ftrack.update",
      ...(row.userId === null ? {} : { source: { user: { id: row.userId } } }),
      data: {
        entities: [
          {
            action: "refresh",
            ...self,
            keys: [],
            changes: {},
            parents:
              projectId === null || baseType === "show"
                ? [self]
                : [self, project],
          },
        ],
      },
    },
  };
}
