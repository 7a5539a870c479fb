import type { FastifyRequest } from "fastify";
import {
  allowedPatch,
  checkEmail,
  createUser,
  existingGroups,
  loadUser,
  replaceAssignee,
  saveUser,
  userBody,
} from "../entities/users.ts";
import { actorOf, ensureManager } from "../actor.ts";
import { uniqueViolation } from "../entities/constraints.ts";
import {
  actorFrom,
  nameParam,
  noContent,
  originOf,
  readBody,
  type App,
} from "../http.ts";
import {
  asArray,
  asObject,
  asString,
  asStrings,
  mergeOneLevel,
} from "../json.ts";
import type { Sandbox } from "../sandbox.ts";
import type { UserRow } from "../store/rows.ts";
import type { ModelSpec } from "../validation/field.ts";
import { USER_NAME } from "../validation/patterns.ts";

function userModel(sandbox: Sandbox, name: string): ModelSpec {
  return {
    name,
    fields: [
      {
        name: "attrib",
        kind: { model: sandbox.attributes.model("user") },
        nullable: false,
      },
      { name: "data", kind: "dict" },
      { name: "active", kind: "boolean" },
      { name: "password", kind: "string" },
      { name: "apiKey", kind: "string" },
    ],
  };
}

const ACCESS_GROUPS: ModelSpec = {
  name: "AssignAccessGroupsRequestModel",
  fields: [
    {
      name: "accessGroups",
      kind: {
        listOf: {
          name: "AccessGroupsOnProject",
          fields: [
            { name: "project", kind: "string", required: true },
            { name: "accessGroups", kind: "list_of_strings", required: true },
          ],
        },
      },
    },
  ],
};

export function userRoutes(app: App, sandbox: Sandbox): void {
  const { users } = sandbox.db.studio;
  const one = "/api/users/:user";
  const nameOf = (request: FastifyRequest): string =>
    nameParam(request, "user", "user_name", USER_NAME);
  const load = (name: string): UserRow => loadUser(sandbox, name);
  const save = (row: UserRow): void => {
    saveUser(sandbox, row);
  };

  app.get("/api/users/me", (request) => {
    const { row, isAdmin, isManager } = actorFrom(request);
    const names = sandbox.attributes
      .model("user")
      .fields.map((field) => field.name);
    return {
      ...userBody(row),
      uiExposureLevel: isAdmin ? 900 : isManager ? 700 : 500,
      ownAttrib: names,
    };
  });

  app.get(one, (request) => {
    const actor = actorFrom(request);
    const name = nameOf(request);
    const row = load(name);
    if (actor.isManager || name === actor.name) return userBody(row);
    return { name, attrib: { fullName: row.attrib["fullName"] ?? null } };
  });

  app.put(one, (request, reply) => {
    const actor = actorFrom(request);
    ensureManager(actor);
    const name = nameOf(request);
    const sent = readBody(request, userModel(sandbox, "NewUserModel"));
    createUser(sandbox, actor, name, sent);
    sandbox.events.dispatch({
      topic: "entity.user.created",
      description: `User ${name} created`,
      summary: { entityName: actor.name },
      user: actor.name,
      ...originOf(request),
    });
    return noContent(reply);
  });

  app.patch(one, (request, reply) => {
    const actor = actorFrom(request);
    const name = nameOf(request);
    const sent = readBody(request, userModel(sandbox, "UserPatchModel"));
    const old = load(name);
    const patch = allowedPatch(actor, actorOf(old), sent);
    const attrib = mergeOneLevel(old.attrib, asObject(patch["attrib"]));
    const email = asString(attrib["email"]);
    if (email !== null && email !== old.attrib["email"])
      checkEmail(sandbox, name, email);
    save({
      ...old,
      attrib,
      data: mergeOneLevel(old.data, {
        ...asObject(patch["data"]),
        updatedBy: actor.name,
      }),
      active:
        patch["active"] === undefined ? old.active : patch["active"] === true,
    });
    return noContent(reply);
  });

  app.delete(one, (request, reply) => {
    const actor = actorFrom(request);
    ensureManager(actor);
    const row = load(nameOf(request));
    users.remove(row.id);
    sandbox.sessions.forgetUser(row.id);
    replaceAssignee(sandbox, row.id, []);
    sandbox.events.dispatch({
      topic: "entity.user.deleted",
      description: `User ${row.id} deleted`,
      summary: { entityName: row.id },
      payload: { entityData: userBody(row) },
      user: actor.name,
      ...originOf(request),
    });
    return noContent(reply);
  });

  app.patch(`${one}/accessGroups`, (request, reply) => {
    ensureManager(actorFrom(request));
    const row = load(nameOf(request));
    const groups = { ...asObject(row.data["accessGroups"]) };
    for (const item of asArray(
      readBody(request, ACCESS_GROUPS)["accessGroups"],
    )) {
      const { project, accessGroups } = asObject(item);
      groups[asString(project) ?? ""] = asStrings(accessGroups);
    }
    save({
      ...row,
      data: { ...row.data, accessGroups: existingGroups(sandbox, groups) },
    });
    return noContent(reply);
  });

  app.post(`${one}/rename`, (request, reply) => {
    ensureManager(actorFrom(request));
    const row = load(nameOf(request));
    const sent = readBody(request, {
      name: "RenameUserRequestModel",
      fields: [
        { name: "name", kind: "string", required: true, regex: USER_NAME },
      ],
    });
    const name = asString(sent["name"]) ?? "";
    if (users.first("name", name.toLowerCase()) !== undefined) {
      throw uniqueViolation("users", "name", name);
    }
    users.remove(row.id);
    save({ ...row, id: name });
    replaceAssignee(sandbox, row.id, [name]);
    return noContent(reply);
  });
}
