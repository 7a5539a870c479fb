import type { Identity } from "../permissions/identity.ts";

/** One request: who sends it, and how it wants to be answered. */
export interface Request {
  readonly identity: Identity;
  /** Echoed in `ftrack.update`; null without the header. */
  readonly clientToken: string | null;
  readonly pushToken: string | null;
  /** Strict clients get HTTP statuses and aggregates. */
  readonly strict: boolean;
  readonly denormalize: boolean;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

function text(headers: Headers, name: string): string | null {
  const value = headers[name];
  return typeof value === "string" && value !== "" ? value : null;
}

/** The options of a request, from its headers. `ftrack-api-options` is written with `:` or `=`. */
export function readHeaders(headers: Headers): Omit<Request, "identity"> {
  const options = (text(headers, "ftrack-api-options") ?? "")
    .split(";")
    .map((option) => option.trim().replace("=", ":"));
  return {
    clientToken: text(headers, "ftrack-clienttoken"),
    pushToken: text(headers, "ftrack-pushtoken"),
    strict:
      text(headers, "ftrack-strict-api") === "true" ||
      options.includes("strict:1"),
    denormalize: options.includes("denormalize:1"),
  };
}

/** User name and key of a request: headers, or a query string as the hub and the file addresses have it. */
export function readCredentials(
  headers: Headers,
  query: URLSearchParams,
): { readonly username: string; readonly key: string } {
  return {
    username:
      text(headers, "ftrack-user") ??
      query.get("api_user") ??
      query.get("username") ??
      "",
    key:
      text(headers, "ftrack-api-key") ??
      query.get("api_key") ??
      query.get("apiKey") ??
      "",
  };
}
