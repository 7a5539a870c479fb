import type { FastifyReply } from "fastify";
import { ensureAdmin } from "../actor.ts";
import { timeOf } from "../clock.ts";
import { actorFrom, noContent, originOf, readBody, type App } from "../http.ts";
import { asString, type JsonObject } from "../json.ts";
import type { Sandbox } from "../sandbox.ts";
import { attributeBody } from "./attributes.ts";
import { requireRestart, RESTART_REQUIRED } from "./restart-required.ts";
import { userBody } from "../entities/users.ts";

/** Clients switch features by it; the addition tells that this is no real server. */
export const SERVER_VERSION = "1.15.18+SANDBOX";

const QUIET_MS = 2000;

export function systemRoutes(
  app: App,
  sandbox: Sandbox,
  restart: () => void,
): void {
  app.get("/", (_request, reply): FastifyReply =>
    reply.type("text/html").send("<!doctype html><title>AYON sandbox</title>"),
  );

  app.get("/api/info", (request) => {
    const { actor } = request.auth;
    const info: JsonObject = {
      version: SERVER_VERSION,
      uptime: sandbox.uptimeSeconds,
      disableFeedback: true,
      offlineMode: true,
    };
    if (actor === null) return info;
    return {
      ...info,
      user: userBody(actor.row),
      attributes: sandbox.attributes.rows.map(attributeBody),
      sites: [],
      ssoOptions: [],
      frontendFlags: [],
      extras: "",
      disableChangelog: true,
    };
  });

  app.get("/api/system/restartRequired", () => {
    const event = sandbox.db.studio.events.first("hash", RESTART_REQUIRED);
    // A fresh demand is kept back: a server that just started may be about to drop it.
    const shown = sandbox.clock.now() - QUIET_MS;
    return event === undefined || timeOf(event.createdAt) >= shown
      ? { required: false, reason: null }
      : { required: true, reason: event.description };
  });

  app.post("/api/system/restartRequired", (request, reply) => {
    const actor = actorFrom(request);
    ensureAdmin(actor);
    const sent = readBody(request, {
      name: "RestartRequiredModel",
      fields: [{ name: "reason", kind: "string" }],
    });
    requireRestart(sandbox, asString(sent["reason"]), actor.name);
    return noContent(reply);
  });

  app.post("/api/system/restart", (request, reply) => {
    const actor = actorFrom(request);
    ensureAdmin(actor);
    sandbox.events.dispatch({
      topic: "server.restart_requested",
      user: actor.name,
      ...originOf(request),
    });
    restart();
    return noContent(reply);
  });
}
