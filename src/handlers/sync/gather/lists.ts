import { z } from "zod";
import type { HandlerContext } from "../../../core/handler.ts";
import type { FtrackId } from "../../../core/ids.ts";
import {
  and,
  chunk,
  inList,
  is,
  select,
  type Condition,
  type Query,
} from "../../../core/query.ts";
import { idField } from "../../../core/rows.ts";
import type { FtrackList, World } from "../facts.ts";
import { keepValues, valueQueries } from "./ftrack.ts";
import type { Store } from "./store.ts";

const IDS = 500;

type ListRow = Omit<FtrackList, "memberIds">;

function listRows(where: Condition): Query<ListRow> {
  return select({
    type: "List",
    fields: ["id", "name", "system_type", "project_id"],
    where,
    row: z
      .object({
        id: idField,
        name: z.string(),
        system_type: z.string().catch(""),
      })
      .transform((row) => ({
        id: row.id,
        name: row.name,
        systemType: row.system_type,
      })),
  });
}

interface MemberRow {
  readonly list: FtrackId;
  readonly entity: FtrackId;
}

function memberRows(where: Condition): Query<MemberRow> {
  return select({
    type: "ListObject",
    fields: ["id", "list_id", "entity_id"],
    where,
    row: z
      .object({ list_id: idField, entity_id: idField })
      .transform((row) => ({ list: row.list_id, entity: row.entity_id })),
  });
}

function put(
  rows: readonly ListRow[],
  members: readonly MemberRow[],
): FtrackList[] {
  const byList = new Map<FtrackId, FtrackId[]>();
  for (const { list, entity } of members) {
    const known = byList.get(list);
    if (known === undefined) byList.set(list, [entity]);
    else known.push(entity);
  }
  return rows.map((row) => ({ ...row, memberIds: byList.get(row.id) ?? [] }));
}

function kindQueries(
  world: World,
  ids: readonly FtrackId[],
): ReturnType<typeof valueQueries> {
  const definition = world.bookkeeping.listType;
  return valueQueries(ids, definition === null ? [] : [definition.id]);
}

/** Lists by id, with their members, in one request. Their kinds go into the store's values. */
export async function readLists(
  ctx: HandlerContext,
  store: Store,
  world: World,
  ids: ReadonlySet<FtrackId>,
): Promise<readonly FtrackList[]> {
  if (ids.size === 0) return [];
  const wanted = [...ids];
  const parts = chunk(wanted, IDS);
  const lists = parts.map((part) =>
    listRows(and(is("project_id", store.projectId), inList("id", part))),
  );
  const members = parts.map((part) => memberRows(inList("list_id", part)));
  const results: unknown[][] = await ctx.ftrack.query(
    ...lists,
    ...members,
    ...kindQueries(world, wanted),
  );
  // The parts come back in the order of the queries.
  const [rows, entities, kinds] = [
    results.slice(0, lists.length),
    results.slice(lists.length, lists.length + members.length),
    results.slice(lists.length + members.length),
  ];
  keepValues(store, kinds.flat() as Parameters<typeof keepValues>[1]);
  return put(rows.flat() as ListRow[], entities.flat() as MemberRow[]);
}

export async function readProjectLists(
  ctx: HandlerContext,
  store: Store,
  world: World,
): Promise<readonly FtrackList[]> {
  const [rows, members] = await ctx.ftrack.query(
    listRows(is("project_id", store.projectId)),
    memberRows(is("list.project_id", store.projectId)),
  );
  const kinds = await ctx.ftrack.query(
    ...kindQueries(
      world,
      rows.map((row) => row.id),
    ),
  );
  keepValues(store, kinds.flat());
  return put(rows, members);
}
