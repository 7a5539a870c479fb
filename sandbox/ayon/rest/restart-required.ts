import type { Sandbox } from "../sandbox.ts";

/** Topic and hash of the event that asks for a restart; there is at most one. */
export const RESTART_REQUIRED = "server.restart_required";

export function requireRestart(
  sandbox: Sandbox,
  reason: string | null,
  user: string | null = null,
): void {
  sandbox.events.dispatch({
    topic: RESTART_REQUIRED,
    hash: RESTART_REQUIRED,
    description: reason ?? "Server restart is required",
    user,
    reuse: true,
  });
}
