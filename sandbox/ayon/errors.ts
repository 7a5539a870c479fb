import type { FieldError } from "./validation/field.ts";
import type { JsonObject } from "./json.ts";

/**
 * A refusal the server foresees: answered with `status` and `{"code", "detail", …extra}`. In an operations
 * answer `code` becomes the operation's `errorCode`.
 */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly extra: JsonObject;

  constructor(
    status: number,
    detail: string,
    options: { code?: string; extra?: JsonObject } = {},
  ) {
    super(detail);
    this.status = status;
    this.code = options.code ?? defaultCode(status);
    this.extra = options.extra ?? {};
  }
}

function defaultCode(status: number): string {
  const known: Record<number, string> = {
    400: "bad-request",
    401: "not-logged-in",
    403: "forbidden",
    404: "not-found",
    409: "constraint-violation",
    415: "unsupported-media",
    501: "not-implemented",
    503: "service-unavailable",
  };
  return known[status] ?? "error";
}

export const badRequest = (detail: string): ApiError =>
  new ApiError(400, detail);
export const unauthorized = (detail: string): ApiError =>
  new ApiError(401, detail);
export const forbidden = (detail = "Forbidden"): ApiError =>
  new ApiError(403, detail);
export const notFound = (detail = "Not found"): ApiError =>
  new ApiError(404, detail);
export const conflict = (detail: string): ApiError => new ApiError(409, detail);

/**
 * A constraint of the database. Entity endpoints answer 409; endpoints that write their table directly
 * answer HTTP 500 with an inner `code`; within an operations request it undoes the whole transaction.
 */
export class IntegrityError extends Error {
  readonly kind: IntegrityKind;

  constructor(kind: IntegrityKind, detail: string) {
    super(detail);
    this.kind = kind;
  }

  get code(): number {
    return this.kind === "not-null-violation" ? 400 : 409;
  }
}

export type IntegrityKind =
  "unique-violation" | "foreign-key-violation" | "not-null-violation";

/** A refused foreign key that the server reports in its own words; the transaction is lost all the same. */
export class DatabaseApiError extends ApiError {}

/** Body, query, path or header of a request break their model: 400 with `errors`. */
export class RequestValidationError extends Error {
  readonly errors: readonly FieldError[];

  constructor(errors: readonly FieldError[]) {
    super("Request validation error");
    this.errors = errors;
  }
}

/** Data of an operation break their model; the text is the one of pydantic v1. */
export class ModelError extends Error {
  readonly errors: readonly FieldError[];

  constructor(model: string, errors: readonly FieldError[]) {
    const count = errors.length;
    const lines = errors.map(
      (e) => `${e.loc.join(" -> ")}\n  ${e.msg} (${typeAndContext(e)})`,
    );
    super(
      `${count} validation error${count === 1 ? "" : "s"} for ${model}\n${lines.join("\n")}`,
    );
    this.errors = errors;
  }
}

function typeAndContext(error: FieldError): string {
  const context = Object.entries(error.ctx ?? {}).map(
    ([key, value]) =>
      `; ${key}=${Array.isArray(value) ? `(${value.map((v) => `'${String(v)}'`).join(", ")})` : String(value)}`,
  );
  return `type=${error.type}${context.join("")}`;
}

/** A failed assertion: HTTP 500 with file and line. */
export class AssertionFailure extends Error {}

/** Anything the server did not foresee: HTTP 500; the message is what Python would print. */
export class UnhandledError extends Error {}

/**
 * What AYON answers when PostgreSQL refused a statement inside a transaction that went on after it: the text
 * names neither the value nor the constraint.
 */
export function abortedTransaction(): UnhandledError {
  return new UnhandledError(
    "asyncpg.exceptions.InFailedSQLTransactionError: current transaction is aborted, " +
      "commands ignored until end of transaction block",
  );
}
