import { createHash } from "node:crypto";

function plain(_: string, value: unknown): unknown {
  if (value instanceof Map) return [...(value as Map<unknown, unknown>)];
  if (value instanceof Set) return [...(value as Set<unknown>)];
  return value;
}

/** Short text that is equal for equal values; maps and sets count with the order of their entries. */
export function digest(value: unknown): string {
  return createHash("sha1")
    .update(JSON.stringify(value, plain))
    .digest("base64url")
    .slice(0, 16);
}

/** Entries of a map in the order of their keys, so that the order of reading does not count. */
export function sorted<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}
