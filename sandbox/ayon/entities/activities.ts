import type { Actor } from "../actor.ts";
import { badRequest, forbidden, notFound } from "../errors.ts";
import type { EventDraft } from "../events/drafts.ts";
import { inUtc } from "../clock.ts";
import { dashed, newId } from "../ids.ts";
import { asObject, asString, without, type JsonObject } from "../json.ts";
import type { ActivityRow, EntityRow, FileRow } from "../store/rows.ts";
import { referencesOf, withMentions } from "./activity-references.ts";
import { uniqueViolation } from "./constraints.ts";
import { tableOf } from "./kinds.ts";
import type { ProjectScope } from "./scope.ts";

export const MAX_BODY_LENGTH = 2000;

export interface NewActivity {
  readonly id?: string | null;
  readonly activityType: string;
  readonly body: string;
  readonly tags?: readonly string[];
  readonly files?: readonly string[];
  readonly data?: JsonObject;
  readonly timestamp?: string | null;
}

/** The author is the caller; `timestamp` dates it back. The entity counts as changed. */
export function createActivity(
  scope: ProjectScope,
  actor: Actor,
  entity: EntityRow,
  wanted: NewActivity,
): { readonly id: string; readonly event: EventDraft } {
  checkLength(wanted.activityType, wanted.body);
  const id = wanted.id?.replaceAll("-", "") ?? newId();
  const { activities } = scope.tables;
  if (activities.has(id)) throw uniqueViolation("activities", "id", dashed(id));
  const at =
    wanted.timestamp === null || wanted.timestamp === undefined
      ? scope.clock.iso()
      : inUtc(wanted.timestamp);
  const author = actor.name;
  const row: ActivityRow = {
    id,
    order: scope.db.nextOrder(),
    activityType: wanted.activityType,
    entityType: entity.type,
    entityId: entity.id,
    body: wanted.body,
    tags: wanted.tags ?? [],
    data: withFiles(scope, without(wanted.data ?? {}, "author"), wanted.files),
    author,
    references: referencesOf(scope, entity, { ...wanted, author }),
    createdAt: at,
    updatedAt: at,
  };
  activities.put(row);
  attach(scope, id, wanted.files ?? []);
  tableOf(scope.tables, entity.type).put({ ...entity, updatedAt: at });
  return { id, event: event(scope, row, "created", actor) };
}

export interface ActivityPatch {
  readonly body: string | null;
  readonly tags: readonly string[] | null;
  readonly files: readonly string[] | null;
  readonly appendFiles: boolean;
  readonly data: JsonObject | null;
}

/** Somebody else than its author, or an administrator, may only tick its boxes. */
export function updateActivity(
  scope: ProjectScope,
  actor: Actor,
  id: string,
  patch: ActivityPatch,
): EventDraft {
  const old = load(scope, id);
  const owns = actor.isAdmin || old.author === actor.name;
  const body = patch.body ?? old.body;
  if (!owns && withoutTicks(body) !== withoutTicks(old.body)) {
    throw forbidden("You are not the owner, you cannot modify the comment");
  }
  checkLength(old.activityType, body);
  const kept = patch.appendFiles ? fileIds(scope, id) : [];
  const files =
    owns && patch.files !== null
      ? [...new Set([...patch.files, ...kept])]
      : null;
  const data =
    owns && patch.data !== null
      ? { ...old.data, ...without(patch.data, "author") }
      : old.data;
  const row: ActivityRow = {
    ...old,
    body,
    tags: patch.tags ?? old.tags,
    data: files === null ? data : withFiles(scope, data, files),
    references: withMentions(old.references, body),
    updatedAt: scope.clock.iso(),
  };
  scope.tables.activities.put(row);
  if (files !== null) {
    for (const fileId of fileIds(scope, id)) {
      if (!files.includes(fileId)) setActivity(scope, fileId, null);
    }
    attach(scope, id, files);
  }
  return event(scope, row, "updated", actor);
}

export function deleteActivity(
  scope: ProjectScope,
  actor: Actor,
  id: string,
): EventDraft {
  const row = load(scope, id);
  if (!actor.isAdmin && row.author !== actor.name) {
    throw forbidden("You are not the owner of this activity");
  }
  scope.tables.activities.remove(id);
  for (const fileId of fileIds(scope, id)) setActivity(scope, fileId, null);
  return event(scope, row, "deleted", actor);
}

function load(scope: ProjectScope, id: string): ActivityRow {
  const row = scope.tables.activities.get(id);
  if (row === undefined) throw notFound("Activity not found");
  return row;
}

function checkLength(activityType: string, body: string): void {
  if (Array.from(body).length <= MAX_BODY_LENGTH) return;
  const word = activityType.charAt(0).toUpperCase() + activityType.slice(1);
  throw badRequest(`${word} body is too long`);
}

const withoutTicks = (text: string): string =>
  text.replaceAll(/\s*\[[ xX]\]\s*/g, "[checkbox]");

function withFiles(
  scope: ProjectScope,
  data: JsonObject,
  files: readonly string[] | undefined,
): JsonObject {
  if (files === undefined) return data;
  const known = files
    .map((id) => scope.tables.files.get(id))
    .filter((row) => row !== undefined);
  return { ...data, files: known.map(fileInfo) };
}

function fileInfo(row: FileRow): JsonObject {
  return {
    id: row.id,
    size: row.size,
    author: row.author,
    filename: row.name,
    mime: row.mime,
    created_at: row.createdAt,
    updated_at: row.createdAt,
  };
}

function fileIds(scope: ProjectScope, activityId: string): string[] {
  return scope.tables.files.find("activity", activityId).map((file) => file.id);
}

function attach(
  scope: ProjectScope,
  activityId: string,
  files: readonly string[],
): void {
  for (const id of files) setActivity(scope, id, activityId);
}

function setActivity(
  scope: ProjectScope,
  fileId: string,
  activityId: string | null,
): void {
  const file = scope.tables.files.get(fileId);
  if (file !== undefined) scope.tables.files.put({ ...file, activityId });
}

function event(
  scope: ProjectScope,
  row: ActivityRow,
  what: string,
  actor: Actor,
): EventDraft {
  const verb = what.charAt(0).toUpperCase() + what.slice(1);
  const references = row.references
    .filter((reference) => reference.entityId !== null)
    .map(({ entityId, entityType, referenceType }) => ({
      entity_id: entityId,
      entity_type: entityType,
      reference_type: referenceType,
    }));
  return {
    topic: `activity.${what}`,
    project: scope.project.name,
    user: actor.name,
    description: `${verb} ${row.activityType} activity`,
    summary: {
      activity_id: row.id,
      activity_type: row.activityType,
      references,
    },
    payload: { body: row.body },
  };
}

/** The entity an operation on activities names. */
export function activityTarget(data: JsonObject): {
  readonly type: string;
  readonly id: string;
} {
  const { entityType, entityId } = asObject(data);
  const id = (asString(entityId) ?? "").replaceAll("-", "");
  if (id.length !== 32) throw badRequest("Invalid entity ID");
  return { type: asString(entityType) ?? "", id };
}
