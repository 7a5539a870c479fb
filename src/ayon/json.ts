import { z } from "zod";

export type Values = Readonly<Record<string, unknown>>;

/**
 * Values of a JSON object, as the server puts them into GraphQL: a string, or null when empty. Anything
 * unreadable is an empty object: one odd row must not hide the others.
 */
export const jsonObject = z
  .unknown()
  .optional()
  .transform((value): Values => {
    if (typeof value !== "string") return isValues(value) ? value : {};
    try {
      const parsed: unknown = JSON.parse(value);
      return isValues(parsed) ? parsed : {};
    } catch {
      return {};
    }
  });

function isValues(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The named values; names without a value are left out. Safe for any name, `__proto__` too. */
export function pick(values: Values, names: readonly string[]): Values {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = Object.hasOwn(values, name) ? values[name] : undefined;
      return value === undefined || value === null ? [] : [[name, value]];
    }),
  );
}

/** Without nulls, which mean "not set". */
export function setValues(values: Values): Values {
  return pick(values, Object.keys(values));
}
