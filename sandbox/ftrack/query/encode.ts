import { isDateAttribute } from "../attributes/types.ts";
import type { Column } from "../schema/attribute.ts";
import type { Catalogue, EntityType } from "../schema/catalogue.ts";
import {
  keyOf,
  type Json,
  type Reader,
  type Row,
  type Value,
} from "../store/row.ts";
import type { Field, Projection } from "./projection.ts";
import { relatedMany, relatedOne } from "./relations.ts";

export interface Encoding {
  readonly catalogue: Catalogue;
  readonly reader: Reader;
  /** Writes every occurrence of an entity in full. */
  readonly denormalize: boolean;
  /** Whether the user may see a row. */
  readonly visible: (row: Row) => boolean;
}

type Out = Record<string, Value>;
/** Entity → what has been written of it: names of attributes, and branches behind relations. */
type Written = Map<string, Set<string | Projection>>;

/**
 * The rows as JSON. An entity is written in full where it occurs first; afterwards only its key, and
 * whatever was not written yet.
 */
export function encodeRows(
  rows: readonly Row[],
  projection: Projection,
  encoding: Encoding,
): readonly Json[] {
  const written: Written = new Map();
  return rows.map((row) =>
    encodeEntity(row, projection.type, [projection], encoding, written),
  );
}

/** The type an entity shows itself as: its concrete one, or the view it was found through. */
function shownType(
  row: Row,
  declared: EntityType,
  catalogue: Catalogue,
): EntityType {
  return declared.definition.view === undefined
    ? (catalogue.types.get(row.$type) ?? declared)
    : declared;
}

function encodeEntity(
  row: Row,
  declared: EntityType,
  branches: readonly Projection[],
  encoding: Encoding,
  written: Written,
): Json {
  const type = shownType(row, declared, encoding.catalogue);
  const out: Out = { __entity_type__: type.id };
  let identity = type.id;
  for (const column of type.key) {
    out[column] = row[column] ?? null;
    identity += ` ${keyOf(row, column)}`;
  }
  const known = knownOf(written, identity, encoding);
  for (const name of type.system) {
    if (known.has(name)) continue;
    known.add(name);
    const attribute = type.attributes.get(name);
    if (attribute?.kind === "column")
      out[name] = encodeColumn(row, name, attribute, encoding.reader);
  }
  for (const branch of branches) {
    if (!branch.type.concrete.has(row.$type) || known.has(branch)) continue;
    known.add(branch);
    for (const field of branch.fields.values()) {
      if (isScalar(field)) {
        if (known.has(field.name) && out[field.name] === undefined) continue;
        known.add(field.name);
      }
      out[field.name] = encodeField(row, field, encoding, written);
    }
  }
  return out;
}

function knownOf(
  written: Written,
  identity: string,
  { denormalize }: Encoding,
): Set<string | Projection> {
  if (denormalize) return new Set();
  let known = written.get(identity);
  if (known === undefined) written.set(identity, (known = new Set()));
  return known;
}

function isScalar({ attribute }: Field): boolean {
  return attribute.kind === "column" || attribute.kind === "computed";
}

function encodeField(
  row: Row,
  { name, attribute, target, branches }: Field,
  encoding: Encoding,
  written: Written,
): Value {
  const { reader, visible } = encoding;
  switch (attribute.kind) {
    case "column":
      return encodeColumn(row, name, attribute, reader);
    case "computed": {
      const value = attribute.value(row, reader);
      return attribute.format === "date-time" ? datetime(value) : value;
    }
    case "one": {
      if (target === undefined) return null;
      const related = relatedOne(attribute, target, row, reader);
      return related === undefined || !visible(related)
        ? null
        : encodeEntity(related, target, branches, encoding, written);
    }
    case "many": {
      if (target === undefined) return [];
      const members: Json[] = [];
      for (const member of relatedMany(attribute, target, row, reader))
        if (visible(member))
          members.push(
            encodeEntity(member, target, branches, encoding, written),
          );
      return members;
    }
  }
}

/** The value of a column as clients get it. */
function encodeColumn(
  row: Row,
  name: string,
  column: Column,
  reader: Reader,
): Value {
  const value = row[name] ?? null;
  if (column.format === "date-time") return datetime(value);
  if (column.type === "variable" && isDateAttribute(row, reader))
    return datetime(value);
  return value;
}

function datetime(value: Value): Value {
  return value === null ? null : { __type__: "datetime", value };
}
