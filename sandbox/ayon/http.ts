import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { ensureProjectAccess, type Actor } from "./actor.ts";
import { RequestValidationError, unauthorized } from "./errors.ts";
import type { Origin } from "./events/stream.ts";
import { asObject, type JsonObject } from "./json.ts";
import type { ProjectScope } from "./entities/scope.ts";
import type { Sandbox } from "./sandbox.ts";
import {
  checkField,
  checkModel,
  type FieldSpec,
  type ModelSpec,
} from "./validation/field.ts";
import { NAME, PATH_ID, PROJECT_NAME } from "./validation/patterns.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who asks; or why nobody does. */
    auth: { readonly actor: Actor | null; readonly reason: string };
  }
}

export type App = FastifyInstance;

/** @throws ApiError 401 */
export function actorFrom(request: FastifyRequest): Actor {
  const { actor, reason } = request.auth;
  if (actor === null) throw unauthorized(reason);
  return actor;
}

/** Sender and sender type of the events this request causes; a malformed header counts as absent. */
export function originOf(request: FastifyRequest): Origin {
  const valid = (value: unknown): string | null =>
    typeof value === "string" && NAME.test(value) ? value : null;
  return {
    sender: valid(request.headers["x-sender"]),
    senderType: valid(request.headers["x-sender-type"]) ?? "api",
  };
}

/** @throws RequestValidationError when the headers that name the sender are malformed. */
export function strictOriginOf(request: FastifyRequest): Origin {
  for (const name of ["x-sender", "x-sender-type"]) {
    const value = request.headers[name];
    if (value === undefined) continue;
    refuse(
      checkField({ name, kind: "string", regex: NAME }, value, [
        "header",
        name,
      ]),
    );
  }
  return originOf(request);
}

export function rawBody(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

export function jsonBody(request: FastifyRequest): unknown {
  const text = rawBody(request).toString("utf8");
  if (text === "") {
    throw new RequestValidationError([
      { loc: ["body"], msg: "field required", type: "value_error.missing" },
    ]);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const msg = error instanceof Error ? error.message : "Invalid JSON";
    throw new RequestValidationError([
      { loc: ["body", 0], msg, type: "value_error.jsondecode" },
    ]);
  }
}

/** The body checked against its model: only keys that were sent and known. */
export function readBody(
  request: FastifyRequest,
  model: ModelSpec,
): JsonObject {
  const checked = checkModel(model, jsonBody(request), ["body"]);
  if (checked.errors !== undefined)
    throw new RequestValidationError(checked.errors);
  return checked.value;
}

function refuse(checked: ReturnType<typeof checkField>): unknown {
  if (checked.errors !== undefined)
    throw new RequestValidationError(checked.errors);
  return checked.value;
}

export function param(request: FastifyRequest, name: string): string {
  const value = asObject(request.params)[name];
  return typeof value === "string" ? value : "";
}

/** A path parameter checked against a pattern; `label` is the server's own name of it. */
export function nameParam(
  request: FastifyRequest,
  name: string,
  label: string,
  regex: RegExp,
): string {
  const field: FieldSpec = { name: label, kind: "string", regex };
  return refuse(
    checkField(field, param(request, name), ["path", label]),
  ) as string;
}

/** An id in the path: 32 lower case hex digits. */
export function idParam(
  request: FastifyRequest,
  name: string,
  label: string,
): string {
  const field: FieldSpec = {
    name: label,
    kind: "string",
    minLength: 32,
    maxLength: 32,
    regex: PATH_ID,
  };
  return refuse(
    checkField(field, param(request, name), ["path", label]),
  ) as string;
}

export function query(request: FastifyRequest, name: string): string | null {
  const value = asObject(request.query)[name];
  if (Array.isArray(value)) return String(value.at(-1));
  return typeof value === "string" ? value : null;
}

export function boolQuery(
  request: FastifyRequest,
  name: string,
): boolean | null {
  return checkedQuery(request, { name, kind: "boolean" }) as boolean | null;
}

export function intQuery(request: FastifyRequest, name: string): number | null {
  return checkedQuery(request, { name, kind: "integer" }) as number | null;
}

/** A query parameter checked like a field of a body; null when absent. */
export function checkedQuery(
  request: FastifyRequest,
  field: FieldSpec,
): unknown {
  const value = query(request, field.name);
  return value === null
    ? null
    : refuse(checkField(field, value, ["query", field.name]));
}

/** The project in the path, which the caller may see. */
export function projectScope(
  sandbox: Sandbox,
  request: FastifyRequest,
): ProjectScope {
  const actor = actorFrom(request);
  const name = nameParam(request, "project", "project_name", PROJECT_NAME);
  const known = sandbox.db.studio.projects.first("name", name.toLowerCase());
  if (known !== undefined) ensureProjectAccess(actor, known);
  return sandbox.scope(sandbox.project(name));
}

export function noContent(reply: FastifyReply): FastifyReply {
  return reply.code(204).send();
}
