import { controlCaller } from "../../control.ts";
import type { FtrackControl } from "./control.ts";

/** Control of a server in another process. */
export function connectFtrackControl(
  url: string,
  token: string,
): FtrackControl {
  const call = controlCaller(url, token);
  return {
    sizes: () => call("sizes"),
    snapshot: (name) => call("snapshot", name),
    restore: (name) => call("restore", name),
    reset: () => call("reset"),
    apiKey: (username) => call("apiKey", username),
    inject: (event) => call("inject", event),
    connections: () => call("connections"),
    dropSockets: (drop) => call("dropSockets", drop),
    faults: (changes) => call("faults", changes),
    clearFaults: () => call("clearFaults"),
    behaviour: (changes) => call("behaviour", changes),
    requests: () => call("requests"),
    resetRequests: () => call("resetRequests"),
    kill: () => call<undefined>("kill").then(() => undefined, connectionLost),
  };
}

/** A server that was killed does not answer. */
function connectionLost(error: unknown): void {
  if (error instanceof TypeError) return;
  throw error;
}
