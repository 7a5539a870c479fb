import { isObject, type JsonObject } from "../json.ts";
import { bounds } from "./bounds.ts";
import { coerce, each } from "./coerce.ts";
import { fail, type Checked, type FieldError, type Loc } from "./outcome.ts";

import type { FieldSpec, ModelSpec } from "./spec.ts";

export type { FieldError } from "./outcome.ts";
export type { FieldSpec, ModelSpec } from "./spec.ts";

export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
}

const databaseNames = new WeakMap<FieldSpec, string>();

/** Fields may come by the name they have in the database. Remembered: this is asked very often. */
function databaseName(field: FieldSpec): string {
  let name = databaseNames.get(field);
  if (name === undefined) {
    name = snakeCase(field.name);
    databaseNames.set(field, name);
  }
  return name;
}

/** Only the keys that were sent are in `value`: a patch tells "absent" from "null". */
export function checkModel(
  model: ModelSpec,
  input: unknown,
  loc: Loc = [],
):
  | { readonly value: JsonObject; readonly errors?: undefined }
  | { readonly errors: readonly FieldError[] } {
  if (!isObject(input)) {
    return {
      errors: [
        { loc, msg: "value is not a valid dict", type: "type_error.dict" },
      ],
    };
  }
  const value = new Map<string, unknown>(
    model.keepUnknown === true ? Object.entries(input) : [],
  );
  const errors: FieldError[] = [];
  for (const field of model.fields) {
    const key = Object.hasOwn(input, field.name)
      ? field.name
      : databaseName(field);
    const at = [...loc, field.name];
    if (!Object.hasOwn(input, key)) {
      if (field.required === true) {
        errors.push({
          loc: at,
          msg: "field required",
          type: "value_error.missing",
        });
      }
      continue;
    }
    const checked = checkField(field, input[key], at);
    if (checked.errors !== undefined) errors.push(...checked.errors);
    else value.set(field.name, checked.value);
  }
  return errors.length > 0 ? { errors } : { value: Object.fromEntries(value) };
}

export function checkField(
  field: FieldSpec,
  input: unknown,
  loc: Loc,
): Checked {
  if (input === null || input === undefined) {
    return field.nullable === false || field.required === true
      ? fail(loc, "none is not an allowed value", "type_error.none.not_allowed")
      : { value: null };
  }
  if (field.permitted !== undefined)
    return checkPermitted(field.permitted, input, loc);
  const coerced = checkKind(field.kind, input, loc);
  return coerced.errors !== undefined
    ? coerced
    : (bounds(field, coerced.value, loc) ?? coerced);
}

function checkPermitted(
  permitted: readonly string[],
  input: unknown,
  loc: Loc,
): Checked {
  if (typeof input === "string" && permitted.includes(input)) {
    return { value: input };
  }
  const list = permitted.map((p) => `'${p}'`).join(", ");
  return fail(
    loc,
    `unexpected value; permitted: ${list}`,
    "value_error.const",
    { given: input, permitted },
  );
}

function checkKind(kind: FieldSpec["kind"], input: unknown, loc: Loc): Checked {
  if (typeof kind === "string") return coerce(kind, input, loc);
  if ("model" in kind) return checkModel(kind.model, input, loc);
  return each(input, loc, (item, at) => checkModel(kind.listOf, item, at));
}
