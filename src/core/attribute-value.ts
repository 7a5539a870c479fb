import { ayonDate, calendarDay, isSameInstant } from "./dates.ts";
import type { AyonAttribute } from "./ports.ts";

/** A value in AYON's form, or why there is none. */
export type Converted =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: string };

function bad(reason: string): Converted {
  return { ok: false, reason };
}

function good(value: unknown): Converted {
  return { ok: true, value };
}

/** Number, decimal comma, and leading or trailing dot: `24`, `23,976`, `.5`, `24.`. */
const DECIMAL = /^[+-]?(?:\d+[.,]?\d*|[.,]\d+)$/;

function decimal(text: string): number | null {
  const trimmed = text.trim();
  return DECIMAL.test(trimmed) ? Number(trimmed.replace(",", ".")) : null;
}

export function number(raw: unknown): number | null {
  if (typeof raw === "number") return Number.isFinite(raw) ? raw : null;
  return typeof raw === "string" ? decimal(raw) : null;
}

/**
 * Frames per second: a number, or a text such as `24`, `23,976` or `24000/1001`; null when unreadable.
 */
export function framesPerSecond(raw: unknown): number | null {
  if (typeof raw !== "string") return number(raw);
  const [numerator, denominator, ...rest] = raw.split("/");
  if (rest.length > 0) return null;
  const top = decimal(numerator ?? "");
  if (denominator === undefined || top === null) return top;
  const bottom = decimal(denominator);
  return bottom === null || bottom === 0 ? null : top / bottom;
}

export function boolean(raw: unknown): boolean | null {
  if (typeof raw === "boolean") return raw;
  const text = typeof raw === "number" ? String(raw) : raw;
  if (typeof text !== "string") return null;
  const word = text.trim().toLowerCase();
  if (word === "1" || word === "true") return true;
  return word === "0" || word === "false" ? false : null;
}

export function text(raw: unknown): string | null {
  if (typeof raw === "string") return raw;
  if (typeof raw === "number" || typeof raw === "boolean") return String(raw);
  if (!Array.isArray(raw)) return null;
  const items = raw.map(text);
  return items.includes(null) ? null : items.join(", ");
}

/** A multi-select enumerator: a list over the API, joined by comma and space in events. */
export function list(raw: unknown): string[] | null {
  if (typeof raw === "string") {
    return raw
      .split(",")
      .map((item) => item.trim())
      .filter((item) => item !== "");
  }
  if (!Array.isArray(raw)) return null;
  const items = raw.map(text);
  return items.every((item) => item !== null) ? items : null;
}

/** The text in Ftrack's envelope of dates, whichever of its forms. */
export function dateText(raw: unknown): string | null {
  if (typeof raw === "string") return raw;
  if (typeof raw !== "object" || raw === null || !("value" in raw)) return null;
  return typeof raw.value === "string" ? raw.value : null;
}

function convert(
  raw: unknown,
  attribute: AyonAttribute,
  timezone: string,
): Converted {
  switch (attribute.type) {
    case "integer":
    case "float": {
      const value =
        attribute.name === "fps" ? framesPerSecond(raw) : number(raw);
      if (value === null) return bad("is not a number");
      if (attribute.type === "integer" && !Number.isInteger(value))
        return bad("is not a whole number");
      return good(value);
    }
    case "boolean": {
      const value = boolean(raw);
      return value === null ? bad("is not yes or no") : good(value);
    }
    case "datetime": {
      const day = calendarDay(dateText(raw) ?? "", timezone);
      return day === null ? bad("is not a date") : good(ayonDate(day));
    }
    case "string": {
      const value = text(raw);
      return value === null ? bad("is not a text") : good(value);
    }
    case "list_of_strings": {
      const value = list(raw);
      return value === null ? bad("is not a list") : good(value);
    }
    case "list_of_integers": {
      const items = list(raw)?.map(decimal);
      return items?.every((item) => Number.isInteger(item)) === true
        ? good(items)
        : bad("is not a list of whole numbers");
    }
    default:
      return bad(`cannot be brought into the type ${attribute.type}`);
  }
}

/** An option by its value, else by its label, ignoring case. */
function option(
  options: NonNullable<AyonAttribute["enum"]>,
  value: unknown,
): string | number | undefined {
  const word = String(value).toLowerCase();
  const found =
    options.find((o) => String(o.value).toLowerCase() === word) ??
    options.find((o) => o.label.toLowerCase() === word);
  return found?.value;
}

function pickOptions(value: unknown, attribute: AyonAttribute): Converted {
  const options = attribute.enum ?? [];
  if (options.length === 0) return good(value);
  const wanted: unknown[] = Array.isArray(value) ? value : [value];
  const picked = wanted.map((item) => option(options, item));
  const unknown = wanted.filter((_, index) => picked[index] === undefined);
  if (unknown.length > 0)
    return bad(
      `is not among the options of AYON: ${unknown.map(String).join(", ")}`,
    );
  return good(Array.isArray(value) ? picked : picked[0]);
}

/** Attributes are checked by Python on the server; a pattern that only Python understands is left to it. */
function pattern(source: string): RegExp | null {
  try {
    return new RegExp(source);
  } catch {
    // Not a pattern of JavaScript: the server still checks the value.
    return null;
  }
}

function boundsReason(value: unknown, a: AyonAttribute): string | null {
  if (typeof value === "number") {
    if (a.gt !== null && value <= a.gt) return `must be above ${a.gt}`;
    if (a.ge !== null && value < a.ge) return `must be at least ${a.ge}`;
    if (a.lt !== null && value >= a.lt) return `must be below ${a.lt}`;
    if (a.le !== null && value > a.le) return `must be at most ${a.le}`;
  }
  if (typeof value === "string") {
    if (a.minLength !== null && value.length < a.minLength)
      return `must have at least ${a.minLength} characters`;
    if (a.maxLength !== null && value.length > a.maxLength)
      return `must have at most ${a.maxLength} characters`;
    if (a.regex !== null && pattern(a.regex)?.test(value) === false)
      return `must match ${a.regex}`;
  }
  return null;
}

/**
 * An Ftrack value in the form of an AYON attribute, checked against the attribute's type, options and
 * bounds. AYON enforces neither the options nor a bound of 0, so a wrong value must be caught here.
 *
 * @param raw - a value as the API or an event gives it; null is not a value and must not come here
 * @param timezone - for dates, see `calendarDay`
 */
export function toAyonValue(
  raw: unknown,
  attribute: AyonAttribute,
  timezone: string,
): Converted {
  const converted = convert(raw, attribute, timezone);
  if (!converted.ok) return converted;
  const picked = pickOptions(converted.value, attribute);
  if (!picked.ok) return picked;
  const reason = boundsReason(picked.value, attribute);
  return reason === null ? picked : bad(reason);
}

/** Whether AYON already holds this value, however it writes it. */
export function isSameValue(type: string, a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    const other: readonly unknown[] = b;
    return a.length === other.length && a.every((item, i) => item === other[i]);
  }
  if (type === "datetime" && typeof a === "string" && typeof b === "string")
    return isSameInstant(a, b);
  return a === b;
}
