import { watchersOf } from "../entities/activity-references.ts";
import {
  addReaction,
  removeReaction,
  setWatchers,
} from "../entities/reactions.ts";
import {
  actorFrom,
  idParam,
  nameParam,
  noContent,
  projectScope,
  readBody,
  type App,
} from "../http.ts";
import { asString, asStrings } from "../json.ts";
import type { Sandbox } from "../sandbox.ts";
import type { ModelSpec } from "../validation/field.ts";
import { NAME } from "../validation/patterns.ts";
import { entityInPath } from "./activities.ts";

const REACTION: ModelSpec = {
  name: "CreateReactionModel",
  fields: [{ name: "reaction", kind: "string", required: true }],
};

const WATCHERS: ModelSpec = {
  name: "WatchersModel",
  fields: [{ name: "watchers", kind: "list_of_strings", required: true }],
};

export function reactionRoutes(app: App, sandbox: Sandbox): void {
  const project = "/api/projects/:project";
  const reactions = `${project}/activities/:activity/reactions`;
  const watchers = `${project}/:type/:id/watchers`;

  app.post(reactions, (request, reply) => {
    const scope = projectScope(sandbox, request);
    const id = idParam(request, "activity", "activity_id");
    const reaction = asString(readBody(request, REACTION)["reaction"]) ?? "";
    addReaction(scope, actorFrom(request), id, reaction);
    return reply.code(201).type("application/json").send("null");
  });

  app.delete(`${reactions}/:reaction`, (request, reply) => {
    const scope = projectScope(sandbox, request);
    const id = idParam(request, "activity", "activity_id");
    const reaction = nameParam(request, "reaction", "reaction", NAME);
    removeReaction(scope, actorFrom(request), id, reaction);
    return noContent(reply);
  });

  app.get(watchers, (request) => {
    const scope = projectScope(sandbox, request);
    return { watchers: watchersOf(scope, entityInPath(scope, request).id) };
  });

  app.post(watchers, (request, reply) => {
    const scope = projectScope(sandbox, request);
    const entity = entityInPath(scope, request);
    const names = asStrings(readBody(request, WATCHERS)["watchers"]);
    setWatchers(scope, actorFrom(request), entity, names);
    return noContent(reply);
  });
}
