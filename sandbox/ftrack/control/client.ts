import type { FtrackControl } from "./control.ts";
import { TOKEN_HEADER } from "./routes.ts";

/** Control of a server in another process. */
export function connectFtrackControl(
  url: string,
  token: string,
): FtrackControl {
  const call = async <T>(operation: string, argument?: unknown): Promise<T> => {
    const response = await fetch(`${url}/control/${operation}`, {
      method: "POST",
      headers: { [TOKEN_HEADER]: token, "content-type": "application/json" },
      ...(argument === undefined ? {} : { body: JSON.stringify(argument) }),
    });
    const answer = (await response.json()) as { result: T; error?: string };
    if (!response.ok)
      throw new Error(answer.error ?? `Status ${String(response.status)}`);
    return answer.result;
  };
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
