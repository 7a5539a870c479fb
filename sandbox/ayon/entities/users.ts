import type { Actor } from "../actor.ts";
import {
  AssertionFailure,
  badRequest,
  conflict,
  forbidden,
  notFound,
} from "../errors.ts";
import {
  asObject,
  asString,
  asStrings,
  jsonbKeys,
  without,
  withoutNulls,
  type JsonObject,
} from "../json.ts";
import type { Sandbox } from "../sandbox.ts";
import { hashSecret, keyPreview } from "../sessions.ts";
import type { UserRow } from "../store/rows.ts";
import { uniqueViolation } from "./constraints.ts";

export function userBody(row: UserRow): JsonObject {
  return withoutNulls({
    name: row.id,
    attrib: withoutNulls(row.attrib),
    data: row.data,
    active: row.active,
    ownAttrib: jsonbKeys(row.attrib),
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  });
}

/** @throws ApiError 404 */
export function loadUser(sandbox: Sandbox, name: string): UserRow {
  const row = sandbox.db.studio.users.get(name);
  if (row === undefined) throw notFound(`User ${name} not found`);
  return row;
}

/** A changed user has to log in anew. */
export function saveUser(sandbox: Sandbox, row: UserRow): void {
  const saved = { ...cleaned(row), updatedAt: sandbox.clock.iso() };
  sandbox.db.studio.users.put(saved);
  sandbox.sessions.forgetUser(row.id);
}

/** @throws ApiError 409 when the name is taken; IntegrityError when it is in another case. */
export function createUser(
  sandbox: Sandbox,
  actor: Pick<Actor, "name"> | null,
  name: string,
  sent: JsonObject,
): void {
  const { users } = sandbox.db.studio;
  const lower = name.toLowerCase();
  if (users.has(name)) throw conflict("User already exists");
  if (users.count("name", lower) > 0)
    throw uniqueViolation("users", "lower(name::text)", lower);
  const data = checkedData(asObject(sent["data"]));
  const isService = data["isService"] === true;
  const password = asString(sent["password"]) ?? "";
  const apiKey = asString(sent["apiKey"]) ?? "";
  if (data["isGuest"] === true && (isService || data["isAdmin"] === true)) {
    throw badRequest("Guests cannot be service or admin users");
  }
  if (password !== "" && isService)
    throw badRequest("Service users cannot have passwords");
  if (apiKey !== "" && !isService)
    throw badRequest("Only service users can have API keys");
  const now = sandbox.clock.iso();
  const row: UserRow = {
    id: name,
    order: sandbox.db.nextOrder(),
    attrib: withoutNulls(asObject(sent["attrib"])),
    data: {
      ...data,
      ...(password === "" ? {} : { password: hashSecret(password) }),
      ...(actor === null ? {} : { createdBy: actor.name }),
    },
    active: sent["active"] !== false,
    createdAt: now,
    updatedAt: now,
  };
  users.put(cleaned(apiKey === "" ? row : withKey(row, apiKey)));
}

/** Service users have neither password nor e-mail. */
function cleaned(row: UserRow): UserRow {
  if (row.data["isService"] !== true) return row;
  return {
    ...row,
    data: without(row.data, "password"),
    attrib: without(row.attrib, "email"),
  };
}

/** @throws AssertionFailure for a key of another form: the server answers 500. */
export function withKey(row: UserRow, key: string): UserRow {
  if (!/^[a-zA-Z0-9]{32}$/.test(key)) throw new AssertionFailure("");
  return {
    ...row,
    data: {
      ...row.data,
      apiKey: hashSecret(key),
      apiKeyPreview: keyPreview(key),
    },
  };
}

function checkedData(data: JsonObject): JsonObject {
  const { defaultAccessGroups, accessGroups } = data;
  if (
    defaultAccessGroups !== undefined &&
    !Array.isArray(defaultAccessGroups)
  ) {
    throw badRequest("defaultAccessGroups must be a list");
  }
  if (
    accessGroups !== undefined &&
    (Array.isArray(accessGroups) || typeof accessGroups !== "object")
  ) {
    throw badRequest("accessGroups must be a dict");
  }
  return data;
}

/** What of a patch this caller may do to this user. */
export function allowedPatch(
  actor: Actor,
  target: Actor,
  sent: JsonObject,
): JsonObject {
  const data = { ...asObject(sent["data"]) };
  if (!actor.isManager) {
    if (actor.name !== target.name)
      throw forbidden("Only managers can modify other users");
    return { attrib: sent["attrib"] };
  }
  if (target.isAdmin && !actor.isAdmin) {
    throw forbidden("Admins can only be modified by other admins");
  }
  const kept = new Map(Object.entries(data));
  if (!actor.isAdmin || target.name === actor.name) kept.delete("isAdmin");
  if (!actor.isAdmin) kept.delete("isDeveloper");
  if (target.name === actor.name) kept.delete("isManager");
  if (data["isGuest"] === true)
    throw badRequest("Guest users cannot be modified this way");
  return { ...sent, data: checkedData(Object.fromEntries(kept)) };
}

/** Only a changed address is checked: creating users may well double one. */
export function checkEmail(
  sandbox: Sandbox,
  name: string,
  email: string,
): void {
  const others = sandbox.db.studio.users.find("email", email.toLowerCase());
  if (others.some((other) => other.id !== name)) {
    throw conflict("This email is already used by another user");
  }
}

/** Groups and projects that do not exist are dropped. */
export function existingGroups(
  sandbox: Sandbox,
  groups: JsonObject,
): JsonObject {
  const { accessGroups, projects } = sandbox.db.studio;
  return Object.fromEntries(
    Object.entries(groups)
      .filter(
        ([project]) =>
          projects.first("name", project.toLowerCase()) !== undefined,
      )
      .map(
        ([project, names]) =>
          [
            project,
            asStrings(names).filter((name) => accessGroups.has(name)),
          ] as const,
      )
      .filter(([, names]) => names.length > 0),
  );
}

/** Puts other names, or none, in a user's place on all tasks. */
export function replaceAssignee(
  sandbox: Sandbox,
  name: string,
  by: readonly string[],
): void {
  for (const project of sandbox.db.studio.projects.all()) {
    const { tasks } = sandbox.db.project(project);
    for (const task of tasks.all()) {
      if (!task.assignees.includes(name)) continue;
      const assignees = task.assignees.flatMap((other) =>
        other === name ? by : [other],
      );
      tasks.put({ ...task, assignees });
    }
  }
}
