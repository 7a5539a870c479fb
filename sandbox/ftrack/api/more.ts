import { randomUUID } from "node:crypto";
import { grantKey } from "../permissions/credentials.ts";
import { findRows } from "../query/run.ts";
import { contextsAbove } from "../schema/walk.ts";
import type { Json, Row } from "../store/row.ts";
import { joinKey, keyOf } from "../store/row.ts";
import { isArray, type RawObject } from "../store/values.ts";
import { notFoundError, permissionError, validationError } from "./errors.ts";
import {
  encodeFound,
  keyIn,
  queryContext,
  textOf,
  type OperationContext,
} from "./operations.ts";

const SEARCHED = [
  "name",
  "full_name",
  "username",
  "email",
  "first_name",
  "last_name",
];

/** `search`: the rows of a query in whose names all terms occur. */
export function search(operation: RawObject, context: OperationContext): Json {
  const found = findRows(
    textOf(operation, "expression"),
    queryContext(context),
  );
  const terms = isArray(operation["terms"])
    ? operation["terms"].filter((t) => typeof t === "string")
    : [];
  const objectTypes = operation["object_type_ids"];
  const within = operation["context_id"];
  const rows = found.rows.filter((row) => {
    const text = SEARCHED.map((name) => keyOf(row, name))
      .join(" ")
      .toLowerCase();
    if (!terms.every((term) => text.includes(term.toLowerCase()))) return false;
    if (
      isArray(objectTypes) &&
      !objectTypes.includes(keyOf(row, "object_type_id"))
    )
      return false;
    return typeof within !== "string" || isWithin(row, within, context);
  });
  return {
    action: "search",
    data: encodeFound(found.query, found.type, rows, context),
    metadata: { next: { offset: null } },
  };
}

function isWithin(row: Row, id: string, { store }: OperationContext): boolean {
  return [row, ...contextsAbove(row, store)].some((c) => c["id"] === id);
}

/** `reset_remote`: gives a user a new key; the old ones end. */
export function resetRemote(
  operation: RawObject,
  { store, identity }: OperationContext,
): Json {
  if (textOf(operation, "reset_type") !== "api_key")
    throw validationError("Only an api_key can be reset.");
  const [user = ""] = keyIn(operation);
  if (store.get("Resource", user)?.$type !== "User")
    throw notFoundError(`There is no User ${user}.`);
  if (!identity.administrator && identity.userId !== user)
    throw permissionError("Only administrators may reset the key of others.");
  for (const key of [...store.find("ApiKey", "resource_id", user)])
    store.remove("ApiKey", joinKey([keyOf(key, "id")]));
  return {
    action: "reset_remote",
    data: { api_key: grantKey(user, store) },
  };
}

/** `delayed_job`: the job is there at once, and done. */
export function delayedJob(
  operation: RawObject,
  context: OperationContext,
): Json {
  const type = textOf(operation, "job_type");
  const id = randomUUID();
  context.store.put("Job", {
    $type: "Job",
    id,
    type: "api_job",
    status: "done",
    data: JSON.stringify({ description: type }),
    user_id: context.identity.userId,
    created_at: context.now,
    finished_at: context.now,
  });
  return {
    action: "delayed_job",
    data: { __entity_type__: "Job", id, status: "done" },
  };
}
