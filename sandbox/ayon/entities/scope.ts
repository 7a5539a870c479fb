import { ensureProjectAccess, type Actor } from "../actor.ts";
import type { Clock } from "../clock.ts";
import { notFound, UnhandledError } from "../errors.ts";
import type { Database } from "../store/database.ts";
import type { EntityRow, EntityType, ProjectRow } from "../store/rows.ts";
import type { ProjectTables } from "../store/tables.ts";
import type { AttributeLibrary } from "./attributes.ts";
import { Inheritance } from "./hierarchy.ts";
import { tableOf } from "./kinds.ts";

/** What entity code needs: one project and the server around it. */
export interface ProjectScope {
  readonly db: Database;
  readonly clock: Clock;
  readonly attributes: AttributeLibrary;
  readonly project: ProjectRow;
  readonly tables: ProjectTables;
  /** Folders whose inherited values the server has not worked out yet; null switches the trap off. */
  readonly stale: Set<string> | null;
}

export function inheritanceOf(scope: ProjectScope): Inheritance {
  return new Inheritance(scope.tables, scope.project, scope.attributes);
}

export function checkAccess(scope: ProjectScope, actor: Actor | null): void {
  if (actor !== null) ensureProjectAccess(actor, scope.project);
}

/**
 * The entity of this id, which may be written with dashes.
 *
 * A task in a folder made earlier in the same request cannot be loaded: its inherited attributes do not exist
 * yet, and the server trips over that with the bare text `'parent_id'`.
 */
export function loadEntity(
  scope: ProjectScope,
  type: EntityType,
  entityId: string,
): EntityRow {
  const id = entityId.replaceAll("-", "");
  if (id.length !== 32) throw new UnhandledError(`Invalid entity ID ${id}`);
  const row = tableOf(scope.tables, type).get(id);
  if (row === undefined) throw notFound(`Entity ${entityId} not found`);
  if (row.type === "task" && scope.stale?.has(row.folderId) === true) {
    throw new UnhandledError("'parent_id'");
  }
  return row;
}
