import { z } from "zod";
import type { Outcome, OutcomeKind } from "../core/outcome.ts";
import { execute, guard } from "./redis-error.ts";
import type { Connection } from "./redis.ts";
import type { OutcomeFilter, Outcomes } from "./types.ts";

export interface OutcomeOptions {
  /** Asked at each write. */
  readonly retentionDays: () => number;
  /** Most outcomes kept that changed something or that somebody may have to act on. About 250 B each. */
  readonly mostKept: number;
  /** Most of the others (unchanged, skipped); they come in masses and must not drive the first out. */
  readonly mostQuiet: number;
}

export const DEFAULT_OUTCOME_OPTIONS: OutcomeOptions = {
  retentionDays: () => 14,
  mostKept: 200_000,
  mostQuiet: 100_000,
};

const QUIET: ReadonlySet<OutcomeKind> = new Set(["unchanged", "skipped"]);
const PAGE = 500;
const DAY_MS = 24 * 3600_000;

/** Outcomes in two bounded streams of Redis. */
export function makeOutcomes(
  connection: Connection,
  overrides: Partial<OutcomeOptions> = {},
): Outcomes {
  const options = { ...DEFAULT_OUTCOME_OPTIONS, ...overrides };
  const { client, keys } = connection;
  const streams = {
    kept: { key: keys.outcomes, most: options.mostKept },
    quiet: { key: keys.quietOutcomes, most: options.mostQuiet },
  };

  /** Newest first, page by page. */
  async function* read(
    key: string,
    filter: OutcomeFilter,
  ): AsyncGenerator<Row> {
    const first = filter.since === undefined ? "-" : String(filter.since);
    let last =
      filter.before === undefined ? "+" : `(${String(filter.before)}-0`;
    for (;;) {
      const page = await guard(
        client.xrevrange(key, last, first, "COUNT", PAGE),
      );
      for (const [id, fields] of page) {
        const outcome = unpack(fields[1] ?? "");
        if (outcome !== null && matches(outcome, filter)) yield { id, outcome };
      }
      const oldest = page.at(-1);
      if (oldest === undefined || page.length < PAGE) return;
      last = `(${oldest[0]}`;
    }
  }

  return {
    async write(outcomes) {
      if (outcomes.length === 0) return;
      const pipeline = client.pipeline();
      for (const outcome of outcomes) {
        const { key, most } = QUIET.has(outcome.kind)
          ? streams.quiet
          : streams.kept;
        pipeline.xadd(key, "MAXLEN", "~", most, "*", "o", pack(outcome));
      }
      const oldest = Date.now() - options.retentionDays() * DAY_MS;
      for (const { key } of Object.values(streams)) {
        pipeline.xtrim(key, "MINID", "~", oldest);
      }
      await execute(pipeline);
    },
    async query(filter, limit = 100) {
      const wanted = Object.values(streams).map(({ key }) => read(key, filter));
      const found: Outcome[] = [];
      for await (const { outcome } of newestFirst(wanted)) {
        if (found.push(outcome) >= limit) break;
      }
      return found;
    },
  };
}

interface Row {
  readonly id: string;
  readonly outcome: Outcome;
}

/** Merges rows that are each in order already. */
async function* newestFirst(
  sources: readonly AsyncGenerator<Row>[],
): AsyncGenerator<Row> {
  const heads = await Promise.all(sources.map((s) => s.next()));
  for (;;) {
    let newest = -1;
    for (const [i, head] of heads.entries()) {
      const best = heads[newest];
      if (head.done === true) continue;
      if (
        best === undefined ||
        best.done === true ||
        isNewer(head.value.id, best.value.id)
      ) {
        newest = i;
      }
    }
    const head = heads[newest];
    const source = sources[newest];
    if (head === undefined || head.done === true || source === undefined) {
      return;
    }
    yield head.value;
    heads[newest] = await source.next();
  }
}

/** Ids of a stream: `<ms>-<number>`. */
function isNewer(a: string, b: string): boolean {
  const [aMs = 0, aSeq = 0] = a.split("-").map(Number);
  const [bMs = 0, bSeq = 0] = b.split("-").map(Number);
  return aMs === bMs ? aSeq > bSeq : aMs > bMs;
}

function matches(outcome: Outcome, filter: OutcomeFilter): boolean {
  const { eventId, entityId, projectId, handler, kinds } = filter;
  return (
    (eventId === undefined || outcome.eventId === eventId) &&
    (entityId === undefined || outcome.entityId === entityId) &&
    (projectId === undefined || outcome.projectId === projectId) &&
    (handler === undefined || outcome.handler === handler) &&
    (kinds === undefined || kinds.includes(outcome.kind))
  );
}

/** Without the names of the fields, which would be a third of the memory. */
const row = z.tuple([
  z.string(),
  z.string(),
  z.string().nullable(),
  z.string(),
  z.enum(["applied", "unchanged", "skipped", "conflict", "retry", "failed"]),
  z.string().nullable(),
  z.string().nullable(),
  z.string().nullable(),
  z.string().nullable(),
  z.number(),
  z.number(),
  z.number(),
  z.number(),
  z.number(),
]);

function pack(o: Outcome): string {
  const fields: z.infer<typeof row> = [
    o.eventId,
    o.topic,
    o.projectId,
    o.handler,
    o.kind,
    o.reason,
    o.detail === null ? null : o.detail.slice(0, 500),
    o.entityId,
    o.entityPath,
    o.changes,
    o.attempt,
    Math.round(o.durationMs),
    o.at,
    o.receivedAt,
  ];
  return JSON.stringify(fields);
}

/** Null for a row of another version of this service. */
function unpack(text: string): Outcome | null {
  const parsed = row.safeParse(JSON.parse(text));
  if (!parsed.success) return null;
  const [
    eventId,
    topic,
    projectId,
    handler,
    kind,
    reason,
    detail,
    entityId,
    entityPath,
    changes,
    attempt,
    durationMs,
    at,
    receivedAt,
  ] = parsed.data;
  return {
    ...{ eventId, topic, projectId, handler, kind, reason, detail },
    ...{ entityId, entityPath, changes, attempt, durationMs, at, receivedAt },
  };
}
