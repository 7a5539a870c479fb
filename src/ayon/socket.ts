import { WebSocket } from "ws";
import { z } from "zod";
import { codeOf } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import { type AyonHttp, nothing } from "./http.ts";
import { pause } from "./retry.ts";

/** A message has no payload; what changed has to be read. */
export interface AyonMessage {
  readonly topic: string;
  readonly project: string | null;
  readonly summary: Readonly<Record<string, unknown>>;
  readonly senderType: string | null;
}

export interface AyonSocketOptions {
  /** Prefixes of topics. */
  readonly topics: readonly string[];
  readonly onMessage: (message: AyonMessage) => void;
  /** After each connect: messages since the last one are lost, so everything has to be looked at anew. */
  readonly onConnect: () => void;
  readonly log: Logger;
  /** The server says something every 5 s. @defaultValue 30 s */
  readonly silenceMs?: number;
  /** Wait before the first new try; doubles up to a minute. @defaultValue 1 s */
  readonly backoffMs?: number;
}

export interface AyonSocket {
  isConnected(): boolean;
  /** Ends the connection and the tries for one; resolves when nothing is left running. */
  close(): Promise<void>;
}

const wireMessage = z.object({
  topic: z.string(),
  project: z.string().nullish().default(null),
  summary: z.record(z.string(), z.unknown()).nullish().default({}),
  senderType: z.string().nullish().default(null),
});

/**
 * The server says nothing when it takes a client, and is silent for seconds then. An event of our own, which
 * it does not store, comes back at once when we are subscribed.
 */
const HELLO = "ftrack.hello";
const HELLO_AGAIN_MS = 1_000;
/** Messages that mean nothing but that we are heard. */
const OURS: ReadonlySet<string> = new Set([HELLO, "heartbeat"]);
const SILENCE_MS = 30_000;
const BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 60_000;

function parse(data: unknown): AyonMessage | null {
  try {
    const parsed = wireMessage.safeParse(JSON.parse(String(data)));
    if (!parsed.success) return null;
    const { topic, project, summary, senderType } = parsed.data;
    return {
      topic,
      project: project ?? null,
      summary: summary ?? {},
      senderType: senderType ?? null,
    };
  } catch {
    // Not JSON: nothing the server says to us.
    return null;
  }
}

function socketUrl(serverUrl: string): string {
  return `${serverUrl.replace(/^http/, "ws").replace(/\/+$/, "")}/ws`;
}

/**
 * Messages of AYON over its websocket, reconnected for ever.
 *
 * Three habits of the server: it takes an API key only while an HTTP request with it has left a session; it
 * says nothing when it takes a client, and closes the connection of one it does not; it replays nothing.
 */
export function connectAyonSocket(
  http: AyonHttp,
  options: AyonSocketOptions,
): AyonSocket {
  const { log, silenceMs = SILENCE_MS, backoffMs = BACKOFF_MS } = options;
  const stop = new AbortController();
  const isStopped = (): boolean => stop.signal.aborted;
  let isConnected = false;

  async function authenticate(): Promise<void> {
    await http.send({
      method: "GET",
      path: "/api/users/me",
      answer: nothing,
      signal: stop.signal,
    });
  }

  /** Calls until something is heard; a call that fails leaves it to the server's next heartbeat. */
  async function callOut(heard: AbortSignal): Promise<void> {
    try {
      while (!heard.aborted) {
        await http.send({
          method: "POST",
          path: "/api/events",
          body: { topic: HELLO, store: false },
          answer: nothing,
          signal: heard,
        });
        await pause(HELLO_AGAIN_MS, heard);
      }
    } catch (thrown) {
      if (!heard.aborted)
        log.debug({ code: codeOf(thrown) }, "Could not call out to AYON");
    }
  }

  /** One connection, from open to close; true when the server took us for a while. */
  async function listen(): Promise<boolean> {
    const { serverUrl, apiKey } = http.connection;
    const socket = new WebSocket(socketUrl(serverUrl), {
      handshakeTimeout: silenceMs,
      maxPayload: 16 * 1024 * 1024,
    });
    const end = (): void => {
      socket.terminate();
    };
    stop.signal.addEventListener("abort", end, { once: true });
    if (isStopped()) end();
    let silence = setTimeout(end, silenceMs);
    const heard = new AbortController();
    let wasConnected = false;
    let calling: Promise<void> = Promise.resolve();
    socket.on("open", () => {
      const subscribe = [...options.topics, HELLO];
      socket.send(JSON.stringify({ topic: "auth", token: apiKey, subscribe }));
      calling = callOut(heard.signal);
    });
    socket.on("message", (data: Buffer) => {
      clearTimeout(silence);
      silence = setTimeout(end, silenceMs);
      const message = parse(data.toString());
      if (!isConnected) {
        isConnected = true;
        wasConnected = true;
        heard.abort();
        log.debug({}, "Listening to AYON's messages");
        options.onConnect();
      }
      if (message !== null && !OURS.has(message.topic))
        options.onMessage(message);
    });
    // Every error is followed by close, which is what ends this function.
    socket.on("error", (error: NodeJS.ErrnoException) => {
      log.debug({ code: error.code ?? error.name }, "AYON's websocket failed");
    });
    await new Promise<void>((resolve) => {
      socket.on("close", () => {
        resolve();
      });
    });
    heard.abort();
    clearTimeout(silence);
    stop.signal.removeEventListener("abort", end);
    isConnected = false;
    await calling;
    return wasConnected;
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!isStopped()) {
      try {
        await authenticate();
        failures = (await listen()) ? 0 : failures + 1;
      } catch (thrown) {
        failures++;
        if (!isStopped())
          log.debug({ code: codeOf(thrown) }, "No way to AYON's messages yet");
      }
      const wait = Math.min(
        backoffMs * 2 ** Math.min(failures, 10),
        MAX_BACKOFF_MS,
      );
      await pause(wait * (0.5 + Math.random() / 2), stop.signal).catch(
        // Only an abort ends a pause early, and the loop looks for it.
        () => undefined,
      );
    }
  }

  const done = run();
  return {
    isConnected: () => isConnected,
    close: async () => {
      stop.abort();
      await done;
    },
  };
}
