import type { FtrackId } from "./ids.ts";

/** How long an own write is taken for the cause of an event that says the same. */
export const ECHO_MS = 60_000;
/** How long own writes are remembered, so that a fight between automations is seen. */
export const HISTORY_MS = 15 * 60_000;

/** Key under which a row that assigns somebody has come (true) or gone (false), by the id of the row. */
export const ASSIGNED = "assigned";

/** A write this service made in Ftrack. */
export interface OwnWrite {
  readonly entityId: FtrackId;
  /** API name of a column (`status_id`), key of a custom attribute (`frameStart`), or `ASSIGNED`. */
  readonly key: string;
  readonly value: unknown;
  /** Name of the handler whose decision it was. */
  readonly by: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** The own writes of all processors, as far as one batch needs them. */
export interface OwnWrites {
  /**
   * True when this service gave the key this value within the last minute; with `by`, when that handler did.
   * Values are compared as `writtenForm`, so the strings of an event may be given as they are.
   */
  wrote(entityId: FtrackId, key: string, value: unknown, by?: string): boolean;
  /** Writes of one field within `HISTORY_MS`, oldest first. */
  history(entityId: FtrackId, key: string): readonly OwnWrite[];
}

/**
 * A value as an event would show it: `true` is "1", 1001 is "1001", a list is joined by ", ", null is "".
 */
export function writtenForm(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "1" : "0";
  if (typeof value === "number" || typeof value === "bigint")
    return String(value);
  if (Array.isArray(value)) return value.map(writtenForm).join(", ");
  return JSON.stringify(value);
}

/** Looks own writes up in a list. @param now - milliseconds since the epoch */
export function ownWritesOf(
  writes: readonly OwnWrite[],
  now: number,
): OwnWrites {
  const fields = new Map<string, OwnWrite[]>();
  for (const write of writes.toSorted((a, b) => a.at - b.at)) {
    if (now - write.at > HISTORY_MS) continue;
    const field = fieldOf(write.entityId, write.key);
    fields.set(field, [...(fields.get(field) ?? []), write]);
  }
  const history = (entityId: FtrackId, key: string): readonly OwnWrite[] =>
    fields.get(fieldOf(entityId, key)) ?? [];
  return {
    history,
    wrote: (entityId, key, value, by) =>
      history(entityId, key).some(
        (write) =>
          now - write.at <= ECHO_MS &&
          (by === undefined || write.by === by) &&
          writtenForm(write.value) === writtenForm(value),
      ),
  };
}

function fieldOf(entityId: FtrackId, key: string): string {
  return `${entityId}\n${key}`;
}
