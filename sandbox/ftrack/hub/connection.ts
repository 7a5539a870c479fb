import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { Identity } from "../permissions/identity.ts";
import { compileExpression, type Predicate } from "./expression.ts";
import type { HubEvent } from "./event.ts";

interface Subscription {
  /** What the client says of the subscriber; targets are tested against it. */
  readonly subscriber: Readonly<Record<string, unknown>>;
  readonly expression: string;
  readonly matches: Predicate;
}

/** A client of the hub, with its subscriptions. They end with it. */
export class Connection {
  readonly id: string;
  readonly user: Pick<Identity, "userId" | "username">;
  readonly since: Date;
  received = 0;
  sent = 0;
  readonly #socket: WebSocket;
  readonly #stream: Duplex;
  readonly #subscriptions = new Map<string, Subscription>();
  #frozen = false;

  constructor(
    id: string,
    user: Connection["user"],
    socket: WebSocket,
    stream: Duplex,
    since: Date,
  ) {
    this.id = id;
    this.user = user;
    this.since = since;
    this.#socket = socket;
    this.#stream = stream;
  }

  get subscriptions(): readonly string[] {
    return [...this.#subscriptions.values()].map((s) => s.expression);
  }

  get frozen(): boolean {
    return this.#frozen;
  }

  send(frame: string): void {
    if (this.#frozen || this.#socket.readyState !== this.#socket.OPEN) return;
    this.sent++;
    this.#socket.send(frame);
  }

  /**
   * Adds a subscription; answers what is wrong with it, if anything.
   *
   * @throws ExpressionError
   */
  subscribe(
    subscriber: Readonly<Record<string, unknown>>,
    expression: string,
  ): string | undefined {
    const { id } = subscriber;
    if (typeof id !== "string") return "The subscriber has no id.";
    if (this.#subscriptions.has(id))
      return `A subscriber with id ${id} is already registered.`;
    this.#subscriptions.set(id, {
      subscriber,
      expression,
      matches: compileExpression(expression),
    });
    return undefined;
  }

  unsubscribe(id: string): boolean {
    return this.#subscriptions.delete(id);
  }

  /** Whether some subscription wants the event and is meant by its target. */
  wants(event: HubEvent, isTarget: Predicate): boolean {
    for (const { matches, subscriber } of this.#subscriptions.values())
      if (matches(event) && isTarget(subscriber)) return true;
    return false;
  }

  /** Ends it: with a closing handshake, or by cutting the line. */
  close(how: "close" | "cut"): void {
    if (how === "close") this.#socket.close();
    else this.#stream.destroy();
  }

  /** Stops reading and writing without telling the client, like a cable that was pulled. */
  freeze(): void {
    this.#frozen = true;
    this.#stream.pause();
    this.#socket.pause();
  }
}
