import type { FastifyRequest } from "fastify";
import { ensureAdmin, ensureManager, ensureProjectAccess } from "../actor.ts";
import { ApiError, badRequest, notFound } from "../errors.ts";
import {
  actorFrom,
  noContent,
  param,
  query,
  readBody,
  type App,
} from "../http.ts";
import type { JsonObject } from "../json.ts";
import type { Sandbox } from "../sandbox.ts";
import { completeSettings, extractOverrides } from "../settings/layers.ts";
import {
  findAddon,
  isFormless,
  readSettings,
  storedOverrides,
  writeOverrides,
  type SettingsKey,
} from "../settings/store.ts";

/** Settings travel as they are: the model's own snake_case keys, no envelope. */
export function addonSettingsRoutes(app: App, sandbox: Sandbox): void {
  for (const suffix of ["", "/:project"]) {
    const at = (what: string): string =>
      `/api/addons/:addon/:version/${what}${suffix}`;

    app.get(at("settings"), (request) => {
      actorFrom(request);
      const key = keyOf(sandbox, request, "as");
      const settings = readSettings(sandbox, key);
      if (settings !== null) return settings;
      if (key.project === null) return {};
      throw notFound(
        `Settings for ${key.addon.name} ${key.addon.version} not found`,
      );
    });

    app.post(at("settings"), (request, reply) => {
      const actor = actorFrom(request);
      ensureManager(actor);
      const key = keyOf(sandbox, request);
      const sent = objectBody(request);
      const current = readSettings(sandbox, key);
      if (current === null || key.addon.defaults === null) {
        throw badRequest("This addon does not have settings");
      }
      const data = isFormless(key.addon)
        ? sent
        : differences(
            key.addon.defaults,
            current,
            sent,
            storedOverrides(sandbox, key),
          );
      writeOverrides(sandbox, key, data, actor.name);
      return noContent(reply);
    });

    app.delete(at("overrides"), (request, reply) => {
      const actor = actorFrom(request);
      ensureManager(actor);
      writeOverrides(sandbox, keyOf(sandbox, request), null, actor.name);
      return noContent(reply);
    });

    app.get(at("rawOverrides"), (request) => {
      ensureAdmin(actorFrom(request), "Only admins can access raw overrides");
      return storedOverrides(sandbox, keyOf(sandbox, request));
    });

    app.put(at("rawOverrides"), (request, reply) => {
      const actor = actorFrom(request);
      ensureAdmin(actor, "Only admins can access raw overrides");
      writeOverrides(
        sandbox,
        keyOf(sandbox, request),
        objectBody(request),
        actor.name,
        true,
      );
      return noContent(reply);
    });
  }
}

/** @throws ApiError 400 when a value is not of its default's kind. */
function differences(
  defaults: JsonObject,
  current: JsonObject,
  sent: JsonObject,
  stored: JsonObject,
): JsonObject {
  const wanted = completeSettings(defaults, sent);
  if (wanted.errors.length > 0) {
    throw new ApiError(400, "Invalid settings", {
      extra: { errors: wanted.errors },
    });
  }
  return extractOverrides(current, wanted.value, stored);
}

function objectBody(request: FastifyRequest): JsonObject {
  return readBody(request, { name: "Settings", fields: [], keepUnknown: true });
}

/** Addon and version from the path (`as` may name another version's overrides), variant from the query. */
function keyOf(
  sandbox: Sandbox,
  request: FastifyRequest,
  as?: string,
): SettingsKey {
  const name = param(request, "addon");
  const asVersion = as === undefined ? null : query(request, as);
  const addon = findAddon(
    sandbox,
    name,
    asVersion ?? param(request, "version"),
  );
  const variant = query(request, "variant") ?? "production";
  const projectName = param(request, "project");
  if (projectName === "") return { addon, variant, project: null };
  const project = sandbox.project(projectName);
  ensureProjectAccess(actorFrom(request), project);
  return { addon, variant, project };
}
