import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { sendText } from "../http.ts";
import { BAD_GATEWAY, strikes, type Faults } from "./faults.ts";

/**
 * Lets a request meet the faults that keep it from being served. Answers whether it was dealt with.
 */
export async function disturb(
  request: IncomingMessage,
  response: ServerResponse,
  faults: Faults,
  chance: () => number,
): Promise<boolean> {
  const { ms, jitter } = faults.latency;
  if (ms > 0 || jitter > 0)
    await new Promise((r) => setTimeout(r, ms + jitter * chance()));
  if (strikes(faults, "reset")) {
    resetConnection(request.socket);
    return true;
  }
  if (strikes(faults, "hang")) {
    request.resume();
    return true;
  }
  if (strikes(faults, "badGateway")) {
    request.resume();
    sendText(response, 502, BAD_GATEWAY, "text/html");
    return true;
  }
  return false;
}

/** Ends a connection the hard way, without an answer. */
export function resetConnection(socket: Socket): void {
  socket.resetAndDestroy();
}
