import type { Value } from "./row.ts";

/** Text of a value; of a `link` the names along it. */
export function asText(value: Value): string {
  if (value === null) return "";
  if (typeof value !== "object") return String(value);
  if (Array.isArray(value))
    return (value as readonly Value[]).map(asText).join(" / ");
  const name = (value as { readonly name?: Value }).name;
  return name === undefined ? JSON.stringify(value) : asText(name);
}
