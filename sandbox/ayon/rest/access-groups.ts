import { ensureManager } from "../actor.ts";
import { notFound } from "../errors.ts";
import { actorFrom, noContent, param, readBody, type App } from "../http.ts";
import type { Sandbox } from "../sandbox.ts";

/** Groups are names that users carry per project; what they restrict is not imitated. */
export function accessGroupRoutes(app: App, sandbox: Sandbox): void {
  const { accessGroups } = sandbox.db.studio;
  const one = "/api/accessGroups/:group/:project";

  app.get("/api/accessGroups/:project", (request) => {
    actorFrom(request);
    return accessGroups
      .all()
      .map((row) => ({ name: row.id, isProjectLevel: false }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  });

  app.get(one, (request) => {
    actorFrom(request);
    const name = param(request, "group");
    const row = accessGroups.get(name);
    if (row === undefined) throw notFound(`Access group ${name} not found`);
    return row.data;
  });

  app.put(one, (request, reply) => {
    ensureManager(actorFrom(request), "Only managers can modify access groups");
    const id = param(request, "group");
    const data = readBody(request, {
      name: "Permissions",
      fields: [],
      keepUnknown: true,
    });
    accessGroups.put({
      id,
      order: accessGroups.get(id)?.order ?? sandbox.db.nextOrder(),
      data,
    });
    return noContent(reply);
  });

  app.delete(one, (request, reply) => {
    ensureManager(actorFrom(request), "Only managers can delete access groups");
    accessGroups.remove(param(request, "group"));
    return noContent(reply);
  });
}
