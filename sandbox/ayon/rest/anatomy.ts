import { ensureManager } from "../actor.ts";
import { completeAnatomy } from "../entities/anatomy.ts";
import { badRequest, notFound } from "../errors.ts";
import { actorFrom, noContent, param, readBody, type App } from "../http.ts";
import type { JsonObject } from "../json.ts";
import type { Sandbox } from "../sandbox.ts";

const VERSION = "1.0.0";

export function anatomyRoutes(app: App, sandbox: Sandbox): void {
  const { presets } = sandbox.db.studio;
  const one = "/api/anatomy/presets/:preset";
  const complete = (anatomy: JsonObject): JsonObject =>
    completeAnatomy(anatomy, sandbox.attributes);

  app.get("/api/anatomy/presets", (request) => {
    actorFrom(request);
    return {
      version: VERSION,
      presets: presets.all().map((row) => ({
        name: row.id,
        primary: row.primary,
        version: VERSION,
      })),
    };
  });

  app.get(one, (request) => {
    actorFrom(request);
    const name = param(request, "preset");
    if (name === "__builtin__" || name === "_") return complete({});
    if (name === "__primary__")
      return complete(presets.all().find((row) => row.primary)?.anatomy ?? {});
    const row = presets.get(name);
    if (row === undefined) throw notFound(`Anatomy preset ${name} not found.`);
    return complete(row.anatomy);
  });

  app.put(one, (request, reply) => {
    ensureManager(
      actorFrom(request),
      "Only managers can update anatomy presets.",
    );
    const id = param(request, "preset");
    if (id === "__builtin__") throw badRequest("Cannot update builtin preset.");
    if (id === "__primary__")
      throw badRequest("Cannot update primary preset using a reference.");
    const anatomy = readBody(request, {
      name: "Anatomy",
      fields: [],
      keepUnknown: true,
    });
    const old = presets.get(id);
    presets.put({
      id,
      order: old?.order ?? sandbox.db.nextOrder(),
      primary: old?.primary ?? false,
      anatomy: complete(anatomy),
    });
    return noContent(reply);
  });

  app.post(`${one}/primary`, (request, reply) => {
    ensureManager(actorFrom(request), "Only managers can set primary preset.");
    const name = param(request, "preset");
    for (const row of presets.all())
      presets.put({ ...row, primary: row.id === name });
    return noContent(reply);
  });

  app.delete(`${one}/primary`, (request, reply) => {
    ensureManager(
      actorFrom(request),
      "Only managers can unset primary preset.",
    );
    const row = presets.get(param(request, "preset"));
    if (row !== undefined) presets.put({ ...row, primary: false });
    return noContent(reply);
  });

  app.delete(one, (request, reply) => {
    ensureManager(
      actorFrom(request),
      "Only managers can delete anatomy presets.",
    );
    presets.remove(param(request, "preset"));
    return noContent(reply);
  });
}
