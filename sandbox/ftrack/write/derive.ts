import { typeOfConfiguration } from "../attributes/types.ts";
import { castValue } from "../attributes/values.ts";
import { validationError } from "../api/errors.ts";
import type { EntityType } from "../schema/catalogue.ts";
import { projectIdOf } from "../store/project.ts";
import { keyOf, type Row, type Value } from "../store/row.ts";
import { latestVersionOf } from "../schema/walk.ts";
import { locate, typeOfRow, type WriteContext } from "./context.ts";
import {
  initialStatus,
  offeredStatuses,
  offeredTypes,
  offeredVersionStatuses,
} from "./workflow.ts";

/** Columns of a row in the making. */
export type Draft = Record<string, Value> & { readonly $type: string };

/** Fills what the server decides about a new row; nothing that was given is changed. */
export function derive(
  draft: Draft,
  type: EntityType,
  context: WriteContext,
): void {
  fill(draft, "created_at", context.now);
  fill(draft, "created_by_id", userOf(context));
  rules[type.base]?.(draft, context);
}

function fill(draft: Draft, column: string, value: Value): void {
  if (column in draft) draft[column] ??= value;
}

/** Id of the user; null for a seed, which nobody writes. */
function userOf({ identity }: WriteContext): string | null {
  return identity.userId === "" ? null : identity.userId;
}

type Rule = (draft: Draft, context: WriteContext) => void;

const rules: Readonly<Record<string, Rule>> = {
  Context: deriveContext,
  Asset: (draft, { store }) => {
    draft["project_id"] ??= projectIdOf(draft, store) || null;
  },
  AssetVersion: deriveVersion,
  Component: (draft) => {
    draft["system_type"] ??= draft.$type.replace("Component", "").toLowerCase();
  },
  Note: deriveNote,
  Metadata: (draft, context) => {
    draft["parent_type"] ??= typeNameOf(keyOf(draft, "parent_id"), context);
  },
  List: (draft, context) => {
    fill(draft, "date", context.now);
    fill(draft, "user_id", userOf(context));
    const [category] = context.store.scan(
      "ListCategory",
      new Set(["ListCategory"]),
    );
    fill(draft, "category_id", category?.["id"] ?? null);
  },
  Job: (draft, context) => {
    fill(draft, "user_id", userOf(context));
    fill(draft, "data", "{}");
  },
  Timelog: (draft, { now }) => {
    fill(draft, "start", now);
    fill(draft, "duration", 0);
  },
  Timer: (draft, { now }) => {
    fill(draft, "start", now);
  },
  Resource: (draft, { store }) => {
    const [usual] = store.scan("UserType", new Set(["UserType"]));
    fill(draft, "user_type_id", usual?.["id"] ?? null);
    for (const column of [
      "is_otp_enabled",
      "is_totp_enabled",
      "require_details_update",
      "local",
    ])
      fill(draft, column, false);
    fill(draft, "is_active", true);
  },
  Status: (draft) => {
    fill(draft, "is_active", true);
  },
  ReviewSession: (draft, { now }) => {
    fill(draft, "start_date", now);
    fill(draft, "end_date", now);
  },
  ReviewSessionObject: (draft, { store }) => {
    const session = keyOf(draft, "review_session_id");
    fill(
      draft,
      "sort_order",
      store.count("ReviewSessionObject", "review_session_id", session),
    );
  },
  CustomConfigurationBase: deriveConfiguration,
  Schema: (draft) => {
    draft["type_id"] ??= draft["object_type_id"] ?? null;
    draft["object_type_id"] = draft["type_id"];
  },
  UserSecurityRole: (draft) => {
    const all =
      draft["is_all_projects"] ?? draft["is_all_open_projects"] ?? false;
    draft["is_all_projects"] = all;
    draft["is_all_open_projects"] = all;
  },
};

function deriveContext(draft: Draft, context: WriteContext): void {
  if (draft.$type === "Project") {
    draft["context_type"] = "show";
    draft["project_id"] = draft["id"] ?? null;
    fill(draft, "status", "active");
    fill(draft, "full_name", draft["name"] ?? null);
    fill(draft, "root", "");
    return;
  }
  const { store } = context;
  const parent = store.get("Context", keyOf(draft, "parent_id"));
  if (parent === undefined)
    throw validationError(`${draft.$type} needs a parent.`);
  draft["context_type"] = "task";
  draft["project_id"] = projectIdOf(parent, store);
  fill(draft, "bid", 0);
  fill(draft, "sort", 0);
  fill(draft, "description", "");
  const project = store.get("Context", keyOf(draft, "project_id"));
  const objectType = store.get("ObjectType", keyOf(draft, "object_type_id"));
  if (project === undefined || objectType === undefined) return;
  if (objectType["is_typeable"] === true)
    fill(
      draft,
      "type_id",
      offeredTypes(project, objectType, store)[0]?.["id"] ?? null,
    );
  const offered = offeredStatuses(
    project,
    objectType,
    keyOf(draft, "type_id"),
    store,
  );
  const usual = (): readonly Row[] =>
    offeredStatuses(project, { ...objectType, name: "Task" }, "", store);
  fill(
    draft,
    "status_id",
    initialStatus(offered.length > 0 ? offered : usual(), store),
  );
}

function deriveVersion(draft: Draft, context: WriteContext): void {
  const { store, now } = context;
  const asset = keyOf(draft, "asset_id");
  if (asset === "") throw validationError("AssetVersion needs an asset.");
  const latest = latestVersionOf(asset, store);
  draft["version"] ??= Number(latest?.["version"] ?? 0) + 1;
  fill(draft, "date", now);
  fill(draft, "user_id", userOf(context));
  draft["project_id"] ??= projectIdOf(draft, store) || null;
  const project = store.get("Context", keyOf(draft, "project_id"));
  if (project !== undefined)
    fill(
      draft,
      "status_id",
      initialStatus(offeredVersionStatuses(project, store), store),
    );
}

function deriveNote(draft: Draft, context: WriteContext): void {
  const { store, now } = context;
  fill(draft, "date", now);
  fill(draft, "thread_activity", now);
  fill(draft, "user_id", userOf(context));
  const above = store.get("Note", keyOf(draft, "in_reply_to_id"));
  if (above !== undefined) fill(draft, "parent_id", above["parent_id"] ?? null);
  placeNote(draft, context);
}

/** Sets what follows from the entity a note is on. */
export function placeNote(draft: Draft, context: WriteContext): void {
  const parent = keyOf(draft, "parent_id");
  if (parent === "") return;
  draft["parent_type"] = typeNameOf(parent, context);
  draft["project_id"] = projectIdOf(draft, context.store) || null;
}

function typeNameOf(id: string, context: WriteContext): string | null {
  const found = locate(context, id);
  return found === undefined ? null : typeOfRow(context, found.row).id;
}

function deriveConfiguration(draft: Draft, { store }: WriteContext): void {
  fill(draft, "label", draft["key"] ?? null);
  fill(draft, "config", "{}");
  if (draft.$type !== "CustomAttributeConfiguration") return;
  if (store.get("CustomAttributeType", keyOf(draft, "type_id")) === undefined)
    throw validationError("A custom attribute needs a type.");
  draft["default"] = castDefault(draft);
}

/** The default of a configuration, as its type has it. */
export function castDefault(configuration: Row): Value {
  const raw = configuration["default"] ?? null;
  const type = typeOfConfiguration(configuration);
  if (raw === null || raw === "") {
    if (type === "text" || type === "expression") return "";
    if (type === "boolean") return false;
    return type.endsWith("enumerator") ? [] : null;
  }
  return castValue(configuration, raw);
}
