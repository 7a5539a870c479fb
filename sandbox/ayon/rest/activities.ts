import type { FastifyRequest } from "fastify";
import type { Actor } from "../actor.ts";
import {
  activityTarget,
  createActivity,
  deleteActivity,
  updateActivity,
  type ActivityPatch,
  type NewActivity,
} from "../entities/activities.ts";
import { ENTITY_TYPES } from "../entities/kinds.ts";
import { watch } from "../entities/reactions.ts";
import { loadEntity, type ProjectScope } from "../entities/scope.ts";
import { badRequest, ModelError } from "../errors.ts";
import type { EventDraft } from "../events/drafts.ts";
import {
  actorFrom,
  idParam,
  noContent,
  originOf,
  param,
  projectScope,
  readBody,
  type App,
} from "../http.ts";
import { newId } from "../ids.ts";
import {
  asArray,
  asObject,
  asString,
  asStrings,
  isObject,
  type JsonObject,
} from "../json.ts";
import type { Sandbox } from "../sandbox.ts";
import type { EntityRow, EntityType } from "../store/rows.ts";
import { checkModel, type ModelSpec } from "../validation/field.ts";

const TYPES = [
  "comment",
  "watch",
  "reviewable",
  "status.change",
  "assignee.add",
  "assignee.remove",
  "version.publish",
  "version.review",
  "attrib.change",
];

const POST: ModelSpec = {
  name: "ProjectActivityPostModel",
  fields: [
    { name: "id", kind: "string" },
    { name: "activityType", kind: "string", required: true, permitted: TYPES },
    { name: "body", kind: "string", nullable: false },
    { name: "tags", kind: "list_of_strings" },
    { name: "files", kind: "list_of_strings" },
    { name: "timestamp", kind: "datetime" },
    { name: "data", kind: "dict" },
  ],
};

const PATCH: ModelSpec = {
  name: "ActivityPatchModel",
  fields: [
    { name: "body", kind: "string" },
    { name: "tags", kind: "list_of_strings" },
    { name: "files", kind: "list_of_strings" },
    { name: "appendFiles", kind: "boolean", nullable: false },
    { name: "data", kind: "dict" },
  ],
};

const OPERATIONS: ModelSpec = {
  name: "ActivityOperationsRequestModel",
  fields: [
    {
      name: "operations",
      kind: {
        listOf: {
          name: "ActivityOperationModel",
          fields: [
            { name: "id", kind: "string", nullable: false },
            {
              name: "type",
              kind: "string",
              required: true,
              permitted: ["create", "update", "delete"],
            },
            { name: "activityId", kind: "string" },
            { name: "data", kind: "dict" },
          ],
        },
      },
    },
    { name: "canFail", kind: "boolean", nullable: false },
  ],
};

export function activityRoutes(app: App, sandbox: Sandbox): void {
  const project = "/api/projects/:project";
  const tell = (request: FastifyRequest, draft: EventDraft): void => {
    sandbox.events.dispatch({ ...draft, ...originOf(request) });
  };

  app.post(`${project}/:type/:id/activities`, (request, reply) => {
    const scope = projectScope(sandbox, request);
    const actor = actorFrom(request);
    const sent = readBody(request, POST);
    if (
      !actor.isService &&
      !["comment", "version.review"].includes(
        asString(sent["activityType"]) ?? "",
      )
    ) {
      throw badRequest("Humans can only create comments/guest reviews");
    }
    const entity = entityInPath(scope, request);
    const { id, event } = createActivity(
      scope,
      actor,
      entity,
      newActivity(sent),
    );
    if (!actor.isService) watch(scope, actor, entity, actor.name);
    tell(request, event);
    return reply.code(201).send({ id });
  });

  app.patch(`${project}/activities/:activity`, (request, reply) => {
    const scope = projectScope(sandbox, request);
    const id = idParam(request, "activity", "activity_id");
    tell(
      request,
      updateActivity(
        scope,
        actorFrom(request),
        id,
        patchOf(readBody(request, PATCH)),
      ),
    );
    return noContent(reply);
  });

  app.delete(`${project}/activities/:activity`, (request, reply) => {
    const scope = projectScope(sandbox, request);
    tell(
      request,
      deleteActivity(
        scope,
        actorFrom(request),
        idParam(request, "activity", "activity_id"),
      ),
    );
    return noContent(reply);
  });

  app.post(`${project}/operations/activities`, (request) => {
    const scope = projectScope(sandbox, request);
    const actor = actorFrom(request);
    const sent = readBody(request, OPERATIONS);
    const results: JsonObject[] = [];
    for (const item of asArray(sent["operations"]).map(asObject)) {
      const result = runOne(scope, actor, item, (draft) => {
        tell(request, draft);
      });
      results.push(result);
      if (result["success"] !== true && sent["canFail"] !== true) break;
    }
    return {
      operations: results,
      success: results.every((result) => result["success"] === true),
    };
  });
}

/** Nothing is undone when a later one fails. */
function runOne(
  scope: ProjectScope,
  actor: Actor,
  item: JsonObject,
  tell: (draft: EventDraft) => void,
): JsonObject {
  const head = { id: asString(item["id"]) ?? newId(), type: item["type"] };
  try {
    const activityId = perform(scope, actor, item, tell);
    return { ...head, success: true, status: null, detail: null, activityId };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    // Whatever the cause, the server wraps it into its general error.
    return { ...head, success: false, status: 500, detail, activityId: null };
  }
}

function perform(
  scope: ProjectScope,
  actor: Actor,
  item: JsonObject,
  tell: (draft: EventDraft) => void,
): string {
  const data = asObject(item["data"]);
  const activityId = (asString(item["activityId"]) ?? "").replaceAll("-", "");
  if (item["type"] === "create") {
    const target = activityTarget(data);
    const entity = loadEntity(scope, entityType(target.type), target.id);
    const { id, event } = createActivity(
      scope,
      actor,
      entity,
      newActivity(checked(POST, data)),
    );
    tell(event);
    return id;
  }
  if (activityId === "")
    throw badRequest(
      `Activity ID is required for ${String(item["type"])} operation`,
    );
  tell(
    item["type"] === "update"
      ? updateActivity(scope, actor, activityId, patchOf(checked(PATCH, data)))
      : deleteActivity(scope, actor, activityId),
  );
  return activityId;
}

function checked(model: ModelSpec, data: JsonObject): JsonObject {
  const result = checkModel(model, data);
  if (result.errors !== undefined)
    throw new ModelError(model.name, result.errors);
  return result.value;
}

/** The entity a path like `/folders/<id>/…` names. */
export function entityInPath(
  scope: ProjectScope,
  request: FastifyRequest,
): EntityRow {
  const type = entityType(param(request, "type"));
  return loadEntity(scope, type, idParam(request, "id", "entity_id"));
}

/** Singular or plural. */
function entityType(word: string): EntityType {
  const type = word.replace(/s+$/, "");
  const known = ENTITY_TYPES.find((other) => other === type);
  if (known === undefined) throw badRequest(`Invalid entity type: ${type}`);
  return known;
}

function newActivity(sent: JsonObject): NewActivity {
  return {
    id: asString(sent["id"]),
    activityType: asString(sent["activityType"]) ?? "comment",
    body: asString(sent["body"]) ?? "",
    tags: asStrings(sent["tags"]),
    ...(Array.isArray(sent["files"])
      ? { files: asStrings(sent["files"]) }
      : {}),
    data: asObject(sent["data"]),
    timestamp: asString(sent["timestamp"]),
  };
}

function patchOf(sent: JsonObject): ActivityPatch {
  return {
    body: asString(sent["body"]),
    tags: Array.isArray(sent["tags"]) ? asStrings(sent["tags"]) : null,
    files: Array.isArray(sent["files"]) ? asStrings(sent["files"]) : null,
    appendFiles: sent["appendFiles"] === true,
    data: isObject(sent["data"]) ? sent["data"] : null,
  };
}
