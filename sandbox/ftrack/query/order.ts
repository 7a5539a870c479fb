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

/**
 * The rows in order of the orderings, in turn. Nulls come first when ascending; text is compared without
 * case. What is compared is read once per row: shows have many thousands.
 */
export function orderRows(
  rows: readonly Row[],
  orderings: readonly Ordering[],
  type: EntityType,
  scope: Scope,
): readonly Row[] {
  const parts = orderings.map(({ path, descending }) => ({
    value: valueAt(path, type, scope),
    sign: descending ? -1 : 1,
  }));
  const sortable = rows.map((row) => ({
    row,
    keys: parts.map(({ value }) => sortKey(value(row))),
  }));
  sortable.sort((a, b) => {
    for (let i = 0; i < parts.length; i++) {
      const order = compare(a.keys[i] ?? null, b.keys[i] ?? null);
      if (order !== 0) return order * (parts[i]?.sign ?? 1);
    }
    return 0;
  });
  return sortable.map(({ row }) => row);
}

type SortKey = string | number | null;

function sortKey(value: Value): SortKey {
  return value === null || typeof value === "number"
    ? value
    : asText(value).toLowerCase();
}

function compare(a: SortKey, b: SortKey): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  return a > b ? 1 : -1;
}
