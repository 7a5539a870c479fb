import type { IncomingMessage, ServerResponse } from "node:http";
import { hasToken, isLocal } from "../../control.ts";
import { readBody, sendJson } from "../http.ts";
import type { FtrackControl } from "./control.ts";

/**
 * `/control/<operation>`: the operations of `FtrackControl` over HTTP, with their argument as JSON. Only
 * from this machine, and only with the token that the launcher was given.
 */
export async function serveControl(
  request: IncomingMessage,
  response: ServerResponse,
  operation: string,
  control: FtrackControl,
  token: string,
): Promise<void> {
  if (!isLocal(request) || !hasToken(request, token)) {
    sendJson(response, 403, { error: "Forbidden" });
    return;
  }
  const body = (await readBody(request)).toString();
  if (!Object.hasOwn(control, operation)) {
    sendJson(response, 404, { error: `No operation ${operation}` });
    return;
  }
  try {
    const argument: unknown = body === "" ? undefined : JSON.parse(body);
    const name = operation as keyof FtrackControl;
    const result: unknown = await control[name](argument as never);
    sendJson(response, 200, { result: result ?? null });
  } catch (error) {
    sendJson(response, 400, {
      error: error instanceof Error ? error.message : String(error),
    });
  }
}
