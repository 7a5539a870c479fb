import { z } from "zod";
import { OWN_SENDER_TYPE, type AyonLogEvent } from "../core/ayon-event.ts";
import type { AyonHttp } from "./http.ts";
import { jsonObject } from "./json.ts";

const PAGE = 500;

const text = z.string().min(1).nullish().default(null);

/** The endpoint speaks snake_case and leaves out what is null. */
const wireRows = z.array(
  z
    .object({
      id: z.string().min(1),
      topic: z.string(),
      project: text,
      user: text,
      summary: jsonObject,
      payload: jsonObject,
      created_at: z.iso.datetime({ offset: true, local: true }),
    })
    .transform(({ created_at: createdAt, ...row }): AyonLogEvent => ({
      ...row,
      createdAt,
    })),
);

interface Condition {
  readonly key: string;
  readonly operator: string;
  readonly value?: string | readonly string[];
}

interface Filter {
  readonly operator: "and" | "or";
  readonly conditions: readonly (Condition | Filter)[];
}

/**
 * One page of the log, newest first.
 *
 * Source: POST /api/query, api/query/query.py of ayon-backend; for services and administrators. GraphQL's
 * `events` does not tell the type of the sender.
 */
async function readPage(
  http: AyonHttp,
  filter: Filter,
  limit: number,
  offset: number,
  signal?: AbortSignal,
): Promise<readonly AyonLogEvent[]> {
  return http.send({
    method: "POST",
    path: "/api/query",
    body: { entity: "event", filter, limit, offset },
    isRepeatable: true,
    answer: wireRows,
    signal,
  });
}

/** Time of the newest event of the log; null when the log is empty. */
export async function newestEventTime(
  http: AyonHttp,
  signal?: AbortSignal,
): Promise<string | null> {
  const all: Filter = { operator: "and", conditions: [] };
  const [newest] = await readPage(http, all, 1, 0, signal);
  return newest?.createdAt ?? null;
}

/**
 * Events of these topics after a time of the server's clock, oldest first, without those that services of an
 * Ftrack addon caused.
 *
 * Pages go backwards: what comes in meanwhile moves rows to the next page, so that some are seen twice, and
 * none is missed.
 *
 * @throws what `AyonHttp.send` throws.
 */
export async function readEvents(
  http: AyonHttp,
  topics: readonly string[],
  after: string,
  signal?: AbortSignal,
): Promise<readonly AyonLogEvent[]> {
  const filter: Filter = {
    operator: "and",
    conditions: [
      { key: "topic", operator: "in", value: topics },
      { key: "created_at", operator: "gt", value: after },
      {
        operator: "or",
        conditions: [
          { key: "sender_type", operator: "ne", value: OWN_SENDER_TYPE },
          { key: "sender_type", operator: "isnull" },
        ],
      },
    ],
  };
  const found = new Map<string, AyonLogEvent>();
  for (let offset = 0; ; offset += PAGE) {
    const rows = await readPage(http, filter, PAGE, offset, signal);
    for (const row of rows) found.set(row.id, row);
    if (rows.length < PAGE) return [...found.values()].reverse();
  }
}
