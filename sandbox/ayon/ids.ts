import { randomBytes } from "node:crypto";

/** 100 ns between 1582-10-15, where version 1 UUIDs begin, and 1970-01-01. */
const EPOCH_OFFSET = 122_192_928_000_000_000n;
const node = randomBytes(8).toString("hex");
let last = 0n;

/** A new id: 32 hex digits of a version 1 UUID, as AYON makes them. Rises with time within one process. */
export function newId(): string {
  const now = BigInt(Date.now()) * 10_000n + EPOCH_OFFSET;
  last = now > last ? now : last + 1n;
  const time = last.toString(16).padStart(15, "0");
  return `${time.slice(7)}${time.slice(3, 7)}1${time.slice(0, 3)}${node}`;
}

/** PostgreSQL's spelling of an id, which appears in AYON's error texts. */
export function dashed(id: string): string {
  return /^[0-9a-f]{32}$/i.test(id)
    ? `${id.slice(0, 8)}-${id.slice(8, 12)}-${id.slice(12, 16)}-${id.slice(16, 20)}-${id.slice(20)}`
    : id;
}

export function token(hexDigits: number): string {
  return randomBytes(hexDigits / 2).toString("hex");
}
