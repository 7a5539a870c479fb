import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { handleApi } from "./api/http.ts";
import { errorBody } from "./api/batch.ts";
import { invalidCredentials } from "./api/errors.ts";
import { readCredentials } from "./api/session.ts";
import type { FtrackControl } from "./control/control.ts";
import { serveControl } from "./control/routes.ts";
import { serveFile } from "./files/routes.ts";
import { disturb } from "./control/disturb.ts";
import { sendJson, sendText, urlOf } from "./http.ts";
import { authenticate } from "./permissions/credentials.ts";
import type { Sandbox } from "./sandbox.ts";

/** The control interface, and the token that opens it. */
export interface ControlAccess {
  readonly control: FtrackControl;
  readonly token: string;
}

/** The one HTTP server: API, hub, files and control share a port. */
export function createSandboxServer(
  sandbox: Sandbox,
  access: ControlAccess,
): Server {
  const server = createServer((request, response) => {
    route(request, response, sandbox, access).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, errorBody(error));
    });
  });
  // Idle connections outlive the pauses of any client, so that none is closed while a request is on its way.
  server.keepAliveTimeout = 120_000;
  sandbox.hub.attach(server);
  return server;
}

async function route(
  request: IncomingMessage,
  response: ServerResponse,
  sandbox: Sandbox,
  { control, token }: ControlAccess,
): Promise<void> {
  const { pathname } = urlOf(request);
  const operation = /^\/control\/(\w+)$/.exec(pathname)?.[1];
  if (operation !== undefined) {
    await serveControl(request, response, operation, control, token);
    return;
  }
  const { faults, chance } = sandbox;
  const isApi = pathname === "/api" && request.method === "POST";
  if (
    (isApi || faults.everywhere) &&
    (await disturb(request, response, faults, chance))
  )
    return;
  if (isApi) await handleApi(request, response, sandbox);
  else if (/^\/socket\.io\/1\/?$/.test(pathname))
    handshake(request, response, sandbox);
  else if (!(await serveFile(request, response, sandbox.state)))
    sendText(response, 404, "Not found");
}

/** The first step to the hub: credentials in, a session for the websocket out. */
function handshake(
  request: IncomingMessage,
  response: ServerResponse,
  { state, hub }: Sandbox,
): void {
  const { username, key } = readCredentials(
    request.headers,
    urlOf(request).searchParams,
  );
  const identity = authenticate(username, key, state.store);
  if (identity === undefined)
    sendJson(response, 401, errorBody(invalidCredentials()));
  else sendText(response, 200, hub.handshake(identity));
}

/** Answers the port. */
export function listen(
  server: Server,
  where: { readonly host: string; readonly port: number },
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(where, () => {
      resolve((server.address() as AddressInfo).port);
    });
  });
}
