import { randomUUID } from "node:crypto";
import { z } from "zod";
import { partitionName } from "./keys.ts";
import { execute, guard } from "./redis-error.ts";
import type { Connection } from "./redis.ts";
import type {
  Claims,
  KeyValue,
  Quarantine,
  QuarantineEntry,
  Reports,
  StoredReport,
} from "./types.ts";

const DAY_MS = 24 * 3600_000;
export const DEFAULT_REPORT_TTL_MS = 30 * DAY_MS;

const storedReport = z.object({
  id: z.string(),
  projectId: z.string(),
  at: z.number(),
  report: z.json(),
});

/** Sync reports: the latest per project, and each by its id. */
export function makeReports(
  connection: Connection,
  ttlMs: number = DEFAULT_REPORT_TTL_MS,
): Reports {
  const { client, keys } = connection;
  async function get(id: string): Promise<StoredReport | null> {
    const text = await guard(client.get(keys.reportById(id)));
    return text === null ? null : storedReport.parse(JSON.parse(text));
  }
  return {
    get,
    async store(projectId, report) {
      const id = randomUUID();
      const record: StoredReport = { id, projectId, at: Date.now(), report };
      // The report first: the pointer must never lead nowhere.
      const text = JSON.stringify(record);
      await guard(client.set(keys.reportById(id), text, "PX", ttlMs));
      const pointer = keys.project(partitionName(projectId)).report;
      await guard(client.set(pointer, id, "PX", ttlMs));
      return id;
    },
    async latest(projectId) {
      const id = await guard(
        client.get(keys.project(partitionName(projectId)).report),
      );
      return id === null ? null : get(id);
    },
  };
}

const storedReason = z.object({
  rule: z.string(),
  detail: z.string(),
  since: z.number(),
});

/** Entities in quarantine, in one hash per project. */
export function makeQuarantine(connection: Connection): Quarantine {
  const { client, keys } = connection;
  function entryOf(entityId: string, text: string): QuarantineEntry {
    return { entityId, ...storedReason.parse(JSON.parse(text)) };
  }
  async function find(
    projectId: string,
    entityIds: readonly string[],
  ): Promise<ReadonlyMap<string, QuarantineEntry>> {
    const found = new Map<string, QuarantineEntry>();
    if (entityIds.length === 0) return found;
    const key = keys.project(partitionName(projectId)).quarantine;
    const texts = await guard(client.hmget(key, ...entityIds));
    for (const [i, entityId] of entityIds.entries()) {
      const text = texts[i];
      if (typeof text === "string") {
        found.set(entityId, entryOf(entityId, text));
      }
    }
    return found;
  }
  return {
    find,
    async put(projectId, entries) {
      if (entries.length === 0) return;
      const before = await find(
        projectId,
        entries.map((e) => e.entityId),
      );
      const now = Date.now();
      const fields = entries.flatMap(({ entityId, rule, detail }) => {
        const since = before.get(entityId)?.since ?? now;
        return [entityId, JSON.stringify({ rule, detail, since })];
      });
      await guard(
        client.hset(
          keys.project(partitionName(projectId)).quarantine,
          ...fields,
        ),
      );
    },
    async list(projectId) {
      const key = keys.project(partitionName(projectId)).quarantine;
      const all = await guard(client.hgetall(key));
      return Object.entries(all)
        .map(([entityId, text]) => entryOf(entityId, text))
        .sort((a, b) => a.since - b.since);
    },
    async release(projectId, entityIds) {
      if (entityIds.length === 0) return 0;
      const key = keys.project(partitionName(projectId)).quarantine;
      return guard(client.hdel(key, ...entityIds));
    },
  };
}

/** Small JSON values by name. */
export function makeKeyValue(connection: Connection): KeyValue {
  const { client, keys } = connection;
  return {
    async get(key) {
      const text = await guard(client.get(keys.value(key)));
      return text === null ? null : z.json().parse(JSON.parse(text));
    },
    async set(key, value, { ttlMs } = {}) {
      const pipeline = client.pipeline();
      const text = JSON.stringify(value);
      if (ttlMs === undefined) pipeline.set(keys.value(key), text);
      else pipeline.set(keys.value(key), text, "PX", ttlMs);
      await execute(pipeline);
    },
    async delete(key) {
      await guard(client.del(keys.value(key)));
    },
  };
}

export function makeClaims({ client, keys }: Connection): Claims {
  return {
    async claim(key, owner, ttlMs) {
      const name = keys.value(`claim-${key}`);
      const set = await guard(client.set(name, owner, "PX", ttlMs, "NX"));
      return set !== null || (await guard(client.get(name))) === owner;
    },
  };
}
