import { controlCaller } from "../../control.ts";
import type { Control } from "./control.ts";

/** The same operations, each answering later. */
export type RemoteControl = {
  readonly [K in keyof Control]: (
    ...args: Parameters<Control[K]>
  ) => Promise<Awaited<ReturnType<Control[K]>>>;
};

/** Control of a server in another process. `kill` and `refuse` answer before they begin. */
export function connectAyonControl(url: string, token: string): RemoteControl {
  const call = controlCaller(url, token);
  return {
    reset: () => call("reset"),
    snapshot: (name) => call("snapshot", name),
    restore: (name) => call("restore", name),
    addFault: (fault) => call("addFault", fault),
    faults: () => call("faults"),
    clearFaults: () => call("clearFaults"),
    switches: (change) => call("switches", change),
    clock: (change) => call("clock", change),
    requests: (query) => call("requests", query),
    resetRequests: () => call("resetRequests"),
    dropSockets: () => call("dropSockets"),
    putAddon: (addon) => call("putAddon", addon),
    restart: () => call("restart"),
    settled: () => call("settled"),
    refuse: (ms) => call("refuse", ms),
    kill: () => call("kill"),
  };
}
