import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  startFtrackSandbox,
  type FtrackSandbox,
} from "../../sandbox/ftrack/index.ts";
import { startAyon, type Ayon } from "../support/ayon.ts";
import { program, readDockerfile } from "../support/dockerfile.ts";
import { eventually, startRedis, type TestRedis } from "../support/redis.ts";

// What the Dockerfiles do, without a Docker engine: the same install, build and commands in an empty folder.
const ROOT = join(import.meta.dirname, "../..");
const run = promisify(execFile);

let app: string;
let ftrack: FtrackSandbox;
let ayon: Ayon;
let redis: TestRedis;

beforeAll(async () => {
  app = await mkdtemp(join(tmpdir(), "image-"));
  [ftrack, ayon, redis] = await Promise.all([
    startFtrackSandbox({ seed: "studio:0+ayon" }),
    startAyon({ seed: "studio:0" }),
    startRedis({ appendonly: true }),
    install(),
  ]);
}, 240_000);

afterAll(async () => {
  await Promise.all([ftrack.stop(), ayon[Symbol.asyncDispose](), redis.stop()]);
  await rm(app, { recursive: true, force: true });
});

/** The stages `dependencies` and `build`. */
async function install(): Promise<void> {
  for (const file of ["package.json", "package-lock.json"])
    await cp(join(ROOT, file), join(app, file));
  await run(
    "npm",
    ["ci", "--omit=dev", "--prefer-offline", "--no-audit", "--no-fund"],
    { cwd: app },
  );
  const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
  const args = ["-p", "tsconfig.build.json", "--outDir", join(app, "dist")];
  await run(process.execPath, [compiler, ...args], { cwd: ROOT });
}

/** Listens for a moment to learn of a port that is free. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

function started(
  [, ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
): { readonly child: ChildProcess; readonly output: () => string } {
  const child = spawn(process.execPath, args, {
    cwd: app,
    env: { PATH: process.env["PATH"], NODE_ENV: "production", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  return { child, output: () => output };
}

describe.each(["leecher", "processor"])("image of the %s", (name) => {
  it("starts, answers its health check, hears the signal", async () => {
    const stage = (await readDockerfile(ROOT, `Dockerfile.${name}`)).at(-1);
    const spool = join(app, "spool");
    await mkdir(spool, { recursive: true });
    const env = {
      AYON_SERVER_URL: ayon.sandbox.url,
      AYON_API_KEY: ayon.sandbox.apiKey,
      FTRACK_SERVER: ftrack.url,
      FTRACK_API_USER: ftrack.apiUser,
      FTRACK_API_KEY: ftrack.apiKey,
      REDIS_URL: redis.url,
      AYON_FTRACK_REDIS_PREFIX: redis.prefix,
      AYON_FTRACK_SPOOL_DIR: spool,
      AYON_FTRACK_OPS_PORT: String(await freePort()),
    };
    const service = started(program(stage ?? [], "CMD"), env);
    try {
      const healthcheck = async (): Promise<number | null> => {
        const { child } = started(program(stage ?? [], "HEALTHCHECK"), env);
        await once(child, "exit");
        return child.exitCode;
      };
      await eventually(
        `healthy: ${service.output()}`,
        async () => (await healthcheck()) === 0,
        45_000,
      );
      service.child.kill("SIGTERM");
      await once(service.child, "exit");
      expect(service.child.exitCode, service.output()).toBe(0);
      expect(await healthcheck()).toBe(1);
    } finally {
      service.child.kill("SIGKILL");
    }
  });
});
