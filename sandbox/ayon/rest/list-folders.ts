import type { FastifyRequest } from "fastify";
import type { ProjectScope } from "../entities/scope.ts";
import { conflict, forbidden, notFound } from "../errors.ts";
import {
  actorFrom,
  idParam,
  noContent,
  projectScope,
  readBody,
  type App,
} from "../http.ts";
import { newId } from "../ids.ts";
import { asObject, asString, mergeOneLevel, type JsonObject } from "../json.ts";
import type { Sandbox } from "../sandbox.ts";
import type { ListFolderRow } from "../store/rows.ts";
import type { FieldSpec, ModelSpec } from "../validation/field.ts";

const LABEL = {
  name: "label",
  kind: "string",
  minLength: 1,
  maxLength: 255,
} as const;

const FIELDS: readonly FieldSpec[] = [
  { name: "parentId", kind: "string" },
  { name: "access", kind: "dict" },
  { name: "data", kind: "dict" },
];

const POST: ModelSpec = {
  name: "EntityListFolderPostModel",
  fields: [
    { name: "id", kind: "string" },
    { ...LABEL, required: true },
    ...FIELDS,
  ],
};

const PATCH: ModelSpec = {
  name: "EntityListFolderPatchModel",
  fields: [LABEL, ...FIELDS],
};

/** Folders that entity lists are sorted into. */
export function listFolderRoutes(app: App, sandbox: Sandbox): void {
  const base = "/api/projects/:project/entityListFolders";
  const one = `${base}/:folder`;

  app.get(base, (request) => {
    const { tables } = projectScope(sandbox, request);
    return { folders: tables.listFolders.all().map(folderBody) };
  });

  app.post(base, (request) => {
    const { tables, db, clock } = projectScope(sandbox, request);
    const sent = readBody(request, POST);
    const now = clock.iso();
    const row: ListFolderRow = {
      id: asString(sent["id"]) ?? newId(),
      order: db.nextOrder(),
      label: asString(sent["label"]) ?? "",
      parentId: asString(sent["parentId"]),
      owner: actorFrom(request).name,
      access: asObject(sent["access"]),
      data: asObject(sent["data"]),
      createdAt: now,
      updatedAt: now,
    };
    const taken = tables.listFolders
      .all()
      .some(
        ({ id, label, parentId }) =>
          id === row.id || (label === row.label && parentId === row.parentId),
      );
    // The server says so whichever of the two is taken.
    if (taken) throw conflict("Folder with the given ID already exists");
    tables.listFolders.put(row);
    return { id: row.id };
  });

  app.patch(one, (request, reply) => {
    const scope = projectScope(sandbox, request);
    const sent = readBody(request, PATCH);
    const old = ownedFolder(scope, request, "update");
    scope.tables.listFolders.put({
      ...old,
      label: asString(sent["label"]) ?? old.label,
      parentId: Object.hasOwn(sent, "parentId")
        ? asString(sent["parentId"])
        : old.parentId,
      access: Object.hasOwn(sent, "access")
        ? asObject(sent["access"])
        : old.access,
      data: mergeOneLevel(old.data, asObject(sent["data"])),
    });
    return noContent(reply);
  });

  app.delete(one, (request, reply) => {
    const scope = projectScope(sandbox, request);
    scope.tables.listFolders.remove(ownedFolder(scope, request, "delete").id);
    return noContent(reply);
  });
}

function folderBody(row: ListFolderRow, position: number): JsonObject {
  const { id, label, parentId, owner, access, data } = row;
  const colors = { color: null, icon: null, scope: null };
  return {
    id,
    label,
    parentId,
    position,
    owner,
    access,
    data: { ...colors, ...data },
  };
}

/** @throws ApiError 404; 403 for a caller who neither owns nor manages it. */
function ownedFolder(
  scope: ProjectScope,
  request: FastifyRequest,
  verb: string,
): ListFolderRow {
  const id = idParam(request, "folder", "folder_id");
  const row = scope.tables.listFolders.get(id);
  if (row === undefined) throw notFound("Entity list folder not found");
  const actor = actorFrom(request);
  if (!actor.isManager && row.owner !== actor.name)
    throw forbidden(`Only owner or manager can ${verb} this folder`);
  return row;
}
