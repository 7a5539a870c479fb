import type { EventHub } from "@ftrack/api";
import type { WebSocket } from "ws";
import { nestingOf } from "./nesting.ts";

/**
 * Everything this service knows of the inside of `@ftrack/api` 1.11.2, in one place. The public hub tells
 * neither of connections made and lost nor of a reconnect that will never come. The version is pinned
 * exactly; a test compares these names with the installed client.
 */
interface SocketClient {
  on(event: "connect", callback: () => void): void;
  reconnect(): void;
  handleMessage(event: { readonly data: unknown }): void;
  readonly socket: {
    readonly transport: { readonly websocket: WebSocket | null };
  };
  reconnectTimeout: NodeJS.Timeout | undefined;
  reconnecting: boolean;
}

/** @throws TypeError when the client is not the one this was written for. */
export function socketClient(hub: EventHub): SocketClient {
  const client: unknown = Reflect.get(hub, "_socketIo");
  if (
    typeof client !== "object" ||
    client === null ||
    !["on", "reconnect", "handleMessage", "socket", "reconnecting"].every(
      (name) => name in client,
    )
  )
    throw new TypeError("The event hub of @ftrack/api has another inside");
  // The names were just checked; their types cannot be.
  return client as SocketClient;
}

export function currentWebSocket(client: SocketClient): WebSocket | null {
  return client.socket.transport.websocket;
}

/** Events of Ftrack have less than ten levels. */
const MOST_NESTING = 100;

/**
 * Keeps a frame that the client cannot read from ending the thread. Must be called right after `connect`,
 * before the client has bound its handler to the first WebSocket.
 */
export function shield(
  client: SocketClient,
  watch: {
    /** Told the length of each frame before what is in it is handed out. */
    readonly frame: (characters: number) => void;
    readonly unreadable: (frame: string, problem: string) => void;
  },
): void {
  const inner = client.handleMessage.bind(client);
  client.handleMessage = (message) => {
    const text = typeof message.data === "string" ? message.data : "";
    watch.frame(text.length);
    try {
      if (nestingOf(text) > MOST_NESTING)
        throw new TypeError("it is nested without end");
      inner(message);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      watch.unreadable(String(message.data).slice(0, 100_000), problem);
    }
  };
}

/**
 * Takes a WebSocket out of the game. Left alone, one whose peer is unreachable reports its close half a
 * minute later to handlers it shares with the connection made since, and so ends that one too.
 */
export function retire(websocket: WebSocket | null): void {
  if (websocket === null) return;
  websocket.onmessage = null;
  websocket.onopen = null;
  websocket.onclose = null;
  // An error without a listener would end the thread.
  websocket.onerror = () => undefined;
  websocket.terminate();
}

/**
 * Ends the connection if there is one, and makes the client try again now. Also the remedy for the state in
 * which an attempt failed late and no further one is ever planned.
 */
export function kick(client: SocketClient): void {
  retire(currentWebSocket(client));
  clearTimeout(client.reconnectTimeout);
  client.reconnectTimeout = undefined;
  client.reconnecting = false;
  // The client believes this flag and would not reconnect while it is set.
  Reflect.set(client.socket, "connected", false);
  client.reconnect();
}
