import { isObject, sameJson, type JsonObject } from "../json.ts";
import type { FieldError } from "../validation/field.ts";
import { coerce } from "../validation/coerce.ts";
import type { FieldKind } from "../validation/spec.ts";

/**
 * Settings as AYON layers them: an object of defaults, which also tells the form, and stored differences on top.
 * A nested object with keys is a group and is merged; everything else, lists too, is replaced whole. Keys the
 * defaults do not know are dropped.
 */
export function applyOverrides(
  defaults: JsonObject,
  overrides: JsonObject,
): JsonObject {
  return Object.fromEntries(
    Object.entries(defaults).map(([key, value]) => {
      if (!Object.hasOwn(overrides, key)) return [key, value];
      const override = overrides[key];
      return [
        key,
        isGroup(value)
          ? applyOverrides(value, isObject(override) ? override : {})
          : override,
      ];
    }),
  );
}

/** What of `wanted` has to be stored over `current`, keeping what was stored before as stored. */
export function extractOverrides(
  current: JsonObject,
  wanted: JsonObject,
  stored: JsonObject,
): JsonObject {
  const differences = Object.keys(current).flatMap(
    (key): [string, unknown][] => {
      const [old, value] = [current[key], wanted[key]];
      if (sameJson(old, value) && !Object.hasOwn(stored, key)) return [];
      if (!isGroup(old)) return [[key, value]];
      const below = stored[key];
      return [
        [
          key,
          extractOverrides(
            old,
            isObject(value) ? value : {},
            isObject(below) ? below : {},
          ),
        ],
      ];
    },
  );
  return Object.fromEntries(differences);
}

/**
 * A full settings object: keys that are left out get the default, not the current value. Values are coerced to
 * the default's kind.
 */
export function completeSettings(
  defaults: JsonObject,
  sent: JsonObject,
  loc: readonly (string | number)[] = [],
): { readonly value: JsonObject; readonly errors: readonly FieldError[] } {
  const errors: FieldError[] = [];
  const entries = Object.entries(defaults).map(
    ([key, value]): [string, unknown] => {
      if (!Object.hasOwn(sent, key)) return [key, value];
      const at = [...loc, key];
      if (isGroup(value) && isObject(sent[key])) {
        const below = completeSettings(value, sent[key], at);
        errors.push(...below.errors);
        return [key, below.value];
      }
      const checked =
        sent[key] === null
          ? { value: null }
          : coerce(kindOf(value), sent[key], at);
      if (checked.errors !== undefined) errors.push(...checked.errors);
      return [key, checked.errors === undefined ? checked.value : value];
    },
  );
  return { value: Object.fromEntries(entries), errors };
}

/** One object laid over another on all levels: for settings whose form nobody told. */
export function mergeFreely(below: JsonObject, above: JsonObject): JsonObject {
  const merged = new Map(Object.entries(below));
  for (const [key, value] of Object.entries(above)) {
    const old = merged.get(key);
    merged.set(
      key,
      isObject(old) && isObject(value) ? mergeFreely(old, value) : value,
    );
  }
  return Object.fromEntries(merged);
}

function isGroup(value: unknown): value is JsonObject {
  return isObject(value) && Object.keys(value).length > 0;
}

function kindOf(value: unknown): FieldKind {
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "number") return "float"; // JSON does not tell 1 from 1.0
  if (typeof value === "string") return "string";
  if (Array.isArray(value)) return "list_of_any";
  return isObject(value) ? "dict" : "any";
}
