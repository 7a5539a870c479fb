import type { Attribute, ToMany, ToOne } from "../schema/attribute.ts";
import type { Catalogue, EntityType } from "../schema/catalogue.ts";
import { keyOf, type Reader, type Row } from "../store/row.ts";
import type { Step } from "./ast.ts";
import { QuerySyntaxError } from "./lexer.ts";

/** The related row of a to-one relation. */
export function relatedOne(
  relation: ToOne,
  target: EntityType,
  row: Row,
  reader: Reader,
): Row | undefined {
  if (relation.resolve !== undefined) return relation.resolve(row, reader);
  const key = relation.via === undefined ? "" : keyOf(row, relation.via);
  return key === "" ? undefined : reader.get(target.base, key);
}

/** The members of a to-many relation. */
export function relatedMany(
  relation: ToMany,
  target: EntityType,
  row: Row,
  reader: Reader,
): Iterable<Row> {
  const { members } = relation;
  switch (members.by) {
    case "resolver":
      return members.resolve(row, reader);
    case "inverse":
      return inverseMembers(members, target, row, reader);
    case "link":
      return linkMembers(members, target, row, reader);
  }
}

function* inverseMembers(
  { column, where }: Extract<ToMany["members"], { by: "inverse" }>,
  target: EntityType,
  row: Row,
  reader: Reader,
): Iterable<Row> {
  const id = keyOf(row, "id");
  for (const member of reader.find(target.base, column, id)) {
    if (!target.concrete.has(member.$type)) continue;
    if (where !== undefined && member[where[0]] !== where[1]) continue;
    yield member;
  }
}

function* linkMembers(
  { entity, from, to }: Extract<ToMany["members"], { by: "link" }>,
  target: EntityType,
  row: Row,
  reader: Reader,
): Iterable<Row> {
  for (const link of reader.find(entity, from, keyOf(row, "id"))) {
    const member = reader.get(target.base, keyOf(link, to));
    if (member !== undefined && target.concrete.has(member.$type)) yield member;
  }
}

export function typeOf(catalogue: Catalogue, id: string): EntityType {
  const type = catalogue.types.get(id);
  if (type === undefined || type.definition.internal === true)
    throw new QuerySyntaxError(`no entity type ${id}`);
  return type;
}

/** Resources answer to what their subtypes have, without a cast. */
const lenient = new Set(["Resource", "BaseUser"]);

/** The attribute of a type. */
export function attributeOf(
  catalogue: Catalogue,
  type: EntityType,
  name: string,
): Attribute {
  const own = type.attributes.get(name);
  if (own !== undefined && !(own.kind === "column" && own.hidden === true))
    return own;
  if (lenient.has(type.id)) {
    for (const id of type.concrete) {
      const found = catalogue.types.get(id)?.attributes.get(name);
      if (found !== undefined) return found;
    }
  }
  throw new QuerySyntaxError(`${type.id} has no attribute ${name}`);
}

/** The type at the far end of a relation, as the step casts it. */
export function targetOf(
  catalogue: Catalogue,
  relation: ToOne | ToMany,
  step: Step,
): EntityType {
  const target = catalogue.types.get(relation.target);
  if (target === undefined) throw new Error(`No type ${relation.target}`);
  if (step.cast === undefined) return target;
  const cast = typeOf(catalogue, step.cast);
  if (!cast.lineage.has(target.id))
    throw new QuerySyntaxError(`${step.name} cannot be ${cast.id}`);
  return cast;
}
