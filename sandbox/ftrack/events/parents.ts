import { projectIdOf } from "../store/project.ts";
import { keyOf, type Json, type Reader, type Row } from "../store/row.ts";
import type { Catalogue } from "../schema/catalogue.ts";

/** Rows as they are now, and those a batch removed as they were. */
export type LookUp = (base: string, id: string) => Row | undefined;

/** Table → the column that names the row above, and the table that one lies in. */
const above: Readonly<Record<string, readonly [column: string, base: string]>> =
  {
    Context: ["parent_id", "Context"],
    Asset: ["context_id", "Context"],
    AssetVersion: ["asset_id", "Asset"],
    Component: ["version_id", "AssetVersion"],
    ComponentLocation: ["component_id", "Component"],
    Note: ["parent_id", "any"],
    Metadata: ["parent_id", "any"],
    Appointment: ["context_id", "Context"],
    TypedContextLink: ["from_id", "Context"],
    AssetVersionLink: ["from_id", "AssetVersion"],
    List: ["project_id", "Context"],
    ListObject: ["list_id", "List"],
    Timelog: ["context_id", "Context"],
    Timer: ["context_id", "Context"],
    Manager: ["context_id", "Context"],
    CalendarEvent: ["project_id", "Context"],
    ReviewSession: ["project_id", "Context"],
    ReviewSessionObject: ["review_session_id", "ReviewSession"],
    ReviewSessionInvitee: ["review_session_id", "ReviewSession"],
    ReviewSessionObjectStatus: [
      "review_session_object_id",
      "ReviewSessionObject",
    ],
    StatusChange: ["parent_id", "any"],
    Resource: ["parent_id", "Resource"],
    Membership: ["user_id", "Resource"],
    UserSecurityRole: ["user_id", "Resource"],
    UserSecurityRoleProject: ["user_security_role_id", "UserSecurityRole"],
  };
const anyBase = [
  "Context",
  "AssetVersion",
  "Asset",
  "Note",
  "List",
  "ReviewSessionObject",
  "Resource",
  "Component",
];

export interface Parent {
  readonly entityId: string;
  readonly entityType: string;
  readonly entity_type?: string;
  readonly parentId: string | null;
}

/** The row directly above a row, with its table. */
function rowAbove(
  base: string,
  row: Row,
  lookUp: LookUp,
): { readonly base: string; readonly row: Row } | undefined {
  const way = above[base];
  if (way === undefined) return undefined;
  const id = keyOf(row, way[0]);
  if (id === "") return undefined;
  for (const candidate of way[1] === "any" ? anyBase : [way[1]]) {
    const found = lookUp(candidate, id);
    if (found !== undefined) return { base: candidate, row: found };
  }
  return undefined;
}

/** The entity itself, what it is in, and so on; the Project last. */
export function parentsOf(
  base: string,
  row: Row,
  lookUp: LookUp,
  catalogue: Catalogue,
): readonly Parent[] {
  const chain: Parent[] = [];
  let current: { readonly base: string; readonly row: Row } | undefined = {
    base,
    row,
  };
  while (current !== undefined) {
    const next = rowAbove(current.base, current.row, lookUp);
    chain.push(describe(current.row, next?.row, catalogue));
    current = next;
  }
  // A grant belongs to a user and to a project; the way up leads to the user only.
  const project =
    base === "UserSecurityRoleProject"
      ? lookUp("Context", keyOf(row, "project_id"))
      : undefined;
  if (project !== undefined)
    chain.push(describe(project, undefined, catalogue));
  return chain;
}

function describe(
  row: Row,
  parent: Row | undefined,
  catalogue: Catalogue,
): Parent {
  const type = catalogue.types.get(row.$type);
  return {
    entityId: entityIdOf(row, type?.key ?? ["id"]),
    entityType: (type?.table ?? row.$type).toLowerCase(),
    entity_type: row.$type,
    parentId: parent === undefined ? null : keyOf(parent, "id"),
  };
}

/** The id of an entity; of one with a key of several columns the parts, joined by a comma. */
export function entityIdOf(row: Row, key: readonly string[]): string {
  return key.map((column) => keyOf(row, column)).join(",");
}

/** The project in a chain of parents. */
export function projectIn(
  parents: readonly Parent[],
  row: Row,
  reader: Reader,
): string {
  return (
    parents.find((p) => p.entityType === "show")?.entityId ??
    projectIdOf(row, reader)
  );
}

export function parentJson(parent: Parent, typed: boolean): Json {
  const { entityId, entityType, entity_type, parentId } = parent;
  return typed
    ? { entityId, entityType, entity_type: entity_type ?? "", parentId }
    : { entityId, entityType, parentId };
}
