import { access } from "node:fs/promises";
import { aptRedis, cachedRedis } from "./redis-apt.mjs";
import { askVersion } from "./redis-ask.mjs";
import { output, show } from "./exec.mjs";
import { say } from "./say.mjs";

const LEAST = [6, 2];
const NAMES = ["redis-server", "valkey-server"];

/**
 * What there is, without installing anything: a running server (REDIS_URL), a binary (REDIS_SERVER_BIN, the
 * PATH, this project's cache).
 */
export async function findRedis() {
  const url = process.env.REDIS_URL || null;
  const urlVersion = url === null ? null : await askUrl(url);
  const found = await findBinary();
  return {
    redisUrl: url,
    redisBin: found?.bin ?? null,
    redisVersion: urlVersion ?? found?.version ?? null,
  };
}

/** As `findRedis`; where there is neither, gets a binary, without changing the system where possible. */
export async function ensureRedis() {
  let found = await findRedis();
  if (found.redisUrl === null && found.redisBin === null) {
    const got = (await aptRedis()) ?? (await brewRedis());
    const version = got === null ? null : await versionOf(got);
    if (version === null) throw new Error(await advice());
    found = { redisUrl: null, redisBin: got, redisVersion: version };
  }
  const where =
    found.redisUrl === null ? found.redisBin : "the server at REDIS_URL";
  say(`Redis ${found.redisVersion}: ${where}`);
  return found;
}

async function askUrl(url) {
  const version = await askVersion(url);
  assertNewEnough(version, "The server at REDIS_URL");
  return version;
}

async function findBinary() {
  const given = process.env.REDIS_SERVER_BIN;
  if (given) {
    const version = await versionOf(given);
    if (version === null)
      throw new Error(`REDIS_SERVER_BIN=${given} does not run.`);
    assertNewEnough(version, `REDIS_SERVER_BIN=${given}`);
    return { bin: given, version };
  }
  const candidates = [
    ...(await Promise.all(NAMES.map(onPath))),
    await cachedRedis(),
  ];
  for (const bin of candidates) {
    const version = bin === null ? null : await versionOf(bin);
    if (version !== null && isNewEnough(version)) return { bin, version };
    if (version !== null) say(`${bin} is version ${version}: too old, ignored`);
  }
  return null;
}

async function onPath(name) {
  const separator = process.platform === "win32" ? ";" : ":";
  for (const dir of (process.env.PATH ?? "").split(separator)) {
    if (dir === "") continue;
    const path = `${dir}/${name}`;
    try {
      await access(path);
      return path;
    } catch {
      // not in this directory
    }
  }
  return null;
}

async function versionOf(bin) {
  const text = await output(bin, ["--version"]);
  return text?.match(/\bv=(\d+\.\d+(?:\.\d+)?)/)?.[1] ?? null;
}

function isNewEnough(version) {
  const [major, minor] = version.split(".").map(Number);
  return major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1]);
}

function assertNewEnough(version, what) {
  if (!isNewEnough(version))
    throw new Error(
      `${what} is version ${version}; ${LEAST.join(".")} or newer is needed.`,
    );
}

async function brewRedis() {
  if (process.platform !== "darwin") return null;
  if ((await output("brew", ["--version"])) === null) return null;
  for (const name of ["valkey", "redis"]) {
    const prefix = (await output("brew", ["--prefix", name]))?.trim();
    if (prefix && (await versionOf(`${prefix}/bin/${name}-server`)))
      return `${prefix}/bin/${name}-server`;
  }
  say("Installing Valkey with Homebrew …");
  const env = { ...process.env, HOMEBREW_NO_AUTO_UPDATE: "1" };
  if ((await show("brew", ["install", "valkey"], { env })) !== 0) return null;
  const prefix = (await output("brew", ["--prefix", "valkey"]))?.trim();
  return prefix ? `${prefix}/bin/valkey-server` : null;
}

const COMMANDS = [
  ["apt-get", "sudo apt-get install redis-server"],
  ["dnf", "sudo dnf install valkey"],
  ["pacman", "sudo pacman -S valkey"],
  ["apk", "sudo apk add redis"],
  ["zypper", "sudo zypper install redis"],
  ["brew", "brew install valkey"],
];

async function advice() {
  let command = null;
  for (const [tool, text] of COMMANDS) {
    if ((await onPath(tool)) !== null) {
      command = text;
      break;
    }
  }
  const docker =
    "docker run -d -p 127.0.0.1:6379:6379 redis:7  and set  REDIS_URL=redis://127.0.0.1:6379";
  return [
    `A Redis (or Valkey) server, version ${LEAST.join(".")} or newer, is needed and could not be found or fetched.`,
    command === null ? `Use a container:  ${docker}` : `Run:  ${command}`,
    ...(command === null ? [] : [`Or use a container:  ${docker}`]),
  ].join("\n");
}
