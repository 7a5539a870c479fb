import { afterAll, beforeAll, expect } from "vitest";
import {
  startAyonSandbox,
  type AyonSandbox,
  type AyonSandboxOptions,
} from "../../sandbox/ayon/index.ts";

/** JSON of a remote server: read loosely in tests. */
export type Loose = ReturnType<typeof JSON.parse>;

export interface Reply {
  readonly status: number;
  readonly body: Loose;
  readonly headers: Headers;
}

/** A sandbox for one test file, with short ways to ask it. */
export interface AyonUnderTest {
  readonly sandbox: AyonSandbox;
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Reply>;
  get(path: string, headers?: Record<string, string>): Promise<Reply>;
  post(
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Reply>;
  patch(
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Reply>;
  put(
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Reply>;
  del(path: string, headers?: Record<string, string>): Promise<Reply>;
  /** Data of a GraphQL query that must not fail. */
  graphql(query: string, variables?: Record<string, unknown>): Promise<Loose>;
  /** Posts operations and returns the answer's body. */
  operations(
    project: string,
    operations: unknown[],
    options?: object,
  ): Promise<Loose>;
}

/** Starts a sandbox before the file's tests and stops it after them. */
export function useAyonSandbox(
  options: AyonSandboxOptions = {},
): AyonUnderTest {
  let running: AyonSandbox | undefined;
  beforeAll(async () => {
    running = await startAyonSandbox(options);
  });
  afterAll(async () => {
    await running?.stop();
  });
  const sandbox = (): AyonSandbox => {
    if (running === undefined) throw new Error("The sandbox is not running");
    return running;
  };
  const call: AyonUnderTest["call"] = async (
    method,
    path,
    body,
    headers = {},
  ) => {
    const hasBody = body !== undefined;
    const response = await fetch(`${sandbox().url}${path}`, {
      method,
      redirect: "manual",
      headers: {
        "x-api-key": sandbox().apiKey,
        ...(hasBody ? { "content-type": "application/json" } : {}),
        ...headers,
      },
      ...(hasBody ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: parsed(text),
      headers: response.headers,
    };
  };
  return {
    get sandbox() {
      return sandbox();
    },
    call,
    get: (path, headers) => call("GET", path, undefined, headers),
    post: (path, body = {}, headers = {}) => call("POST", path, body, headers),
    patch: (path, body = {}, headers = {}) =>
      call("PATCH", path, body, headers),
    put: (path, body = {}, headers = {}) => call("PUT", path, body, headers),
    del: (path, headers) => call("DELETE", path, undefined, headers),
    async graphql(query, variables = {}) {
      const { status, body } = await call("POST", "/graphql", {
        query,
        variables,
      });
      expect({ status, errors: body.errors }).toEqual({
        status: 200,
        errors: undefined,
      });
      return body.data;
    },
    async operations(project, operations, more = {}) {
      const { status, body } = await call(
        "POST",
        `/api/projects/${project}/operations`,
        {
          operations,
          ...more,
        },
      );
      expect(status, JSON.stringify(body)).toBe(200);
      return body;
    },
  };
}

function parsed(text: string): Loose {
  try {
    return JSON.parse(text);
  } catch {
    return text; // Not JSON: empty, or a page.
  }
}

let ids = 0;

/** An id no other test uses. */
export function freshId(): string {
  ids += 1;
  return `${process.pid.toString(16)}${ids.toString(16).padStart(8, "0")}`.padStart(
    32,
    "a",
  );
}
