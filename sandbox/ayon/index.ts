import type { LocalControl } from "./control/control.ts";
import { token } from "./ids.ts";
import { asString, type JsonObject } from "./json.ts";
import { startMachine } from "./machine.ts";
import { Sandbox } from "./sandbox.ts";
import {
  fill,
  putFtrackAddon,
  parseSeed,
  type SeedProject,
} from "./seed/seed.ts";
import { Persistence } from "./store/persistence.ts";

export { connectAyonControl, type RemoteControl } from "./control/client.ts";
export type {
  Control,
  LocalControl,
  RequestReport,
} from "./control/control.ts";
export type { Fault } from "./control/faults.ts";
export type { AddonSpec } from "./hosting/addons.ts";
export type { LoggedRequest, RequestCounts } from "./control/request-log.ts";
export type { Switches } from "./sandbox.ts";
export type { SeedProject } from "./seed/seed.ts";

export interface AyonSandboxOptions {
  /** 0 (the default) takes a free port. */
  readonly port?: number;
  /** Name or address to listen on, also in the URLs the server gives. Default: loopback. */
  readonly host?: string;
  /** `empty`, `demo` or `studio:N`. Default: `empty`. A directory that holds data keeps them. */
  readonly seed?: string;
  /** Projects made beforehand, besides those of the seed. */
  readonly projects?: readonly SeedProject[];
  /** Where the state is kept; without it, it dies with the process. */
  readonly dataDir?: string;
  /** The machine's clock, which the server's own is derived from. */
  readonly now?: () => Date;
  /** Default settings of the addon `ftrack`. */
  readonly addonSettings?: JsonObject;
  /** Default: `1.0.0`. */
  readonly addonVersion?: string;
  /** Key of the service user; kept in the directory, else a new one. */
  readonly apiKey?: string;
  /** The control API's token; likewise. */
  readonly controlToken?: string;
  /** What `control.kill` does at last; ends the process unless it is given. */
  readonly onKill?: () => void;
}

export interface AyonSandbox {
  readonly url: string;
  readonly apiKey: string;
  readonly controlToken: string;
  readonly port: number;
  readonly control: LocalControl;
  /** Stops listening, saves, and resolves when all is closed. */
  stop(): Promise<void>;
}

const LOOPBACK = "127.0.0.1";

/** A local AYON server on a port of its own, with the real one's manners. */
export async function startAyonSandbox(
  options: AyonSandboxOptions = {},
): Promise<AyonSandbox> {
  const sandbox = new Sandbox(options.now);
  const persistence =
    options.dataDir === undefined
      ? null
      : Persistence.open(sandbox.db, options.dataDir);
  const kept = persistence?.readMeta() ?? null;
  const apiKey = options.apiKey ?? asString(kept?.["apiKey"]) ?? token(32);
  const controlToken =
    options.controlToken ?? asString(kept?.["controlToken"]) ?? token(32);
  const seed = parseSeed(options.seed ?? "empty", options.projects);
  const addon = {
    version: options.addonVersion ?? "1.0.0",
    settings: options.addonSettings ?? {},
  };
  const reseed = (): void => {
    sandbox.restore(new Map());
    fill(sandbox, seed, addon, apiKey);
  };
  if (kept === null) {
    reseed();
  } else {
    sandbox.boot();
    if (options.addonSettings !== undefined) {
      putFtrackAddon(sandbox, addon);
    }
  }
  persistence?.writeMeta({ apiKey, controlToken });
  persistence?.flush();
  const { host = LOOPBACK } = options;
  const machine = await startMachine(sandbox, {
    host,
    port: options.port ?? 0,
    controlToken,
    persistence,
    reseed,
    onKill: options.onKill ?? (() => process.kill(process.pid, "SIGKILL")),
  });
  return {
    url: `http://${host}:${machine.port}`,
    apiKey,
    controlToken,
    port: machine.port,
    control: machine.control,
    stop: () => machine.stop(),
  };
}
