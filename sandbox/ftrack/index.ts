import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { makeControl, type FtrackControl } from "./control/control.ts";
import { userNamed } from "./permissions/credentials.ts";
import { Sandbox } from "./sandbox.ts";
import { API_USER } from "./seed/people.ts";
import { sowSeed } from "./seed/index.ts";
import { createSandboxServer, listen } from "./server.ts";
import type { State } from "./state.ts";
import { keyOf } from "./store/row.ts";
import { Journal } from "./store/journal.ts";

export { connectFtrackControl } from "./control/client.ts";
export type {
  ConnectionReport,
  FtrackControl,
  SocketDrop,
} from "./control/control.ts";
export type { FaultChanges, Faults } from "./control/faults.ts";
export type { Behaviour } from "./behaviour.ts";
export type { RequestSummary } from "./control/requests.ts";
export type { HubEvent } from "./hub/event.ts";
export { ADMINISTRATOR, API_USER, artists } from "./seed/people.ts";
export { DEMO_SHOW } from "./seed/demo.ts";
export { STUDIO_SHOW } from "./seed/studio.ts";

export interface FtrackSandboxOptions {
  /** 0 takes a free port. */
  readonly port?: number;
  /** Name or address to listen on, also in the URLs the server gives. Default: loopback. */
  readonly host?: string;
  /** `empty`, `demo` or `studio:N`, each with an optional `+ayon`. Ignored when `dataDir` holds a state. */
  readonly seed?: string;
  /** Keeps the state in this folder. */
  readonly dataDir?: string;
  readonly now?: () => Date;
  /** What `control.kill` does; ends the process unless it is given. */
  readonly onKill?: () => void;
}

export interface FtrackSandbox {
  readonly url: string;
  readonly port: number;
  readonly apiUser: string;
  readonly apiKey: string;
  readonly controlToken: string;
  readonly control: FtrackControl;
  stop(): Promise<void>;
}

const LOOPBACK = "127.0.0.1";

/** Starts a local Ftrack server. */
export async function startFtrackSandbox(
  options: FtrackSandboxOptions = {},
): Promise<FtrackSandbox> {
  const { dataDir, seed = "empty", now = () => new Date() } = options;
  const sandbox = new Sandbox(
    now,
    dataDir === undefined ? undefined : join(dataDir, "blobs"),
  );
  const { state } = sandbox;
  const journal =
    dataDir === undefined
      ? undefined
      : new Journal(join(dataDir, "rows.jsonl"));
  fill(state, journal, seed);
  const save = (): void => {
    journal?.rewrite(state.store.snapshot(), (base, row) =>
      state.store.keyOf(base, row),
    );
  };
  save();
  if (journal !== undefined)
    sandbox.committed = (writes) => {
      if (writes.length > 0) journal.append(writes);
    };
  const controlToken = randomBytes(24).toString("base64url");
  const control = makeControl(sandbox, {
    replaced: save,
    kill: options.onKill ?? (() => process.kill(process.pid, "SIGKILL")),
  });
  const server = createSandboxServer(sandbox, { control, token: controlToken });
  const { host = LOOPBACK } = options;
  const port = await listen(server, { host, port: options.port ?? 0 });
  const url = `http://${host}:${String(port)}`;
  state.store.surroundings = { ...state.store.surroundings, origin: url };
  return {
    url,
    port,
    apiUser: API_USER,
    apiKey: apiKeyOf(state),
    controlToken,
    control,
    stop: () =>
      new Promise((resolve) => {
        journal?.flush();
        sandbox.hub.stop();
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}

/** The rows of the folder, or else those of the seed. */
function fill(state: State, journal: Journal | undefined, seed: string): void {
  const kept = journal?.load();
  if (kept === undefined)
    sowSeed(seed, randomBytes(24).toString("base64url"), state);
  else state.store.restore(kept);
}

function apiKeyOf({ store }: State): string {
  const user = userNamed(API_USER, store);
  const id = user === undefined ? "" : keyOf(user, "id");
  for (const key of store.find("ApiKey", "resource_id", id))
    return keyOf(key, "secret");
  throw new Error(`${API_USER} has no key`);
}
