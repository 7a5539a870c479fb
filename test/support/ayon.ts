import { z } from "zod";
import {
  type AyonSandbox,
  type AyonSandboxOptions,
  startAyonSandbox,
} from "../../sandbox/ayon/index.ts";
import {
  type AyonConnection,
  type AyonHttp,
  createAyonHttp,
} from "../../src/ayon/http.ts";
import { createAyonReads } from "../../src/ayon/reads.ts";
import { type ProjectName, projectName } from "../../src/core/ids.ts";
import type { AyonReads } from "../../src/core/ports.ts";

/** A sandbox AYON, a client of it, and a project. */
export interface Ayon extends AsyncDisposable {
  readonly sandbox: AyonSandbox;
  readonly http: AyonHttp;
  readonly reads: AyonReads;
  readonly project: ProjectName;
  /** Another client, with other options or another way to the server. */
  client(more?: Partial<AyonConnection>): AyonHttp;
}

/** Quick retries, so that a test of them takes no time. */
const QUICK = { delaysMs: [5, 20, 50], longestWaitMs: 500 };

export async function startAyon(
  options: AyonSandboxOptions = {},
): Promise<Ayon> {
  const sandbox = await startAyonSandbox({
    projects: [{ name: "demo", code: "dm" }],
    ...options,
  });
  const clients: AyonHttp[] = [];
  function client(more: Partial<AyonConnection> = {}): AyonHttp {
    const http = createAyonHttp({
      serverUrl: sandbox.url,
      apiKey: sandbox.apiKey,
      serviceName: "test",
      timeoutMs: 5_000,
      retries: QUICK,
      ...more,
    });
    clients.push(http);
    return http;
  }
  const http = client();
  return {
    sandbox,
    http,
    reads: createAyonReads(http),
    project: projectName("demo"),
    client,
    async [Symbol.asyncDispose]() {
      for (const each of clients) each.close();
      await sandbox.stop();
    },
  };
}

/** Any request, with its answer as it comes. */
export async function ask(
  http: AyonHttp,
  method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE",
  path: string,
  body?: unknown,
): Promise<unknown> {
  return http.send({ method, path, body, answer: z.unknown() });
}
