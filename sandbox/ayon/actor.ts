import { forbidden } from "./errors.ts";
import { asArray, asObject } from "./json.ts";
import type { ProjectRow, UserRow } from "./store/rows.ts";

/** The user a request acts as. */
export interface Actor {
  readonly name: string;
  readonly row: UserRow;
  readonly isService: boolean;
  readonly isAdmin: boolean;
  readonly isManager: boolean;
  readonly isGuest: boolean;
}

/** A service counts as administrator and manager everywhere. */
export function actorOf(row: UserRow): Actor {
  const is = (flag: string): boolean => row.data[flag] === true;
  const isService = is("isService");
  const isGuest = is("isGuest");
  return {
    name: row.id,
    row,
    isService,
    isAdmin: !isGuest && (is("isAdmin") || isService),
    isManager: is("isManager") || is("isAdmin") || isService,
    isGuest,
  };
}

export function ensureProjectAccess(actor: Actor, project: ProjectRow): void {
  if (actor.isManager) return;
  const groups = asObject(actor.row.data["accessGroups"])[project.name];
  if (asArray(groups).length === 0) {
    throw forbidden("No access group assigned on this project");
  }
}

export function ensureManager(actor: Actor, detail?: string): void {
  if (!actor.isManager) throw forbidden(detail);
}

export function ensureAdmin(actor: Actor, detail?: string): void {
  if (!actor.isAdmin) throw forbidden(detail);
}
