import { validationError } from "../api/errors.ts";
import { keyOf, type Row, type Value } from "../store/row.ts";
import { asText } from "../store/text.ts";
import { dateOf, type Raw } from "../store/values.ts";
import { typeOfConfiguration } from "./types.ts";

/**
 * A value of a custom attribute, checked against the attribute's type. An enumerator holds a list even
 * when only one choice is allowed.
 *
 * @throws ApiError `ValidationError`
 */
export function castValue(configuration: Row, raw: Raw | Value): Value {
  if (raw === null || raw === undefined) return null;
  const type = typeOfConfiguration(configuration);
  switch (type) {
    case "number":
      if (typeof raw === "number") return raw;
      throw mismatch(configuration, "number");
    case "boolean":
      if (typeof raw === "boolean") return raw;
      throw mismatch(configuration, "boolean");
    case "date": {
      const date = dateOf(raw);
      if (date === null) throw mismatch(configuration, "date");
      return date;
    }
    case "enumerator":
    case "dynamic enumerator": {
      const list = Array.isArray(raw) ? raw : [raw as Raw];
      return list.map((item) => {
        if (typeof item !== "string") throw mismatch(configuration, "list");
        return item;
      });
    }
    case "text":
    case "url":
    case "expression":
      if (typeof raw === "string") return raw;
      throw mismatch(configuration, "string");
  }
}

function mismatch(configuration: Row, wanted: string): Error {
  return validationError(
    `Custom attribute value for "${keyOf(configuration, "key")}" must be of type ${wanted}.`,
  );
}

/**
 * A value as `ftrack.update` shows it: always text. Booleans are `1` and `0`, choices are joined with a
 * comma, decimal numbers keep a fraction.
 */
export function eventText(configuration: Row, value: Value): string | null {
  if (value === null) return null;
  if (typeof value === "boolean") return value ? "1" : "0";
  if (typeof value === "number")
    return isDecimal(configuration) && Number.isInteger(value)
      ? value.toFixed(1)
      : String(value);
  return Array.isArray(value) ? value.join(", ") : asText(value);
}

function isDecimal(configuration: Row): boolean {
  const config = configuration["config"];
  return typeof config === "string" && /"isdecimal"\s*:\s*true/.test(config);
}
