import type { FastifyRequest } from "fastify";
import * as lists from "../entities/lists.ts";
import { ENTITY_TYPES } from "../entities/kinds.ts";
import type { ProjectScope } from "../entities/scope.ts";
import { notFound } from "../errors.ts";
import {
  actorFrom,
  boolQuery,
  idParam,
  noContent,
  originOf,
  projectScope,
  readBody,
  type App,
} from "../http.ts";
import { asArray, asObject, asString, type JsonObject } from "../json.ts";
import type { Sandbox } from "../sandbox.ts";
import type { ListRow } from "../store/rows.ts";
import type { FieldSpec, ModelSpec } from "../validation/field.ts";
import { sendNull } from "./replies.ts";

const ITEM_FIELDS: readonly FieldSpec[] = [
  { name: "id", kind: "string" },
  { name: "position", kind: "integer" },
  { name: "label", kind: "string" },
  { name: "attrib", kind: "dict" },
  { name: "data", kind: "dict" },
  { name: "tags", kind: "list_of_strings" },
];

const ITEM: ModelSpec = {
  name: "EntityListItemPostModel",
  fields: [
    { name: "entityId", kind: "string", required: true },
    ...ITEM_FIELDS,
  ],
};

const PATCHED_ITEM: ModelSpec = {
  name: "EntityListItemPatchModel",
  fields: [{ name: "entityId", kind: "string" }, ...ITEM_FIELDS],
};

const LIST_FIELDS: readonly FieldSpec[] = [
  { name: "entityListFolderId", kind: "string" },
  { name: "access", kind: "dict" },
  { name: "attrib", kind: "dict" },
  { name: "data", kind: "dict" },
  { name: "tags", kind: "list_of_strings" },
  { name: "owner", kind: "string" },
  { name: "active", kind: "boolean" },
];

const POST: ModelSpec = {
  name: "EntityListPostModel",
  fields: [
    { name: "id", kind: "string" },
    { name: "entityListType", kind: "string", nullable: false },
    {
      name: "entityType",
      kind: "string",
      required: true,
      permitted: ENTITY_TYPES,
    },
    { name: "label", kind: "string", required: true },
    { name: "template", kind: "dict" },
    { name: "items", kind: { listOf: ITEM } },
    ...LIST_FIELDS,
  ],
};

const PATCH: ModelSpec = {
  name: "EntityListPatchModel",
  fields: [{ name: "label", kind: "string" }, ...LIST_FIELDS],
};

const ITEMS: ModelSpec = {
  name: "EntityListMultiPatchModel",
  fields: [
    { name: "items", kind: { listOf: PATCHED_ITEM }, minItems: 1 },
    { name: "mode", kind: "string", permitted: ["replace", "merge", "delete"] },
  ],
};

export function listRoutes(app: App, sandbox: Sandbox): void {
  const base = "/api/projects/:project/lists";
  const one = `${base}/:list`;
  const listOf = (scope: ProjectScope, request: FastifyRequest): ListRow =>
    lists.loadList(scope, idParam(request, "list", "entity_list_id"));
  const tell = (
    scope: ProjectScope,
    list: ListRow,
    what: "created" | "changed" | "deleted",
    request: FastifyRequest,
  ): void => {
    const event = lists.listEvent(scope, list, what, actorFrom(request));
    sandbox.events.dispatch({ ...event, ...originOf(request) });
  };
  /** Runs a change of a list's items as one transaction. */
  const changing = (
    request: FastifyRequest,
    change: (scope: ProjectScope, list: ListRow) => void,
  ): void => {
    const scope = projectScope(sandbox, request);
    const list = listOf(scope, request);
    sandbox.db.transaction(() => {
      change(scope, list);
    });
    tell(scope, list, "changed", request);
  };

  app.post(base, (request, reply) => {
    const scope = projectScope(sandbox, request);
    const actor = actorFrom(request);
    const sent = readBody(request, POST);
    const list = sandbox.db.transaction(() => {
      const created = lists.createList(scope, actor, sent);
      for (const item of asArray(sent["items"]))
        lists.addItem(scope, created, asObject(item), actor);
      return created;
    });
    tell(scope, list, "created", request);
    return reply.code(201).send(lists.listSummary(scope, list));
  });

  app.get(one, (request) => {
    const scope = projectScope(sandbox, request);
    return listBody(
      scope,
      listOf(scope, request),
      boolQuery(request, "metadata_only") !== true,
    );
  });

  app.patch(one, (request, reply) => {
    const scope = projectScope(sandbox, request);
    const list = lists.patchList(
      scope,
      listOf(scope, request),
      readBody(request, PATCH),
    );
    tell(scope, list, "changed", request);
    return noContent(reply);
  });

  app.delete(one, (request, reply) => {
    const scope = projectScope(sandbox, request);
    const list = listOf(scope, request);
    tell(scope, list, "deleted", request);
    lists.deleteList(scope, list);
    return noContent(reply);
  });

  app.get(`${one}/entities`, (request) => {
    const scope = projectScope(sandbox, request);
    const id = idParam(request, "list", "entity_list_id");
    const list = scope.tables.lists.get(id);
    const items = list === undefined ? [] : lists.itemsOf(scope, list);
    // An empty list cannot be told from a missing one.
    if (list === undefined || items.length === 0)
      throw notFound(`Entity list ID '${id}' not found`);
    return {
      entityType: list.entityType,
      entityIds: [...new Set(items.map((item) => item.entityId))],
    };
  });

  app.get(`${one}/attributes`, (request) => {
    const list = listOf(projectScope(sandbox, request), request);
    return asArray(list.data["attributes"]);
  });

  app.post(`${one}/items`, (request, reply) => {
    const sent = readBody(request, ITEM);
    changing(request, (scope, list) => {
      lists.addItem(scope, list, sent, actorFrom(request));
    });
    return sendNull(reply, 201);
  });

  app.patch(`${one}/items`, (request, reply) => {
    const sent = readBody(request, ITEMS);
    const mode = (asString(sent["mode"]) ?? "replace") as lists.ItemsMode;
    changing(request, (scope, list) => {
      lists.changeItems(
        scope,
        list,
        mode,
        asArray(sent["items"]).map(asObject),
        actorFrom(request),
      );
    });
    return sendNull(reply, 200);
  });

  app.patch(`${one}/items/:item`, (request, reply) => {
    const sent = readBody(request, PATCHED_ITEM);
    changing(request, (scope, list) => {
      lists.updateItem(scope, list, itemId(request), sent, actorFrom(request));
    });
    return sendNull(reply, 200);
  });

  app.delete(`${one}/items/:item`, (request, reply) => {
    changing(request, (scope, list) => {
      lists.removeItem(scope, list, itemId(request));
    });
    return sendNull(reply, 200);
  });
}

const itemId = (request: FastifyRequest): string =>
  idParam(request, "item", "entity_list_item_id");

function listBody(
  scope: ProjectScope,
  list: ListRow,
  withItems: boolean,
): JsonObject {
  const items = withItems ? lists.itemsOf(scope, list) : [];
  return {
    id: list.id,
    entityListType: list.entityListType,
    entityListFolderId: list.folderId,
    entityType: list.entityType,
    label: list.label,
    access: list.access,
    attrib: list.attrib,
    data: {
      ...list.data,
      count: scope.tables.listItems.count("list", list.id),
    },
    template: list.template,
    tags: list.tags,
    items: items.map((item) => ({
      id: item.id,
      entityId: item.entityId,
      position: item.position,
      label: item.label,
      attrib: item.attrib,
      data: item.data,
      tags: item.tags,
      folderPath: lists.itemFolderPath(scope, list, item),
      createdBy: item.createdBy,
      updatedBy: item.updatedBy,
      createdAt: item.createdAt,
      updatedAt: item.updatedAt,
    })),
    owner: list.owner,
    createdBy: list.createdBy,
    updatedBy: list.updatedBy,
    createdAt: list.createdAt,
    updatedAt: list.updatedAt,
    active: list.active,
    accessLevel: 30,
  };
}
