/** JSON as it comes over the wire: checked where it is used, never trusted by type. */
export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value as an object; anything else counts as empty. */
export function asObject(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

export function asArray(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

export function asStrings(value: unknown): string[] {
  return asArray(value).filter((item) => typeof item === "string");
}

export function asString(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

export function asNumber(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

/** A copy without null and undefined values, as AYON's REST reads leave them out. */
export function withoutNulls(value: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(value).filter(([, v]) => v !== null && v !== undefined),
  );
}

/** One level deep merge; null removes the key. This is how AYON patches `data` and `attrib`. */
export function mergeOneLevel(old: JsonObject, patch: JsonObject): JsonObject {
  const merged = new Map(Object.entries(old));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, value);
  }
  return Object.fromEntries(merged);
}

/** Structural equality of JSON values, blind to the order of keys. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, i) => sameJson(item, b[i]));
  }
  if (isObject(a) && isObject(b)) {
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
    );
  }
  return false;
}

/** JSON with sorted keys on every level: AYON writes attributes this way in GraphQL. */
export function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, v: unknown) =>
    isObject(v)
      ? Object.fromEntries(
          Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)),
        )
      : v,
  );
}

/** The keys in PostgreSQL's order of a JSON object: shorter first, then by letter. */
export function jsonbKeys(value: JsonObject): string[] {
  return Object.keys(value).sort((a, b) =>
    a.length !== b.length ? a.length - b.length : a < b ? -1 : 1,
  );
}

/** A copy without these keys. */
export function without(value: object, ...keys: readonly string[]): JsonObject {
  return Object.fromEntries(
    Object.entries(value).filter(([key]) => !keys.includes(key)),
  );
}
