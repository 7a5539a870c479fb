import type { FastifyRequest } from "fastify";
import { ensureAdmin, ensureManager } from "../actor.ts";
import { loadUser, saveUser, withKey } from "../entities/users.ts";
import { badRequest, forbidden } from "../errors.ts";
import {
  actorFrom,
  idParam,
  nameParam,
  noContent,
  param,
  readBody,
  type App,
} from "../http.ts";
import { newId } from "../ids.ts";
import { asArray, asNumber, asObject, asString, without } from "../json.ts";
import type { Sandbox } from "../sandbox.ts";
import { hashSecret } from "../sessions.ts";
import type { UserRow } from "../store/rows.ts";
import type { ModelSpec } from "../validation/field.ts";
import { USER_NAME } from "../validation/patterns.ts";
import { sendNull } from "./replies.ts";

const PASSWORD: ModelSpec = {
  name: "ChangePasswordRequestModel",
  fields: [
    { name: "password", kind: "string" },
    { name: "apiKey", kind: "string", regex: /^[0-9a-f]{32}$/ },
  ],
};

const KEY: ModelSpec = {
  name: "ApiKeyPostModel",
  fields: [
    { name: "label", kind: "string", required: true },
    { name: "key", kind: "string", required: true },
    { name: "expires", kind: "float" },
  ],
};

/** Passwords, and API keys in both their forms: a service's one key, and labelled ones. */
export function userKeyRoutes(app: App, sandbox: Sandbox): void {
  const { users } = sandbox.db.studio;
  const one = "/api/users/:user";
  const nameOf = (request: FastifyRequest): string =>
    nameParam(request, "user", "user_name", USER_NAME);
  const load = (name: string): UserRow => loadUser(sandbox, name);
  const save = (row: UserRow): void => {
    saveUser(sandbox, row);
  };

  app.patch(`${one}/password`, (request, reply) => {
    const actor = actorFrom(request);
    const name = nameOf(request);
    const sent = readBody(request, PASSWORD);
    if (Object.hasOwn(sent, "password")) {
      if (name !== actor.name) ensureManager(actor);
      const password = hashSecret(asString(sent["password"]) ?? "");
      const row = load(name);
      save({ ...row, data: { ...row.data, password } });
    } else if (Object.hasOwn(sent, "apiKey")) {
      ensureAdmin(actor);
      const row = load(name);
      if (row.data["isService"] !== true)
        throw badRequest(`${name} is not a service account`);
      save(withKey(row, asString(sent["apiKey"]) ?? ""));
    } else {
      throw badRequest("No password or API key provided");
    }
    return noContent(reply);
  });

  app.get(`${one}/apikeys`, (request) => {
    keysOwner(request);
    return asArray(load(nameOf(request)).data["apiKeys"]).map((entry) => {
      return without(asObject(entry), "key");
    });
  });

  app.post(`${one}/apikeys`, (request, reply) => {
    keysOwner(request);
    const row = load(nameOf(request));
    const { label, key, expires } = readBody(request, KEY);
    const keys = asArray(row.data["apiKeys"]).map(asObject);
    if (keys.some((other) => other["label"] === label)) {
      throw badRequest("API key with this label already exists");
    }
    const text = asString(key) ?? "";
    const entry = {
      id: newId(),
      label,
      key: hashSecret(text),
      preview: `${text.slice(0, 4)}*****${text.slice(-4)}`,
      created: sandbox.clock.now() / 1000,
      expires: asNumber(expires),
    };
    users.put({ ...row, data: { ...row.data, apiKeys: [...keys, entry] } });
    return sendNull(reply, 200);
  });

  app.delete(`${one}/apikeys/:id`, (request, reply) => {
    keysOwner(request);
    const row = load(nameOf(request));
    const id = idParam(request, "id", "entity_id");
    const keys = asArray(row.data["apiKeys"]).filter(
      (entry) => asObject(entry)["id"] !== id,
    );
    users.put({ ...row, data: { ...row.data, apiKeys: keys } });
    return sendNull(reply, 200);
  });
}

function keysOwner(request: FastifyRequest): void {
  const actor = actorFrom(request);
  if (!actor.isAdmin && actor.name !== param(request, "user"))
    throw forbidden();
}
