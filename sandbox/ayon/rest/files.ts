import type { FastifyRequest } from "fastify";
import { createActivity } from "../entities/activities.ts";
import { nameOf } from "../entities/hierarchy.ts";
import { loadEntity, type ProjectScope } from "../entities/scope.ts";
import {
  badRequest,
  forbidden,
  notFound,
  RequestValidationError,
} from "../errors.ts";
import {
  actorFrom,
  idParam,
  noContent,
  originOf,
  projectScope,
  query,
  rawBody,
  type App,
} from "../http.ts";
import { newId } from "../ids.ts";
import { asObject, asString, type JsonObject } from "../json.ts";
import type { Sandbox } from "../sandbox.ts";
import type { ActivityRow, FileRow, VersionRow } from "../store/rows.ts";

/** Uploads, and reviewables: a file with an activity on its version. Any bytes are taken for a playable medium. */
export function fileRoutes(app: App, sandbox: Sandbox): void {
  const base = "/api/projects/:project";
  const one = `${base}/files/:file`;

  app.post(`${base}/files`, (request, reply) => {
    const scope = projectScope(sandbox, request);
    const given = (header(request, "x-file-id") ?? newId()).replaceAll("-", "");
    if (given.length !== 32) throw badRequest("Invalid file ID");
    const file = saveFile(
      scope,
      request,
      given,
      header(request, "x-activity-id"),
    );
    return reply.code(201).send({ id: file.id });
  });

  app.get(one, (request, reply) => {
    const scope = projectScope(sandbox, request);
    const file = loadFile(scope, request);
    return reply.redirect(
      `/api/projects/${scope.project.name}/files/${file.id}/payload`,
      302,
    );
  });

  app.get(`${one}/payload`, (request, reply) => {
    const file = loadFile(projectScope(sandbox, request), request);
    return reply
      .type(file.mime)
      .header("content-disposition", `inline; filename="${file.name}"`)
      .send(Buffer.from(file.content, "base64"));
  });

  app.get(`${one}/info`, (request) => {
    const { size, name, mime } = loadFile(
      projectScope(sandbox, request),
      request,
    );
    return { size, filename: name, contentType: mime };
  });

  app.delete(one, (request, reply) => {
    const scope = projectScope(sandbox, request);
    const actor = actorFrom(request);
    const file = loadFile(scope, request);
    if (!actor.isManager && file.author !== actor.name) {
      throw forbidden("User does not have permission to delete the file");
    }
    scope.tables.files.remove(file.id);
    return noContent(reply);
  });

  app.post(`${base}/versions/:id/reviewables`, (request) => {
    const scope = projectScope(sandbox, request);
    const actor = actorFrom(request);
    const version = loadEntity(
      scope,
      "version",
      idParam(request, "id", "version_id"),
    );
    const mime = requiredHeader(request, "content-type");
    if (!/^(video|image)\//.test(mime) && mime !== "application/mxf") {
      throw badRequest(
        "Only videos and images are supported for reviewables now",
      );
    }
    const file = saveFile(scope, request, newId(), null);
    const label = query(request, "label");
    const { id, event } = createActivity(scope, actor, version, {
      activityType: "reviewable",
      body: "",
      files: [file.id],
      data: { reviewableLabel: label ?? file.name },
    });
    for (const draft of [
      event,
      {
        ...event,
        topic: "reviewable.created",
        description: "Created reviewable",
      },
    ]) {
      sandbox.events.dispatch({ ...draft, ...originOf(request) });
    }
    const activity = scope.tables.activities.get(id);
    return activity === undefined ? {} : reviewable(sandbox, activity, file);
  });

  app.get(`${base}/versions/:id/reviewables`, (request) => {
    const scope = projectScope(sandbox, request);
    const row = loadEntity(
      scope,
      "version",
      idParam(request, "id", "version_id"),
    );
    return versionReviewables(sandbox, scope, row as VersionRow);
  });

  app.get(`${base}/products/:id/reviewables`, (request) => {
    const scope = projectScope(sandbox, request);
    const product = loadEntity(
      scope,
      "product",
      idParam(request, "id", "product_id"),
    );
    return scope.tables.versions
      .find("parent", product.id)
      .map((row) => versionReviewables(sandbox, scope, row));
  });
}

function header(request: FastifyRequest, name: string): string | null {
  const value = asString(request.headers[name]);
  return value === "" ? null : value;
}

function requiredHeader(request: FastifyRequest, name: string): string {
  const value = header(request, name);
  if (value === null) {
    throw new RequestValidationError([
      {
        loc: ["header", name],
        msg: "field required",
        type: "value_error.missing",
      },
    ]);
  }
  return value;
}

function saveFile(
  scope: ProjectScope,
  request: FastifyRequest,
  id: string,
  activityId: string | null,
): FileRow {
  const bytes = rawBody(request);
  const file: FileRow = {
    id,
    order: scope.db.nextOrder(),
    name: requiredHeader(request, "x-file-name"),
    mime: requiredHeader(request, "content-type"),
    size: bytes.length,
    author: actorFrom(request).name,
    activityId,
    content: bytes.toString("base64"),
    createdAt: scope.clock.iso(),
  };
  scope.tables.files.put(file);
  return file;
}

function loadFile(scope: ProjectScope, request: FastifyRequest): FileRow {
  const file = scope.tables.files.get(idParam(request, "file", "file_id"));
  if (file === undefined) throw notFound("File not found");
  return file;
}

function reviewable(
  sandbox: Sandbox,
  activity: ActivityRow,
  file: FileRow,
): JsonObject {
  const author = sandbox.db.studio.users.get(activity.author ?? "");
  return {
    fileId: file.id,
    activityId: activity.id,
    filename: file.name,
    label: activity.data["reviewableLabel"] ?? null,
    mimetype: file.mime,
    availability: "ready",
    mediaInfo: {},
    createdFrom: null,
    processing: null,
    createdAt: activity.createdAt,
    updatedAt: activity.updatedAt,
    author: {
      name: activity.author,
      fullName: asString(asObject(author?.attrib)["fullName"]),
    },
  };
}

function versionReviewables(
  sandbox: Sandbox,
  scope: ProjectScope,
  row: VersionRow,
): JsonObject {
  const product = scope.tables.products.get(row.productId);
  const activities = scope.tables.activities
    .find("entity", row.id)
    .filter(
      (activity) =>
        activity.activityType === "reviewable" && activity.entityId === row.id,
    );
  return {
    id: row.id,
    name: nameOf(row),
    version: String(row.version),
    status: row.status,
    productId: row.productId,
    productName: product?.name ?? "",
    productType: product?.productType ?? "",
    attrib: row.attrib,
    reviewables: activities.flatMap((activity) =>
      scope.tables.files
        .find("activity", activity.id)
        .map((file) => reviewable(sandbox, activity, file)),
    ),
  };
}
