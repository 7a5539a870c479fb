import {
  AuthError,
  ContractError,
  RejectedError,
  ServiceError,
  toError,
  UnavailableError,
} from "../core/errors.ts";
import type { Scrub } from "../core/scrub.ts";

/**
 * Codes of everything this folder throws.
 *
 * The difference between UNREACHABLE and the other outages matters to writes: only UNREACHABLE proves that
 * nothing was sent.
 */
export const codes = {
  /** No connection: nothing was sent. */
  unreachable: "E_FTRACK_UNREACHABLE",
  /** Sent, and no usable answer: may have taken effect. */
  unavailable: "E_FTRACK_UNAVAILABLE",
  timeout: "E_FTRACK_TIMEOUT",
  /** The caller's signal. */
  aborted: "E_FTRACK_ABORTED",
  /** The server answered that it has a trouble of its own; nothing took effect. */
  serverTrouble: "E_FTRACK_SERVER",
  credentials: "E_FTRACK_CREDENTIALS",
  permission: "E_FTRACK_PERMISSION",
  validation: "E_FTRACK_VALIDATION",
  duplicate: "E_FTRACK_DUPLICATE",
  notFound: "E_FTRACK_NOT_FOUND",
  query: "E_FTRACK_QUERY",
  /** Refused with a reason we cannot name. */
  refused: "E_FTRACK_REFUSED",
  malformed: "E_FTRACK_MALFORMED",
} as const;

export type Purpose = "query" | "write" | "connect" | "transfer";

/** Failures before the first byte left: DNS, refused, no route, TLS. Messages of Node and undici. */
const NEVER_SENT =
  /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|ConnectTimeoutError|UND_ERR_CONNECT_TIMEOUT|bad port|certificate|unable to verify|ERR_TLS|EPROTO|SSL routines|^AggregateError/i;

/** Failures on an open connection. */
const BROKEN =
  /fetch failed|terminated|SocketError|other side closed|socket hang up|timeout of \d+ ?ms|stream has been aborted|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|(Headers|Body)TimeoutError|UND_ERR_|HTTPParserError|premature close|aborted/i;

/**
 * What a healthy request meets on a server in trouble. Unverified: the texts are those of the database and
 * frameworks under such servers; Ftrack's own wording was not seen.
 */
const SERVER_TROUBLE =
  /deadlock|lock wait timeout|lost connection|server has gone away|too many connections|operationalerror|internal server error|temporarily unavailable|service unavailable|bad gateway|gateway time-?out|overloaded|too many requests|maintenance|timed? ?out/i;

const CREDENTIALS =
  /invalidcredentials|api key[^.]*(not valid|invalid|disabled|expired|revoked)|credentials|authenticat|not logged in|user[^.]*(disabled|not active)/i;

const DUPLICATE = /duplicate ?entry|already exists|must be unique|not unique/i;
const NOT_FOUND =
  /not found|does not exist|no such entity|could not (find|locate)/i;

interface Thrown {
  readonly name: string;
  readonly message: string;
  readonly errorCode: string | null;
}

function facts(thrown: unknown): Thrown {
  const error = toError(thrown);
  const errorCode: unknown = Reflect.get(error, "errorCode");
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : "";
  const code: unknown = Reflect.get(error, "code");
  const suffix = typeof code === "string" ? ` [${code}]` : "";
  return {
    name: error.name,
    // The client makes an error of fetch's `cause`, so that the message may be a stringified error.
    message: `${error.message}${suffix}${cause}`,
    errorCode: typeof errorCode === "string" ? errorCode : null,
  };
}

/** Kept instead of what was thrown, which may hold addresses and headers with the key. */
function cleanCause(thrown: Thrown, message: string): Error {
  const cause = new Error(message);
  cause.name = thrown.name;
  delete cause.stack;
  return cause;
}

/**
 * Everything the official client or the network throws, as an error that says what happens next.
 *
 * Judged by name and text: the client's error classes are siblings made by a factory, wrong credentials and
 * a dead network both arrive as `ServerError`, the HTTP status is not looked at, and an HTML page of a proxy
 * comes as a `SyntaxError`. Source: `@ftrack/api` 1.11.2, session and error modules.
 */
export function classify(
  thrown: unknown,
  context: {
    readonly purpose: Purpose;
    readonly scrub: Scrub;
    /** The joined signal of caller and time limit: its reason tells one from the other. */
    readonly signal?: AbortSignal | undefined;
    readonly subject?: Readonly<Record<string, string | number | null>>;
  },
): ServiceError {
  if (thrown instanceof ServiceError) return thrown;
  const { signal } = context;
  if (signal?.aborted === true && signal.reason instanceof ServiceError)
    return signal.reason;
  const what = facts(thrown);
  const text = context.scrub(what.message).slice(0, 2000);
  const details = {
    system: "ftrack",
    ...(context.subject === undefined ? {} : { subject: context.subject }),
    cause: cleanCause(what, text),
  } as const;
  const unavailable = (code: string, message: string): ServiceError =>
    new UnavailableError(message, { ...details, code });
  const rejected = (code: string): ServiceError =>
    new RejectedError(`Ftrack refused: ${text}`, { ...details, code });

  if (signal?.aborted === true) {
    return signal.reason instanceof DOMException &&
      signal.reason.name === "TimeoutError"
      ? unavailable(codes.timeout, `Ftrack: ${signal.reason.message}`)
      : unavailable(codes.aborted, "Stopped before Ftrack answered");
  }
  switch (what.name) {
    case "TimeoutError":
      return unavailable(codes.timeout, `Ftrack: ${text}`);
    case "AbortError":
      return unavailable(codes.unavailable, `Ftrack: ${text}`);
    case "SyntaxError":
      return unavailable(
        codes.unavailable,
        "Ftrack answered with something that is not JSON",
      );
    case "ServerValidationError":
      return rejected(
        DUPLICATE.test(what.message) ? codes.duplicate : codes.validation,
      );
    case "ServerPermissionDeniedError":
      return CREDENTIALS.test(what.message)
        ? credentialsRefused(text, details)
        : rejected(codes.permission);
    case "ServerError":
      return fromServerError(what, context.purpose);
    case "TypeError":
      return fromTypeError(what, context.purpose);
    default:
      return NEVER_SENT.test(what.message) || BROKEN.test(what.message)
        ? network(what)
        : new ContractError(`The Ftrack client failed: ${text}`, {
            ...details,
            code: codes.malformed,
          });
  }

  function network(error: Thrown): ServiceError {
    if (
      /^(Headers|Body)TimeoutError|aborted due to timeout|^timeout of \d+ ?ms/.test(
        error.message,
      )
    )
      return unavailable(codes.timeout, `Ftrack: ${text}`);
    return NEVER_SENT.test(error.message)
      ? unavailable(codes.unreachable, `Ftrack cannot be reached: ${text}`)
      : unavailable(codes.unavailable, `Ftrack: ${text}`);
  }

  function fromServerError(error: Thrown, purpose: Purpose): ServiceError {
    if (
      error.errorCode === "api_credentials_invalid" ||
      (error.errorCode === null && CREDENTIALS.test(error.message))
    )
      return credentialsRefused(text, details);
    if (error.errorCode === null && isNetworkText(error.message))
      return network(error);
    if (error.message === "Response is malformed")
      return new ContractError(
        "Ftrack's answer holds a value no client can read",
        {
          ...details,
          code: codes.malformed,
        },
      );
    if (DUPLICATE.test(error.message)) return rejected(codes.duplicate);
    if (SERVER_TROUBLE.test(error.message))
      return unavailable(codes.serverTrouble, `Ftrack is in trouble: ${text}`);
    if (purpose === "query") return rejected(codes.query);
    return rejected(
      NOT_FOUND.test(error.message) ? codes.notFound : codes.refused,
    );
  }

  function fromTypeError(error: Thrown, purpose: Purpose): ServiceError {
    if (NEVER_SENT.test(error.message) || BROKEN.test(error.message))
      return network(error);
    // The client reads properties of whatever JSON came back: `null`, or a proxy's own error object.
    if (
      purpose === "connect" ||
      /reading 'exception'|is not iterable/.test(error.message)
    )
      return unavailable(
        codes.unavailable,
        "Ftrack answered in an unexpected form",
      );
    return new ContractError(`The Ftrack client failed: ${text}`, {
      ...details,
      code: codes.malformed,
    });
  }
}

/**
 * True for the text of a network failure: fetch's own words, or its cause turned into text, which begins with
 * the error's name. A server's sentence that merely holds such a word is not one.
 */
function isNetworkText(message: string): boolean {
  return (
    /^(fetch failed|terminated|(this|the) operation was aborted)/i.test(
      message,
    ) ||
    /^(Socket|ConnectTimeout|HeadersTimeout|BodyTimeout|HTTPParser|Aggregate|RequestContentLengthMismatch)Error\b/.test(
      message,
    ) ||
    /^Error: .*(\bE[A-Z_]{4,}\b|certificate|TLS|SSL|socket|bad port|network)/.test(
      message,
    )
  );
}

function credentialsRefused(
  text: string,
  details: { readonly system: "ftrack"; readonly cause: Error },
): AuthError {
  return new AuthError(`Ftrack refuses the API user or key: ${text}`, {
    ...details,
    code: codes.credentials,
  });
}
