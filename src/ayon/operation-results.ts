import { z } from "zod";
import type { AyonOperation, ChangeResult } from "../core/change.ts";
import { toAyonId } from "../core/ids.ts";
import { failed } from "./change-result.ts";

export const wireOperations = z.object({
  operations: z.array(
    z.object({
      id: z.string(),
      success: z.boolean(),
      status: z.number(),
      errorCode: z.string().nullish(),
      detail: z.string().nullish(),
    }),
  ),
});

export type WireResult = z.infer<typeof wireOperations>["operations"][number];

/** What became of one operation of a request; `again` when it should go into a later request. */
export type Verdict = ChangeResult | "again";

const MAX_DETAIL = 500;

/** Code per `errorCode` of the server; what is not here is an internal error. */
const CODES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "unique-violation": "E_AYON_DUPLICATE",
    "foreign-key-violation": "E_AYON_REFERENCE",
    "not-null-violation": "E_AYON_INVALID",
    invalid_data: "E_AYON_INVALID",
    "bad-request": "E_AYON_INVALID",
    "not-found": "E_AYON_NOT_FOUND",
    forbidden: "E_AYON_FORBIDDEN",
    "delete-folder-with-children": "E_AYON_HAS_CHILDREN",
    "database-deadlock-detected": "E_AYON_DEADLOCK",
  }),
);

/** Troubles of the server's database that pass by themselves. */
const PASSING =
  /timeout|timed out|pool|connection|locked|canceling statement|too many clients/i;

function message(result: WireResult): string {
  return (result.detail ?? `status ${result.status}`)
    .replaceAll(/\s+/g, " ")
    .trim()
    .slice(0, MAX_DETAIL);
}

/**
 * True for the complaint that the very id of a create is taken: an earlier try of ours came through.
 *
 * Source: `Folder with id '<dashed uuid>' already exists.`; clashes of names read
 * `Folder with parent_id, lower(name::text) '…' already exists.`
 */
function isOwnId(operation: AyonOperation, detail: string): boolean {
  const taken = /^\w+ with id '([0-9a-fA-F-]+)' already exists/.exec(detail);
  return taken?.[1] !== undefined && toAyonId(taken[1]) === operation.entityId;
}

export function blocked(operation: AyonOperation): ChangeResult {
  return {
    changeId: operation.id,
    status: "blocked",
    error: {
      code: "E_BLOCKED",
      message: "Something it needs could not be written",
      transient: false,
    },
  };
}

/**
 * Reads the server's word on one operation. With `canFail` each operation is committed by itself, so that
 * its word is the truth about it.
 */
export function verdictOf(
  operation: AyonOperation,
  result: WireResult | undefined,
): Verdict {
  const changeId = operation.id;
  if (result === undefined)
    return failed(
      changeId,
      "E_AYON_CONTRACT",
      "The answer says nothing about this operation",
      true,
    );
  if (result.success) return { changeId, status: "applied" };
  const detail = result.detail ?? "";
  const code =
    CODES.get(result.errorCode ?? "") ??
    (result.status === 503 ? "E_AYON_UNAVAILABLE" : "E_AYON_INTERNAL");
  if (code === "E_AYON_DEADLOCK") return "again";
  // A task in a folder whose inherited values are not stored yet; they are after this request.
  if (result.status === 500 && detail === "'parent_id'") return "again";
  if (
    operation.op === "create" &&
    code === "E_AYON_DUPLICATE" &&
    isOwnId(operation, detail)
  )
    return { changeId, status: "unchanged" };
  if (operation.op === "delete" && code === "E_AYON_NOT_FOUND")
    return { changeId, status: "unchanged" };
  const transient =
    code === "E_AYON_UNAVAILABLE" ||
    (code === "E_AYON_INTERNAL" && PASSING.test(detail));
  return failed(changeId, code, message(result), transient);
}

/** What to say of an operation that did not come through in all its tries. */
export function exhausted(
  operation: AyonOperation,
  result: WireResult | undefined,
): ChangeResult {
  const isDeadlock = result?.errorCode === "database-deadlock-detected";
  return failed(
    operation.id,
    isDeadlock ? "E_AYON_DEADLOCK" : "E_AYON_INTERNAL",
    result === undefined ? "no answer" : message(result),
    true,
  );
}
