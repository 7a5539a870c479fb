import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A place in the conversation between a service and a server. */
export interface Place {
  /** What the service says there, as it goes over the wire. */
  readonly said: RegExp;
  /** Where the conversation stops: before the server hears it, or before the service hears the answer. */
  readonly stop: "before" | "after";
}

/** A conversation that is to stop at a place. */
export interface Trap {
  /** Resolves when a conversation has stopped there. Only the first one does. */
  readonly sprung: Promise<void>;
  /** Lets the conversation go on, or ends it unheard; the trap is not set again. */
  release(isHeard: boolean): void;
}

/**
 * The network between one service and one server: a TCP proxy that can hold a conversation at a place, and be
 * cut. So a process can be met exactly between two steps without knowing of it.
 */
export interface Link {
  readonly port: number;
  trap(place: Place): Trap;
  /**
   * `silent`: nothing arrives any more, and nobody is told, as when a cable is pulled. `refused`: connections
   * break, and new ones are refused.
   */
  cut(how: "silent" | "refused"): void;
  /** Connections work again; those that were cut are gone. */
  heal(): void;
  close(): Promise<void>;
}

/** What was said may come in two pieces. */
const OVERLAP = 512;
/** Time for the server to do what it was told; then the answer, which comes at once, is the one held. */
const ANSWER_MS = 25;

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  heard: string;
  /** Bytes that wait, per direction; null while they flow. */
  upward: Buffer[] | null;
  downward: Buffer[] | null;
}

interface Armed {
  readonly place: Place;
  readonly spring: () => void;
  pair: Pair | null;
  /** When an answer counts as the one that was waited for; null once one has come. */
  due: number | null;
}

export async function openLink(to: {
  readonly host: string;
  readonly port: number;
}): Promise<Link> {
  const pairs = new Set<Pair>();
  const traps = new Set<Armed>();
  const unanswered = new Set<Socket>();
  let state: "open" | "silent" | "refused" = "open";

  const listener = createServer((client) => {
    client.on("error", () => undefined /* its end is told by `close` */);
    if (state === "refused") {
      client.resetAndDestroy();
      return;
    }
    if (state === "silent") {
      unanswered.add(client);
      client.once("close", () => unanswered.delete(client));
      return;
    }
    join(client);
  });

  function join(client: Socket): void {
    const server = connect(to);
    const pair: Pair = {
      ...{ client, server, heard: "" },
      upward: null,
      downward: null,
    };
    pairs.add(pair);
    server.on("error", () => undefined /* its end is told by `close` */);
    client.setNoDelay(true);
    server.setNoDelay(true);
    client.on("data", (chunk) => {
      if (state === "open") listen(pair, chunk);
    });
    server.on("data", (chunk) => {
      if (state !== "open") return;
      answer(pair);
      pass(pair.downward, client, server, chunk);
    });
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const)
      one.once("close", () => {
        pairs.delete(pair);
        // What was said before the end still arrives, unless somebody holds it.
        if (other === server && pair.upward !== null) other.destroy();
        else other.end();
      });
  }

  function listen(pair: Pair, chunk: Buffer): void {
    pair.heard = (pair.heard + chunk.toString("latin1")).slice(
      -(OVERLAP + chunk.length),
    );
    for (const armed of traps) {
      if (armed.pair !== null || !armed.place.said.test(pair.heard)) continue;
      armed.pair = pair;
      if (armed.place.stop === "before") {
        pair.upward ??= [];
        armed.spring();
      } else {
        pair.downward ??= [];
        armed.due = performance.now() + ANSWER_MS;
      }
    }
    pair.heard = pair.heard.slice(-OVERLAP);
    pass(pair.upward, pair.server, pair.client, chunk);
  }

  /** Something was answered. On a connection with much to say it may be the answer to what was said before. */
  function answer(pair: Pair): void {
    for (const armed of traps) {
      if (armed.pair !== pair || armed.due === null) continue;
      setTimeout(armed.spring, Math.max(0, armed.due - performance.now()));
      armed.due = null;
    }
  }

  function release(armed: Armed, isHeard: boolean): void {
    traps.delete(armed);
    const { pair } = armed;
    if (pair === null) return;
    if (!isHeard) {
      // Neither end is told: what is held is what never arrived.
      pair.upward = pair.upward === null ? null : [];
      pair.downward = pair.downward === null ? null : [];
      return;
    }
    const { upward, downward } = pair;
    pair.upward = null;
    pair.downward = null;
    for (const chunk of upward ?? []) pair.server.write(chunk);
    for (const chunk of downward ?? []) pair.client.write(chunk);
  }

  function breakAll(): void {
    for (const { client, server } of pairs) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
    for (const client of unanswered) client.resetAndDestroy();
  }

  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  return {
    port: (listener.address() as AddressInfo).port,
    trap(place) {
      let spring = (): void => undefined;
      const sprung = new Promise<void>((resolve) => {
        spring = resolve;
      });
      const armed: Armed = { place, spring, pair: null, due: null };
      // What was said before does not count.
      for (const pair of pairs) pair.heard = "";
      traps.add(armed);
      return {
        sprung,
        release: (isHeard) => {
          release(armed, isHeard);
        },
      };
    },
    cut(how) {
      state = how;
      if (how === "refused") breakAll();
    },
    heal() {
      breakAll();
      state = "open";
    },
    async close() {
      breakAll();
      listener.close();
      await once(listener, "close");
    },
  };
}

function pass(
  held: Buffer[] | null,
  to: Socket,
  from: Socket,
  chunk: Buffer,
): void {
  if (held !== null) {
    held.push(chunk);
    return;
  }
  if (to.write(chunk)) return;
  from.pause();
  to.once("drain", () => from.resume());
}
