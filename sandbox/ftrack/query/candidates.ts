import type { ToMany, ToOne } from "../schema/attribute.ts";
import type { EntityType } from "../schema/catalogue.ts";
import { keyOf, type Row } from "../store/row.ts";
import type { Expression, Literal, Path } from "./ast.ts";
import { isNone } from "./compare.ts";
import type { FilterContext } from "./filter.ts";
import { attributeOf, targetOf } from "./relations.ts";

/**
 * Rows among which all that fulfil the expression are, found through indexes; undefined when only a scan
 * can tell. The filter still has to be applied.
 */
export function candidates(
  expression: Expression,
  type: EntityType,
  context: FilterContext,
): ReadonlySet<Row> | undefined {
  switch (expression.kind) {
    case "and": {
      let best: ReadonlySet<Row> | undefined;
      for (const term of expression.terms) {
        const found = candidates(term, type, context);
        if (
          found !== undefined &&
          (best === undefined || found.size < best.size)
        )
          best = found;
        if (best !== undefined && best.size < 16) break;
      }
      return best;
    }
    case "or": {
      const all = new Set<Row>();
      for (const term of expression.terms) {
        const found = candidates(term, type, context);
        if (found === undefined) return undefined;
        for (const row of found) all.add(row);
      }
      return all;
    }
    case "not":
      return undefined;
    case "some":
      return expression.inner === undefined
        ? undefined
        : along(expression.path, type, context, (target) =>
            expression.inner === undefined
              ? undefined
              : candidates(expression.inner, target, context),
          );
    case "compare":
      if (expression.comparison === ">" || expression.comparison === ">=")
        return newer(expression.path, expression.value, type, context);
      return expression.comparison === "is"
        ? byValues(expression.path, [expression.value], type, context)
        : undefined;
    case "in":
      return expression.negated || "type" in expression.values
        ? undefined
        : byValues(expression.path, expression.values, type, context);
  }
}

/** Rows after a number, of a table whose key counts upwards. */
function newer(
  path: Path,
  value: Literal,
  type: EntityType,
  context: FilterContext,
): ReadonlySet<Row> | undefined {
  const name = path[0]?.name ?? "";
  const attribute = type.attributes.get(name);
  if (
    path.length !== 1 ||
    type.key.length !== 1 ||
    type.key[0] !== name ||
    attribute?.kind !== "column" ||
    attribute.type !== "integer"
  )
    return undefined;
  const rows = new Set<Row>();
  const last = Number(context.reader.latest(type.base)?.[name] ?? 0);
  for (let id = Math.max(0, Math.ceil(Number(value.text))); id <= last; id++) {
    const row = context.reader.get(type.base, String(id));
    if (row !== undefined) rows.add(row);
  }
  return rows;
}

function byValues(
  path: Path,
  values: readonly Literal[],
  type: EntityType,
  context: FilterContext,
): ReadonlySet<Row> | undefined {
  if (values.some(isNone)) return undefined;
  const last = path.at(-1);
  if (last === undefined) return undefined;
  const lookUp = (owner: EntityType): ReadonlySet<Row> | undefined =>
    byColumn(last.name, values, owner, context);
  return path.length === 1
    ? lookUp(type)
    : along(path.slice(0, -1), type, context, lookUp);
}

function byColumn(
  column: string,
  values: readonly Literal[],
  type: EntityType,
  context: FilterContext,
): ReadonlySet<Row> | undefined {
  if (type.definition.virtual === true) return undefined;
  const rows = new Set<Row>();
  if (type.key.length === 1 && type.key[0] === column) {
    for (const { text } of values) {
      const row = context.reader.get(type.base, text);
      if (row !== undefined) rows.add(row);
    }
    return rows;
  }
  const attribute = type.attributes.get(column);
  if (attribute?.kind !== "column" || attribute.target === undefined)
    return undefined;
  for (const { text } of values)
    for (const row of context.reader.find(type.base, column, text))
      rows.add(row);
  return rows;
}

/** Finds rows at the far end of relations and walks back from them. */
function along(
  path: Path,
  type: EntityType,
  context: FilterContext,
  find: (target: EntityType) => ReadonlySet<Row> | undefined,
): ReadonlySet<Row> | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return find(type);
  const relation = attributeOf(context.catalogue, type, step.name);
  if (relation.kind !== "one" && relation.kind !== "many") return undefined;
  const target = targetOf(context.catalogue, relation, step);
  const far = along(rest, target, context, find);
  return far === undefined ? undefined : back(relation, type, far, context);
}

function back(
  relation: ToOne | ToMany,
  owner: EntityType,
  far: ReadonlySet<Row>,
  { reader }: FilterContext,
): ReadonlySet<Row> | undefined {
  if (owner.definition.virtual === true) return undefined;
  const rows = new Set<Row>();
  const add = (row: Row | undefined): void => {
    if (row !== undefined) rows.add(row);
  };
  if (relation.kind === "one") {
    if (relation.via === undefined) return undefined;
    for (const row of far)
      for (const near of reader.find(
        owner.base,
        relation.via,
        keyOf(row, "id"),
      ))
        rows.add(near);
    return rows;
  }
  const { members } = relation;
  for (const row of far) {
    switch (members.by) {
      case "inverse":
        add(reader.get(owner.base, keyOf(row, members.column)));
        break;
      case "link":
        for (const link of reader.find(
          members.entity,
          members.to,
          keyOf(row, "id"),
        ))
          add(reader.get(owner.base, keyOf(link, members.from)));
        break;
      case "resolver": {
        if (members.inverse === undefined) return undefined;
        for (const near of members.inverse(row, reader)) rows.add(near);
      }
    }
  }
  return rows;
}
