// Debian and Ubuntu: unpacks the distribution's own redis-server into .cache/redis, without root and
// without installing anything.
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
} from "node:fs/promises";
import { rm, writeFile } from "node:fs/promises";
import { arch } from "node:os";
import { join, resolve } from "node:path";
import { output, show } from "./exec.mjs";
import { say } from "./say.mjs";

const CACHE = resolve(".cache/redis");

/** A binary got earlier, or null. */
export async function cachedRedis() {
  const file = join(CACHE, await place(), "redis-server");
  return (await output(file, ["--version"])) === null ? null : file;
}

/** Gets a binary with apt; null where there is no apt or it has none. */
export async function aptRedis() {
  if (process.platform !== "linux") return null;
  for (const tool of ["apt-get", "apt-cache", "dpkg-deb"]) {
    if ((await output(tool, ["--version"])) === null) return null;
  }
  say("Fetching redis-server with apt, into .cache/redis …");
  await mkdir(CACHE, { recursive: true });
  const work = await mkdtemp(join(CACHE, "get-"));
  try {
    const file = (await unpack(work, [])) ?? (await unpackFresh(work));
    return file ?? (await installAsRoot());
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** With package lists of our own, for systems whose lists are missing or old. */
async function unpackFresh(work) {
  const lists = join(work, "lists");
  await mkdir(join(lists, "partial"), { recursive: true });
  await mkdir(join(work, "cache/archives/partial"), { recursive: true });
  const options = [
    `Dir::State::Lists=${lists}`,
    `Dir::Cache=${join(work, "cache")}`,
    "Debug::NoLocking=1",
    "APT::Sandbox::User=",
  ].flatMap((option) => ["-o", option]);
  say("Reading the package lists …");
  const read = await output("apt-get", [...options, "-q", "update"], {
    timeout: 300_000,
  });
  return read === null ? null : unpack(work, options);
}

/** Downloads the packages and unpacks them; null when that does not make a binary that runs. */
async function unpack(work, aptOptions) {
  const packages = await packagesNeeded(aptOptions);
  const debs = join(work, "debs");
  const root = join(work, "root");
  await mkdir(debs, { recursive: true });
  const args = [...aptOptions, "-q", "download", ...packages];
  const got = await output("apt-get", args, { cwd: debs, timeout: 300_000 });
  if (got === null) return null;
  for (const deb of await readdir(debs)) {
    const unpacked = await output("dpkg-deb", ["-x", join(debs, deb), root]);
    if (unpacked === null) return null;
  }
  const libs = await libraryDirs(root);
  const target = join(CACHE, await place());
  await rm(target, { recursive: true, force: true });
  await rename(root, target);
  const wrapper = join(target, "redis-server");
  const path = libs.map((dir) => `$here/${dir}`).join(":");
  await writeFile(
    wrapper,
    [
      "#!/bin/sh",
      'here=$(dirname "$0")',
      `LD_LIBRARY_PATH="${path}" exec "$here/usr/bin/redis-server" "$@"`,
      "",
    ].join("\n"),
  );
  await chmod(wrapper, 0o755);
  return (await output(wrapper, ["--version"])) === null ? null : wrapper;
}

/** The server, its tools (which hold the binary) and those libraries of both that are not installed. */
async function packagesNeeded(aptOptions) {
  const own = ["redis-server", "redis-tools"];
  const text = await output("apt-cache", [...aptOptions, "depends", ...own]);
  const libraries = new Set(
    [...(text ?? "").matchAll(/^\s*Depends: (lib[^\s:<>]+)/gm)].map(
      (m) => m[1],
    ),
  );
  const missing = [];
  for (const name of libraries) {
    if (name === "libc6") continue; // always there, and mixing two of them breaks every program
    const status = await output("dpkg-query", ["-W", "-f=${Status}", name]);
    if (!status?.includes("install ok installed")) missing.push(name);
  }
  return [...own, ...missing];
}

async function libraryDirs(root) {
  const entries = await readdir(root, { recursive: true });
  const dirs = entries
    .filter((path) => /(^|\/)lib.*\.so(\.\d|$)/.test(path))
    .map((path) => path.replace(/\/[^/]*$/, ""));
  return [...new Set(dirs)];
}

async function installAsRoot() {
  if (process.getuid?.() !== 0) return null;
  say("Installing redis-server with apt …");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await show("apt-get", ["-q", "update"], { env });
  const code = await show("apt-get", ["install", "-qy", "redis-server"], {
    env,
  });
  return code === 0 ? "/usr/bin/redis-server" : null;
}

/** Binaries fit one release of one distribution only. */
async function place() {
  let release = "";
  try {
    release = await readFile("/etc/os-release", "utf8");
  } catch {
    // no Linux distribution
  }
  const id = release.match(/^ID="?([\w.-]+)/m)?.[1] ?? process.platform;
  const version = release.match(/^VERSION_ID="?([\w.-]+)/m)?.[1] ?? "0";
  return `${id}-${version}-${arch()}`;
}
