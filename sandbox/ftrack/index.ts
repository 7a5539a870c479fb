import { randomBytes } from "node:crypto";
import { Sandbox } from "./sandbox.ts";
import { API_USER } from "./seed/people.ts";
import { sowSeed } from "./seed/index.ts";
import { createSandboxServer, listen } from "./server.ts";

export interface FtrackSandboxOptions {
  /** 0 takes a free port. */
  readonly port?: number;
  /** `empty`, `demo` or `studio:N`, each with an optional `+ayon`. */
  readonly seed?: string;
  readonly now?: () => Date;
}

export interface FtrackSandbox {
  readonly url: string;
  readonly port: number;
  readonly apiUser: string;
  readonly apiKey: string;
  stop(): Promise<void>;
}

/** Starts a local Ftrack server. */
export async function startFtrackSandbox(
  options: FtrackSandboxOptions = {},
): Promise<FtrackSandbox> {
  const apiKey = randomBytes(24).toString("base64url");
  const sandbox = new Sandbox(options.now ?? (() => new Date()));
  const { state } = sandbox;
  sowSeed(options.seed ?? "empty", apiKey, state);
  const server = createSandboxServer(sandbox);
  const port = await listen(server, options.port ?? 0);
  const url = `http://127.0.0.1:${String(port)}`;
  state.store.surroundings = { ...state.store.surroundings, origin: url };
  return {
    url,
    port,
    apiUser: API_USER,
    apiKey,
    stop: () =>
      new Promise((resolve) => {
        sandbox.hub.stop();
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}
