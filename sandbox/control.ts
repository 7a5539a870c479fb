import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** Where the token of a control interface goes. */
export const TOKEN_HEADER = "x-sandbox-token";

/** Whether a request comes from this machine. */
export function isLocal(request: IncomingMessage): boolean {
  return /^(::1|(::ffff:)?127\.)/.test(request.socket.remoteAddress ?? "");
}

/** Whether a request bears the token the launcher was given. */
export function hasToken(request: IncomingMessage, token: string): boolean {
  const header = request.headers[TOKEN_HEADER];
  const given = Buffer.from(typeof header === "string" ? header : "");
  const wanted = Buffer.from(token);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

export type ControlCall = <T>(
  operation: string,
  argument?: unknown,
) => Promise<T>;

/** Calls the operations of a server's control interface, in whatever process it runs. */
export function controlCaller(url: string, token: string): ControlCall {
  return async <T>(operation: string, argument?: unknown): Promise<T> => {
    const response = await fetch(`${url}/control/${operation}`, {
      method: "POST",
      headers: { [TOKEN_HEADER]: token, "content-type": "application/json" },
      ...(argument === undefined ? {} : { body: JSON.stringify(argument) }),
    });
    const answer = (await response.json()) as {
      result: T;
      error?: string;
      detail?: string;
    };
    if (response.ok) return answer.result;
    throw new Error(
      answer.error ?? answer.detail ?? `Status ${String(response.status)}`,
    );
  };
}
