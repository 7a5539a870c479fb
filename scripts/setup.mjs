// Makes a fresh clone able to run: npm packages and a Redis server. Plain JavaScript without dependencies,
// because it runs before `npm ci`. Every task of run.mjs comes through here.
//
//   node scripts/setup.mjs          sets up and says what it found
//   node scripts/setup.mjs --find   prints what is there as JSON, installs nothing
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ensurePackages } from "./setup/packages.mjs";
import { ensureRedis, findRedis } from "./setup/redis.mjs";

const LEAST_NODE = [20, 19];

/**
 * @typedef {object} SetUp
 * @property {string | null} redisUrl  a server that runs already (REDIS_URL), or null
 * @property {string | null} redisBin  a server binary to start private servers with, or null
 * @property {string} redisVersion
 */

/** @returns {Promise<SetUp>} */
export async function setUp() {
  await setUpPackages();
  return ensureRedis();
}

/** All that the services themselves need, whose Redis is somewhere else. */
export async function setUpPackages() {
  checkNode();
  await ensurePackages();
}

/** The set-up as environment variables, for child processes. */
export function asEnvironment({ redisUrl, redisBin }) {
  return {
    ...(redisUrl !== null && { REDIS_URL: redisUrl }),
    ...(redisBin !== null && { REDIS_SERVER_BIN: redisBin }),
  };
}

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  const [leastMajor, leastMinor] = LEAST_NODE;
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor))
    return;
  throw new Error(
    `Node ${LEAST_NODE.join(".")} or newer is needed; this is ${process.versions.node}.`,
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  process.chdir(join(import.meta.dirname, ".."));
  try {
    if (process.argv.includes("--find")) {
      process.stdout.write(`${JSON.stringify(await findRedis())}\n`);
    } else {
      await setUp();
    }
  } catch (error) {
    process.stderr.write(`\n${error.message}\n`);
    process.exitCode = 1;
  }
}
