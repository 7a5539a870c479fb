import { z } from "zod";
import type { FtrackReads } from "../core/ports.ts";
import { after, select, type Query } from "../core/query.ts";

/** One row of Ftrack's activity log, the `Event` entity. */
export interface LogRow {
  readonly id: number;
  /** Milliseconds since the epoch, by the server's clock; null when it cannot be read. */
  readonly at: number | null;
  readonly parentId: string | null;
  readonly parentType: string | null;
  readonly projectId: string | null;
  readonly userId: string | null;
}

const text = z.string().min(1).nullish().catch(null);

/** Nothing but the id is needed to count a row, so nothing but a bad id drops it. */
const row = z
  .object({
    id: z.number().int(),
    created_at: text,
    parent_id: text,
    parent_type: text,
    project_id: text,
    user_id: text,
  })
  .transform((r): LogRow => {
    const at = Date.parse(r.created_at ?? "");
    return {
      id: r.id,
      at: Number.isNaN(at) ? null : at,
      parentId: r.parent_id ?? null,
      parentType: r.parent_type ?? null,
      projectId: r.project_id ?? null,
      userId: r.user_id ?? null,
    };
  });

const idOnly = z.object({ id: z.number().int() });

function edge(options: {
  readonly descending?: boolean;
  readonly since?: string;
}): Query<{ readonly id: number }> {
  const { descending = false, since } = options;
  return select({
    type: "Event",
    fields: ["id"],
    row: idOnly,
    descending,
    limit: 1,
    ...(since === undefined ? {} : { where: after("created_at", since) }),
  });
}

export interface LogExtent {
  /** Null when the log is empty. */
  readonly oldest: number | null;
  readonly newest: number | null;
  /** Id of the first row after the given time; null when there is none or no time was given. */
  readonly firstSince: number | null;
}

/** One request. @throws RejectedError when the log may not be read. */
export async function readExtent(
  reads: FtrackReads,
  since: number | null,
): Promise<LogExtent> {
  const [newest, oldest, first] = await reads.query(
    edge({ descending: true }),
    edge({}),
    // A query that finds nothing keeps the answer's shape when there is no time to ask for.
    since === null
      ? { ...edge({}), limit: 0 }
      : edge({ since: new Date(since).toISOString().slice(0, 19) }),
  );
  return {
    newest: newest[0]?.id ?? null,
    oldest: oldest[0]?.id ?? null,
    firstSince: first[0]?.id ?? null,
  };
}

/** Rows after an id, in order, page by page; ends at the end of the log. */
export async function* readRows(
  reads: FtrackReads,
  afterId: number,
): AsyncGenerator<readonly LogRow[]> {
  for (let last = afterId; ;) {
    const [rows] = await reads.query(
      select({
        type: "Event",
        fields: [
          "id",
          "created_at",
          "parent_id",
          "parent_type",
          "project_id",
          "user_id",
        ],
        row,
        where: after("id", last),
        limit: 500,
      }),
    );
    const newest = rows.at(-1);
    if (newest === undefined) return;
    yield rows;
    last = newest.id;
  }
}
