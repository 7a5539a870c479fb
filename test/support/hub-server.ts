import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";

type Handshake = "ok" | "html" | "refuse" | "hang";
type Upgrade = "ok" | { readonly rejectAfterMs: number };

/**
 * A bare event hub (socket.io 0.9 frames) for faults that a well-behaved server never shows: unreadable
 * frames, half-open sockets, a handshake or an upgrade that fails late. It delivers to every connection with
 * a subscription, the publisher included, and knows nothing but topics.
 */
export interface HubServer {
  readonly url: string;
  handshake: Handshake;
  upgrade: Upgrade;
  /** Stop sending `2::`. */
  heartbeats: boolean;
  /** Deliver canaries and other published events back. */
  loopback: boolean;
  /** Number of WebSockets opened since the start. */
  readonly opened: number;
  readonly handshakes: readonly string[];
  /** Number of upgrades asked for, refused ones included. */
  readonly upgrades: number;
  /** Events received from clients, `ftrack.meta.*` included. */
  readonly published: readonly Readonly<Record<string, unknown>>[];
  connections(): number;
  subscribers(): number;
  emit(event: Readonly<Record<string, unknown>>): void;
  sendRaw(frame: string): void;
  /** Ends all connections: as a restarting server does, or without a word. */
  drop(how?: "close" | "reset"): void;
  /** Ends the connections that were frozen. */
  dropFrozen(): void;
  /** From now on the open connections are neither read nor written, and not closed either. */
  freeze(): void;
  stop(): Promise<void>;
}

interface Peer {
  readonly socket: WebSocket;
  readonly topics: Set<string>;
  isFrozen: boolean;
}

export async function startHubServer(
  options: { readonly heartbeatMs?: number } = {},
): Promise<HubServer> {
  const peers = new Set<Peer>();
  const sockets = new Set<Duplex>();
  const handshakes: string[] = [];
  const published: Record<string, unknown>[] = [];
  const sessions = new WebSocketServer({ noServer: true });
  let opened = 0;
  let upgrades = 0;

  const server: Server = createServer((request, response) => {
    handshakes.push(request.url ?? "");
    if (state.handshake === "hang") return;
    if (state.handshake === "html") {
      response
        .writeHead(502, { "content-type": "text/html" })
        .end("<html>Bad gateway</html>");
    } else if (state.handshake === "refuse") {
      request.socket.destroy();
    } else {
      response.end(`${randomUUID()}:60:60:websocket`);
    }
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.on("upgrade", (request: IncomingMessage, socket, head) => {
    upgrades += 1;
    const { upgrade } = state;
    if (upgrade !== "ok") {
      setTimeout(() => {
        socket.end("HTTP/1.1 503 Service Unavailable\r\n\r\n");
      }, upgrade.rejectAfterMs);
      return;
    }
    sessions.handleUpgrade(request, socket, head, (websocket) => {
      opened += 1;
      accept(websocket);
    });
  });

  function accept(socket: WebSocket): void {
    const peer: Peer = { socket, topics: new Set(), isFrozen: false };
    peers.add(peer);
    socket.on("close", () => peers.delete(peer));
    socket.on("error", () => peers.delete(peer));
    socket.on("message", (data: Buffer) => {
      const frame = data.toString();
      if (!frame.startsWith("5:")) return;
      const { args } = JSON.parse(frame.slice(frame.indexOf("{"))) as {
        args: [Record<string, unknown>];
      };
      handle(peer, args[0]);
    });
    send(peer, "1::");
  }

  function handle(peer: Peer, event: Record<string, unknown>): void {
    published.push(event);
    const { subscription } = (event["data"] ?? {}) as { subscription?: string };
    if (event["topic"] === "ftrack.meta.subscribe")
      peer.topics.add(subscription?.split("=")[1] ?? "");
    else if (state.loopback) deliver(event);
  }

  function deliver(event: Readonly<Record<string, unknown>>): void {
    const frame = `5:::${JSON.stringify({ name: "ftrack.event", args: [event] })}`;
    for (const peer of peers) {
      if (peer.topics.has("*") || peer.topics.has(String(event["topic"])))
        send(peer, frame);
    }
  }

  function send(peer: Peer, frame: string): void {
    if (!peer.isFrozen) peer.socket.send(frame);
  }

  const beat = setInterval(() => {
    if (!state.heartbeats) return;
    for (const peer of peers) send(peer, "2::");
  }, options.heartbeatMs ?? 1000);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;

  const state: HubServer = {
    url: `http://127.0.0.1:${port}`,
    handshake: "ok",
    upgrade: "ok",
    heartbeats: true,
    loopback: true,
    get opened() {
      return opened;
    },
    handshakes,
    get upgrades() {
      return upgrades;
    },
    published,
    connections: () => peers.size,
    subscribers: () => [...peers].filter((p) => p.topics.size > 0).length,
    emit: deliver,
    sendRaw(frame) {
      for (const peer of peers) send(peer, frame);
    },
    drop(how = "close") {
      for (const { socket } of peers) {
        if (how === "close") socket.close();
        else socket.terminate();
      }
    },
    dropFrozen() {
      for (const { socket, isFrozen } of peers)
        if (isFrozen) socket.terminate();
    },
    freeze() {
      for (const peer of peers) {
        peer.isFrozen = true;
        peer.socket.pause();
      }
    },
    async stop() {
      clearInterval(beat);
      for (const socket of sockets) socket.destroy();
      sessions.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return state;
}
