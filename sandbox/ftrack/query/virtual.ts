import { applicable, denseRow } from "../attributes/applicable.ts";
import type { EntityType } from "../schema/catalogue.ts";
import { keyOf, type Row } from "../store/row.ts";
import type { Expression } from "./ast.ts";
import type { FilterContext } from "./filter.ts";

/** Rows of a dense view of custom attribute values that may fulfil the expression. */
export function* virtualRows(
  type: EntityType,
  expression: Expression | undefined,
  context: FilterContext,
): Iterable<Row> {
  const { catalogue, reader } = context;
  const column = type.attributes.get("entity_id");
  const owner =
    column?.kind === "column" && column.target !== undefined
      ? catalogue.types.get(column.target)
      : undefined;
  if (owner === undefined) throw new Error(`${type.id} has no owner`);
  const ids = wanted(expression, "entity_id");
  const configurations = wanted(expression, "configuration_id");
  const owners =
    ids === undefined
      ? reader.scan(owner.base, owner.concrete)
      : [...ids].flatMap((id) => reader.get(owner.base, id) ?? []);
  for (const row of owners) {
    if (!owner.concrete.has(row.$type)) continue;
    for (const configuration of applicable(row, reader))
      if (configurations?.has(keyOf(configuration, "id")) !== false)
        yield denseRow(type.id, row, configuration, reader);
  }
}

/** The values a column must have one of, as far as `and` and `or` tell. */
function wanted(
  expression: Expression | undefined,
  column: string,
): ReadonlySet<string> | undefined {
  switch (expression?.kind) {
    case "compare":
      return isColumn(expression.path, column) && expression.comparison === "is"
        ? new Set([expression.value.text])
        : undefined;
    case "in":
      return isColumn(expression.path, column) &&
        !expression.negated &&
        !("type" in expression.values)
        ? new Set(expression.values.map((v) => v.text))
        : undefined;
    case "and":
      for (const term of expression.terms) {
        const found = wanted(term, column);
        if (found !== undefined) return found;
      }
      return undefined;
    case "or": {
      const all = new Set<string>();
      for (const term of expression.terms) {
        const found = wanted(term, column);
        if (found === undefined) return undefined;
        for (const value of found) all.add(value);
      }
      return all;
    }
    case "not":
    case "some":
    case undefined:
      return undefined;
  }
}

function isColumn(
  path: readonly { readonly name: string }[],
  column: string,
): boolean {
  return path.length === 1 && path[0]?.name === column;
}
