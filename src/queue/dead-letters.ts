import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { NO_PROJECT } from "../core/envelope.ts";
import type { Logger } from "../core/log.ts";
import type { Meter } from "../core/meter.ts";
import { ring, type DrainQueue } from "./bell.ts";
import { parseEnvelope } from "./envelope-text.ts";
import { chunks, groupBy } from "./group.ts";
import { partitionName } from "./keys.ts";
import { burialFields } from "./project-inbox.ts";
import { execute, guard } from "./redis-error.ts";
import type { Connection } from "./redis.ts";
import { MARK_DIRTY, queueScript, REDRIVE, run } from "./scripts.ts";
import type {
  AuditEntry,
  DeadLetter,
  DeadLetterFilter,
  DeadLetters,
} from "./types.ts";

const PAGE = 200;
const DEFAULT_RATE = 50;
const MOST_DEAD = 10_000;
const MOST_AUDIT = 10_000;

interface Deps {
  readonly connection: Connection;
  /** From `openDrainQueue`. */
  readonly queue: DrainQueue;
  readonly log: Logger;
  readonly meter: Meter;
}

/** What is kept in memory of a dead letter while many are put back. */
interface Mark {
  readonly id: string;
  readonly at: number;
  readonly eventId: string;
}

const auditEntry = z.object({
  at: z.number(),
  who: z.string(),
  what: z.enum(["redrive", "purge"]),
  filter: z.record(z.string(), z.unknown()),
  affected: z.number(),
});

/** Dead letters: a stream per project, beside its inbox. */
export function makeDeadLetters(deps: Deps): DeadLetters {
  const { client, keys } = deps.connection;

  /** Those of one project, oldest first. */
  async function* matching(
    partition: string,
    filter: DeadLetterFilter,
  ): AsyncGenerator<DeadLetter> {
    const { dead } = keys.project(partition);
    // The id of an entry is the time at which it was given up.
    let first = filter.since === undefined ? "-" : String(filter.since);
    const last = filter.before === undefined ? "+" : `(${filter.before}-0`;
    for (;;) {
      const page = await guard(client.xrange(dead, first, last, "COUNT", PAGE));
      for (const [id, fields] of page) {
        const letter = toDeadLetter(partition, id, fields);
        if (matches(letter, filter)) yield letter;
      }
      const newest = page.at(-1);
      if (newest === undefined || page.length < PAGE) return;
      first = `(${newest[0]}`;
    }
  }

  async function partitionsFor(filter: DeadLetterFilter): Promise<string[]> {
    if (filter.ids !== undefined) {
      return [...new Set(filter.ids.map((id) => splitId(id)[0]))];
    }
    if (filter.projectId !== undefined)
      return [partitionName(filter.projectId)];
    return (await guard(client.smembers(keys.graves))).sort();
  }

  /** What is wanted of each, oldest first; at most `most` of one project. */
  async function collect<T extends { readonly at: number }>(
    filter: DeadLetterFilter,
    pick: (letter: DeadLetter) => T | null,
    most = Infinity,
  ): Promise<T[]> {
    const found: T[] = [];
    for (const partition of await partitionsFor(filter)) {
      let n = 0;
      for await (const letter of matching(partition, filter)) {
        const picked = pick(letter);
        if (picked === null) continue;
        found.push(picked);
        n += 1;
        if (n >= most) break;
      }
    }
    // A stable sort: letters of one millisecond stay in the order of their project.
    return found.sort((a, b) => a.at - b.at);
  }

  async function note(entry: Omit<AuditEntry, "at">): Promise<void> {
    const text = JSON.stringify({ at: Date.now(), ...entry });
    await guard(
      client.xadd(keys.audit, "MAXLEN", "~", MOST_AUDIT, "*", "j", text),
    );
    deps.log.info({ ...entry }, "dead letters: an operator acted");
  }

  /** Puts letters back, in order; gives how many were still there. */
  async function putBack(letters: readonly Mark[]): Promise<number> {
    const groups = groupBy(letters, (letter) => splitId(letter.id)[0]);
    const partitions = [...groups.keys()];
    await run(client, MARK_DIRTY, [keys.dirty], partitions);
    const pipeline = client.pipeline();
    for (const [partition, own] of groups) {
      const { inbox, dead } = keys.project(partition);
      for (const letter of own) {
        const dedupId = `${letter.eventId}#${randomUUID()}`;
        const [, entryId] = splitId(letter.id);
        queueScript(pipeline, REDRIVE, [inbox, dead], [entryId, dedupId]);
      }
    }
    const replies = await execute(pipeline);
    await ring(deps.queue, partitions);
    return replies.filter((reply) => reply === 1).length;
  }

  return {
    async add(envelope, reason) {
      const partition = partitionName(envelope.projectId);
      await guard(client.sadd(keys.graves, partition));
      const { dead } = keys.project(partition);
      const entryId = await guard(
        client.xadd(
          dead,
          ...["MAXLEN", String(MOST_DEAD), "*", "i", envelope.id],
          ...["p", JSON.stringify(envelope)],
          ...burialFields(reason),
        ),
      );
      return `${partition}/${entryId ?? ""}`;
    },
    async list(filter, limit = 1000) {
      const found = await collect(filter, (letter) => letter, limit);
      return found.slice(0, limit);
    },
    async get(id) {
      const [partition, entryId] = splitId(id);
      const { dead } = keys.project(partition);
      const [found] = await guard(client.xrange(dead, entryId, entryId));
      return found === undefined
        ? null
        : toDeadLetter(partition, found[0], found[1]);
    },
    async count() {
      const partitions = await guard(client.smembers(keys.graves));
      const pipeline = client.pipeline();
      for (const partition of partitions) {
        pipeline.xlen(keys.project(partition).dead);
      }
      const sizes = await execute(pipeline);
      return sizes.reduce<number>((sum, size) => sum + Number(size), 0);
    },
    async redrive(filter, { who, dryRun, rate = DEFAULT_RATE, signal }) {
      const letters = await collect(filter, ({ id, at, envelope }) =>
        envelope === null ? null : { id, at, eventId: envelope.id },
      );
      const matched = letters.length;
      if (dryRun === true) return { matched, redriven: 0 };
      let redriven = 0;
      try {
        // Ten parts a second, so that a rate is a rate and no burst.
        const size = Math.max(1, Math.ceil(rate / 10));
        for (const [i, part] of chunks(letters, size).entries()) {
          if (i > 0) await sleep((1000 * size) / rate, undefined, { signal });
          signal?.throwIfAborted();
          redriven += await putBack(part);
        }
      } finally {
        await note({ who, what: "redrive", filter, affected: redriven });
      }
      return { matched, redriven };
    },
    async purge(filter, { who, dryRun }) {
      const letters = await collect(filter, ({ id, at }) => ({ id, at }));
      const matched = letters.length;
      if (dryRun === true) return { matched, purged: 0 };
      const pipeline = client.pipeline();
      for (const letter of letters) {
        const [partition, entryId] = splitId(letter.id);
        pipeline.xdel(keys.project(partition).dead, entryId);
      }
      const removed = await execute(pipeline);
      const purged = removed.reduce<number>((sum, n) => sum + Number(n), 0);
      await note({ who, what: "purge", filter, affected: purged });
      return { matched, purged };
    },
    async audit(limit = 100) {
      const rows = await guard(
        client.xrevrange(keys.audit, "+", "-", "COUNT", limit),
      );
      return rows.map(
        ([, fields]) =>
          auditEntry.parse(JSON.parse(fields[1] ?? "")) as AuditEntry,
      );
    },
  };
}

/** `<partition>/<entry id>`. */
function splitId(id: string): [partition: string, entryId: string] {
  const slash = id.lastIndexOf("/");
  const entryId = id.slice(slash + 1);
  // Anything else would be an error of Redis, or a range of many.
  return [id.slice(0, slash), /^\d+-\d+$/.test(entryId) ? entryId : "0-0"];
}

function toDeadLetter(
  partition: string,
  entryId: string,
  flat: readonly string[],
): DeadLetter {
  const fields = new Map<string, string>();
  for (let i = 0; i + 1 < flat.length; i += 2) {
    fields.set(flat[i] ?? "", flat[i + 1] ?? "");
  }
  const raw = fields.get("p") ?? "";
  const parsed = parseEnvelope(raw);
  const envelope = typeof parsed === "string" ? null : parsed;
  const named = partition === NO_PROJECT ? null : partition;
  return {
    id: `${partition}/${entryId}`,
    at: Number(entryId.split("-")[0]),
    projectId: envelope === null ? named : envelope.projectId,
    envelope,
    raw,
    handler: fields.get("handler") ?? "",
    code: fields.get("code") ?? "",
    detail: fields.get("detail") ?? "",
    attempts: Number(fields.get("attempts") ?? 0),
  };
}

function matches(letter: DeadLetter, filter: DeadLetterFilter): boolean {
  const { handler, code, topic, ids } = filter;
  return (
    (handler === undefined || letter.handler === handler) &&
    (code === undefined || letter.code === code) &&
    (topic === undefined || letter.envelope?.topic === topic) &&
    (ids === undefined || ids.includes(letter.id))
  );
}
