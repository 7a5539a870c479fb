import type { Meter } from "../core/meter.ts";
import { numberIn, textIn } from "./memory.ts";
import { guard } from "./redis-error.ts";
import type { Connection } from "./redis.ts";

/** For `/ready`: throws when Redis does not answer. A patient connection waits; the caller has a time limit. */
export function redisProbe(
  connection: Connection,
  meter: Meter,
): { readonly name: string; check(): Promise<string> } {
  const { client } = connection;
  return {
    name: "redis",
    async check() {
      meter.gauge("redis_up", {}, 0);
      const sentAt = performance.now();
      await guard(client.ping());
      meter.gauge("redis_up", {}, 1);
      return `answers in ${Math.round(performance.now() - sentAt)} ms`;
    },
  };
}

/**
 * What is wrong with the set-up of the Redis server, in words for an administrator; empty when all is well.
 * Uses INFO only, which hosted servers allow.
 */
export async function checkRedisSetup(
  connection: Connection,
): Promise<string[]> {
  const { client } = connection;
  const [server, memory, persistence, replication] = await Promise.all(
    ["server", "memory", "persistence", "replication"].map((section) =>
      guard(client.info(section)),
    ),
  );
  const problems: string[] = [];
  const version = textIn(server, "redis_version");
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < 6 || (major === 6 && minor < 2)) {
    problems.push(`Redis is version ${version}; 6.2 or newer is needed.`);
  }
  if (textIn(memory, "maxmemory_policy") !== "noeviction") {
    problems.push(
      "Redis may throw events away when memory is short: set maxmemory-policy noeviction.",
    );
  }
  if (numberIn(persistence, "aof_enabled") === 0) {
    problems.push(
      "Redis forgets waiting events when it is restarted: set appendonly yes.",
    );
  }
  if (textIn(replication, "role") !== "master") {
    problems.push(
      "This Redis is a replica and cannot be written to: connect to its master.",
    );
  }
  return problems;
}
