import type { FastifyReply, FastifyRequest } from "fastify";
import type { App } from "../http.ts";
import type { Sandbox } from "../sandbox.ts";
import { answerCost } from "./costs.ts";
import type { RequestFault } from "./faults.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The connection breaks when the answer is ready. */
    breaksBeforeAnswer: boolean;
    startedAt: number;
    /** Operations in the body, counted by the operations endpoint. */
    operationCount: number;
  }
}

const isControl = (request: FastifyRequest): boolean =>
  request.url.startsWith("/control/");
const pathOf = (request: FastifyRequest): string =>
  request.url.split("?")[0] ?? "/";
const routeOf = (request: FastifyRequest): string =>
  request.routeOptions.url ?? pathOf(request);

/** Lets faults strike before anything else happens, slows answers down, and keeps the log. */
export function interfere(app: App, sandbox: Sandbox): void {
  app.decorateRequest("breaksBeforeAnswer", false);
  app.decorateRequest("startedAt", 0);
  app.decorateRequest("operationCount", 0);

  app.addHook("onRequest", (request, reply, next) => {
    request.startedAt = performance.now();
    if (isControl(request)) {
      next();
      return;
    }
    const fault = sandbox.faults.forRequest(request.method, pathOf(request));
    const go = (): void => {
      if (fault === null) next();
      else strike(fault, request, reply, next);
    };
    const { latencyMs } = sandbox.switches;
    if (latencyMs > 0) setTimeout(go, latencyMs);
    else go();
  });

  app.addHook("onSend", async (request, _reply, payload) => {
    if (isControl(request)) return payload;
    if (sandbox.switches.costs === "real") {
      await sandbox.sleep(
        answerCost(request.method, routeOf(request), sizeOf(payload)),
      );
    }
    if (request.breaksBeforeAnswer) request.raw.socket.resetAndDestroy();
    return payload;
  });

  app.addHook("onResponse", (request, reply, done) => {
    if (!isControl(request)) log(sandbox, request, reply.statusCode);
    done();
  });
}

function log(sandbox: Sandbox, request: FastifyRequest, status: number): void {
  sandbox.requests.add({
    at: Date.now(),
    method: request.method,
    route: routeOf(request),
    path: pathOf(request),
    status,
    durationMs: performance.now() - request.startedAt,
    operations: request.operationCount,
  });
}

function strike(
  fault: RequestFault,
  request: FastifyRequest,
  reply: FastifyReply,
  next: () => void,
): void {
  switch (fault.kind) {
    case "latency":
      setTimeout(next, fault.ms);
      return;
    case "error":
      sendError(reply, fault.status, fault.json === true);
      return;
    case "hang":
      reply.hijack();
      return;
    case "reset":
      reply.hijack();
      request.raw.socket.resetAndDestroy();
      return;
    case "commitThenReset":
      request.breaksBeforeAnswer = true;
      next();
  }
}

const WORDS: Readonly<Record<number, string>> = {
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Temporarily Unavailable",
  504: "Gateway Time-out",
};

function sendError(reply: FastifyReply, status: number, json: boolean): void {
  const title = `${status} ${WORDS[status] ?? "Error"}`;
  if (json)
    void reply
      .code(status)
      .send({ code: status, detail: "Service unavailable" });
  else {
    void reply
      .code(status)
      .type("text/html")
      .send(
        `<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`,
      );
  }
}

function sizeOf(payload: unknown): number {
  return typeof payload === "string" || Buffer.isBuffer(payload)
    ? payload.length
    : 0;
}
