import type { FastifyReply, FastifyRequest } from "fastify";
import { actorOf } from "./actor.ts";
import { ApiError } from "./errors.ts";
import { query, type App } from "./http.ts";
import type { Sandbox } from "./sandbox.ts";
import type { Credentials } from "./sessions.ts";

/**
 * Finds out who asks, on every request; whether somebody must be logged in is for each endpoint to say.
 *
 * `X-As-User` counts for service users alone. For a name nobody has, the server dies in a place where no
 * error handler stands: 500 and plain text.
 */
export function authenticateRequests(app: App, sandbox: Sandbox): void {
  app.decorateRequest("auth");
  app.addHook("onRequest", (request, reply, next) => {
    try {
      const actor = sandbox.sessions.authenticate(credentialsOf(request));
      request.auth = { actor, reason: "" };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      request.auth = { actor: null, reason: error.message };
    }
    if (actAs(request, reply, sandbox)) next();
  });
}

function actAs(
  request: FastifyRequest,
  reply: FastifyReply,
  sandbox: Sandbox,
): boolean {
  const asUser = request.headers["x-as-user"];
  if (typeof asUser !== "string" || asUser === "") return true;
  if (request.auth.actor?.isService !== true) return true;
  const user = sandbox.db.studio.users.get(asUser);
  if (user === undefined) {
    void reply.code(500).type("text/plain").send("Internal Server Error");
    return false;
  }
  request.auth = { actor: actorOf(user), reason: "" };
  return true;
}

export function credentialsOf(request: FastifyRequest): Credentials {
  const { authorization = "" } = request.headers;
  const [scheme = "", value = "", ...rest] = authorization.split(/\s+/);
  const given = (kind: string): string | null =>
    rest.length === 0 && value !== "" && scheme.toLowerCase() === kind
      ? value
      : null;
  const header = request.headers["x-api-key"];
  const bearer = given("bearer");
  return {
    apiKey:
      typeof header === "string" && header !== "" ? header : given("apikey"),
    // The server takes only tokens of exactly 64 characters for tokens.
    accessToken:
      cookie(request, "accessToken") ??
      (bearer?.length === 64 ? bearer : null) ??
      query(request, "token"),
  };
}

function cookie(request: FastifyRequest, name: string): string | null {
  for (const part of (request.headers.cookie ?? "").split(";")) {
    const [key, value] = part.trim().split("=");
    if (key === name && value !== undefined && value !== "") return value;
  }
  return null;
}
