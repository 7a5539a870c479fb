import { isObject } from "../json.ts";
import { fail, type Checked, type FieldError, type Loc } from "./outcome.ts";
import type { FieldKind } from "./spec.ts";

/** A single value of a plain kind, coerced the way pydantic version 1 does it. */
export function coerce(kind: FieldKind, input: unknown, loc: Loc): Checked {
  switch (kind) {
    case "string":
      return toText(input, loc);
    case "integer":
      return toInteger(input, loc);
    case "float":
      return toFloat(input, loc);
    case "boolean":
      return toBoolean(input, loc);
    case "datetime":
      return toDatetime(input, loc);
    case "dict":
      return isObject(input)
        ? { value: input }
        : fail(loc, "value is not a valid dict", "type_error.dict");
    case "any":
      return { value: input };
    case "list_of_any":
      return each(input, loc, (item) => ({ value: item }));
    case "list_of_strings":
      return each(input, loc, toText);
    case "list_of_integers":
      return each(input, loc, toInteger);
  }
}

export function each(
  input: unknown,
  loc: Loc,
  check: (item: unknown, at: Loc) => Checked,
): Checked {
  if (!Array.isArray(input)) {
    return fail(loc, "value is not a valid list", "type_error.list");
  }
  const values: unknown[] = [];
  const errors: FieldError[] = [];
  input.forEach((item, i) => {
    const checked = check(item, [...loc, i]);
    if (checked.errors !== undefined) errors.push(...checked.errors);
    else values.push(checked.value);
  });
  return errors.length > 0 ? { errors } : { value: values };
}

function toText(input: unknown, loc: Loc): Checked {
  if (typeof input === "string") return { value: input };
  if (typeof input === "number") return { value: String(input) };
  if (typeof input === "boolean") return { value: input ? "True" : "False" };
  return fail(
    loc,
    input === null ? "none is not an allowed value" : "str type expected",
    input === null ? "type_error.none.not_allowed" : "type_error.str",
  );
}

function toInteger(input: unknown, loc: Loc): Checked {
  const refused = fail(
    loc,
    "value is not a valid integer",
    "type_error.integer",
  );
  if (typeof input === "boolean") return { value: Number(input) };
  if (typeof input === "number") {
    return Number.isFinite(input) ? { value: Math.trunc(input) } : refused;
  }
  if (typeof input === "string" && /^\s*[+-]?\d+\s*$/.test(input)) {
    return { value: Number(input) };
  }
  return refused;
}

function toFloat(input: unknown, loc: Loc): Checked {
  if (typeof input === "boolean") return { value: Number(input) };
  if (typeof input === "number") return { value: input };
  if (
    typeof input === "string" &&
    input.trim() !== "" &&
    !Number.isNaN(Number(input))
  ) {
    return { value: Number(input) };
  }
  return fail(loc, "value is not a valid float", "type_error.float");
}

const TRUE = new Set<unknown>(["1", "on", "t", "true", "y", "yes", 1, true]);
const FALSE = new Set<unknown>(["0", "off", "f", "false", "n", "no", 0, false]);

function toBoolean(input: unknown, loc: Loc): Checked {
  const plain = typeof input === "string" ? input.toLowerCase() : input;
  if (TRUE.has(plain)) return { value: true };
  if (FALSE.has(plain)) return { value: false };
  return fail(loc, "value could not be parsed to a boolean", "type_error.bool");
}

const DATETIME =
  /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?(\.\d{1,6})?\d*\s*(Z|[+-]\d{2}:?\d{2})?$/i;

function toDatetime(input: unknown, loc: Loc): Checked {
  const refused = fail(loc, "invalid datetime format", "value_error.datetime");
  if (typeof input === "number") {
    const ms = Math.abs(input) > 2e10 ? input : input * 1000;
    return { value: new Date(ms).toISOString().replace(/\.000Z|Z/, "+00:00") };
  }
  const match = typeof input === "string" ? DATETIME.exec(input.trim()) : null;
  if (match === null) return refused;
  const [, date, minutes, seconds = ":00", fraction = "", zone = ""] = match;
  const offset = zone.toUpperCase() === "Z" ? "+00:00" : zone;
  const text = `${String(date)}T${String(minutes)}${seconds}${fraction}`;
  return Number.isNaN(Date.parse(`${text}${offset}`))
    ? refused
    : { value: `${text}${offset}` };
}
