import type { Column } from "../schema/attribute.ts";
import type { Value } from "./row.ts";
import { validationError } from "../api/errors.ts";

const DATE =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:\.\d+)?)?)?(Z|[+-]\d{2}:?\d{2})?$/;

/**
 * A moment as it is stored: naive UTC to the second. Takes a date, a naive moment (UTC), or one with an
 * offset; null when the text is none of them.
 */
export function parseDate(text: string): string | null {
  const match = DATE.exec(text.trim());
  if (match === null) return null;
  const [, day, minutes = "00:00", seconds = "00", zone = "Z"] = match;
  const moment = new Date(`${day ?? ""}T${minutes}:${seconds}${zone}`);
  return Number.isNaN(moment.getTime()) ? null : formatDate(moment);
}

export function formatDate(moment: Date): string {
  return moment.toISOString().slice(0, 19);
}

/** What came in JSON, not yet checked. */
export type Raw =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly Raw[]
  | { readonly [key: string]: Raw };
export type RawObject = Readonly<Record<string, Raw>>;

export function isObject(raw: Raw): raw is RawObject {
  return typeof raw === "object" && raw !== null && !isArray(raw);
}

export function isArray(raw: Raw): raw is readonly Raw[] {
  return Array.isArray(raw);
}

/** The moment in a `{"__type__":"datetime","value":…}` or a plain text. */
export function dateOf(raw: Raw): string | null {
  if (typeof raw === "string") return parseDate(raw);
  if (
    isObject(raw) &&
    (raw["__type__"] === "datetime" || raw["__type__"] === "date") &&
    typeof raw["value"] === "string"
  )
    return parseDate(raw["value"]);
  return null;
}

/** A value for a column, checked against the column's type. */
export function readValue(name: string, column: Column, raw: Raw): Value {
  if (raw === null || raw === undefined) return null;
  if (column.format === "date-time") {
    const date = dateOf(raw);
    if (date === null)
      throw validationError(`Attribute ${name} must be a date.`);
    return date;
  }
  const value = readScalar(column, raw);
  if (value === undefined)
    throw validationError(`Attribute ${name} must be of type ${column.type}.`);
  if (
    column.choices !== undefined &&
    (typeof value !== "string" || !column.choices.includes(value))
  )
    throw validationError(
      `Attribute ${name} must be one of ${column.choices.join(", ")}.`,
    );
  return value;
}

function readScalar(column: Column, raw: Raw): Value | undefined {
  switch (column.type) {
    case "boolean":
      return typeof raw === "boolean"
        ? raw
        : raw === 0 || raw === 1
          ? raw === 1
          : undefined;
    case "integer":
      return typeof raw === "number" && Number.isInteger(raw) ? raw : undefined;
    case "number":
      return typeof raw === "number" ? raw : undefined;
    case "string":
      if (typeof raw === "string") return raw;
      // A text that looks like a moment is sent as one by the JavaScript client.
      if (isObject(raw) && raw["__type__"] === "datetime")
        return typeof raw["value"] === "string" ? raw["value"] : undefined;
      return typeof raw === "number" || typeof raw === "boolean"
        ? String(raw)
        : undefined;
    case "variable":
    case "object":
      return raw as Value;
  }
}
