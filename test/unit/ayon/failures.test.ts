import { describe, expect, it } from "vitest";
import { RateLimitedError, retryOf } from "../../../src/core/errors.ts";
import {
  errorOfAnswer,
  errorOfContent,
  errorOfFailure,
} from "../../../src/ayon/failures.ts";

const html = "<html><body>502 Bad Gateway</body></html>";
const json = (body: object): string => JSON.stringify(body);

function answer(status: number, text: string, more: object = {}) {
  return {
    method: "POST",
    path: "/api/x",
    status,
    contentType: text.startsWith("{") ? "application/json" : "text/html",
    text,
    ...more,
  };
}

describe("errorOfAnswer", () => {
  it.each([
    [401, json({ code: 401, detail: "Invalid API key" }), "E_AYON_AUTH"],
    [401, html, "E_AYON_AUTH"],
    [
      403,
      json({ code: 403, detail: "Only services can enroll" }),
      "E_AYON_FORBIDDEN",
    ],
    [
      404,
      json({ code: 404, detail: "Project x not found" }),
      "E_AYON_NOT_FOUND",
    ],
    [
      400,
      json({ code: 400, detail: "Comment body is too long" }),
      "E_AYON_INVALID",
    ],
    [
      409,
      json({ code: 409, detail: "Project demo (dm) already exists" }),
      "E_AYON_CONFLICT",
    ],
    [
      415,
      json({ code: 415, detail: "Invalid image format" }),
      "E_AYON_UNSUPPORTED",
    ],
    [413, html, "E_AYON_TOO_LARGE"],
    [501, json({ code: 501, detail: "no" }), "E_AYON_NOT_IMPLEMENTED"],
    // Integrity errors of endpoints that write SQL directly: 500 outside, 409 inside.
    [
      500,
      json({
        path: "[POST] /projects/demo/lists",
        file: "asyncpg/protocol/protocol.pyx",
        function: "bind_execute",
        line: 205,
        detail: "Entity_list with label 'L1' already exists.",
        error: "unique-violation",
        code: 409,
      }),
      "E_AYON_DUPLICATE",
    ],
    [
      500,
      json({
        file: "x",
        detail: "hostname is not present",
        error: "foreign-key-violation",
        code: 409,
      }),
      "E_AYON_REFERENCE",
    ],
    [
      500,
      json({
        path: "[POST] /query",
        file: "backend/api/query/query.py",
        function: "query",
        line: 46,
        user: "service",
        detail: "Only events are supported for now",
        status: 500,
      }),
      "E_AYON_ASSERTION",
    ],
  ])("%i %s is refused as %s", (status, text, code) => {
    const error = errorOfAnswer(answer(status, text));
    expect(error.code).toBe(code);
    expect(error.system).toBe("ayon");
    expect(retryOf(error)).toBe(code === "E_AYON_AUTH" ? "backoff" : "never");
  });

  it.each([
    [502, html, "E_AYON_UNAVAILABLE"],
    [503, html, "E_AYON_UNAVAILABLE"],
    [
      503,
      json({ code: 503, detail: "Database pool timeout" }),
      "E_AYON_UNAVAILABLE",
    ],
    [504, html, "E_AYON_TIMEOUT"],
    [500, "Internal Server Error", "E_AYON_UNAVAILABLE"],
    [
      500,
      json({
        status: 500,
        detail: "asyncpg.exceptions.InFailedSQLTransactionError: x",
        traceback: "…",
      }),
      "E_AYON_INTERNAL",
    ],
    // A proxy's own 404 page says nothing about the entity that was asked for.
    [404, html, "E_AYON_UNAVAILABLE"],
    [302, "", "E_AYON_REDIRECT"],
  ])("%i %s may pass: %s", (status, text, code) => {
    const error = errorOfAnswer(answer(status, text));
    expect(error.code).toBe(code);
    expect(retryOf(error)).toBe("backoff");
  });

  it.each([
    ["2", 2_000],
    [undefined, 5_000],
    ["soon", 5_000],
    ["86400", 60_000],
  ])("429 with Retry-After %s waits %s ms", (retryAfter, afterMs) => {
    const error = errorOfAnswer(answer(429, "{}", { retryAfter }));
    expect(error).toBeInstanceOf(RateLimitedError);
    expect(retryOf(error)).toEqual({ afterMs });
  });

  it("says which field of a request was refused", () => {
    const text = json({
      code: 400,
      detail: "Request validation error in [POST] /api/projects",
      path: "/api/projects",
      traceback: "code: field required",
      errors: [],
    });
    expect(errorOfAnswer(answer(400, text)).message).toContain(
      "code: field required",
    );
  });

  it("names the address of a redirect without what follows the host", () => {
    const location = "https://studio.example.com/login?token=abc";
    const { message } = errorOfAnswer(answer(301, "", { location }));
    expect(message).toContain("https://studio.example.com;");
    expect(message).not.toContain("abc");
  });

  it("cuts a text without end", () => {
    const text = json({ code: 400, detail: "x".repeat(100_000) });
    expect(errorOfAnswer(answer(400, text)).message.length).toBeLessThan(600);
  });
});

describe("errorOfFailure", () => {
  it.each([
    ["ECONNREFUSED", "E_AYON_UNREACHABLE"],
    ["ENOTFOUND", "E_AYON_UNREACHABLE"],
    ["EAI_AGAIN", "E_AYON_UNREACHABLE"],
    ["ECONNRESET", "E_AYON_UNAVAILABLE"],
    ["EPIPE", "E_AYON_UNAVAILABLE"],
    ["UNKNOWN", "E_AYON_UNAVAILABLE"],
    ["TIMEOUT", "E_AYON_TIMEOUT"],
    ["CERT_HAS_EXPIRED", "E_AYON_TLS"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "E_AYON_TLS"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "E_AYON_TLS"],
  ])("%s is %s", (cause, code) => {
    const error = errorOfFailure("GET", "/api/info", cause);
    expect(error.code).toBe(code);
    expect(retryOf(error)).toBe("backoff");
    expect(error.subject).toEqual({ method: "GET", path: "/api/info", cause });
  });
});

describe("errorOfContent", () => {
  it("takes a page with status 200 for a trouble that passes", () => {
    const error = errorOfContent(answer(200, "<html>Sign in</html>"), "x");
    expect(retryOf(error)).toBe("backoff");
  });

  it("takes JSON of another shape for a broken contract", () => {
    const error = errorOfContent(answer(200, "{}"), "name: missing");
    expect(error.code).toBe("E_AYON_CONTRACT");
    expect(retryOf(error)).toBe("never");
  });
});
