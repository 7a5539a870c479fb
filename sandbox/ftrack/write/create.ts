import { randomUUID } from "node:crypto";
import { duplicateError, validationError } from "../api/errors.ts";
import type { EntityType } from "../schema/catalogue.ts";
import { joinKey, keyOf, type Row, type Value } from "../store/row.ts";
import { afterCreate } from "./consequences.ts";
import type { WriteContext } from "./context.ts";
import { derive, type Draft } from "./derive.ts";
import { checkRow } from "./rules.ts";

/**
 * Adds a row of a concrete type: what was given, the defaults, and what the server decides.
 *
 * @throws ApiError `ValidationError`, `DuplicateEntryError`
 */
export function createRow(
  type: EntityType,
  columns: ReadonlyMap<string, Value>,
  context: WriteContext,
): Row {
  const draft: Draft = { $type: [...type.concrete][0] ?? type.id };
  for (const [name, column] of type.columns) {
    const usual =
      column.default === undefined || column.default === "{uid}"
        ? null
        : column.default;
    draft[name] = columns.has(name) ? (columns.get(name) ?? null) : usual;
  }
  if (type.key.length === 1 && type.key[0] === "id")
    draft["id"] ??= randomUUID();
  for (const column of type.key)
    if (keyOf(draft, column) === "")
      throw validationError(`${type.id} needs ${column}.`);
  derive(draft, type, context);
  const parts = type.key.map((column) => keyOf(draft, column));
  if (context.store.get(type.base, joinKey(parts)) !== undefined)
    throw duplicateError(`Duplicate entry: ${type.id} ${parts.join(", ")}`);
  checkRow(draft, undefined, type, context);
  context.store.put(type.base, draft);
  afterCreate(draft, context);
  return draft;
}
