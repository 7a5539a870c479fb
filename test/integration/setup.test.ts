import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { redisBinary, startRedis, type TestRedis } from "../support/redis.ts";

let redis: TestRedis;
let dir: string;

beforeAll(async () => {
  redis = await startRedis();
  dir = await mkdtemp(join(tmpdir(), "aff-setup-"));
});
afterAll(async () => {
  await redis.stop();
  await rm(dir, { recursive: true });
});

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the set-up with these variables and nothing else. */
function setup(
  args: readonly string[],
  env: Record<string, string>,
): Promise<Result> {
  const script = join(import.meta.dirname, "../../scripts/setup.mjs");
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [script, ...args],
      { env },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : 1, stdout, stderr });
      },
    );
  });
}

/** A program that says it is this version of Redis. */
async function fakeServer(name: string, version: string): Promise<string> {
  const folder = join(dir, `${name}-${version}`);
  await mkdir(folder);
  const file = join(folder, name);
  await writeFile(file, `#!/bin/sh\necho "Redis server v=${version} sha=0"\n`);
  await chmod(file, 0o755);
  return file;
}

const folderOf = (file: string): string => join(file, "..");

describe("the set-up", () => {
  it("finds a server on the path, Valkey too, and passes over one that is too old", async () => {
    const old = folderOf(await fakeServer("redis-server", "6.0.16"));
    const valkey = await fakeServer("valkey-server", "8.0.1");
    const path = `${old}:/nowhere:${folderOf(valkey)}`;
    const { stdout, stderr } = await setup(["--find"], { PATH: path });
    expect(JSON.parse(stdout)).toEqual({
      ...{ redisUrl: null, redisBin: valkey, redisVersion: "8.0.1" },
    });
    expect(stderr).toContain("6.0.16: too old");
  });

  it("takes the server it is told to take, or says what is wrong with it", async () => {
    const given = await fakeServer("mine", "7.2.4");
    const good = await setup(["--find"], { REDIS_SERVER_BIN: given });
    expect(JSON.parse(good.stdout)).toMatchObject({ redisBin: given });
    const old = await fakeServer("mine-old", "5.0.1");
    const bad = await setup(["--find"], { REDIS_SERVER_BIN: old });
    expect(bad.code).toBe(1);
    expect(bad.stderr).toContain("6.2 or newer is needed");
    const none = await setup(["--find"], { REDIS_SERVER_BIN: "/nowhere" });
    expect(none.stderr).toContain("does not run");
  });

  it("asks the server at REDIS_URL, and never repeats its password", async () => {
    const { stdout } = await setup(["--find"], { REDIS_URL: redis.url });
    const found = JSON.parse(stdout) as Record<string, string>;
    expect(found["redisUrl"]).toBe(redis.url);
    expect(found["redisVersion"]).toMatch(/^\d+\.\d+/);
    const wrong = redis.url.replace("redis://", "redis://me:pa55word@");
    const refused = await setup(["--find"], { REDIS_URL: wrong });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("REDIS_URL does not do");
    expect(refused.stderr).not.toContain("pa55word");
    const away = { REDIS_URL: "redis://127.0.0.1:1" };
    expect((await setup(["--find"], away)).stderr).toContain("ECONNREFUSED");
  });

  // A server that the set-up fetched earlier would be found.
  it.skipIf(redisBinary?.includes(".cache"))(
    "says what to do where there is no server and no way to get one",
    async () => {
      const { code, stderr } = await setup([], { PATH: dir });
      expect(code).toBe(1);
      expect(stderr).toContain("docker run");
      expect(stderr).toContain("REDIS_URL=redis://127.0.0.1:6379");
    },
  );
});
