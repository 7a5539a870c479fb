import {
  request as requestHttp,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
} from "node:http";
import { request as requestHttps } from "node:https";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";

/** What axios sends requests with, in place of Node's own modules. */
export interface Wire {
  request(
    options: RequestOptions,
    onResponse: (response: IncomingMessage) => void,
  ): ClientRequest;
  /** What `ask` threw when it was asked again; undefined when it did not. */
  readonly refusal: () => unknown;
}

/** An answer of `ask` counts so long. A fraction of what is left of a lease when it was just confirmed. */
const FRESH_MS = 1_000;

/**
 * A wire that lets a request out only shortly after `ask` has allowed it.
 *
 * Between the question and the first byte there may be a wait for a free or a new connection, and the process may
 * stand still there (SIGSTOP, a frozen machine) for longer than it may write. So the request waits here until it
 * has its connection; what is too old by then, by a clock that goes on while the process stands still, is asked
 * again. Question and byte are in one turn of the event loop, then.
 *
 * When the signal aborts, the connection is reset: what the system has not sent yet is not sent any more.
 */
export function fencedWire(
  ask: () => Promise<void> | void,
  askedAt: number,
  signal: AbortSignal,
): Wire {
  let freshFrom = askedAt;
  let refusal: unknown;

  async function allow(request: ClientRequest): Promise<void> {
    await connected(request);
    while (performance.now() - freshFrom > FRESH_MS) {
      freshFrom = performance.now();
      try {
        await ask();
      } catch (thrown) {
        refusal = thrown;
        throw thrown;
      }
    }
  }

  return {
    refusal: () => refusal,
    request(options, onResponse) {
      const open = options.protocol === "https:" ? requestHttps : requestHttp;
      const request = open(options, onResponse);
      const write = request.write.bind(request) as (chunk: unknown) => boolean;
      const end = request.end.bind(request) as () => ClientRequest;
      const chunks: unknown[] = [];
      request.write = (chunk: unknown): boolean => {
        chunks.push(chunk);
        return true;
      };
      request.end = (): ClientRequest => {
        allow(request).then(
          () => {
            for (const chunk of chunks) write(chunk);
            end();
          },
          (thrown: unknown) => {
            request.destroy(thrown instanceof Error ? thrown : undefined);
          },
        );
        return request;
      };
      signal.addEventListener(
        "abort",
        () => {
          reset(request.socket);
        },
        { once: true },
      );
      return request;
    },
  };
}

/** Resolves when the request has a connection on which it can be sent; rejects when it was ended before. */
function connected(request: ClientRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    request.once("close", () => {
      reject(new Error("The request was ended before it was sent"));
    });
    request.once("socket", (socket) => {
      if (request.reusedSocket) resolve();
      else if (socket instanceof TLSSocket)
        socket.once("secureConnect", resolve);
      else if (socket.connecting) socket.once("connect", resolve);
      else resolve();
    });
  });
}

/** Node resets plain connections only. */
function reset(socket: Socket | null): void {
  if (socket !== null && !(socket instanceof TLSSocket))
    socket.resetAndDestroy();
}
