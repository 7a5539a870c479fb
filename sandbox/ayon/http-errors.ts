import type { FastifyReply, FastifyRequest } from "fastify";
import {
  ApiError,
  AssertionFailure,
  IntegrityError,
  ModelError,
  RequestValidationError,
} from "./errors.ts";
import type { JsonObject } from "./json.ts";
import type { App } from "./http.ts";

/** Error answers: status and body by the kind of failure, as the server's clients know them. */
export function answerErrors(app: App): void {
  app.setNotFoundHandler((request, reply) => {
    const path = pathOf(request);
    const what = path.startsWith("/api")
      ? `API endpoint ${path}`
      : path.startsWith("/addons")
        ? `Addon endpoint ${path}`
        : `File ${path}`;
    return reply
      .code(404)
      .send({ code: 404, detail: `${what} not found`, path });
  });
  app.setErrorHandler((error, request, reply) => answer(error, request, reply));
}

function pathOf(request: FastifyRequest): string {
  return request.url.split("?")[0] ?? "/";
}

function answer(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (error instanceof ApiError) {
    const quiet = [401, 403, 503].includes(error.status);
    return reply.code(error.status).send({
      code: error.status,
      detail: error.message,
      ...(quiet ? {} : error.extra),
    });
  }
  if (error instanceof RequestValidationError) {
    return reply.code(400).send(validationBody(error, request));
  }
  const place = {
    path: `[${request.method}] ${pathOf(request).replace(/^\/api/, "")}`,
    file: "sandbox/ayon",
    function: "handler",
    line: 1,
  };
  if (error instanceof IntegrityError) {
    return reply.code(500).send({
      ...place,
      detail: error.message,
      error: error.kind,
      code: error.code,
    });
  }
  if (error instanceof AssertionFailure) {
    const user = request.auth.actor?.name;
    return reply.code(500).send({
      ...place,
      ...(user === undefined ? {} : { user }),
      detail: error.message,
      status: 500,
    });
  }
  return reply.code(500).send(unhandledBody(error));
}

function validationBody(
  error: RequestValidationError,
  request: FastifyRequest,
): JsonObject {
  const path = pathOf(request);
  const lines = error.errors.map((e) => {
    const loc = e.loc.length > 1 ? e.loc.slice(1) : e.loc;
    return `${loc.join(".")}: ${e.msg}`;
  });
  return {
    code: 400,
    detail: `Request validation error in [${request.method}] ${path}`,
    path,
    traceback: lines.join("\n"),
    errors: error.errors,
  };
}

function unhandledBody(error: unknown): JsonObject {
  const message = error instanceof Error ? error.message : String(error);
  const detail =
    error instanceof ModelError
      ? `pydantic.error_wrappers.ValidationError: ${message}`
      : message;
  return { status: 500, detail, traceback: detail };
}
