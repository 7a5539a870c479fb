import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type RawData, type WebSocket } from "ws";
import { actorOf, type Actor } from "./actor.ts";
import { ApiError } from "./errors.ts";
import type { EventMessage } from "./events/stream.ts";
import { asObject, asString, asStrings, sortedJson } from "./json.ts";
import type { Sandbox } from "./sandbox.ts";

const AUTH_MS = 3000;
const TICK_MS = 200;
const ALWAYS = ["server.started", "server.restart_requested", "heartbeat"];

interface Client {
  readonly socket: WebSocket;
  /** Null until it has proved who it is. */
  actor: Actor | null;
  topics: readonly string[];
  project: string | null;
}

/**
 * `/ws`: tells logged-in clients of events, without payloads and without replay. A client has three seconds to
 * send `{"topic": "auth", "token", "subscribe", "project"}`; success is silent.
 */
export class Messaging {
  private readonly sandbox: Sandbox;
  private readonly server = new WebSocketServer({ noServer: true });
  private readonly clients = new Set<Client>();
  private readonly stopListening: () => void;
  private readonly timer: NodeJS.Timeout;
  private lastMessage = performance.now();

  constructor(sandbox: Sandbox) {
    this.sandbox = sandbox;
    this.stopListening = sandbox.events.listen((message) => {
      this.send(message);
    });
    this.timer = setInterval(() => {
      this.heartbeat();
    }, TICK_MS);
    this.timer.unref();
  }

  attach(server: Server): void {
    server.on(
      "upgrade",
      (request: IncomingMessage, socket: Duplex, head: Buffer) => {
        if (request.url?.split("?")[0] !== "/ws") {
          socket.destroy();
          return;
        }
        this.server.handleUpgrade(request, socket, head, (ws) => {
          this.join(ws);
        });
      },
    );
  }

  private join(socket: WebSocket): void {
    const client: Client = { socket, actor: null, topics: [], project: null };
    this.clients.add(client);
    const timeout = setTimeout(() => {
      if (client.actor === null) socket.close(1000);
    }, AUTH_MS);
    socket.on("message", (data) => {
      this.receive(client, data);
    });
    socket.on("close", () => {
      clearTimeout(timeout);
      this.clients.delete(client);
    });
    socket.on("error", () => {
      this.clients.delete(client);
    });
  }

  private receive(client: Client, data: RawData): void {
    let message: unknown;
    try {
      message = JSON.parse((data as Buffer).toString("utf8"));
    } catch {
      return; // The server reads past what it does not understand.
    }
    const { topic, token, subscribe, project } = asObject(message);
    if (topic !== "auth" || typeof token !== "string") return;
    const user = this.userOf(token);
    if (user === null) return;
    client.actor = user;
    client.topics = asStrings(subscribe);
    client.project = asString(project);
  }

  /** An API key counts only when a request with it has opened a session. */
  private userOf(token: string): Actor | null {
    try {
      const row = this.sandbox.sessions.check(token);
      return row === null ? null : actorOf(row);
    } catch (error) {
      if (error instanceof ApiError) return null;
      throw error;
    }
  }

  private heartbeat(): void {
    const idle = performance.now() - this.lastMessage;
    if (idle >= this.sandbox.switches.heartbeatMs)
      this.send({ topic: "heartbeat" });
  }

  private send(message: EventMessage): void {
    this.lastMessage = performance.now();
    const text = sortedJson(message);
    for (const client of this.clients) {
      if (wants(client, message)) client.socket.send(text);
    }
  }

  /** Cuts all connections, as a restart of the server does. */
  dropAll(): void {
    for (const { socket } of this.clients) socket.terminate();
    this.clients.clear();
  }

  get size(): number {
    return this.clients.size;
  }

  close(): void {
    clearInterval(this.timer);
    this.stopListening();
    this.dropAll();
    this.server.close();
  }
}

function wants(
  { actor, topics, project }: Client,
  message: EventMessage,
): boolean {
  if (actor === null) return false;
  if (ALWAYS.includes(message.topic)) return true;
  const about = asString(message["project"]);
  if (about !== null && !mayHear(actor, project, about)) return false;
  return topics.some(
    (topic) => topic === "*" || message.topic.startsWith(topic),
  );
}

function mayHear(actor: Actor, project: string | null, about: string): boolean {
  if (project !== null && project !== "" && project !== about) return false;
  return (
    actor.isManager ||
    Object.hasOwn(asObject(actor.row.data["accessGroups"]), about)
  );
}
