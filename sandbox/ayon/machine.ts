import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createControl, type LocalControl } from "./control/control.ts";
import type { App } from "./http.ts";
import type { Sandbox } from "./sandbox.ts";
import { buildServer } from "./server.ts";
import type { Persistence } from "./store/persistence.ts";
import { Messaging } from "./ws.ts";

export interface MachineOptions {
  readonly host: string;
  readonly port: number;
  readonly controlToken: string;
  readonly persistence: Persistence | null;
  /** Fills the emptied database anew. */
  readonly reseed: () => void;
  /** What `kill` does once the connections are broken. */
  readonly onKill: () => void;
}

/** The server with its socket: starts, listens, falls silent, dies. */
export interface RunningMachine {
  readonly port: number;
  readonly control: LocalControl;
  stop(): Promise<void>;
}

export async function startMachine(
  sandbox: Sandbox,
  options: MachineOptions,
): Promise<RunningMachine> {
  const { host } = options;
  const messaging = new Messaging(sandbox);
  const control = createControl(sandbox, {
    reseed: options.reseed,
    dropSockets: () => {
      messaging.dropAll();
    },
    restart: () => {
      restart(sandbox, messaging);
    },
    refuse: (ms) => refuse(app, { host, port }, messaging, ms),
    kill: () => {
      options.persistence?.close(false);
      void shutDown(app, messaging);
      options.onKill();
    },
  });
  const app = buildServer(sandbox, {
    control,
    controlToken: options.controlToken,
  });
  messaging.attach(app.server);
  await app.listen({ host, port: options.port });
  const { port } = app.server.address() as AddressInfo;
  return {
    port,
    control,
    async stop() {
      await shutDown(app, messaging);
      options.persistence?.close(true);
    },
  };
}

/** Lets the answer to the request for it get out first, as a real restart comes after it. */
function restart(sandbox: Sandbox, messaging: Messaging): void {
  setTimeout(() => {
    sandbox.boot();
    messaging.dropAll();
    sandbox.events.dispatch({ topic: "server.started" });
  }, 5);
}

async function refuse(
  app: App,
  where: { readonly host: string; readonly port: number },
  messaging: Messaging,
  ms: number,
): Promise<void> {
  messaging.dropAll();
  await closeListener(app.server);
  await new Promise((resolve) => setTimeout(resolve, ms));
  await new Promise<void>((resolve) => app.server.listen(where, resolve));
}

async function closeListener(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  server.closeAllConnections();
  await closed;
}

async function shutDown(app: App, messaging: Messaging): Promise<void> {
  messaging.close();
  app.server.closeAllConnections();
  await app.close();
}
