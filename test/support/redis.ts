import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { it } from "vitest";

/**
 * A Redis server binary, or null when there is only a server somebody else runs (REDIS_URL). Then tests
 * that kill, freeze or fill the server cannot run; all others share that server under a prefix of their own.
 */
export const redisBinary: string | null = findBinary();

function findBinary(): string | null {
  const given = process.env["REDIS_SERVER_BIN"];
  if (given !== undefined && given !== "") return given;
  const text = execFileSync(process.execPath, ["scripts/find-redis.mjs"], {
    encoding: "utf8",
  });
  return (JSON.parse(text) as { bin: string | null }).bin;
}

/** `it` for tests that need a server of their own. */
export const itWithOwnServer =
  redisBinary === null
    ? (it.skip as typeof it) // said aloud below
    : it;

export interface RedisOptions {
  /** Default: no. */
  readonly appendonly?: boolean;
  readonly appendfsync?: "always" | "everysec" | "no";
  /** As Redis writes it, e.g. `20mb`. */
  readonly maxmemory?: string;
}

export interface TestRedis {
  readonly url: string;
  /** Prefix for the keys of this test; the server may be shared. */
  readonly prefix: string;
  readonly dir: string | null;
  /** A client, closed by `stop`. */
  readonly client: Redis;
  config(name: string, value: string): Promise<void>;
  /** SIGKILL; resolves once it is gone. */
  kill(): Promise<void>;
  /** SIGSTOP and SIGCONT. */
  freeze(): void;
  thaw(): void;
  /** Starts again on the same port and directory; resolves once it answers. */
  restart(): Promise<void>;
  /** Ends the server and removes its directory. */
  stop(): Promise<void>;
}

export async function startRedis(
  options: RedisOptions = {},
): Promise<TestRedis> {
  const prefix = `t${randomBytes(4).toString("hex")}`;
  if (redisBinary === null) return shareServer(prefix);
  return ownServer(redisBinary, prefix, options);
}

function shareServer(prefix: string): TestRedis {
  const url = process.env["REDIS_URL"];
  if (url === undefined || url === "") {
    throw new Error(
      "No Redis: set REDIS_URL or REDIS_SERVER_BIN, or run npm test",
    );
  }
  process.stderr.write(
    "\n*** No redis-server binary: tests that kill, freeze or fill Redis are SKIPPED. ***\n",
  );
  const client = new Redis(url);
  client.on("error", () => undefined);
  const impossible = (): never => {
    throw new Error("needs a server of its own: use itWithOwnServer");
  };
  return {
    url,
    prefix,
    dir: null,
    client,
    config: impossible,
    kill: impossible,
    freeze: impossible,
    thaw: impossible,
    restart: impossible,
    async stop() {
      for (const pattern of [`${prefix}:*`, `{${prefix}-q}*`]) {
        for await (const keys of client.scanStream({ match: pattern })) {
          const found = keys as string[];
          if (found.length > 0) await client.unlink(...found);
        }
      }
      client.disconnect();
    },
  };
}

async function ownServer(
  binary: string,
  prefix: string,
  options: RedisOptions,
): Promise<TestRedis> {
  const dir = await mkdtemp(join(tmpdir(), "aff-redis-"));
  const args = [
    ...["--bind", "127.0.0.1", "--dir", dir, "--daemonize", "no"],
    ...["--save", "", "--loglevel", "warning"],
    ...["--appendonly", options.appendonly === true ? "yes" : "no"],
    ...["--appendfsync", options.appendfsync ?? "everysec"],
    ...["--maxmemory", options.maxmemory ?? "0"],
    ...["--maxmemory-policy", "noeviction"],
  ];
  let port = await freePort();
  let child = launch(binary, args, port);
  for (let tries = 1; !(await answers(port, child)); tries += 1) {
    if (tries === 5) throw new Error("redis-server does not start");
    port = await freePort();
    child = launch(binary, args, port);
  }
  const client = new Redis(port, "127.0.0.1", {
    maxRetriesPerRequest: null,
    retryStrategy: () => 50,
  });
  client.on("error", () => undefined);
  async function end(signal: NodeJS.Signals): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGCONT");
    child.kill(signal);
    await gone;
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    prefix,
    dir,
    client,
    async config(name, value) {
      await client.config("SET", name, value);
    },
    kill: () => end("SIGKILL"),
    freeze() {
      child.kill("SIGSTOP");
    },
    thaw() {
      child.kill("SIGCONT");
    },
    async restart() {
      await end("SIGTERM");
      child = launch(binary, args, port);
      if (!(await answers(port, child))) {
        throw new Error("redis-server does not start again");
      }
    },
    async stop() {
      client.disconnect();
      await end("SIGKILL");
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function launch(
  binary: string,
  args: readonly string[],
  port: number,
): ChildProcess {
  const child = spawn(binary, ["--port", String(port), ...args], {
    stdio: "ignore",
  });
  // A test file that is killed must not leave its server behind.
  const end = (): void => void child.kill("SIGKILL");
  process.once("exit", end);
  child.once("exit", () => process.off("exit", end));
  return child;
}

async function answers(port: number, child: ChildProcess): Promise<boolean> {
  const client = new Redis(port, "127.0.0.1", {
    retryStrategy: () => 20,
    maxRetriesPerRequest: null,
    connectTimeout: 500,
  });
  client.on("error", () => undefined);
  try {
    for (let i = 0; i < 500; i += 1) {
      if (child.exitCode !== null || child.signalCode !== null) return false;
      if (client.status === "ready") return true;
      await sleep(20);
    }
    return false;
  } finally {
    client.disconnect();
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Awaits a condition; fails with its words when it does not come true. */
export async function eventually(
  words: string,
  isTrue: () => boolean | Promise<boolean>,
  withinMs = 15_000,
): Promise<void> {
  const until = performance.now() + withinMs;
  while (!(await isTrue())) {
    if (performance.now() > until) throw new Error(`never: ${words}`);
    await sleep(10);
  }
}
