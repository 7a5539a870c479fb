import { ensureAdmin, ensureManager } from "../actor.ts";
import { badRequest, notFound } from "../errors.ts";
import {
  actorFrom,
  nameParam,
  noContent,
  readBody,
  type App,
} from "../http.ts";
import { asString } from "../json.ts";
import type { Sandbox } from "../sandbox.ts";
import type { ModelSpec } from "../validation/field.ts";
import { NAME } from "../validation/patterns.ts";

const SECRET: ModelSpec = {
  name: "Secret",
  fields: [
    { name: "name", kind: "string" },
    { name: "value", kind: "string" },
  ],
};

/** Managers see names, administrators values too; names that begin with `_` stay inside. */
export function secretRoutes(app: App, sandbox: Sandbox): void {
  const { secrets } = sandbox.db.studio;
  const one = "/api/secrets/:name";
  const nameOf = (request: Parameters<typeof actorFrom>[0]): string =>
    nameParam(request, "name", "secret_name", NAME);

  app.get("/api/secrets", (request) => {
    const actor = actorFrom(request);
    ensureManager(actor);
    return secrets
      .all()
      .filter((row) => !row.id.startsWith("_"))
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map((row) =>
        actor.isAdmin ? { name: row.id, value: row.value } : { name: row.id },
      );
  });

  app.get(one, (request) => {
    ensureAdmin(actorFrom(request));
    const row = secrets.get(nameOf(request));
    if (row === undefined) throw notFound();
    return { name: row.id, value: row.value };
  });

  app.put(one, (request, reply) => {
    ensureAdmin(actorFrom(request));
    const id = nameOf(request);
    const value = asString(readBody(request, SECRET)["value"]);
    if (value === null) throw badRequest("No value provided");
    secrets.put({
      id,
      order: secrets.get(id)?.order ?? sandbox.db.nextOrder(),
      value,
    });
    return noContent(reply);
  });

  app.delete(one, (request, reply) => {
    ensureAdmin(actorFrom(request));
    secrets.remove(nameOf(request));
    return noContent(reply);
  });
}
