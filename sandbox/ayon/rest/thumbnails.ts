import type { FastifyReply, FastifyRequest } from "fastify";
import { ensureManager } from "../actor.ts";
import { recordWord } from "../entities/constraints.ts";
import { KINDS, tableOf } from "../entities/kinds.ts";
import { loadEntity, type ProjectScope } from "../entities/scope.ts";
import { ApiError, badRequest, notFound } from "../errors.ts";
import {
  actorFrom,
  checkedQuery,
  idParam,
  projectScope,
  rawBody,
  type App,
} from "../http.ts";
import { newId, token } from "../ids.ts";
import type { JsonObject } from "../json.ts";
import type { Sandbox } from "../sandbox.ts";
import type {
  EntityRow,
  FolderRow,
  TaskRow,
  VersionRow,
  WorkfileRow,
} from "../store/rows.ts";
import { imageType, PLACEHOLDER } from "./images.ts";

type Pictured = FolderRow | TaskRow | VersionRow | WorkfileRow;

const PICTURED = ["folder", "task", "version", "workfile"] as const;
const PROJECT_THUMBNAIL = "0".repeat(32);

/** Pictures are kept as they come; the real server shrinks them to 500 pixels. */
export function thumbnailRoutes(app: App, sandbox: Sandbox): void {
  const base = "/api/projects/:project";

  app.post(`${base}/thumbnails`, (request) => {
    const scope = projectScope(sandbox, request);
    actorFrom(request);
    const mime = contentType(request);
    const id = newId();
    store(scope, id, mime, rawBody(request));
    return { id, affectedEntities: [] };
  });

  app.put(`${base}/thumbnails/:thumbnail`, (request) => {
    const scope = projectScope(sandbox, request);
    ensureManager(
      actorFrom(request),
      "Only managers can update arbitrary thumbnails",
    );
    const id = idParam(request, "thumbnail", "thumbnail_id");
    const mime = contentType(request);
    store(scope, id, mime, rawBody(request));
    return {
      id,
      affectedEntities: usersOf(scope, id).flatMap((row) =>
        touched(sandbox, scope, row),
      ),
    };
  });

  app.get(`${base}/thumbnails/:thumbnail`, (request, reply) => {
    const scope = projectScope(sandbox, request);
    ensureManager(
      actorFrom(request),
      "Only managers can access arbitrary thumbnails",
    );
    return byId(
      scope,
      idParam(request, "thumbnail", "thumbnail_id"),
      request,
      reply,
    );
  });

  for (const type of PICTURED) {
    const path = `${base}/${KINDS[type].table}/:id/thumbnail`;

    app.post(path, (request) => {
      const scope = projectScope(sandbox, request);
      actorFrom(request);
      const mime = contentType(request);
      const row = loadEntity(
        scope,
        type,
        idParam(request, "id", `${type}_id`),
      ) as Pictured;
      const id = newId();
      store(scope, id, mime, rawBody(request));
      const pictured = { ...row, thumbnailId: id, updatedBy: null };
      tableOf(scope.tables, type).put(pictured);
      return { id, affectedEntities: touched(sandbox, scope, pictured) };
    });

    app.get(path, (request, reply) => {
      const scope = projectScope(sandbox, request);
      const id = idParam(request, "id", `${type}_id`);
      const withNone = withoutPlaceholder(request);
      const row = tableOf(scope.tables, type).get(id) as Pictured | undefined;
      if (row === undefined) throw notFound(`${recordWord(type)} not found`);
      const thumbnail = scope.tables.thumbnails.get(row.thumbnailId ?? "");
      if (thumbnail !== undefined) {
        return send(
          reply,
          thumbnail.id,
          thumbnail.mime,
          thumbnail.content,
        ).header("cache-control", "public, max-age=31536000, immutable");
      }
      if (withNone) throw notFound("No thumbnail available");
      return reply.type("image/png").send(PLACEHOLDER);
    });
  }

  app.post(`${base}/thumbnail`, (request) => {
    const scope = projectScope(sandbox, request);
    ensureManager(actorFrom(request));
    const mime = contentType(request);
    store(scope, PROJECT_THUMBNAIL, mime, rawBody(request));
    sandbox.db.studio.projects.put({
      ...scope.project,
      updatedAt: scope.clock.iso(),
    });
    return { id: PROJECT_THUMBNAIL, affectedEntities: null };
  });

  app.get(`${base}/thumbnail`, (request, reply) =>
    byId(projectScope(sandbox, request), PROJECT_THUMBNAIL, request, reply),
  );
}

/** Whether a missing picture is an error, as the caller asks; else it is a picture of nothing. */
function withoutPlaceholder(request: FastifyRequest): boolean {
  const permitted = ["empty", "none"];
  const name = "placeholder";
  return checkedQuery(request, { name, kind: "string", permitted }) === "none";
}

function contentType(request: FastifyRequest): string {
  const given = request.headers["content-type"]?.toLowerCase() ?? "";
  if (given === "") throw badRequest("Thumbnail content type is required");
  if (given !== "image/png" && given !== "image/jpeg") {
    throw new ApiError(415, "Thumbnail must be in png or jpeg format");
  }
  return given;
}

function store(
  scope: ProjectScope,
  id: string,
  mime: string,
  bytes: Buffer,
): void {
  if (bytes.length < 10) throw new ApiError(415, "Thumbnail cannot be empty");
  const found = imageType(bytes);
  if (found === null) throw new ApiError(415, "Invalid image format");
  const old = scope.tables.thumbnails.get(id);
  scope.tables.thumbnails.put({
    id,
    order: old?.order ?? scope.db.nextOrder(),
    mime: found === mime ? mime : found,
    content: bytes.toString("base64"),
    createdAt: old?.createdAt ?? scope.clock.iso(),
  });
}

function usersOf(scope: ProjectScope, thumbnailId: string): Pictured[] {
  const { workfiles, versions, folders, tasks } = scope.tables;
  return [
    ...workfiles.all(),
    ...versions.all(),
    ...folders.all(),
    ...tasks.all(),
  ].filter((row) => row.thumbnailId === thumbnailId);
}

/**
 * New hashes for all that shows this picture: a version's folder and task show it too. No entity event tells of
 * it, only a message on the websocket.
 */
function touched(
  sandbox: Sandbox,
  scope: ProjectScope,
  row: EntityRow,
): JsonObject[] {
  const thumbnailHash = token(6);
  tableOf(scope.tables, row.type).put({
    ...row,
    updatedAt: scope.clock.iso(),
    data: { ...row.data, thumbnailHash },
  });
  sandbox.events.dispatch({
    topic: "thumbnail.updated",
    project: scope.project.name,
    description: "Thumbnail updated",
    summary: { entityType: row.type, entityId: row.id, thumbnailHash },
    store: false,
  });
  const self = { entityType: row.type, entityId: row.id, thumbnailHash };
  if (row.type !== "version") return [self];
  const folderId = scope.tables.products.get(row.productId)?.folderId ?? "";
  const shown = [
    scope.tables.folders.get(folderId),
    scope.tables.tasks.get(row.taskId ?? ""),
  ];
  return [
    self,
    ...shown.flatMap((other) =>
      other === undefined ? [] : touched(sandbox, scope, other),
    ),
  ];
}

function byId(
  scope: ProjectScope,
  id: string,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const row = scope.tables.thumbnails.get(id);
  if (row !== undefined) {
    return send(reply, id, row.mime, row.content).header(
      "cache-control",
      "max-age=3600",
    );
  }
  if (withoutPlaceholder(request)) throw notFound("Thumbnail not found");
  return reply
    .code(203)
    .type("image/png")
    .header("cache-control", "max-age=3600")
    .send(PLACEHOLDER);
}

function send(
  reply: FastifyReply,
  id: string,
  mime: string,
  content: string,
): FastifyReply {
  return reply
    .type(mime)
    .header("x-thumbnail-id", id)
    .send(Buffer.from(content, "base64"));
}
