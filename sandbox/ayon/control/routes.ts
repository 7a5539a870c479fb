import type { FastifyRequest } from "fastify";
import { hasToken, isLocal, TOKEN_HEADER } from "../../control.ts";
import { forbidden, notFound } from "../errors.ts";
import { jsonBody, param, rawBody, type App } from "../http.ts";
import type { Control } from "./control.ts";

/** Operations that take the server away: they begin when their answer is out. */
const LAST_WORDS = ["kill", "refuse"];

/**
 * `POST /control/<operation>` with its argument as JSON: the operations of {@link Control}, for this machine
 * alone, and with the token the launcher was given. Answers `{"result"}`.
 */
export function controlRoutes(app: App, control: Control, token: string): void {
  app.post("/control/:operation", async (request) => {
    checkCaller(request, token);
    const name = param(request, "operation");
    if (!Object.hasOwn(control, name) || name === "failOperations") {
      throw notFound(`No operation ${name}`);
    }
    const argument =
      rawBody(request).length === 0 ? undefined : jsonBody(request);
    const run = (): unknown =>
      control[name as keyof Control](argument as never);
    if (LAST_WORDS.includes(name)) {
      setTimeout(() => void run(), 20);
      return { result: null };
    }
    return { result: (await run()) ?? null };
  });
}

function checkCaller({ raw }: FastifyRequest, token: string): void {
  if (!isLocal(raw))
    throw forbidden("The control interface answers this machine alone");
  if (!hasToken(raw, token))
    throw forbidden(`${TOKEN_HEADER} is missing or wrong`);
}
