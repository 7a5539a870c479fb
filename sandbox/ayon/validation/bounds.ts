import type { FieldSpec } from "./spec.ts";
import { fail, type Checked, type Loc } from "./outcome.ts";

/** AYON drops a bound of 0, so `gt: 0` is not enforced. */
export function bounds(
  field: FieldSpec,
  value: unknown,
  loc: Loc,
): Checked | null {
  if (typeof value === "number") return numberBounds(field, value, loc);
  if (typeof value === "string") return textBounds(field, value, loc);
  if (Array.isArray(value)) return listBounds(field, value.length, loc);
  return null;
}

function numberBounds(
  field: FieldSpec,
  value: number,
  loc: Loc,
): Checked | null {
  const rules = [
    [field.gt, (b: number) => value > b, "greater than", "gt"],
    [field.ge, (b: number) => value >= b, "greater than or equal to", "ge"],
    [field.lt, (b: number) => value < b, "less than", "lt"],
    [field.le, (b: number) => value <= b, "less than or equal to", "le"],
  ] as const;
  for (const [bound, holds, words, code] of rules) {
    if (isBound(bound) && !holds(bound)) {
      return fail(
        loc,
        `ensure this value is ${words} ${bound}`,
        `value_error.number.not_${code}`,
        { limit_value: bound },
      );
    }
  }
  return null;
}

function textBounds(field: FieldSpec, value: string, loc: Loc): Checked | null {
  const min = field.minLength;
  const max = field.maxLength;
  if (isBound(min) && value.length < min) {
    return fail(
      loc,
      `ensure this value has at least ${min} characters`,
      "value_error.any_str.min_length",
      { limit_value: min },
    );
  }
  if (isBound(max) && value.length > max) {
    return fail(
      loc,
      `ensure this value has at most ${max} characters`,
      "value_error.any_str.max_length",
      { limit_value: max },
    );
  }
  if (field.regex !== undefined && !field.regex.test(value)) {
    const pattern = field.regex.source;
    return fail(
      loc,
      `string does not match regex "${pattern}"`,
      "value_error.str.regex",
      { pattern },
    );
  }
  return null;
}

function listBounds(
  field: FieldSpec,
  length: number,
  loc: Loc,
): Checked | null {
  const min = field.minItems;
  const max = field.maxItems;
  if (isBound(min) && length < min) {
    return fail(
      loc,
      `ensure this value has at least ${min} items`,
      "value_error.list.min_items",
      { limit_value: min },
    );
  }
  if (isBound(max) && length > max) {
    return fail(
      loc,
      `ensure this value has at most ${max} items`,
      "value_error.list.max_items",
      { limit_value: max },
    );
  }
  return null;
}

function isBound(bound: number | null | undefined): bound is number {
  return bound !== null && bound !== undefined && bound !== 0;
}
