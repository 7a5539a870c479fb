import type { Control } from "./control.ts";
import { TOKEN_HEADER } from "./routes.ts";

/** The same operations, each answering later. */
export type RemoteControl = {
  readonly [K in keyof Control]: (
    ...args: Parameters<Control[K]>
  ) => Promise<Awaited<ReturnType<Control[K]>>>;
};

/** Control of a server in another process. `kill` and `refuse` answer before they begin. */
export function connectAyonControl(url: string, token: string): RemoteControl {
  const call = async <T>(
    operation: keyof Control,
    argument?: unknown,
  ): Promise<T> => {
    const response = await fetch(`${url}/control/${operation}`, {
      method: "POST",
      headers: { [TOKEN_HEADER]: token, "content-type": "application/json" },
      ...(argument === undefined ? {} : { body: JSON.stringify(argument) }),
    });
    const answer = (await response.json()) as { result: T; detail?: string };
    if (!response.ok)
      throw new Error(answer.detail ?? `Status ${response.status}`);
    return answer.result;
  };
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
