import type { Column, Computed } from "../schema/attribute.ts";
import type { Value } from "../store/row.ts";
import { asText } from "../store/text.ts";
import { parseDate } from "../store/values.ts";
import type { Comparison, Literal } from "./ast.ts";

/** Whether a literal stands for the absence of a value. */
export function isNone(literal: Literal): boolean {
  return !literal.quoted && /^(none|null)$/i.test(literal.text);
}

/** A test of one value. Null answers only to none tests, as in SQL. */
export type Test = (value: Value) => boolean;

/** Whether values of the attribute are keys, compared to the letter; other text is compared without case. */
export function isKey(attribute: Column | Computed, inKey: boolean): boolean {
  return (
    inKey || (attribute.kind === "column" && attribute.target !== undefined)
  );
}

export function compileTest(
  attribute: Column | Computed,
  exact: boolean,
  comparison: Comparison,
  literal: Literal,
): Test {
  if (isNone(literal)) {
    if (comparison === "is") return (value) => value === null;
    if (comparison === "is_not") return (value) => value !== null;
    return () => false;
  }
  if (comparison === "like" || comparison === "not_like") {
    const pattern = likePattern(literal.text);
    const wanted = comparison === "like";
    return (value) => value !== null && pattern.test(asText(value)) === wanted;
  }
  const wanted = comparable(attribute, exact, literal);
  return (value) => {
    if (value === null) return false;
    if (Array.isArray(value) && attribute.type === "variable")
      return listTest(value as readonly Value[], literal.text, comparison);
    const order = compareValues(
      normalise(value, attribute, exact, wanted),
      wanted,
    );
    switch (comparison) {
      case "is":
        return order === 0;
      case "is_not":
        return order !== 0;
      case ">":
        return order > 0;
      case "<":
        return order < 0;
      case ">=":
        return order >= 0;
      case "<=":
        return order <= 0;
    }
  };
}

type Comparable = string | number | boolean;

function comparable(
  attribute: Column | Computed,
  exact: boolean,
  { text }: Literal,
): Comparable {
  if (attribute.format === "date-time") return parseDate(text) ?? text;
  switch (attribute.type) {
    case "number":
    case "integer":
      return Number(text);
    case "boolean":
      return /^(true|1)$/i.test(text);
    case "string":
    case "object":
    case "variable":
      return exact ? text : text.toLowerCase();
  }
}

function normalise(
  value: Value,
  attribute: Column | Computed,
  exact: boolean,
  wanted: Comparable,
): Comparable {
  if (typeof value === "number")
    return typeof wanted === "string" && attribute.type !== "variable"
      ? String(value)
      : value;
  if (typeof value === "boolean") return value;
  const text = asText(value);
  return exact || attribute.format === "date-time" ? text : text.toLowerCase();
}

/** Orders two values; a number or boolean against text is compared as what it is. */
function compareValues(left: Comparable, right: Comparable): number {
  if (typeof left === "number") {
    const other = Number(right);
    return left === other ? 0 : left > other ? 1 : -1;
  }
  if (typeof left === "boolean") {
    const other =
      typeof right === "string" ? /^(true|1)$/i.test(right) : Boolean(right);
    return Number(left) - Number(other);
  }
  const other = String(right);
  return left === other ? 0 : left > other ? 1 : -1;
}

function listTest(
  list: readonly Value[],
  text: string,
  comparison: Comparison,
): boolean {
  const found = list.some(
    (item) => asText(item).toLowerCase() === text.toLowerCase(),
  );
  return comparison === "is" ? found : comparison === "is_not" && !found;
}

/** `%` stands for any text, `_` for one character; without case. */
function likePattern(like: string): RegExp {
  let pattern = "";
  for (let i = 0; i < like.length; i++) {
    const char = like.charAt(i);
    if (char === "\\" && i + 1 < like.length)
      pattern += escape(like.charAt(++i));
    else if (char === "%") pattern += ".*";
    else if (char === "_") pattern += ".";
    else pattern += escape(char);
  }
  return new RegExp(`^${pattern}$`, "isu");
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
