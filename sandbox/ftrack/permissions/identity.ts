import { joinKey, keyOf, type Reader, type Row } from "../store/row.ts";
import { projectIdOf } from "../store/project.ts";

/** A signed-in user and what their roles allow. */
export interface Identity {
  readonly userId: string;
  readonly username: string;
  readonly name: string;
  readonly roles: ReadonlySet<string>;
  /** May write the set-up of the studio. */
  readonly administrator: boolean;
  /** Private projects the user has no role on. */
  readonly hiddenProjects: ReadonlySet<string>;
}

const PROJECT = new Set(["Project"]);

/** What the roles of a user allow at this moment. */
export function identityOf(user: Row, reader: Reader): Identity {
  const userId = keyOf(user, "id");
  const roles = new Set<string>();
  const granted = new Set<string>();
  let administrator = false;
  for (const held of reader.find("UserSecurityRole", "user_id", userId)) {
    const role = reader.get("SecurityRole", keyOf(held, "security_role_id"));
    if (role === undefined) continue;
    roles.add(keyOf(role, "id"));
    administrator ||= /^(administrator|api)$/i.test(keyOf(role, "name"));
    for (const grant of reader.find(
      "UserSecurityRoleProject",
      "user_security_role_id",
      keyOf(held, "id"),
    ))
      granted.add(keyOf(grant, "project_id"));
  }
  const hidden = reader.memo("Context", "private projects", () =>
    [...reader.scan("Context", PROJECT)]
      .filter((project) => project["is_private"] === true)
      .map((project) => keyOf(project, "id")),
  );
  return {
    userId,
    username: keyOf(user, "username"),
    name: [keyOf(user, "first_name"), keyOf(user, "last_name")]
      .join(" ")
      .trim(),
    roles,
    administrator,
    hiddenProjects: new Set(hidden.filter((id) => !granted.has(id))),
  };
}

/** Whether the user may see a row; undefined when nothing is hidden, so that nothing need be asked. */
export function visibility(
  identity: Identity,
  reader: Reader,
): ((row: Row) => boolean) | undefined {
  const restricted = reader.memo(
    "CustomAttributeReadRole",
    "any read role",
    () =>
      new Set([...readRoles(reader)].map((r) => keyOf(r, "configuration_id"))),
  );
  const { hiddenProjects } = identity;
  if (hiddenProjects.size === 0 && restricted.size === 0) return undefined;
  return (row) =>
    !(
      hiddenProjects.size > 0 && hiddenProjects.has(projectIdOf(row, reader))
    ) && mayReadValue(row, identity, restricted, reader);
}

function readRoles(reader: Reader): Iterable<Row> {
  return reader.scan(
    "CustomAttributeReadRole",
    new Set(["CustomAttributeReadRole"]),
  );
}

/** Values of attributes that name roles are for those roles; without any they are for everybody. */
function mayReadValue(
  row: Row,
  identity: Identity,
  restricted: ReadonlySet<string>,
  reader: Reader,
): boolean {
  if (!row.$type.endsWith("CustomAttributeValue")) return true;
  const configuration = keyOf(row, "configuration_id");
  return (
    !restricted.has(configuration) ||
    holdsRole("CustomAttributeReadRole", configuration, identity, reader)
  );
}

function holdsRole(
  table: "CustomAttributeReadRole" | "CustomAttributeWriteRole",
  configuration: string,
  identity: Identity,
  reader: Reader,
): boolean {
  for (const role of identity.roles)
    if (reader.get(table, joinKey([configuration, role])) !== undefined)
      return true;
  return false;
}

/** Whether the user may set values of an attribute. */
export function mayWriteValue(
  configuration: string,
  identity: Identity,
  reader: Reader,
): boolean {
  return (
    reader.count(
      "CustomAttributeWriteRole",
      "configuration_id",
      configuration,
    ) === 0 ||
    holdsRole("CustomAttributeWriteRole", configuration, identity, reader)
  );
}
