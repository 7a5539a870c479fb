import { once } from "node:events";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON; null when it is none. */
  readonly json: unknown;
}

export type Reply = (response: ServerResponse, request: SeenRequest) => void;

/** A real HTTP server that answers from a list, for what no well-behaved server does on demand. */
export interface ScriptedHttp extends AsyncDisposable {
  readonly url: string;
  readonly seen: SeenRequest[];
  /** Answers to the next requests, in order; the last one also to all that follow. */
  answer(...replies: readonly Reply[]): void;
}

export function json(status: number, body: unknown, headers = {}): Reply {
  return (response) => {
    response
      .writeHead(status, { "Content-Type": "application/json", ...headers })
      .end(JSON.stringify(body));
  };
}

export function page(status: number): Reply {
  return (response) => {
    response
      .writeHead(status, { "Content-Type": "text/html" })
      .end(`<html><body>${status} nginx</body></html>`);
  };
}

/** Takes the request whole and breaks the connection instead of answering. */
export const reset: Reply = (response) => {
  response.socket?.resetAndDestroy();
};

export const hang: Reply = () => undefined;

async function pass(url: string, request: SeenRequest) {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers))
    if (typeof value === "string" && !HOP.has(name)) headers.set(name, value);
  const answer = await fetch(url + request.url, {
    method: request.method,
    headers,
    redirect: "manual",
    ...(request.text === "" ? {} : { body: request.text }),
  });
  return {
    status: answer.status,
    contentType: answer.headers.get("content-type") ?? "application/json",
    text: await answer.text(),
  };
}

/** Headers of one hop. */
const HOP = new Set(["host", "connection", "content-length", "keep-alive"]);

/** Passes the request on to a server, as a proxy does. Bodies have to be text. */
export function forwardTo(url: string): Reply {
  return (response, request) => {
    void pass(url, request).then(({ status, contentType, text }) => {
      response
        .writeHead(status, { "Content-Type": contentType })
        .end(status === 204 ? undefined : text);
    });
  };
}

/** The server carries it out, and nobody learns of it. */
export function forwardThenReset(url: string): Reply {
  return (response, request) => {
    void pass(url, request).then(() => {
      response.socket?.resetAndDestroy();
    });
  };
}

async function read(request: IncomingMessage): Promise<SeenRequest> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString();
  let parsed: unknown = null;
  try {
    parsed = JSON.parse(text);
  } catch {
    // Bodies of images and empty bodies are no JSON.
  }
  return {
    method: request.method ?? "",
    url: request.url ?? "",
    headers: request.headers,
    text,
    json: parsed,
  };
}

export async function startScriptedHttp(): Promise<ScriptedHttp> {
  const seen: SeenRequest[] = [];
  let replies: readonly Reply[] = [json(200, {})];
  const server = createServer((request, response) => {
    void read(request).then((r) => {
      seen.push(r);
      const [reply, ...rest] = replies;
      if (rest.length > 0) replies = rest;
      reply?.(response, r);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    answer: (...next) => {
      replies = next;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
