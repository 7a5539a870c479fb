import { createHash, timingSafeEqual } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { fastify, type FastifyInstance } from "fastify";
import {
  codeOf,
  RejectedError,
  ServiceError,
  toError,
} from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import type { Metrics } from "./metrics.ts";

/** One thing that can be well or not. */
export interface Probe {
  readonly name: string;
  /** Resolves with a word when it is well; throws when it is not. At most a second. */
  check(): Promise<string>;
}

/** A route for operators; needs the token. */
export interface OpsRoute {
  readonly method: "GET" | "POST";
  readonly path: string;
  /** @throws RejectedError for a request that is wrong (400). */
  handle(request: {
    readonly query: Readonly<Record<string, unknown>>;
    readonly body: unknown;
  }): Promise<unknown>;
}

export interface OpsOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Without one, only `/live`, `/ready` and `/metrics` exist. */
  readonly token: string | null;
  /** When one of these fails, the process had better be restarted. */
  readonly live: readonly Probe[];
  /** When one of these fails, the process cannot do its work now. */
  readonly ready: readonly Probe[];
  readonly metrics: Metrics;
  readonly routes?: readonly OpsRoute[];
  /** Adds pages behind the token, see dashboard.ts. */
  readonly extend?: (app: FastifyInstance) => Promise<void>;
  readonly log: Logger;
}

export interface OpsServer {
  /** Where it listens. */
  readonly url: string;
  close(): Promise<void>;
}

const PROBE_MS = 1_000;
const OPEN_PATHS = new Set(["/live", "/ready", "/metrics"]);

/** Listens for health checks, Prometheus, and operators with the token. */
export async function startOpsServer(options: OpsOptions): Promise<OpsServer> {
  const { token, metrics, log } = options;
  const app = fastify({ logger: false, bodyLimit: 100_000 });

  app.addHook("onRequest", async (request, reply) => {
    const path = request.url.split("?", 1)[0] ?? "";
    if (OPEN_PATHS.has(path)) return;
    if (token === null) {
      await reply.code(404).send({ error: "not found" });
    } else if (!isTokenIn(request.headers.authorization, token)) {
      // Basic, so that a browser asks; any user name, the token as password.
      await reply
        .code(401)
        .header("www-authenticate", 'Basic realm="ayon-ftrack-events"')
        .send({ error: "token needed" });
    }
  });
  app.setErrorHandler(async (thrown, _request, reply) => {
    const error = toError(thrown);
    const isTheirs = error instanceof RejectedError || isClientError(error);
    if (!isTheirs) log.warn({ err: error }, "an operator's request failed");
    await reply.code(isTheirs ? 400 : 500).send({
      error:
        isTheirs || error instanceof ServiceError ? error.message : "failed",
      code: codeOf(error),
    });
  });

  for (const [path, probes] of [
    ["/live", options.live],
    ["/ready", options.ready],
  ] as const) {
    app.get(path, async (_request, reply) => {
      const checks = await runProbes(probes);
      const isWell = checks.every((c) => c.ok);
      await reply.code(isWell ? 200 : 503).send({ ok: isWell, checks });
    });
  }
  app.get("/metrics", async (_request, reply) => {
    await reply.type(metrics.contentType).send(await metrics.text());
  });
  for (const route of options.routes ?? []) {
    app.route<{ Querystring: Record<string, unknown> }>({
      method: route.method,
      url: route.path,
      handler: ({ query, body }) => route.handle({ query, body }),
    });
  }
  if (token !== null) await options.extend?.(app);

  const url = await app.listen({ host: options.host, port: options.port });
  log.info({ url, isOpen: token !== null }, "listening for operators");
  return {
    url,
    async close() {
      app.server.closeAllConnections();
      await app.close();
    },
  };
}

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

function runProbes(probes: readonly Probe[]): Promise<Check[]> {
  return Promise.all(
    probes.map(async (probe): Promise<Check> => {
      const { name } = probe;
      const timer = new AbortController();
      try {
        const detail = await Promise.race([probe.check(), late(timer.signal)]);
        return { name, ok: true, detail };
      } catch (thrown) {
        return { name, ok: false, detail: toError(thrown).message };
      } finally {
        timer.abort();
      }
    }),
  );
}

async function late(signal: AbortSignal): Promise<never> {
  await sleep(PROBE_MS, undefined, { signal }).catch(() => {
    // The probe was in time; nobody waits for this any more.
  });
  throw new Error(`no answer within ${PROBE_MS} ms`);
}

function isClientError(error: Error): boolean {
  return (
    "statusCode" in error &&
    typeof error.statusCode === "number" &&
    error.statusCode >= 400 &&
    error.statusCode < 500
  );
}

/** `Bearer <token>`, or `Basic` with the token as password. Takes the same time whatever is wrong. */
function isTokenIn(header: string | undefined, token: string): boolean {
  const [scheme = "", value = ""] = (header ?? "").split(" ", 2);
  let given = "";
  if (scheme.toLowerCase() === "bearer") given = value;
  if (scheme.toLowerCase() === "basic") {
    const login = Buffer.from(value, "base64").toString("utf8");
    given = login.slice(login.indexOf(":") + 1);
  }
  return timingSafeEqual(digest(given), digest(token));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
