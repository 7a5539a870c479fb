import { describe, expect, it } from "vitest";
import {
  AuthError,
  ContractError,
  FencedError,
  RejectedError,
  UnavailableError,
} from "../../../src/core/errors.ts";
import { classify, type Purpose } from "../../../src/ftrack/errors.ts";
import { scrubber } from "../../../src/core/scrub.ts";

function thrown(name: string, message: string, errorCode?: string): Error {
  return Object.assign(new Error(message), {
    name,
    ...(errorCode === undefined ? {} : { errorCode }),
  });
}

const scrub = scrubber(["s3cret-key"]);

type Case = [
  title: string,
  error: unknown,
  purpose: Purpose,
  type: new (...args: never[]) => Error,
  code: string,
];

/** What fetch's cause looks like once the client has made an error of it. */
function network(code: string, ...texts: readonly string[]): Case[] {
  return texts.map((text) => [
    `network: ${text}`,
    thrown("ServerError", text),
    "write",
    UnavailableError,
    code,
  ]);
}

describe("classify", () => {
  it.each<Case>([
    // Credentials: a 200 answer that arrives as a plain ServerError.
    [
      "wrong key by its code",
      thrown(
        "ServerError",
        "The supplied API key is not valid.",
        "api_credentials_invalid",
      ),
      "query",
      AuthError,
      "E_FTRACK_CREDENTIALS",
    ],
    [
      "wrong key by its text only",
      thrown("ServerError", "The supplied API key is not valid."),
      "query",
      AuthError,
      "E_FTRACK_CREDENTIALS",
    ],
    [
      "permission error that is about logging in",
      thrown("ServerPermissionDeniedError", "Authentication is required"),
      "query",
      AuthError,
      "E_FTRACK_CREDENTIALS",
    ],
    // Refused for what it contains.
    [
      "permission",
      thrown(
        "ServerPermissionDeniedError",
        "User is not permitted to update Shot",
      ),
      "write",
      RejectedError,
      "E_FTRACK_PERMISSION",
    ],
    [
      "validation",
      thrown(
        "ServerValidationError",
        'Custom attribute value for "fstart" must be of type number',
      ),
      "write",
      RejectedError,
      "E_FTRACK_VALIDATION",
    ],
    [
      "validation about a name that is taken",
      thrown("ServerValidationError", "An object of that name already exists"),
      "write",
      RejectedError,
      "E_FTRACK_DUPLICATE",
    ],
    [
      "duplicate key",
      thrown(
        "ServerError",
        "(1062, \"Duplicate entry 'x' for key 'PRIMARY'\")",
      ),
      "write",
      RejectedError,
      "E_FTRACK_DUPLICATE",
    ],
    [
      "syntax of a query",
      thrown("ServerError", 'Failed to parse: select from "x"'),
      "query",
      RejectedError,
      "E_FTRACK_QUERY",
    ],
    [
      "python's key error is not a network error",
      thrown("ServerError", "KeyError: 'nope'"),
      "query",
      RejectedError,
      "E_FTRACK_QUERY",
    ],
    [
      "refusal without a name",
      thrown("ServerError", "Cannot do that"),
      "write",
      RejectedError,
      "E_FTRACK_REFUSED",
    ],
    [
      "a server's sentence with a network word in it",
      thrown("ServerError", 'Validation of "socket hang up" failed'),
      "write",
      RejectedError,
      "E_FTRACK_REFUSED",
    ],
    // The server answered, and has a trouble of its own.
    [
      "deadlock",
      thrown("ServerError", "Deadlock found when trying to get lock"),
      "write",
      UnavailableError,
      "E_FTRACK_SERVER",
    ],
    [
      "internal error",
      thrown("ServerError", "Internal server error"),
      "query",
      UnavailableError,
      "E_FTRACK_SERVER",
    ],
    // Never sent.
    ...network(
      "E_FTRACK_UNREACHABLE",
      "Error: connect ECONNREFUSED 127.0.0.1:443",
      "Error: getaddrinfo ENOTFOUND studio.test",
      "Error: getaddrinfo EAI_AGAIN studio.test",
      "Error: self-signed certificate",
      "ConnectTimeoutError: Connect Timeout Error",
      "AggregateError",
    ),
    // Sent, and no usable answer.
    ...network(
      "E_FTRACK_UNAVAILABLE",
      "SocketError: other side closed",
      "Error: read ECONNRESET",
      "Error: write EPIPE",
      "fetch failed",
    ),
    ...network(
      "E_FTRACK_TIMEOUT",
      "HeadersTimeoutError: Headers Timeout Error",
    ),
    [
      "HTML of a proxy",
      new SyntaxError("Unexpected token '<', \"<html>\" is not valid JSON"),
      "query",
      UnavailableError,
      "E_FTRACK_UNAVAILABLE",
    ],
    [
      "body cut off",
      Object.assign(new TypeError("terminated"), {
        cause: new Error("other side closed"),
      }),
      "query",
      UnavailableError,
      "E_FTRACK_UNAVAILABLE",
    ],
    [
      "JSON null as the answer",
      new TypeError("Cannot read properties of null (reading 'exception')"),
      "query",
      UnavailableError,
      "E_FTRACK_UNAVAILABLE",
    ],
    [
      "a proxy's JSON at connect",
      new TypeError("Cannot read properties of undefined (reading 'version')"),
      "connect",
      UnavailableError,
      "E_FTRACK_UNAVAILABLE",
    ],
    [
      "axios time-out",
      Object.assign(new Error("timeout of 60000ms exceeded"), {
        name: "AxiosError",
        code: "ECONNABORTED",
      }),
      "transfer",
      UnavailableError,
      "E_FTRACK_TIMEOUT",
    ],
    [
      "axios refused",
      Object.assign(new Error("connect ECONNREFUSED ::1:1"), {
        name: "AxiosError",
        code: "ECONNREFUSED",
      }),
      "transfer",
      UnavailableError,
      "E_FTRACK_UNREACHABLE",
    ],
    // Neither.
    [
      "a value no client can read",
      thrown("ServerError", "Response is malformed"),
      "query",
      ContractError,
      "E_FTRACK_MALFORMED",
    ],
    [
      "a bug in front of the client",
      new TypeError("Converting circular structure to JSON"),
      "write",
      ContractError,
      "E_FTRACK_MALFORMED",
    ],
    ["no error at all", "text", "write", ContractError, "E_FTRACK_MALFORMED"],
  ])("%s", (_title, error, purpose, type, code) => {
    const result = classify(error, { purpose, scrub });
    expect(result).toBeInstanceOf(type);
    expect(result.code).toBe(code);
    expect(result.system).toBe("ftrack");
  });

  it("tells the time limit from the caller's stop and from the loss of ownership", () => {
    const late = AbortSignal.abort(new DOMException("late", "TimeoutError"));
    const stopped = AbortSignal.abort();
    const fenced = new FencedError("gone", { code: "E_FENCED" });
    const error = thrown("ServerError", "late");
    const code = (signal: AbortSignal): string =>
      classify(error, { purpose: "query", scrub, signal }).code;
    expect(code(late)).toBe("E_FTRACK_TIMEOUT");
    expect(code(stopped)).toBe("E_FTRACK_ABORTED");
    expect(
      classify(error, {
        purpose: "query",
        scrub,
        signal: AbortSignal.abort(fenced),
      }),
    ).toBe(fenced);
  });

  it("holds no secret: not in the message, not in the cause", () => {
    const error = Object.assign(
      thrown("AxiosError", "GET https://x/component/get?apiKey=s3cret-key"),
      { config: { url: "https://x?apiKey=s3cret-key" } },
    );
    const result = classify(error, { purpose: "transfer", scrub });
    expect(result.message).not.toContain("s3cret-key");
    expect(
      JSON.stringify(result.cause, Object.getOwnPropertyNames(result.cause)),
    ).not.toContain("s3cret-key");
  });
});
