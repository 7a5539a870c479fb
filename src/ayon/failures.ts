import {
  AuthError,
  ContractError,
  RateLimitedError,
  RejectedError,
  type ServiceError,
  UnavailableError,
} from "../core/errors.ts";

/** An answer of the server, or of something in front of it. */
export interface RawAnswer {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  readonly retryAfter?: string | undefined;
  readonly location?: string | undefined;
}

interface ErrorBody {
  readonly detail: string;
  /** The code inside the body: some integrity errors come as HTTP 500 with 409 in here. */
  readonly code: number | null;
  readonly error: string | null;
  /** The server says in which of its files an assertion failed: the request, not the server, is at fault. */
  readonly isAssertion: boolean;
}

const MAX_DETAIL = 500;
const DEFAULT_WAIT_MS = 5_000;
const MAX_WAIT_MS = 60_000;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Null when the body is not the JSON object that the server writes for every error. */
function parseBody(text: string): ErrorBody | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // Not JSON: a proxy's page, or plain text of the web framework. The status decides.
    return null;
  }
  if (!isRecord(json)) return null;
  const field = (key: string): string | null =>
    typeof json[key] === "string" ? json[key] : null;
  const validation =
    field("detail")?.startsWith("Request validation error") === true
      ? field("traceback")
      : null;
  const detail = [field("detail") ?? "", validation ?? ""]
    .filter((s) => s !== "")
    .join(": ");
  return {
    detail: detail.slice(0, MAX_DETAIL),
    code: typeof json["code"] === "number" ? json["code"] : null,
    error: field("error"),
    isAssertion: field("file") !== null && field("error") === null,
  };
}

function waitMs(retryAfter: string | undefined): number {
  if (retryAfter === undefined) return DEFAULT_WAIT_MS;
  const seconds = Number(retryAfter);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : DEFAULT_WAIT_MS;
  return Math.min(Math.max(ms, 0), MAX_WAIT_MS);
}

/** Code of a refusal, from the kind of constraint where the server names one. */
function refusalCode(status: number, error: string | null): string {
  if (error === "unique-violation") return "E_AYON_DUPLICATE";
  if (error === "foreign-key-violation") return "E_AYON_REFERENCE";
  switch (status) {
    case 403:
      return "E_AYON_FORBIDDEN";
    case 404:
      return "E_AYON_NOT_FOUND";
    case 409:
      return "E_AYON_CONFLICT";
    case 413:
      return "E_AYON_TOO_LARGE";
    case 415:
      return "E_AYON_UNSUPPORTED";
    case 501:
      return "E_AYON_NOT_IMPLEMENTED";
    default:
      return "E_AYON_INVALID";
  }
}

/**
 * The error that an answer with a status of 300 or more stands for.
 *
 * Source: error bodies of a running AYON 1.15; api/exceptions of ayon-backend. Two things surprise: integrity
 * errors of some endpoints are HTTP 500 with 409 inside, and a proxy in front answers with HTML.
 */
export function errorOfAnswer(answer: RawAnswer): ServiceError {
  const { method, path, status } = answer;
  const body = parseBody(answer.text);
  const subject = { method, path, status };
  const said = body?.detail ?? "";
  const what = `AYON answered ${status}${said === "" ? "" : `: ${said}`}`;

  if (status === 401) {
    return new AuthError(
      `${what}. Check AYON_API_KEY; a new key is refused for up to a minute after a failed try`,
      { code: "E_AYON_AUTH", system: "ayon", subject },
    );
  }
  if (status === 429) {
    return new RateLimitedError(what, {
      code: "E_AYON_RATE_LIMITED",
      system: "ayon",
      subject,
      afterMs: waitMs(answer.retryAfter),
    });
  }
  if (status < 400) {
    return new UnavailableError(
      `AYON redirects to ${hostOf(answer.location)}; put the final address into AYON_SERVER_URL`,
      { code: "E_AYON_REDIRECT", system: "ayon", subject },
    );
  }
  if (status === 504) {
    // A proxy gave up waiting; the server does not know and works on.
    return new UnavailableError("AYON did not answer its proxy in time", {
      code: "E_AYON_TIMEOUT",
      system: "ayon",
      subject,
    });
  }
  if (body === null) {
    // A proxy's refusal of the size is about this request; everything else of a proxy is about the way.
    if (status === 413)
      return new RejectedError(what, {
        code: "E_AYON_TOO_LARGE",
        system: "ayon",
        subject,
      });
    return new UnavailableError(
      `${what} with a page instead of JSON: a proxy in front of it, or a wrong AYON_SERVER_URL`,
      { code: "E_AYON_UNAVAILABLE", system: "ayon", subject },
    );
  }
  if (status === 500 && body.code !== null && body.code < 500) {
    return new RejectedError(what, {
      code: refusalCode(body.code, body.error),
      system: "ayon",
      subject,
    });
  }
  if (status === 500 && body.isAssertion) {
    return new RejectedError(what, {
      code: "E_AYON_ASSERTION",
      system: "ayon",
      subject,
    });
  }
  if (status === 501 || status < 500) {
    return new RejectedError(what, {
      code: refusalCode(status, body.error),
      system: "ayon",
      subject,
    });
  }
  return new UnavailableError(what, {
    code: status === 500 ? "E_AYON_INTERNAL" : "E_AYON_UNAVAILABLE",
    system: "ayon",
    subject,
  });
}

function hostOf(location: string | undefined): string {
  if (location === undefined || !URL.canParse(location)) return "elsewhere";
  const url = new URL(location);
  return url.protocol + "//" + url.host;
}

/** Failures in which no byte of the request reached the server, so that any request may be sent again. */
const NEVER_SENT = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

/** The error that a request without an answer stands for. Only the system's error code is kept of the cause. */
export function errorOfFailure(
  method: string,
  path: string,
  code: string,
): ServiceError {
  const subject = { method, path, cause: code };
  if (code === "TIMEOUT") {
    return new UnavailableError("AYON did not answer in time", {
      code: "E_AYON_TIMEOUT",
      system: "ayon",
      subject,
    });
  }
  if (NEVER_SENT.has(code)) {
    return new UnavailableError(`AYON cannot be reached (${code})`, {
      code: "E_AYON_UNREACHABLE",
      system: "ayon",
      subject,
    });
  }
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO/.test(code)) {
    return new UnavailableError(
      `The certificate of AYON is not accepted (${code}); give its authority in NODE_EXTRA_CA_CERTS`,
      { code: "E_AYON_TLS", system: "ayon", subject },
    );
  }
  return new UnavailableError(`The connection to AYON broke (${code})`, {
    code: "E_AYON_UNAVAILABLE",
    system: "ayon",
    subject,
  });
}

/** An answer that is good by its status and unreadable by its content. */
export function errorOfContent(
  answer: RawAnswer,
  problem: string,
): ServiceError {
  const { method, path, status, contentType } = answer;
  const subject = { method, path, status };
  // A sign-in or maintenance page with status 200 is the doing of something in front of the server.
  if (contentType.includes("html")) {
    return new UnavailableError("A page came instead of AYON's answer", {
      code: "E_AYON_UNAVAILABLE",
      system: "ayon",
      subject,
    });
  }
  return new ContractError(`AYON's answer cannot be read: ${problem}`, {
    code: "E_AYON_CONTRACT",
    system: "ayon",
    subject,
  });
}
