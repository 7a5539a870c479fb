import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import axios, { AxiosError, type AxiosInstance } from "axios";
import { z } from "zod";
import {
  AuthError,
  RateLimitedError,
  type ServiceError,
  UnavailableError,
} from "../core/errors.ts";
import { errorOfAnswer, errorOfContent, errorOfFailure } from "./failures.ts";
import { type Retries, retrying } from "./retry.ts";
import { fencedWire } from "./wire.ts";

export interface AyonConnection {
  /** `http(s)://host[:port][/prefix]`, without `/api`. */
  readonly serverUrl: string;
  readonly apiKey: string;
  /** Goes into `X-Sender`: which service did it. */
  readonly serviceName: string;
  /** Limit for reads and small writes. */
  readonly timeoutMs: number;
  /** Limit for batches of operations, which the server works off one by one. */
  readonly operationsTimeoutMs?: number;
  readonly retries?: Retries;
  /** How long a refused key is not tried again. */
  readonly authPauseMs?: number;
}

export interface AyonRequest<T> {
  readonly method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** Made with `route`. */
  readonly path: string;
  readonly query?: Readonly<
    Record<string, string | number | boolean | undefined>
  >;
  readonly body?: unknown;
  readonly bytes?: { readonly data: Uint8Array; readonly contentType: string };
  readonly answer: z.ZodType<T>;
  /** Looks at a good answer before it is read; throws where its content is an error after all. */
  readonly inspect?: (json: unknown) => void;
  /**
   * True when a second try does no harm although the first may have been carried out. GETs are always;
   * writes are when they set absolute values or carry an id of ours.
   */
  readonly isRepeatable?: boolean;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** Act as this AYON user. Only for service keys; the server ignores it otherwise. */
  readonly asUser?: string | undefined;
  /**
   * Called right before each try, a repeated one too; what it throws ends the request. Called again when the try
   * had to wait for its connection, or the process stood still.
   */
  readonly beforeTry?: (() => Promise<void> | void) | undefined;
}

export interface AyonHttp {
  readonly connection: AyonConnection;
  /**
   * Sends a request and reads its answer.
   *
   * @throws AuthError `E_AYON_AUTH`; UnavailableError `E_AYON_UNAVAILABLE`, `E_AYON_UNREACHABLE`,
   * `E_AYON_TIMEOUT`, `E_AYON_INTERNAL`, `E_AYON_TLS`, `E_AYON_REDIRECT`; RateLimitedError; RejectedError
   * `E_AYON_NOT_FOUND`, `E_AYON_DUPLICATE`, … ; ContractError `E_AYON_CONTRACT`; the signal's reason.
   */
  send<T>(request: AyonRequest<T>): Promise<T>;
  close(): void;
}

/** For answers without a body, and for those whose body says nothing. */
export const nothing: z.ZodType<void> = z.unknown().transform(() => undefined);

export const DEFAULT_OPERATIONS_TIMEOUT_MS = 120_000;
/** The server remembers an unknown key for 60 s; trying more often only slows it down. */
const DEFAULT_AUTH_PAUSE_MS = 15_000;
/**
 * Idle connections are dropped before the server does it: gunicorn closes after 2 s, and a request written
 * into a connection that is being closed fails with an unknown outcome.
 */
const IDLE_MS = 1_500;
const MAX_SOCKETS = 16;
const MAX_ANSWER_BYTES = 512 * 1024 * 1024;

/** The server drops a sender that does not match its pattern for names. */
export function senderName(serviceName: string): string {
  const name = serviceName
    .replaceAll(/[^a-zA-Z0-9_.-]/g, "_")
    .replaceAll(/^[^a-zA-Z0-9_]+|[^a-zA-Z0-9_]+$/g, "");
  return name === "" ? "ftrack" : name;
}

function createAxios(connection: AyonConnection): {
  instance: AxiosInstance;
  close: () => void;
} {
  const agent = { keepAlive: true, timeout: IDLE_MS, maxSockets: MAX_SOCKETS };
  const httpAgent = new HttpAgent(agent);
  const httpsAgent = new HttpsAgent(agent);
  const instance = axios.create({
    baseURL: connection.serverUrl.replace(/\/+$/, ""),
    httpAgent,
    httpsAgent,
    headers: {
      "X-Api-Key": connection.apiKey,
      "X-Sender": senderName(connection.serviceName),
      // The loop breaker of every consumer of AYON events depends on this exact word.
      "X-Sender-Type": "ftrack",
      Accept: "application/json",
    },
    // A redirect would carry the key to another host.
    maxRedirects: 0,
    maxBodyLength: Infinity,
    maxContentLength: MAX_ANSWER_BYTES,
    responseType: "text",
    transformResponse: [(data: unknown) => data],
    validateStatus: () => true,
  });
  return {
    instance,
    close: () => {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}

interface Deadline {
  readonly signal: AbortSignal;
  readonly hasPassed: () => boolean;
  readonly clear: () => void;
}

/** A signal for one request: the caller's, or the end of its time. Axios' own limit counts only silence. */
function deadline(ms: number, outer: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  let hasPassed = false;
  const timer = setTimeout(() => {
    hasPassed = true;
    controller.abort();
  }, ms);
  const onAbort = (): void => {
    controller.abort();
  };
  outer?.addEventListener("abort", onAbort, { once: true });
  return {
    signal: controller.signal,
    hasPassed: () => hasPassed,
    clear: () => {
      clearTimeout(timer);
      outer?.removeEventListener("abort", onAbort);
    },
  };
}

/** Code of a failure without an answer. Nothing else of the library's error is kept: it holds the headers. */
function failureCode(thrown: unknown): string {
  if (!(thrown instanceof AxiosError)) return "UNKNOWN";
  return thrown.code ?? "UNKNOWN";
}

export function createAyonHttp(connection: AyonConnection): AyonHttp {
  const { instance, close } = createAxios(connection);
  const pauseMs = connection.authPauseMs ?? DEFAULT_AUTH_PAUSE_MS;
  let refused: { readonly error: ServiceError; readonly until: number } | null =
    null;

  async function once<T>(request: AyonRequest<T>): Promise<T> {
    const { method, path } = request;
    const askedAt = performance.now();
    await request.beforeTry?.();
    request.signal?.throwIfAborted();
    const time = deadline(
      request.timeoutMs ?? connection.timeoutMs,
      request.signal,
    );
    const wire =
      request.beforeTry === undefined
        ? undefined
        : fencedWire(request.beforeTry, askedAt, time.signal);
    let response: Awaited<ReturnType<typeof instance.request<unknown>>>;
    try {
      response = await instance.request<unknown>({
        method,
        url: path,
        signal: time.signal,
        ...(request.query === undefined ? {} : { params: request.query }),
        ...(wire === undefined ? {} : { transport: wire }),
        ...body(request),
      });
    } catch (thrown) {
      if (wire?.refusal() !== undefined) throw wire.refusal();
      if (time.hasPassed()) throw errorOfFailure(method, path, "TIMEOUT");
      request.signal?.throwIfAborted();
      throw errorOfFailure(method, path, failureCode(thrown));
    } finally {
      time.clear();
    }
    const { status, data } = response;
    const header = (name: string): string | undefined => {
      const value: unknown = response.headers[name];
      return typeof value === "string" ? value : undefined;
    };
    const answer = {
      method,
      path,
      status,
      contentType: header("content-type") ?? "",
      text: typeof data === "string" ? data : "",
      retryAfter: header("retry-after"),
      location: header("location"),
    };
    if (status >= 300) {
      // A server that echoes the key must not get it into our logs.
      const text = answer.text.replaceAll(connection.apiKey, "***");
      throw errorOfAnswer({ ...answer, text });
    }
    return read(answer, request);
  }

  async function send<T>(request: AyonRequest<T>): Promise<T> {
    if (refused !== null && Date.now() < refused.until) throw refused.error;
    const isRepeatable =
      request.method === "GET" || request.isRepeatable === true;
    try {
      const answer = await retrying(() => once(request), {
        retries: connection.retries,
        signal: request.signal,
        // After a time-out the server may well be at it still: a second one beside it would only hinder.
        mayRepeat: (error) =>
          error instanceof RateLimitedError ||
          (error instanceof UnavailableError &&
            error.code !== "E_AYON_TIMEOUT" &&
            (isRepeatable || error.code === "E_AYON_UNREACHABLE")),
      });
      refused = null;
      return answer;
    } catch (thrown) {
      if (thrown instanceof AuthError)
        refused = { error: thrown, until: Date.now() + pauseMs };
      throw thrown;
    }
  }

  return { connection, send, close };
}

/**
 * The same client, asking `before` ahead of everything that writes: the place for a fence. Reads pass freely.
 */
export function guarded(
  http: AyonHttp,
  before: () => Promise<void> | void,
): AyonHttp {
  return {
    ...http,
    send: (request) => {
      const isRead = request.method === "GET" || request.path === "/graphql";
      if (isRead) return http.send(request);
      const { beforeTry } = request;
      return http.send({
        ...request,
        beforeTry: async () => {
          await before();
          await beforeTry?.();
        },
      });
    },
  };
}

function body<T>(request: AyonRequest<T>): {
  data?: unknown;
  headers: Record<string, string>;
} {
  const headers: Record<string, string> =
    request.asUser === undefined ? {} : { "X-As-User": request.asUser };
  if (request.bytes !== undefined) {
    headers["Content-Type"] = request.bytes.contentType;
    return { data: Buffer.from(request.bytes.data), headers };
  }
  if (request.body === undefined) return { headers };
  headers["Content-Type"] = "application/json";
  return { data: JSON.stringify(request.body), headers };
}

function read<T>(
  answer: Parameters<typeof errorOfContent>[0],
  request: AyonRequest<T>,
): T {
  let json: unknown = null;
  if (answer.text !== "" && answer.status !== 204) {
    try {
      json = JSON.parse(answer.text);
    } catch {
      // The parser's message quotes the text; what it is, is said by the content type.
      throw errorOfContent(answer, "it is not JSON");
    }
  }
  request.inspect?.(json);
  const parsed = request.answer.safeParse(json);
  if (!parsed.success)
    throw errorOfContent(
      answer,
      z.prettifyError(parsed.error).replaceAll("\n", "; ").slice(0, 500),
    );
  return parsed.data;
}
