import type { FastifyRequest } from "fastify";
import { ensureProjectAccess, type Actor } from "../actor.ts";
import {
  inheritanceOf,
  loadEntity,
  type ProjectScope,
} from "../entities/scope.ts";
import { hasVersions, pathOf } from "../entities/hierarchy.ts";
import { ENTITY_TYPES, KINDS } from "../entities/kinds.ts";
import { patchModel, postModel } from "../entities/models.ts";
import { runOperations, type Operation } from "../entities/operations.ts";
import {
  boolQuery,
  actorFrom,
  idParam,
  noContent,
  originOf,
  projectScope,
  readBody,
  type App,
} from "../http.ts";
import { newId } from "../ids.ts";
import { jsonbKeys, without, withoutNulls, type JsonObject } from "../json.ts";
import type { Sandbox } from "../sandbox.ts";
import type { EntityRow, EntityType } from "../store/rows.ts";

/** Create, read, patch and delete one entity. Writes run as a batch of one operation. */
export function entityRoutes(app: App, sandbox: Sandbox): void {
  for (const type of ENTITY_TYPES) {
    const base = `/api/projects/:project/${KINDS[type].table}`;
    const one = `${base}/:id`;
    const label = `${type}_id`;

    app.post(base, (request, reply) => {
      const scope = projectScope(sandbox, request);
      const data = readBody(request, postModel(type, sandbox.attributes));
      const id = runOne(sandbox, scope, request, {
        type: "create",
        entityType: type,
        data,
      });
      return reply.code(201).send({ id });
    });

    app.get(one, (request) => {
      const scope = projectScope(sandbox, request);
      const row = loadEntity(scope, type, idParam(request, "id", label));
      ensureProjectAccess(actorFrom(request), scope.project);
      return withoutNulls(entityBody(scope, row));
    });

    app.patch(one, (request, reply) => {
      const scope = projectScope(sandbox, request);
      const entityId = idParam(request, "id", label);
      const data = readBody(request, patchModel(type, sandbox.attributes));
      runOne(sandbox, scope, request, {
        type: "update",
        entityType: type,
        entityId,
        data,
      });
      return noContent(reply);
    });

    app.delete(one, (request, reply) => {
      const scope = projectScope(sandbox, request);
      const entityId = idParam(request, "id", label);
      const force = type === "folder" && boolQuery(request, "force") === true;
      runOne(sandbox, scope, request, {
        type: "delete",
        entityType: type,
        entityId,
        force,
      });
      return noContent(reply);
    });
  }
}

interface Wanted extends Pick<Operation, "type"> {
  readonly entityType: EntityType;
  readonly entityId?: string;
  readonly data?: JsonObject;
  readonly force?: boolean;
}

/** Runs one operation in the caller's name; its events are out before the answer. Returns the entity's id. */
export function runOne(
  sandbox: Sandbox,
  scope: ProjectScope,
  request: FastifyRequest,
  wanted: Wanted,
): string {
  const actor: Actor = actorFrom(request);
  const operation: Operation = {
    entityId: null,
    data: null,
    force: false,
    ...wanted,
    id: newId(),
    actor,
  };
  const outcome = runOperations(scope, [operation], {
    canFail: false,
    raiseOnError: true,
  });
  sandbox.events.dispatchAll(outcome.events, originOf(request));
  return outcome.operations[0]?.entityId ?? "";
}

/** The entity as REST shows it; nulls still in. */
export function entityBody(scope: ProjectScope, row: EntityRow): JsonObject {
  return {
    ...without(row, "order", "type"),
    ...(row.type === "folder"
      ? { hasVersions: hasVersions(scope.tables, row.id) }
      : {}),
    path: pathOf(scope.tables, row),
    attrib: inheritanceOf(scope).effective(row),
    ownAttrib: jsonbKeys(row.attrib),
  };
}
