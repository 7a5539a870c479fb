import type { Actor } from "../actor.ts";
import {
  badRequest,
  forbidden,
  IntegrityError,
  ModelError,
} from "../errors.ts";
import { changeEvents } from "../events/drafts.ts";
import { token } from "../ids.ts";
import { asObject, isObject, mergeOneLevel, type JsonObject } from "../json.ts";
import type { EntityRow, EntityType, FolderRow } from "../store/rows.ts";
import { checkModel, snakeCase } from "../validation/field.ts";
import { checkConstraints } from "./constraints.ts";
import { checkHero, touchTask, type Written } from "./create.ts";
import { hasVersions, pathOf, subtree } from "./hierarchy.ts";
import { parentIdOf, tableOf } from "./kinds.ts";
import { patchModel } from "./models.ts";
import { checkAccess, loadEntity, type ProjectScope } from "./scope.ts";

/** An update of nothing still counts as an update: `updatedAt` and `updatedBy` move. */
export function updateEntity(
  scope: ProjectScope,
  actor: Actor | null,
  type: EntityType,
  entityId: string,
  data: JsonObject,
  force: boolean,
): Written {
  const row = loadEntity(scope, type, entityId);
  const model = patchModel(type, scope.attributes);
  const checked = checkModel(model, data);
  if (checked.errors !== undefined) {
    throw new ModelError(model.name, checked.errors);
  }
  const patch = checked.value;
  checkAccess(scope, actor);
  if (row.type === "folder") checkFolder(scope, row, patch, force);
  const events = changeEvents(
    {
      row,
      path: pathOf(scope.tables, row),
      parentId: parentIdOf(row),
      project: scope.project.name,
      user: actor?.name ?? null,
    },
    patch,
  );
  const next = patched(scope, row, patch, actor);
  checkHero(scope, next);
  checkConstraints(scope.tables, scope.project, next);
  tableOf(scope.tables, type).put(next);
  if (next.type === "version") touchTask(scope, next.taskId);
  return { id: row.id, events, status: 204 };
}

/** Published work fixes a folder's name, type and place; a folder never moves below itself. */
function checkFolder(
  scope: ProjectScope,
  row: FolderRow,
  patch: JsonObject,
  force: boolean,
): void {
  if (!force) {
    for (const key of ["name", "folderType", "parentId"] as const) {
      if (!Object.hasOwn(patch, key) || patch[key] === row[key]) continue;
      if (hasVersions(scope.tables, row.id)) {
        throw forbidden(
          `Cannot change ${snakeCase(key)} of a folder with published versions`,
        );
      }
    }
  }
  if (!Object.hasOwn(patch, "parentId")) return;
  const parentId = patch["parentId"];
  if (parentId === row.id) throw badRequest("Folder cannot be its own parent");
  if (typeof parentId !== "string") return;
  for (const id of subtree(scope.tables, row.id)) {
    if (id === parentId) {
      throw badRequest("Folder cannot be moved to one of its descendants");
    }
  }
}

function patched(
  scope: ProjectScope,
  row: EntityRow,
  patch: JsonObject,
  actor: Actor | null,
): EntityRow {
  const { attrib, data, ...columns } = patch;
  if (data === null) {
    throw new IntegrityError(
      "not-null-violation",
      "Missing required field: data",
    );
  }
  // A new thumbnail gets a new hash, which clients use to see that the picture changed.
  const extra = Object.hasOwn(patch, "thumbnailId")
    ? { thumbnailHash: token(6) }
    : {};
  return {
    ...row,
    ...columns,
    attrib: mergeOneLevel(row.attrib, asObject(attrib)),
    data: mergeOneLevel(row.data, {
      ...(isObject(data) ? data : {}),
      ...extra,
    }),
    updatedBy: actor?.name ?? null,
    updatedAt: scope.clock.iso(),
  };
}
