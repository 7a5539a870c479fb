/** A private Redis server on a free port in a directory of its own: for tests, the demo and the benches. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";

export interface RedisOptions {
  /** Default: no. */
  readonly appendonly?: boolean;
  /** Default: everysec. */
  readonly appendfsync?: "always" | "everysec" | "no";
  /** As Redis writes it, e.g. `20mb`; default: no limit. Never evicts. */
  readonly maxmemory?: string;
}

export interface LocalRedis {
  readonly url: string;
  readonly dir: string;
  /** SIGKILL; resolves once it is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves once it is gone. */
  end(): Promise<void>;
  /** SIGSTOP and SIGCONT. */
  freeze(): void;
  thaw(): void;
  /** Starts again on the same port and directory; resolves once it answers. */
  restart(): Promise<void>;
  /** Ends the server and removes its directory. */
  stop(): Promise<void>;
}

/**
 * The Redis server binary of this machine: REDIS_SERVER_BIN, or what the set-up finds. Null when there is
 * none, and REDIS_URL has to do.
 */
export function findRedisBinary(): string | null {
  const given = process.env["REDIS_SERVER_BIN"];
  if (given !== undefined && given !== "") return given;
  const script = join(import.meta.dirname, "../scripts/setup.mjs");
  const text = execFileSync(process.execPath, [script, "--find"], {
    encoding: "utf8",
  });
  return (JSON.parse(text) as { redisBin: string | null }).redisBin;
}

export async function startLocalRedis(
  binary: string,
  options: RedisOptions = {},
): Promise<LocalRedis> {
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
  // Another process may have taken the port meanwhile.
  for (let tries = 1; !(await answers(port, child)); tries += 1) {
    if (tries === 5) throw new Error("redis-server does not start");
    port = await freePort();
    child = launch(binary, args, port);
  }
  async function end(signal: NodeJS.Signals): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGCONT");
    child.kill(signal);
    await gone;
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    dir,
    kill: () => end("SIGKILL"),
    end: () => end("SIGTERM"),
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
      await end("SIGKILL");
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Removes all keys of a set-up with this prefix. */
export async function clearRedis(url: string, prefix: string): Promise<void> {
  const client = new Redis(url);
  try {
    for (const match of [`${prefix}:*`, `{${prefix}-q}*`]) {
      for await (const keys of client.scanStream({ match, count: 1000 })) {
        const found = keys as string[];
        if (found.length > 0) await client.unlink(...found);
      }
    }
  } finally {
    client.disconnect();
  }
}

function launch(
  binary: string,
  args: readonly string[],
  port: number,
): ChildProcess {
  const child = spawn(binary, ["--port", String(port), ...args], {
    stdio: "ignore",
  });
  const watchdog = watch(child.pid);
  child.once("exit", () => {
    watchdog?.kill("SIGKILL");
  });
  return child;
}

/** Ends the server when this process ends, however it ends: then the pipe to the watchdog closes. */
function watch(pid: number | undefined): ChildProcess | null {
  if (pid === undefined) return null;
  const watchdog = spawn("sh", ["-c", `read _; kill -9 ${pid}`], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  // Neither of them keeps this process alive.
  watchdog.unref();
  return watchdog;
}

/** False when the server ended instead. */
async function answers(port: number, child: ChildProcess): Promise<boolean> {
  const client = new Redis(port, "127.0.0.1", {
    retryStrategy: () => 20,
    maxRetriesPerRequest: null,
    connectTimeout: 500,
  });
  client.on("error", () => undefined /* not yet there */);
  try {
    for (let i = 0; i < 1000; i += 1) {
      if (child.exitCode !== null || child.signalCode !== null) return false;
      if (client.status === "ready") return true;
      await sleep(10);
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
