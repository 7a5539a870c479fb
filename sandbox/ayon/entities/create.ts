import type { Actor } from "../actor.ts";
import { badRequest, conflict, forbidden, ModelError } from "../errors.ts";
import type { EventDraft } from "../events/drafts.ts";
import { dashed, newId } from "../ids.ts";
import { asStrings, asString, withoutNulls, type JsonObject } from "../json.ts";
import type { EntityRow, EntityType, ProjectRow } from "../store/rows.ts";
import { checkModel } from "../validation/field.ts";
import { BODY_ID } from "../validation/patterns.ts";
import { checkConstraints, uniqueViolation } from "./constraints.ts";
import { nameOf } from "./hierarchy.ts";
import { KINDS, parentIdOf, tableOf } from "./kinds.ts";
import { postModel } from "./models.ts";
import { checkAccess, type ProjectScope } from "./scope.ts";

export interface Written {
  readonly id: string;
  readonly events: readonly EventDraft[];
  readonly status: number;
}

/** @throws ModelError, ApiError or IntegrityError; the caller decides what of the batch survives. */
export function createEntity(
  scope: ProjectScope,
  actor: Actor | null,
  type: EntityType,
  data: JsonObject,
  entityId: string | null,
): Written {
  const checked = checkModel(postModel(type, scope.attributes), data);
  if (checked.errors !== undefined) {
    throw new ModelError(
      postModel(type, scope.attributes).name,
      checked.errors,
    );
  }
  const sent = checked.value;
  const id = checkedId(type, entityId ?? asString(sent["id"]) ?? newId());
  if (type === "folder" && sent["parentId"] === id) {
    throw badRequest("Folder cannot be its own parent");
  }
  const author = type === "version" ? versionAuthor(sent, actor) : null;
  checkAccess(scope, actor);
  const row = newRow(scope, type, { ...sent, id, author }, actor);
  if (row.type === "version") checkHero(scope, row);
  const table = tableOf(scope.tables, type);
  if (table.has(id)) throw uniqueViolation(KINDS[type].table, "id", dashed(id));
  checkConstraints(scope.tables, scope.project, row);
  table.put(row);
  afterCreate(scope, row);
  return {
    id,
    status: 201,
    events: [
      {
        topic: `entity.${type}.created`,
        project: scope.project.name,
        user: actor?.name ?? null,
        description: `${type.charAt(0).toUpperCase()}${type.slice(1)} ${nameOf(row)} created`,
        summary: { entityId: id, parentId: parentIdOf(row) },
      },
    ],
  };
}

function checkedId(type: EntityType, id: string): string {
  if (BODY_ID.test(id)) return id;
  const model = `${type.charAt(0).toUpperCase()}${type.slice(1)}Model`;
  throw new ModelError(model, [
    {
      loc: ["id"],
      msg: `string does not match regex "${BODY_ID.source}"`,
      type: "value_error.str.regex",
      ctx: { pattern: BODY_ID.source },
    },
  ]);
}

function versionAuthor(sent: JsonObject, actor: Actor | null): string | null {
  const author = asString(sent["author"]) ?? actor?.name ?? null;
  if (actor !== null && !actor.isAdmin && author !== actor.name) {
    throw forbidden("Only admins can create versions for other users");
  }
  return author;
}

export function checkHero(scope: ProjectScope, row: EntityRow): void {
  if (row.type !== "version" || row.version >= 0) return;
  const others = scope.tables.versions.find("parent", row.productId);
  if (others.some((v) => v.version < 0 && v.id !== row.id)) {
    throw conflict("Hero version already exists.");
  }
}

/** First status, by position, whose scope names this type; a status without scope fits all. */
export function defaultStatus(project: ProjectRow, type: EntityType): string {
  const fits = project.statuses.find(
    (s) => !Array.isArray(s["scope"]) || s["scope"].includes(type),
  );
  return (fits ?? project.statuses[0])?.name ?? "";
}

function newRow(
  scope: ProjectScope,
  type: EntityType,
  sent: JsonObject,
  actor: Actor | null,
): EntityRow {
  const now = scope.clock.iso();
  // Tasks alone are saved without their creator: the server forgets to pass it on.
  const by = type === "task" ? null : (actor?.name ?? null);
  const columns: JsonObject = {};
  for (const field of KINDS[type].fields) {
    columns[field.name] = sent[field.name] ?? null;
  }
  if (type === "folder") {
    columns["folderType"] ??= scope.project.folderTypes[0]?.name ?? null;
  }
  if (type === "task") columns["assignees"] ??= [];
  if (type === "product") columns["productBaseType"] ??= columns["productType"];
  if (type === "representation") columns["files"] ??= [];
  if (type === "version") columns["author"] = sent["author"];
  return {
    ...columns,
    type,
    id: sent["id"],
    order: scope.db.nextOrder(),
    attrib: withoutNulls((sent["attrib"] ?? {}) as JsonObject),
    data: sent["data"] ?? {},
    active: sent["active"] ?? true,
    status: sent["status"] ?? defaultStatus(scope.project, type),
    tags: asStrings(sent["tags"]),
    createdAt: now,
    updatedAt: now,
    createdBy: by,
    updatedBy: by,
  } as unknown as EntityRow;
}

function afterCreate(scope: ProjectScope, row: EntityRow): void {
  if (row.type === "folder") scope.stale?.add(row.id);
  if (row.type === "version") touchTask(scope, row.taskId);
  if (row.type === "product") {
    const types = scope.db.studio.productTypes;
    if (!types.has(row.productType)) {
      types.put({ id: row.productType, order: scope.db.nextOrder() });
    }
  }
}

/** Saving a version makes its task look changed, so that clients fetch a new thumbnail. */
export function touchTask(scope: ProjectScope, taskId: string | null): void {
  const task = taskId === null ? undefined : scope.tables.tasks.get(taskId);
  if (task !== undefined) {
    scope.tables.tasks.put({ ...task, updatedAt: scope.clock.iso() });
  }
}
