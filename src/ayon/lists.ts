import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { AyonList, ChangeResult } from "../core/change.ts";
import { RejectedError } from "../core/errors.ts";
import { resultOf, type Written } from "./change-result.ts";
import { type AyonHttp, nothing } from "./http.ts";
import { remove } from "./remove.ts";
import { route } from "./route.ts";

/** `data` of a change of items. The server knows no other modes. */
const itemsData = z.object({
  mode: z.enum(["replace", "merge", "delete"]),
  items: z.array(z.looseObject({ id: z.string().optional() })),
});
type Item = z.infer<typeof itemsData>["items"][number];

const wireItems = z
  .object({ items: z.array(z.object({ id: z.string() })) })
  .transform((list) => list.items);

/**
 * Items get an id here when they have none: the server appends an item without one each time it is sent,
 * so that a repeated request would double it.
 */
function withIds(items: readonly Item[]): Item[] {
  return items.map((item) => ({
    ...item,
    id: item.id ?? randomUUID().replaceAll("-", ""),
  }));
}

async function patchItems(
  http: AyonHttp,
  change: AyonList,
  body: { mode: string; items: readonly Item[] },
  signal?: AbortSignal,
): Promise<void> {
  await http.send({
    method: "PATCH",
    path: route`/api/projects/${change.project}/lists/${change.listId}/items`,
    body,
    answer: nothing,
    isRepeatable: true,
    signal,
  });
}

/** One item that is gone already makes the server refuse them all; it is left out, and the rest sent again. */
async function removeItems(
  http: AyonHttp,
  change: AyonList,
  items: readonly Item[],
  signal?: AbortSignal,
): Promise<Written> {
  let left = items;
  while (left.length > 0) {
    try {
      await patchItems(http, change, { mode: "delete", items: left }, signal);
      return "applied";
    } catch (thrown) {
      if (!(thrown instanceof RejectedError)) throw thrown;
      const gone = /Item ID (\w+) not found/.exec(thrown.message)?.[1];
      const rest = left.filter((item) => item.id !== gone);
      if (rest.length === left.length) throw thrown;
      left = rest;
    }
  }
  return "unchanged";
}

async function changeItems(
  http: AyonHttp,
  change: AyonList,
  signal?: AbortSignal,
): Promise<Written> {
  const parsed = itemsData.safeParse(change.data);
  if (!parsed.success)
    throw new RejectedError("The change of items says neither mode nor items", {
      code: "E_AYON_INVALID",
      system: "ayon",
      subject: { list: change.listId },
    });
  const { mode, items } = parsed.data;
  if (mode === "delete") return removeItems(http, change, items, signal);
  if (items.length > 0) {
    await patchItems(http, change, { mode, items: withIds(items) }, signal);
    return "applied";
  }
  if (mode === "merge") return "unchanged";
  // The server takes no empty list of items, so emptying a list means to remove what is in it.
  const present = await http.send({
    method: "GET",
    path: route`/api/projects/${change.project}/lists/${change.listId}`,
    answer: wireItems,
    signal,
  });
  return removeItems(http, change, present, signal);
}

function createBody(change: AyonList): unknown {
  const { items, ...rest } = change.data;
  const parsed = z.array(z.looseObject({})).safeParse(items ?? []);
  return {
    ...rest,
    id: change.listId,
    items: parsed.success ? withIds(parsed.data) : items,
  };
}

async function write(
  http: AyonHttp,
  change: AyonList,
  signal?: AbortSignal,
): Promise<Written> {
  switch (change.op) {
    case "create":
      // A list that exists under this id is overwritten by the server, so that a repetition does no harm.
      await http.send({
        method: "POST",
        path: route`/api/projects/${change.project}/lists`,
        body: createBody(change),
        answer: nothing,
        isRepeatable: true,
        signal,
      });
      return "applied";
    case "update":
      await http.send({
        method: "PATCH",
        path: route`/api/projects/${change.project}/lists/${change.listId}`,
        body: change.data,
        answer: nothing,
        isRepeatable: true,
        signal,
      });
      return "applied";
    case "delete":
      return remove(
        http,
        route`/api/projects/${change.project}/lists/${change.listId}`,
        signal,
      );
    case "items":
      return changeItems(http, change, signal);
  }
}

/**
 * Creates, changes or removes an entity list, or its items. For `items`, `data` holds `mode` ("merge",
 * "delete" or "replace") and `items`, each with its `id` (to remove) or `entityId` (to add).
 *
 * The label of a list is unique in its project: a clash ends as `E_AYON_DUPLICATE`.
 */
export async function applyList(
  http: AyonHttp,
  change: AyonList,
  signal?: AbortSignal,
): Promise<ChangeResult> {
  return resultOf(change.id, () => write(http, change, signal));
}
