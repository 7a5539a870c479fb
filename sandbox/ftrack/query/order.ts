import type { Catalogue, EntityType } from "../schema/catalogue.ts";
import type { Reader, Row, Value } from "../store/row.ts";
import type { Ordering, Path } from "./ast.ts";
import { asText } from "../store/text.ts";
import { QuerySyntaxError } from "./lexer.ts";
import { attributeOf, relatedOne, targetOf } from "./relations.ts";

interface Scope {
  readonly catalogue: Catalogue;
  readonly reader: Reader;
}

/** Reads the value at the end of a path of to-one relations. */
export function valueAt(
  path: Path,
  type: EntityType,
  scope: Scope,
): (row: Row) => Value {
  const [step, ...rest] = path;
  if (step === undefined) throw new QuerySyntaxError("empty path");
  const { name } = step;
  const attribute = attributeOf(scope.catalogue, type, name);
  if (rest.length === 0) {
    if (attribute.kind === "column") return (row) => row[name] ?? null;
    if (attribute.kind === "computed")
      return (row) => attribute.value(row, scope.reader);
    throw new QuerySyntaxError(`${name} has no value of its own`);
  }
  if (attribute.kind !== "one")
    throw new QuerySyntaxError(`${name} is not a to-one relation`);
  const target = targetOf(scope.catalogue, attribute, step);
  const inner = valueAt(rest, target, scope);
  return (row) => {
    const related = relatedOne(attribute, target, row, scope.reader);
    return related === undefined ? null : inner(related);
  };
}

/** Compares rows by the orderings, in turn. Nulls come first when ascending; text is compared without case. */
export function compileOrder(
  orderings: readonly Ordering[],
  type: EntityType,
  scope: Scope,
): (a: Row, b: Row) => number {
  const parts = orderings.map(({ path, descending }) => ({
    value: valueAt(path, type, scope),
    sign: descending ? -1 : 1,
  }));
  return (a, b) => {
    for (const { value, sign } of parts) {
      const order = compare(value(a), value(b));
      if (order !== 0) return order * sign;
    }
    return 0;
  };
}

function compare(a: Value, b: Value): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  if (typeof a === "number" && typeof b === "number") return a - b;
  const left = asText(a).toLowerCase();
  const right = asText(b).toLowerCase();
  return left === right ? 0 : left > right ? 1 : -1;
}
