import type { z } from "zod";

/**
 * A query in Ftrack's language together with the shape of its rows. Built here, run by `ftrack/reads.ts`.
 * Values never enter an expression except through `quote`.
 */
export interface Query<Row> {
  readonly type: string;
  readonly expression: string;
  /** Rows that do not fit are dropped and counted, never passed on half-read. */
  readonly row: z.ZodType<Row>;
  /** At most this many rows are read; undefined reads all pages. */
  readonly limit?: number;
}

export interface Condition {
  readonly text: string;
}

/**
 * A value as a literal.
 *
 * Escapes the backslash before the quote; the official client's own tag forgets the backslash, so that a
 * name ending in one would break out of the literal.
 */
export function quote(value: string): string {
  return `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

const PATH =
  /^[A-Za-z_][A-Za-z0-9_]*(\[[A-Za-z]+\])?(\.[A-Za-z_][A-Za-z0-9_]*(\[[A-Za-z]+\])?)*$/;

function path(name: string): string {
  if (!PATH.test(name)) throw new TypeError(`Not an attribute path: ${name}`);
  return name;
}

function literal(value: string | number | boolean | null): string {
  if (value === null) return "none";
  if (typeof value === "string") return quote(value);
  if (typeof value === "boolean") return value ? "True" : "False";
  return String(value);
}

/** `attribute is value`; null tests for none. */
export function is(
  name: string,
  value: string | number | boolean | null,
): Condition {
  return { text: `${path(name)} is ${literal(value)}` };
}

export function isNot(
  name: string,
  value: string | number | boolean | null,
): Condition {
  return { text: `${path(name)} is_not ${literal(value)}` };
}

/** Greater than, for paging by id and for dates. */
export function after(name: string, value: string | number): Condition {
  return { text: `${path(name)} > ${literal(value)}` };
}

/**
 * `attribute in (…)`.
 *
 * @throws TypeError for an empty list: the server calls it a syntax error, so the caller must not ask.
 */
export function inList(name: string, values: Iterable<string>): Condition {
  const list = [...new Set(values)];
  if (list.length === 0) throw new TypeError(`Empty list for ${name}`);
  return { text: `${path(name)} in (${list.map(quote).join(", ")})` };
}

export function and(...conditions: readonly Condition[]): Condition {
  return { text: conditions.map((c) => c.text).join(" and ") };
}

export function or(...conditions: readonly Condition[]): Condition {
  return { text: `(${conditions.map((c) => `(${c.text})`).join(" or ")})` };
}

/** A to-one relation fulfils the condition. */
export function has(relation: string, condition: Condition): Condition {
  return { text: `${path(relation)} has (${condition.text})` };
}

/** Some member of a to-many relation fulfils the condition. */
export function any(relation: string, condition: Condition): Condition {
  return { text: `${path(relation)} any (${condition.text})` };
}

export interface Select<Row> {
  readonly type: string;
  readonly fields: readonly string[];
  readonly row: z.ZodType<Row>;
  readonly where?: Condition;
  /** Defaults to `id`, so that pages do not shift. Types without an id name all of their own key. */
  readonly orderBy?: string | readonly string[];
  readonly descending?: boolean;
  readonly limit?: number;
}

/** Puts a query together. Paging (`offset`, `limit`) is added by the reader. */
export function select<Row>(spec: Select<Row>): Query<Row> {
  if (!/^[A-Za-z]+$/.test(spec.type))
    throw new TypeError(`Not a type: ${spec.type}`);
  const parts = [
    `select ${spec.fields.map(path).join(", ")} from ${spec.type}`,
  ];
  if (spec.where !== undefined) parts.push(`where ${spec.where.text}`);
  const order = [spec.orderBy ?? "id"].flat();
  const direction = spec.descending === true ? " descending" : "";
  parts.push(
    `order by ${order.map((name) => path(name) + direction).join(", ")}`,
  );
  return {
    type: spec.type,
    expression: parts.join(" "),
    row: spec.row,
    ...(spec.limit === undefined ? {} : { limit: spec.limit }),
  };
}

/** Splits ids so that an `in (…)` stays short enough for the server. */
export function chunk<T>(values: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let i = 0; i < values.length; i += size)
    chunks.push(values.slice(i, i + size));
  return chunks;
}
