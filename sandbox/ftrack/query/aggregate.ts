import type { Catalogue, EntityType } from "../schema/catalogue.ts";
import type { Json, Reader, Row, Value } from "../store/row.ts";
import type { Item, Path, Query } from "./ast.ts";
import { asText } from "../store/text.ts";
import { QuerySyntaxError } from "./lexer.ts";
import { valueAt } from "./order.ts";

interface Scope {
  readonly catalogue: Catalogue;
  readonly reader: Reader;
}

/** One plain object per group: `{count_id: 3, project_id: "…"}`. */
export function aggregateRows(
  query: Query,
  items: readonly Item[],
  rows: readonly Row[],
  type: EntityType,
  scope: Scope,
): readonly Json[] {
  const keys = query.groupBy.map((path) => valueAt(path, type, scope));
  const columns = items.map((item) => ({
    item,
    name: (item.kind === "aggregate" ? [item.name] : [])
      .concat(nameOf(item.path))
      .join("_"),
    value: valueAt(item.path, type, scope),
  }));
  for (const { item } of columns)
    if (
      item.kind === "path" &&
      !query.groupBy.some((path) => nameOf(path) === nameOf(item.path))
    )
      throw new QuerySyntaxError(`${nameOf(item.path)} is not grouped by`);
  const groups = new Map<string, Row[]>();
  if (keys.length === 0) groups.set("", [...rows]);
  else
    for (const row of rows) {
      const key = JSON.stringify(keys.map((value) => value(row)));
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [row]);
      else group.push(row);
    }
  return [...groups.values()].map((group) =>
    Object.fromEntries(
      columns.map(({ item, name, value }) => [
        name,
        item.kind === "aggregate"
          ? aggregate(item.name, group.map(value))
          : group[0] === undefined
            ? null
            : value(group[0]),
      ]),
    ),
  );
}

function nameOf(path: Path): string {
  return path.map((step) => step.name).join("_");
}

function aggregate(name: string, values: readonly Value[]): Value {
  const present = values.filter((v) => v !== null);
  if (name === "count") return present.length;
  if (present.length === 0) return null;
  const numbers = present.map(Number);
  const sum = numbers.reduce((a, b) => a + b, 0);
  switch (name) {
    case "sum":
      return sum;
    case "avg":
      return sum / numbers.length;
    default: {
      const sorted = [...present].sort((a, b) =>
        typeof a === "number" && typeof b === "number"
          ? a - b
          : asText(a) < asText(b)
            ? -1
            : 1,
      );
      return (name === "min" ? sorted[0] : sorted.at(-1)) ?? null;
    }
  }
}
