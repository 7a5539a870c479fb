import type { AddressInfo } from "node:net";
import { token } from "./ids.ts";
import type { JsonObject } from "./json.ts";
import { Sandbox } from "./sandbox.ts";
import { fill, parseSeed, type SeedProject } from "./seed/seed.ts";
import { buildServer } from "./server.ts";

export interface AyonSandboxOptions {
  /** 0 (the default) takes a free port. */
  readonly port?: number;
  /** `empty`, `demo` or `studio:N`. Default: `empty`. */
  readonly seed?: string;
  /** Projects made beforehand, besides those of the seed. */
  readonly projects?: readonly SeedProject[];
  /** Where the state is kept; without it, it dies with the process. */
  readonly dataDir?: string;
  /** The server's clock. */
  readonly now?: () => number;
  /** Default settings of the addon `ftrack`. */
  readonly addonSettings?: JsonObject;
  readonly addonVersion?: string;
  /** Key of the service user; a new one when left out. */
  readonly apiKey?: string;
}

export interface AyonSandbox {
  readonly url: string;
  readonly apiKey: string;
  readonly controlToken: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** A local AYON server on a port of its own. */
export async function startAyonSandbox(
  options: AyonSandboxOptions = {},
): Promise<AyonSandbox> {
  const sandbox = new Sandbox(options.now);
  const apiKey = options.apiKey ?? token(32);
  fill(
    sandbox,
    parseSeed(options.seed ?? "empty", options.projects),
    {
      version: options.addonVersion ?? "1.0.0",
      settings: options.addonSettings ?? {},
    },
    apiKey,
  );
  const app = buildServer(sandbox, {
    faults: { forRequest: () => undefined, stuckTask: () => false },
    cost: () => 0,
    restart: () => {
      sandbox.boot();
    },
  });
  await app.listen({ host: "127.0.0.1", port: options.port ?? 0 });
  const { port } = app.server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    apiKey,
    controlToken: token(32),
    port,
    stop: () => app.close(),
  };
}
