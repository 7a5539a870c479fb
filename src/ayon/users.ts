import { isDeepStrictEqual } from "node:util";
import type { AyonUser, ChangeResult } from "../core/change.ts";
import { RejectedError } from "../core/errors.ts";
import { z } from "zod";
import { resultOf, type Written } from "./change-result.ts";
import { type AyonHttp, nothing } from "./http.ts";
import { jsonObject } from "./json.ts";
import { route } from "./route.ts";

const wireCurrent = z.object({
  active: z.boolean().default(true),
  attrib: jsonObject,
  data: jsonObject,
});

/** Whether the user already has everything a create asks for: then an earlier try came through. */
async function isAlready(
  http: AyonHttp,
  change: AyonUser,
  signal?: AbortSignal,
): Promise<boolean> {
  const current = await http.send({
    method: "GET",
    path: route`/api/users/${change.user}`,
    answer: wireCurrent,
    signal,
  });
  const wanted = {
    attrib: jsonObject.parse(change.data["attrib"] ?? {}),
    data: jsonObject.parse(change.data["data"] ?? {}),
  };
  const has = (
    there: Readonly<Record<string, unknown>>,
    asked: Readonly<Record<string, unknown>>,
  ): boolean =>
    Object.entries(asked).every(([key, value]) =>
      isDeepStrictEqual(there[key] ?? null, value),
    );
  const active = change.data["active"] ?? true;
  return (
    current.active === active &&
    has(current.attrib, wanted.attrib) &&
    has(current.data, wanted.data)
  );
}

async function write(
  http: AyonHttp,
  change: AyonUser,
  signal?: AbortSignal,
): Promise<Written> {
  const request = {
    path: route`/api/users/${change.user}`,
    body: change.data,
    answer: nothing,
    isRepeatable: true,
    signal,
  };
  if (change.op === "update") {
    await http.send({ ...request, method: "PATCH" });
    return "applied";
  }
  try {
    await http.send({ ...request, method: "PUT" });
    return "applied";
  } catch (thrown) {
    const exists =
      thrown instanceof RejectedError && thrown.code === "E_AYON_CONFLICT";
    if (exists && (await isAlready(http, change, signal))) return "unchanged";
    throw thrown;
  }
}

/**
 * Creates or changes an AYON user. `data` is `{attrib?, data?, active?}`; on update, `attrib` and the first
 * level of `data` are merged and null deletes.
 *
 * A user of that name with other values ends as `E_AYON_CONFLICT`.
 */
export async function applyUser(
  http: AyonHttp,
  change: AyonUser,
  signal?: AbortSignal,
): Promise<ChangeResult> {
  return resultOf(change.id, () => write(http, change, signal));
}
