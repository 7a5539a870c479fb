import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { toError } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import { execute, guard } from "./redis-error.ts";
import type { Connection } from "./redis.ts";

const EVERY_MS = 10_000;
/** A sign is gone after this long: the process has ended, or cannot reach Redis. */
const LASTS_MS = 35_000;

const sign = z.object({
  id: z.string(),
  kind: z.string(),
  name: z.string(),
  version: z.string(),
  host: z.string(),
  /** Milliseconds since the epoch, by the clock of that machine. */
  startedAt: z.number(),
  state: z.string(),
});

/** A service that is running, as it says itself. */
export type ServiceSign = z.infer<typeof sign>;

export interface PresenceOptions {
  readonly connection: Connection;
  readonly kind: "leecher" | "processor";
  readonly name: string;
  readonly version: string;
  /** One line for operators, asked for each sign. */
  readonly state: () => string;
  readonly log: Logger;
  readonly everyMs?: number;
}

/** Says in Redis, again and again, that this process is there, so that operators see what runs where. */
export function startPresence(options: PresenceOptions): {
  close(): Promise<void>;
} {
  const { connection, kind, name, version, state, log } = options;
  const { client, keys } = connection;
  const everyMs = options.everyMs ?? EVERY_MS;
  const id = randomUUID();
  const startedAt = Date.now();
  const stop = new AbortController();

  async function show(): Promise<void> {
    const now: ServiceSign = {
      ...{ id, kind, name, version, startedAt },
      host: hostname(),
      state: state(),
    };
    const pipeline = client.pipeline();
    pipeline.sadd(keys.services, id);
    pipeline.set(keys.service(id), JSON.stringify(now), "PX", LASTS_MS);
    await execute(pipeline);
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      await show().catch((thrown: unknown) => {
        log.debug({ err: toError(thrown) }, "no sign of life in Redis");
      });
      await sleep(everyMs, undefined, { signal: stop.signal }).catch(
        // Only the end wakes it early.
        () => undefined,
      );
    }
  }

  void run();
  return {
    async close() {
      stop.abort();
      // A Redis that is away must not keep a service from ending: the sign ends by itself.
      if (client.status !== "ready") return;
      const pipeline = client.pipeline();
      pipeline.srem(keys.services, id);
      pipeline.del(keys.service(id));
      await execute(pipeline).catch((thrown: unknown) => {
        log.debug(
          { err: toError(thrown) },
          "the sign of life stays for a while",
        );
      });
    },
  };
}

/** All services that gave a sign lately, by kind and name. */
export async function listServices(
  connection: Connection,
): Promise<readonly ServiceSign[]> {
  const { client, keys } = connection;
  const ids = await guard(client.smembers(keys.services));
  if (ids.length === 0) return [];
  const pipeline = client.pipeline();
  for (const id of ids) pipeline.get(keys.service(id));
  const texts = await execute(pipeline);
  const gone = ids.filter((_, i) => texts[i] === null);
  if (gone.length > 0) await guard(client.srem(keys.services, ...gone));
  return texts
    .flatMap((text) => {
      const parsed =
        typeof text === "string" ? sign.safeParse(JSON.parse(text)) : null;
      return parsed?.success === true ? [parsed.data] : [];
    })
    .sort((a, b) =>
      `${a.kind}\n${a.name}\n${a.id}` < `${b.kind}\n${b.name}\n${b.id}`
        ? -1
        : 1,
    );
}
