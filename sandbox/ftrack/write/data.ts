import { validationError } from "../api/errors.ts";
import type { ToMany } from "../schema/attribute.ts";
import type { EntityType } from "../schema/catalogue.ts";
import { joinKey, type Value } from "../store/row.ts";
import {
  isArray,
  isObject,
  readValue,
  type Raw,
  type RawObject,
} from "../store/values.ts";
import { locate, type WriteContext } from "./context.ts";

/** The data of a create or update, sorted by what it sets. */
export interface Data {
  /** Column → value; a to-one relation sets its key column. */
  readonly columns: ReadonlyMap<string, Value>;
  /** To-many relation → keys of all its members. */
  readonly collections: readonly Collection[];
}
export interface Collection {
  readonly name: string;
  readonly relation: ToMany;
  readonly members: readonly string[];
}

/**
 * Reads entity data.
 *
 * @throws ApiError `ValidationError` for unknown attributes, wrong types and keys that name nothing
 */
export function readData(
  type: EntityType,
  raw: RawObject,
  context: WriteContext,
): Data {
  const columns = new Map<string, Value>();
  const collections: Collection[] = [];
  for (const [name, value] of Object.entries(raw)) {
    if (name === "__entity_type__") continue;
    const attribute = type.attributes.get(name);
    switch (attribute?.kind) {
      case undefined:
        throw validationError(`${type.id} has no attribute ${name}.`);
      case "computed":
        throw validationError(`Attribute ${name} is computed.`);
      case "column":
        columns.set(
          name,
          readValue(
            name,
            attribute,
            isObject(value) && attribute.target !== undefined
              ? stubKey(value, attribute.target, context)
              : value,
          ),
        );
        break;
      case "one":
        if (attribute.via === undefined)
          throw validationError(`Attribute ${name} is computed.`);
        columns.set(
          attribute.via,
          value === null ? null : stubKey(value, attribute.target, context),
        );
        break;
      case "many":
        collections.push({
          name,
          relation: attribute,
          members: memberKeys(name, attribute, value, context),
        });
    }
  }
  checkKeys(type, columns, context);
  return { columns, collections };
}

/** The key in a reference such as `{"__entity_type__":"Shot","id":"…"}`; a plain id will do. */
function stubKey(raw: Raw, target: string, context: WriteContext): string {
  if (typeof raw === "string") return raw;
  const type = context.catalogue.types.get(target);
  if (type === undefined || !isObject(raw))
    throw validationError(`A reference to ${target} was expected.`);
  return joinKey(
    type.key.map((column) => {
      const part = raw[column];
      if (typeof part !== "string" && typeof part !== "number")
        throw validationError(`A reference to ${target} lacks ${column}.`);
      return String(part);
    }),
  );
}

function memberKeys(
  name: string,
  relation: ToMany,
  raw: Raw,
  context: WriteContext,
): readonly string[] {
  if (raw === null) return [];
  if (!isArray(raw)) throw validationError(`Attribute ${name} must be a list.`);
  return raw.map((item) => stubKey(item, relation.target, context));
}

/** Refuses keys that name no row. */
function checkKeys(
  type: EntityType,
  columns: ReadonlyMap<string, Value>,
  context: WriteContext,
): void {
  for (const [name, value] of columns) {
    const attribute = type.attributes.get(name);
    if (attribute?.kind !== "column" || attribute.target === undefined)
      continue;
    if (typeof value !== "string" || value === "") continue;
    if (!exists(attribute.target, value, context))
      throw validationError(
        `Attribute ${name} of ${type.id} names nothing: ${value}.`,
      );
  }
}

function exists(target: string, key: string, context: WriteContext): boolean {
  if (target === "any") return locate(context, key) !== undefined;
  const type = context.catalogue.types.get(target);
  const row =
    type === undefined ? undefined : context.store.get(type.base, key);
  return row !== undefined && type?.concrete.has(row.$type) === true;
}
