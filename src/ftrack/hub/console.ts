import { parentPort } from "node:worker_threads";
import type { FromWorker } from "./protocol.ts";

/**
 * Must be the first import of the hub's thread: the client's logging library binds the console when it is
 * loaded, and the client prints whole WebSocket objects, addresses with the API key included.
 *
 * Only texts and messages of errors are kept; the supervisor takes the secrets out of them.
 */
function brief(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "object" && value !== null) {
    const message: unknown = Reflect.get(value, "message");
    if (typeof message === "string") return message;
    return Object.prototype.toString.call(value);
  }
  return String(value);
}

function forward(
  level: "debug" | "warn",
): (...values: readonly unknown[]) => void {
  return (...values) => {
    const text = values.map(brief).join(" ").slice(0, 2000);
    const message: FromWorker = { type: "console", level, text };
    parentPort?.postMessage(message);
  };
}

/* eslint-disable no-console -- this is where the console is taken over */
for (const name of ["log", "info", "debug", "trace"] as const)
  console[name] = forward("debug");
for (const name of ["warn", "error"] as const) console[name] = forward("warn");
