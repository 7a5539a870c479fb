import { createHash } from "node:crypto";
import type { Value } from "../store/row.ts";

/**
 * JSON text exactly as Python's `json.dumps(value, sort_keys=True)` writes it: separators `", "` and `": "`,
 * everything beyond ASCII escaped. The official Python client compares hashes of this text to decide
 * whether its cached schemas still hold.
 */
export function pythonJson(value: Value): string {
  if (value === null) return "null";
  if (typeof value === "string") return quote(value);
  if (typeof value !== "object") return String(value);
  if (isList(value)) return `[${value.map(pythonJson).join(", ")}]`;
  const members = Object.keys(value)
    .sort(byCodePoint)
    .map((key) => `${quote(key)}: ${pythonJson(value[key] ?? null)}`);
  return `{${members.join(", ")}}`;
}

function isList(value: object): value is readonly Value[] {
  return Array.isArray(value);
}

/** Python orders text by code point, JavaScript by UTF-16 unit. */
function byCodePoint(a: string, b: string): number {
  const left = Array.from(a, (c) => c.codePointAt(0) ?? 0);
  const right = Array.from(b, (c) => c.codePointAt(0) ?? 0);
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function quote(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[\u007f-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** `schema_hash` of the server information. */
export function schemaHash(schemas: readonly Value[]): string {
  return createHash("md5").update(pythonJson(schemas)).digest("hex");
}
