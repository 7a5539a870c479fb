import type { FastifyRequest } from "fastify";
import { ensureAdmin, ensureProjectAccess, type Actor } from "../actor.ts";
import { ApiError, AssertionFailure, forbidden } from "../errors.ts";
import {
  actorFrom,
  idParam,
  noContent,
  originOf,
  readBody,
  type App,
} from "../http.ts";
import {
  asNumber,
  asObject,
  asString,
  isObject,
  withoutNulls,
  type JsonObject,
} from "../json.ts";
import { compileFilter, EVENT_FILTER, eventColumn } from "../query-filter.ts";
import type { Sandbox } from "../sandbox.ts";
import type { EventRow, EventStatus } from "../store/rows.ts";
import {
  snakeCase,
  type FieldSpec,
  type ModelSpec,
} from "../validation/field.ts";
import { NAME, TOPIC } from "../validation/patterns.ts";
import { checkFilter } from "../validation/query-filter.ts";

const project: FieldSpec = { name: "project", kind: "string", regex: NAME };
const flag = (name: string): FieldSpec => ({
  name,
  kind: "boolean",
  nullable: false,
});

const DISPATCH: ModelSpec = {
  name: "DispatchEventRequestModel",
  fields: [
    { name: "topic", kind: "string", required: true, regex: TOPIC },
    { name: "sender", kind: "string" },
    { name: "hash", kind: "string" },
    project,
    { name: "dependsOn", kind: "string", minLength: 32, maxLength: 32 },
    { name: "description", kind: "string" },
    { name: "summary", kind: "dict", nullable: false },
    { name: "payload", kind: "dict", nullable: false },
    flag("finished"),
    flag("store"),
    flag("reuse"),
  ],
};

const STATUSES = [
  "pending",
  "in_progress",
  "finished",
  "failed",
  "aborted",
  "restarted",
];

const UPDATE: ModelSpec = {
  name: "UpdateEventRequestModel",
  fields: [
    { name: "sender", kind: "string" },
    { name: "projectName", kind: "string" },
    project,
    { name: "user", kind: "string" },
    { name: "status", kind: "string", permitted: STATUSES },
    { name: "description", kind: "string" },
    { name: "summary", kind: "dict" },
    { name: "payload", kind: "dict" },
    { name: "progress", kind: "float", ge: 0, le: 100 },
    { name: "retries", kind: "integer" },
  ],
};

const QUERY: ModelSpec = {
  name: "QueryRequestModel",
  fields: [
    {
      name: "entity",
      kind: "string",
      required: true,
      permitted: [
        "event",
        "project",
        "user",
        "folder",
        "product",
        "task",
        "version",
        "representation",
        "workfile",
      ],
    },
    { name: "filter", kind: "dict" },
    { name: "limit", kind: "integer", nullable: false },
    { name: "offset", kind: "integer", nullable: false },
  ],
};

/** `dependsOn` and `user` of a dispatch are read and forgotten, as by the real server. */
export function eventRoutes(app: App, sandbox: Sandbox): void {
  const { events } = sandbox;
  const one = "/api/events/:id";
  const idOf = (request: FastifyRequest): string =>
    idParam(request, "id", "event_id");

  app.post("/api/events", (request) => {
    const actor = actorFrom(request);
    const sent = readBody(request, DISPATCH);
    if (!actor.isManager) throw forbidden("Not allowed to update this event");
    const origin = originOf(request);
    const id = events.dispatch({
      topic: asString(sent["topic"]) ?? "",
      hash: asString(sent["hash"]),
      project: asString(sent["project"]),
      user: actor.name,
      description: asString(sent["description"]),
      summary: asObject(sent["summary"]),
      payload: asObject(sent["payload"]),
      finished: sent["finished"] !== false,
      store: sent["store"] !== false,
      reuse: sent["reuse"] === true,
      sender: asString(sent["sender"]) ?? origin.sender,
      senderType: origin.senderType,
    });
    return { id };
  });

  app.get(one, (request) => {
    const actor = actorFrom(request);
    const row = events.get(idOf(request));
    if (row.project !== null && !actor.isManager)
      ensureProjectAccess(actor, sandbox.project(row.project));
    return eventBody(row);
  });

  app.patch(one, (request, reply) => {
    const actor = actorFrom(request);
    const id = idOf(request);
    const sent = readBody(request, UPDATE);
    const row = events.get(id);
    const status = asString(sent["status"]) as EventStatus | null;
    checkUpdate(actor, row, status, asString(sent["user"]));
    events.update(
      id,
      {
        sender: asString(sent["sender"]),
        project: asString(sent["projectName"]) ?? asString(sent["project"]),
        user: asString(sent["user"]) ?? row.user ?? actor.name,
        status,
        description: asString(sent["description"]),
        summary: isObject(sent["summary"]) ? sent["summary"] : null,
        payload: isObject(sent["payload"]) ? sent["payload"] : null,
        progress: asNumber(sent["progress"]),
        retries: asNumber(sent["retries"]),
      },
      originOf(request),
    );
    return noContent(reply);
  });

  app.delete(one, (request, reply) => {
    ensureAdmin(actorFrom(request), "Not allowed to delete events");
    const id = idOf(request);
    events.delete(id);
    return noContent(reply);
  });

  app.post("/api/eventops", (request, reply) => {
    ensureAdmin(actorFrom(request), "Only admins can perform event operations");
    const sent = readBody(request, {
      name: "EventOperationModel",
      fields: [
        {
          name: "type",
          kind: "string",
          required: true,
          permitted: ["delete", "restart", "abort"],
        },
        { name: "filter", kind: "dict", required: true },
      ],
    });
    checkFilter(sent["filter"]);
    if (sent["type"] !== "delete") throw new ApiError(501, "Not implemented");
    const matches = compileFilter(sent["filter"], EVENT_FILTER);
    for (const row of sandbox.db.studio.events.all()) {
      if (matches(eventColumn(row))) events.delete(row.id);
    }
    return reply.type("application/json").send("null");
  });

  app.post("/api/query", (request) => {
    ensureAdmin(actorFrom(request), "Only admins can use this endpoint");
    const sent = readBody(request, QUERY);
    checkFilter(sent["filter"]);
    if (sent["entity"] !== "event") {
      throw new AssertionFailure("Only events are supported for now");
    }
    const matches = isObject(sent["filter"])
      ? compileFilter(sent["filter"], EVENT_FILTER)
      : () => true;
    const offset = asNumber(sent["offset"]) ?? 0;
    return sandbox.db.studio.events
      .all()
      .reverse()
      .filter((row) => matches(eventColumn(row)))
      .slice(offset, offset + (asNumber(sent["limit"]) ?? 100))
      .map((row) => snakeCased(withoutNulls(eventBody(row))));
  });
}

function checkUpdate(
  actor: Actor,
  row: EventRow,
  status: EventStatus | null,
  user: string | null,
): void {
  if (
    status !== null &&
    status !== row.status &&
    !actor.isService &&
    row.dependsOn === null
  ) {
    throw forbidden("Not allowed to update status of this event");
  }
  if (actor.isManager) return;
  if (row.user !== actor.name)
    throw forbidden("Not allowed to update this event");
  if (user !== null && user !== actor.name)
    throw forbidden("Not allowed to change user of this event");
}

function eventBody(row: EventRow): JsonObject {
  return {
    id: row.id,
    hash: row.hash,
    topic: row.topic,
    sender: row.sender,
    senderType: row.senderType,
    project: row.project,
    user: row.user,
    dependsOn: row.dependsOn,
    status: row.status,
    retries: row.retries,
    description: row.description,
    summary: row.summary,
    payload: row.payload,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

function snakeCased(body: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => [snakeCase(key), value]),
  );
}
