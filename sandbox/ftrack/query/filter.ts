import type { Column, Computed } from "../schema/attribute.ts";
import type { Catalogue, EntityType } from "../schema/catalogue.ts";
import type { Reader, Row, Value } from "../store/row.ts";
import type { Expression, Literal, Path, Query } from "./ast.ts";
import { asText } from "../store/text.ts";
import { compileTest, isKey, isNone } from "./compare.ts";
import { QuerySyntaxError } from "./lexer.ts";
import { attributeOf, relatedMany, relatedOne, targetOf } from "./relations.ts";

export type Filter = (row: Row) => boolean;

/** What a filter needs besides the row. */
export interface FilterContext {
  readonly catalogue: Catalogue;
  readonly reader: Reader;
  /** First value of each row of a sub-query, as text. */
  readonly subquery: (query: Query) => readonly string[];
}

/**
 * Turns an expression into a test of rows of a type. All names are looked up now, so that a wrong one is
 * an error even when there are no rows.
 *
 * @throws QuerySyntaxError
 */
export function compileFilter(
  expression: Expression,
  type: EntityType,
  context: FilterContext,
): Filter {
  switch (expression.kind) {
    case "and": {
      const all = expression.terms.map((t) => compileFilter(t, type, context));
      return (row) => all.every((filter) => filter(row));
    }
    case "or": {
      const any = expression.terms.map((t) => compileFilter(t, type, context));
      return (row) => any.some((filter) => filter(row));
    }
    case "not": {
      const inner = compileFilter(expression.term, type, context);
      return (row) => !inner(row);
    }
    case "compare":
      return compileLeaf(expression.path, type, context, (attribute, exact) =>
        attribute === undefined
          ? noneOnly(expression.value, expression.comparison)
          : compileTest(
              attribute,
              exact,
              expression.comparison,
              expression.value,
            ),
      );
    case "in":
      return compileIn(expression, type, context);
    case "some":
      return compileSome(expression, type, context);
  }
}

function noneOnly(
  literal: Literal,
  comparison: string,
): (value: Value) => boolean {
  if (!isNone(literal) || (comparison !== "is" && comparison !== "is_not"))
    throw new QuerySyntaxError("a relation can be compared to none only");
  return (value) => (value === null) === (comparison === "is");
}

function compileIn(
  { path, negated, values }: Extract<Expression, { kind: "in" }>,
  type: EntityType,
  context: FilterContext,
): Filter {
  const texts =
    "type" in values
      ? context.subquery(values)
      : values.map((literal) => literal.text);
  return compileLeaf(path, type, context, (attribute, exact) => {
    if (attribute === undefined)
      throw new QuerySyntaxError("a relation cannot be looked for in a list");
    const wanted = new Set(exact ? texts : texts.map((t) => t.toLowerCase()));
    return (value) => {
      if (value === null) return false;
      const text = asText(value);
      return wanted.has(exact ? text : text.toLowerCase()) !== negated;
    };
  });
}

function compileSome(
  { path, inner, relation }: Extract<Expression, { kind: "some" }>,
  type: EntityType,
  context: FilterContext,
): Filter {
  return compilePath(path, type, context, (last, step, attribute) => {
    if (attribute.kind !== (relation === "has" ? "one" : "many"))
      throw new QuerySyntaxError(`${step} cannot be asked with ${relation}`);
    const target = targetOf(context.catalogue, attribute, last);
    const test =
      inner === undefined ? () => true : compileFilter(inner, target, context);
    const matches = (row: Row): boolean =>
      target.concrete.has(row.$type) && test(row);
    return relatedTest(attribute, target, context.reader, matches);
  });
}

type Leaf = (
  attribute: Column | Computed | undefined,
  exact: boolean,
) => (value: Value) => boolean;

/** A test of the value at the end of a path; a to-one relation counts as its key, for none tests. */
function compileLeaf(
  path: Path,
  type: EntityType,
  context: FilterContext,
  leaf: Leaf,
): Filter {
  return compilePath(path, type, context, (_last, name, attribute, owner) => {
    const { reader } = context;
    switch (attribute.kind) {
      case "column": {
        const test = leaf(
          attribute,
          isKey(attribute, owner.key.includes(name)),
        );
        return (row) => test(row[name] ?? null);
      }
      case "computed": {
        const test = leaf(attribute, false);
        return (row) => test(attribute.value(row, reader));
      }
      case "one": {
        const test = leaf(undefined, false);
        const target = targetOf(context.catalogue, attribute, { name });
        return (row) =>
          test(relatedOne(attribute, target, row, reader)?.$type ?? null);
      }
      case "many":
        throw new QuerySyntaxError(`${name} needs any (…)`);
    }
  });
}

type Last = (
  step: Path[number],
  name: string,
  attribute: ReturnType<typeof attributeOf>,
  owner: EntityType,
) => Filter;

/** Follows a path to its last step. Through a to-many relation it asks for some member. */
function compilePath(
  path: Path,
  type: EntityType,
  context: FilterContext,
  last: Last,
): Filter {
  const [step, ...rest] = path;
  if (step === undefined) throw new QuerySyntaxError("empty path");
  const attribute = attributeOf(context.catalogue, type, step.name);
  if (rest.length === 0) return last(step, step.name, attribute, type);
  if (attribute.kind !== "one" && attribute.kind !== "many")
    throw new QuerySyntaxError(`${step.name} is not a relation`);
  const target = targetOf(context.catalogue, attribute, step);
  const inner = compilePath(rest, target, context, last);
  return relatedTest(
    attribute,
    target,
    context.reader,
    (row) => target.concrete.has(row.$type) && inner(row),
  );
}

function relatedTest(
  relation: Extract<ReturnType<typeof attributeOf>, { kind: "one" | "many" }>,
  target: EntityType,
  reader: Reader,
  test: Filter,
): Filter {
  if (relation.kind === "one")
    return (row) => {
      const related = relatedOne(relation, target, row, reader);
      return related !== undefined && test(related);
    };
  return (row) => {
    for (const member of relatedMany(relation, target, row, reader))
      if (test(member)) return true;
    return false;
  };
}
