import { z } from "zod";
import { execute, guard } from "./redis-error.ts";
import type { Connection } from "./redis.ts";
import type { Held, Json } from "./types.ts";

function valueIn(text: unknown): Json {
  return typeof text === "string" ? z.json().parse(JSON.parse(text)) : null;
}

/** Values under names, all of which can be looked through. In one hash, so that what is added is found by all. */
export function makeHeld({ client, keys }: Connection, name: string): Held {
  const hash = keys.value(`held-${name}`);
  return {
    async get(key) {
      return valueIn(await guard(client.hget(hash, key)));
    },
    async put(key, value) {
      await guard(client.hset(hash, key, JSON.stringify(value)));
    },
    async all() {
      const found = await guard(client.hgetall(hash));
      return new Map(
        Object.entries(found).map(([key, text]) => [key, valueIn(text)]),
      );
    },
    async take(key) {
      const replies = await execute(
        client.multi().hget(hash, key).hdel(hash, key),
      );
      return valueIn(replies[0]);
    },
  };
}
