import {
  notFoundError,
  permissionError,
  validationError,
} from "../api/errors.ts";
import { createValue, updateDense, updateValue } from "../attributes/write.ts";
import { mayWriteValue, visibility } from "../permissions/identity.ts";
import type { EntityType } from "../schema/catalogue.ts";
import { joinKey, keyOf, type Row, type Value } from "../store/row.ts";
import type { RawObject } from "../store/values.ts";
import { changeRow } from "./change.ts";
import { setCollections } from "./collections.ts";
import { typeNamed, typeOfRow, type WriteContext } from "./context.ts";
import { createRow } from "./create.ts";
import { readData } from "./data.ts";
import { removeRow } from "./remove.ts";

/** A written row and the type it shows itself as. */
export interface Written {
  readonly row: Row;
  readonly type: EntityType;
  /** Rows that were taken out of a relation and wait to be deleted by the client. */
  readonly left: ReadonlySet<Row>;
}

const nothing: ReadonlySet<Row> = new Set();

/**
 * Creates an entity.
 *
 * @throws ApiError `ValidationError`, `DuplicateEntryError`, `PermissionError`
 */
export function createEntity(
  typeId: string,
  raw: RawObject,
  context: WriteContext,
): Written {
  const type = creatableType(typeNamed(context, typeId), raw, context);
  if (type.id === "CustomAttributeValue")
    return { row: createValue(raw, context), type, left: nothing };
  const { columns, collections } = readData(type, raw, context);
  const row = createRow(type, columns, context);
  const left = setCollections(row, type, collections, context);
  return { row: current(type, row, context), type, left };
}

function creatableType(
  type: EntityType,
  raw: RawObject,
  context: WriteContext,
): EntityType {
  const { definition } = type;
  if (definition.readOnly === true)
    throw permissionError(`${type.id} is written by the server only.`);
  if (definition.administered === true && !context.identity.administrator)
    throw permissionError(`Only administrators may create ${type.id}.`);
  if (definition.virtual === true)
    throw validationError(`${type.id} cannot be created, only updated.`);
  if (definition.abstract !== true) return type;
  const objectType = raw["object_type_id"];
  const concrete =
    typeof objectType === "string"
      ? context.catalogue.byObjectType.get(objectType)
      : undefined;
  if (type.id !== "TypedContext" || concrete === undefined)
    throw validationError(`${type.id} cannot be created, only its subtypes.`);
  return typeNamed(context, concrete);
}

/**
 * Changes attributes of an entity.
 *
 * @throws ApiError `ValidationError`, `PermissionError`, `KeyError` when there is no such entity
 */
export function updateEntity(
  typeId: string,
  key: readonly string[],
  raw: RawObject,
  context: WriteContext,
): Written {
  const type = typeNamed(context, typeId);
  if (type.definition.virtual === true)
    return { row: updateDense(type, key, raw, context), type, left: nothing };
  if (type.id === "CustomAttributeValue")
    return { row: updateValue(key, raw, context), type, left: nothing };
  const before = findEntity(type, key, context);
  const concrete = typeOfRow(context, before);
  checkWritable(concrete, context);
  const { columns, collections } = readData(concrete, raw, context);
  checkImmutable(concrete, before, columns);
  const row = changeRow(before, columns, concrete, context);
  const left = setCollections(row, concrete, collections, context);
  return {
    row: current(type, row, context),
    left,
    type: type.definition.view === undefined ? concrete : type,
  };
}

/**
 * Deletes an entity and everything that cannot be without it.
 *
 * @throws ApiError `PermissionError`, `KeyError` when there is no such entity
 */
export function deleteEntity(
  typeId: string,
  key: readonly string[],
  context: WriteContext,
): void {
  const type = typeNamed(context, typeId);
  if (type.definition.virtual === true)
    throw validationError(`${type.id} cannot be deleted.`);
  const row = findEntity(type, key, context);
  checkWritable(type, context);
  if (
    type.id === "CustomAttributeValue" &&
    !mayWriteValue(
      keyOf(row, "configuration_id"),
      context.identity,
      context.store,
    )
  )
    throw permissionError("Your roles do not let you set this attribute.");
  removeRow(type.base, joinKey(key), row, context);
}

/** The row as later consequences of the same write left it. */
function current(type: EntityType, row: Row, { store }: WriteContext): Row {
  const key = joinKey(type.key.map((column) => keyOf(row, column)));
  return store.get(type.base, key) ?? row;
}

/** The row a write names, if the user may see it. */
function findEntity(
  type: EntityType,
  key: readonly string[],
  context: WriteContext,
): Row {
  if (key.length !== type.key.length)
    throw validationError(`The key of ${type.id} is ${type.key.join(", ")}.`);
  const row = context.store.get(type.base, joinKey(key));
  if (
    row === undefined ||
    !type.concrete.has(row.$type) ||
    visibility(context.identity, context.store)?.(row) === false
  )
    throw notFoundError(`There is no ${type.id} ${key.join(", ")}.`);
  return row;
}

function checkWritable(type: EntityType, context: WriteContext): void {
  if (type.definition.readOnly === true)
    throw permissionError(`${type.id} is written by the server only.`);
  if (type.definition.administered === true && !context.identity.administrator)
    throw permissionError(`Only administrators may change ${type.id}.`);
}

function checkImmutable(
  type: EntityType,
  before: Row,
  columns: ReadonlyMap<string, Value>,
): void {
  for (const [name, value] of columns)
    if (type.immutable.has(name) && (before[name] ?? null) !== value)
      throw validationError(
        `Attribute ${name} of ${type.id} ${keyOf(before, type.key[0] ?? "id")} is immutable.`,
      );
}
