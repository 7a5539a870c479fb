import { randomBytes } from "node:crypto";
import {
  clearRedis,
  findRedisBinary,
  startLocalRedis,
  type LocalRedis,
  type RedisOptions,
} from "../../sandbox/redis.ts";

export interface StackRedis {
  readonly url: string;
  /** First part of all keys of the stack. */
  readonly prefix: string;
  /** Null on a server that others use as well. */
  readonly server: LocalRedis | null;
  stop(): Promise<void>;
}

/** A server of our own where there is a binary, else a part of the one at REDIS_URL. */
export async function startStackRedis(
  options: RedisOptions,
): Promise<StackRedis> {
  const prefix = `aff-${randomBytes(4).toString("hex")}`;
  const binary = findRedisBinary();
  if (binary !== null) {
    const server = await startLocalRedis(binary, options);
    return { url: server.url, prefix, server, stop: () => server.stop() };
  }
  const url = process.env["REDIS_URL"];
  if (url === undefined || url === "")
    throw new Error("No Redis: run it with npm, which gets one");
  return { url, prefix, server: null, stop: () => clearRedis(url, prefix) };
}
