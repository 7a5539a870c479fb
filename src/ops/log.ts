import { inspect } from "node:util";
import { pino, type DestinationStream } from "pino";
import { ServiceError } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import { scrubber, type Scrub } from "../core/scrub.ts";
import { pretty } from "./pretty.ts";

export interface LogOptions {
  /** Name of the service, in every line. */
  readonly service: string;
  readonly level: "error" | "warn" | "info" | "debug";
  /** `auto`: pretty on a terminal, JSON elsewhere. */
  readonly format: "auto" | "json" | "pretty";
  /** Values that must not appear in any line; more with `hide`. */
  readonly secrets?: readonly string[];
  /** Default: standard output. */
  readonly destination?: DestinationStream;
}

export interface ServiceLog {
  readonly log: Logger;
  /** Keeps a value out of every later line: a secret that became known after the start. */
  hide(secret: string): void;
  /** Takes secrets out of text that goes elsewhere, as out of the lines. */
  readonly scrub: Scrub;
}

/**
 * Makes the logger of a process. Whole lines are scrubbed, so that no field, message, error or cause can
 * carry a secret out.
 */
export function makeLog(options: LogOptions): ServiceLog {
  const secrets = new Set(options.secrets);
  let clean = scrubber(secrets);
  const scrub: Scrub = (text) => clean(text);
  const isPretty =
    options.format === "pretty" ||
    (options.format === "auto" && process.stdout.isTTY);
  const destination =
    options.destination ?? pino.destination({ fd: 1, sync: true });
  const log = pino(
    {
      base: { service: options.service },
      level: options.level,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => readable(fields),
      },
      // Errors come as plain data, see `readable`.
      serializers: { err: (value: unknown) => value },
      hooks: { streamWrite: scrub },
    },
    isPretty ? pretty(destination) : destination,
  );
  return {
    log,
    scrub,
    hide(secret) {
      if (secrets.has(secret)) return;
      secrets.add(secret);
      clean = scrubber(secrets);
    },
  };
}

const MOST_CAUSES = 4;

/**
 * Errors among the fields as plain data: what we say about them and their stack. Never their other
 * properties: errors of HTTP clients drag the whole request along, headers and all.
 */
function readable(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      value instanceof Error ? describeError(value, 0) : value,
    ]),
  );
}

interface PlainError {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly system?: string | null;
  readonly subject?: object;
  readonly stack?: string;
  readonly cause?: PlainError | string;
  readonly errors?: readonly PlainError[];
}

function describeError(error: Error, depth: number): PlainError {
  const code = "code" in error ? error.code : undefined;
  return {
    type: error.name,
    message: error.message,
    ...(typeof code === "string" && { code }),
    ...(error instanceof ServiceError && {
      system: error.system,
      subject: error.subject,
    }),
    ...(error.stack !== undefined && { stack: error.stack }),
    ...(depth < MOST_CAUSES && causes(error, depth + 1)),
  };
}

function causes(
  error: Error,
  depth: number,
): Pick<PlainError, "cause" | "errors"> {
  const { cause } = error;
  return {
    ...(cause instanceof Error && { cause: describeError(cause, depth) }),
    ...(cause !== undefined &&
      !(cause instanceof Error) && { cause: inspect(cause, { depth: 1 }) }),
    ...(error instanceof AggregateError && {
      errors: error.errors
        .slice(0, 10)
        .map((e: unknown) =>
          describeError(e instanceof Error ? e : new Error(String(e)), depth),
        ),
    }),
  };
}
