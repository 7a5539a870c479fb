/**
 * Errors named by what happens next, not by where they arose.
 *
 * `retry` is the whole contract with the queue: `never` goes to the dead letters, `backoff` holds the
 * project and tries again, `afterMs` waits that long.
 */
export type Retry = "never" | "backoff" | { readonly afterMs: number };

/** Which system did not answer; null when the fault is ours or lies in the data. */
export type System = "ftrack" | "ayon" | "redis" | null;

export interface ErrorDetails {
  /** Stable, for logs, metrics and dead-letter filters: `E_AYON_UNAVAILABLE`. */
  readonly code: string;
  readonly system?: System;
  /** Ids, names: what the error is about. Never a secret. */
  readonly subject?: Readonly<Record<string, string | number | null>>;
  readonly cause?: unknown;
}

export abstract class ServiceError extends Error {
  readonly code: string;
  readonly system: System;
  readonly subject: Readonly<Record<string, string | number | null>>;
  abstract readonly retry: Retry;

  constructor(message: string, details: ErrorDetails) {
    super(
      message,
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.name = new.target.name;
    this.code = details.code;
    this.system = details.system ?? null;
    this.subject = details.subject ?? {};
  }
}

/** A setting is wrong: switches off one handler for one project. */
export class ConfigError extends ServiceError {
  readonly retry = "never";
}

/** Credentials are missing or refused. Readiness goes red; work waits until they are mended. */
export class AuthError extends ServiceError {
  readonly retry = "backoff";
}

/** The other side is down, slow, restarting, or answers nonsense in front of a proxy. */
export class UnavailableError extends ServiceError {
  readonly retry = "backoff";
}

/** The other side asked to wait. */
export class RateLimitedError extends ServiceError {
  readonly retry: Retry;
  constructor(
    message: string,
    details: ErrorDetails & { readonly afterMs: number },
  ) {
    super(message, details);
    this.retry = { afterMs: details.afterMs };
  }
}

/** The other side answered in a form we do not understand, or an input is malformed. */
export class ContractError extends ServiceError {
  readonly retry = "never";
}

/** The other side refused this one request for what it contains (validation, permission, not found). */
export class RejectedError extends ServiceError {
  readonly retry = "never";
}

/** This process no longer owns the project it works on: stop at once, write nothing. */
export class FencedError extends ServiceError {
  readonly retry = "never";
}

/** Anything thrown, as an Error. */
export function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  return new Error(
    typeof thrown === "string" ? thrown : `thrown: ${JSON.stringify(thrown)}`,
  );
}

/** What to do about anything thrown: a ServiceError says it, everything else is a bug and is not retried. */
export function retryOf(thrown: unknown): Retry {
  return thrown instanceof ServiceError ? thrown.retry : "never";
}

export function codeOf(thrown: unknown): string {
  return thrown instanceof ServiceError ? thrown.code : "E_UNEXPECTED";
}
