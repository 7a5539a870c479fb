import { z } from "zod";
import { ftrackId } from "../core/ids.ts";
import {
  HISTORY_MS,
  ownWritesOf,
  writtenForm,
  type OwnWrite,
} from "../core/own-writes.ts";
import { groupBy } from "./group.ts";
import { execute } from "./redis-error.ts";
import type { Connection } from "./redis.ts";
import type { OwnWriteStore } from "./types.ts";

/** A field that is written more often than this in a quarter of an hour shows its last writes only. */
const MOST_PER_ENTITY = 200;

const stored = z.object({
  k: z.string(),
  v: z.string(),
  b: z.string(),
  t: z.number(),
});

/** Ledger of own writes in Redis, shared by all processors. @param connection - patient */
export function makeOwnWriteStore(connection: Connection): OwnWriteStore {
  const { client, keys } = connection;
  return {
    async remember(writes) {
      if (writes.length === 0) return;
      const pipeline = client.pipeline();
      for (const [entityId, own] of groupBy(writes, (w) => w.entityId)) {
        const key = keys.ownWrites(entityId);
        const rows = own.map((w) =>
          JSON.stringify({
            k: w.key,
            v: writtenForm(w.value),
            b: w.by,
            t: w.at,
          }),
        );
        pipeline.rpush(key, ...rows);
        pipeline.ltrim(key, -MOST_PER_ENTITY, -1);
        pipeline.pexpire(key, HISTORY_MS);
      }
      await execute(pipeline);
    },
    async load(entityIds, now) {
      const ids = [...new Set(entityIds)];
      if (ids.length === 0) return ownWritesOf([], now);
      const pipeline = client.pipeline();
      for (const id of ids) pipeline.lrange(keys.ownWrites(id), 0, -1);
      const replies = await execute(pipeline);
      const writes = ids.flatMap((id, i) =>
        (replies[i] as string[]).map((row): OwnWrite => {
          const { k, v, b, t } = stored.parse(JSON.parse(row));
          return { entityId: ftrackId(id), key: k, value: v, by: b, at: t };
        }),
      );
      return ownWritesOf(writes, now);
    },
  };
}
