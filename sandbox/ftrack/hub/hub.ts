import { randomUUID } from "node:crypto";
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type RawData, type WebSocket } from "ws";
import type { Faults } from "../control/faults.ts";
import { urlOf } from "../http.ts";
import type { Identity } from "../permissions/identity.ts";
import { Connection } from "./connection.ts";
import { isRecord, readEvent, type HubEvent } from "./event.ts";
import { compileExpression, ExpressionError } from "./expression.ts";
import {
  ackFrame,
  CONNECT,
  eventFrame,
  HEARTBEAT,
  readFrame,
} from "./frames.ts";

export interface HubOptions {
  readonly faults: Faults;
  readonly heartbeatMs: () => number;
  readonly now: () => Date;
  readonly userId: (username: string) => string | undefined;
}

const UPGRADE = /^\/socket\.io\/1\/websocket\/([^/]+)$/;

/** The event hub: who is connected, who wants what. */
export class Hub {
  readonly connections = new Set<Connection>();
  readonly #options: HubOptions;
  /** Handed out by the handshake; whoever has one may connect, once. */
  readonly #sids = new Map<string, Identity>();
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: 256 * 1024 * 1024,
    perMessageDeflate: false,
  });
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(options: HubOptions) {
    this.#options = options;
    this.#beat();
  }

  /** The body of the handshake's answer: session, heartbeat and close timeout in seconds, transports. */
  handshake(identity: Identity): string {
    const sid = randomUUID().replaceAll("-", "");
    this.#sids.set(sid, identity);
    return `${sid}:60:60:websocket`;
  }

  attach(server: Server): void {
    server.on("upgrade", (request, stream, head) => {
      // A peer that goes away while it waits is no error of ours.
      stream.on("error", () => undefined);
      void this.#upgrade(request, stream, head);
    });
  }

  /** Sends an event to every connection that wants it, once each, the sender's own included. */
  publish(event: HubEvent): void {
    const isTarget = compileExpression(event.target);
    let frame: string | undefined;
    for (const connection of this.connections) {
      if (!connection.wants(event, isTarget)) continue;
      frame ??= eventFrame(event);
      connection.send(frame);
    }
  }

  stop(): void {
    clearTimeout(this.#heartbeat);
    for (const connection of this.connections) connection.close("cut");
    this.#sockets.close();
  }

  async #upgrade(
    request: IncomingMessage,
    stream: Duplex,
    head: Buffer,
  ): Promise<void> {
    const { delayMs, reject } = this.#options.faults.upgrade;
    if (delayMs > 0) await new Promise((r) => setTimeout(r, delayMs));
    const sid = UPGRADE.exec(urlOf(request).pathname)?.[1] ?? "";
    const identity = this.#sids.get(sid);
    if (identity === undefined || reject) {
      const status = reject ? "503 Service Unavailable" : "401 Unauthorized";
      stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);
      return;
    }
    this.#sockets.handleUpgrade(request, stream, head, (socket) => {
      this.#accept(sid, identity, socket, stream);
    });
  }

  #accept(
    sid: string,
    identity: Identity,
    socket: WebSocket,
    stream: Duplex,
  ): void {
    const { now } = this.#options;
    this.#sids.delete(sid);
    const connection = new Connection(sid, identity, socket, stream, now());
    this.connections.add(connection);
    const end = (): void => {
      this.connections.delete(connection);
    };
    socket.on("close", end);
    stream.on("close", end);
    socket.on("error", () => {
      connection.close("cut");
    });
    socket.on("message", (raw: RawData) => {
      connection.received++;
      this.#receive(connection, textOf(raw));
    });
    connection.send(CONNECT);
  }

  #receive(connection: Connection, text: string): void {
    const frame = readFrame(text);
    if (frame === undefined) return;
    if (frame.code === "0") connection.close("close");
    if (frame.code !== "5") return;
    const problem = this.#event(connection, frame.data);
    if (frame.id !== "") connection.send(ackFrame(frame.id, problem));
  }

  /** Handles what a client published; answers what was wrong with it. */
  #event(connection: Connection, data: string): string | undefined {
    const event = readEvent(argumentOf(data), this.#options.userId);
    if (event === undefined) return "Not an event.";
    try {
      switch (event.topic) {
        case "ftrack.meta.subscribe":
          return subscribe(connection, event.data);
        case "ftrack.meta.unsubscribe":
          return unsubscribe(connection, event.data);
        default:
          this.publish(event);
          return undefined;
      }
    } catch (error) {
      if (error instanceof ExpressionError) return error.message;
      throw error;
    }
  }

  #beat(): void {
    this.#heartbeat = setTimeout(() => {
      if (this.#options.faults.heartbeats)
        for (const connection of this.connections) connection.send(HEARTBEAT);
      this.#beat();
    }, this.#options.heartbeatMs());
    this.#heartbeat.unref();
  }
}

function subscribe(connection: Connection, data: unknown): string | undefined {
  if (!isRecord(data) || !isRecord(data["subscriber"]))
    return "The subscription has no subscriber.";
  const { subscription } = data;
  return typeof subscription === "string"
    ? connection.subscribe(data["subscriber"], subscription)
    : "The subscription has no expression.";
}

function unsubscribe(
  connection: Connection,
  data: unknown,
): string | undefined {
  const subscriber = isRecord(data) ? data["subscriber"] : undefined;
  const id = isRecord(subscriber) ? subscriber["id"] : undefined;
  return typeof id === "string" && connection.unsubscribe(id)
    ? undefined
    : "There is no such subscriber.";
}

/** The one argument of an `ftrack.event` packet. */
function argumentOf(data: string): unknown {
  try {
    const packet: unknown = JSON.parse(data);
    const args = isRecord(packet) ? packet["args"] : undefined;
    return Array.isArray(args) && args.length === 1 ? args[0] : undefined;
  } catch {
    // Not JSON, so not an event; the sender is told in the acknowledgement.
    return undefined;
  }
}

function textOf(raw: RawData): string {
  if (Array.isArray(raw)) return Buffer.concat(raw).toString();
  return Buffer.isBuffer(raw) ? raw.toString() : Buffer.from(raw).toString();
}
