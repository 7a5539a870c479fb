import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { handleApi, type ApiHooks } from "./api/http.ts";
import { sendText, urlOf } from "./http.ts";
import type { State } from "./state.ts";

/** The HTTP server of the sandbox. */
export function createSandboxServer(state: State): Server {
  const hooks: ApiHooks = {
    eventLog: { denied: false, hides: undefined },
    record: () => undefined,
    received: () => undefined,
    committed: (_batch, _request, answer) => {
      answer();
    },
  };
  return createServer((request, response) => {
    const { pathname } = urlOf(request);
    if (pathname === "/api" && request.method === "POST")
      void handleApi(request, response, state, hooks);
    else sendText(response, 404, "Not found");
  });
}

/** Listens on loopback; answers the port. */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      resolve((server.address() as AddressInfo).port);
    });
  });
}
